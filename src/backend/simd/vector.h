#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>

#include "backend/simd/lane.h"
#include "backend/simd/routines.h"
#include "base/bits.h"
#include "kernel/host.h"

namespace trueno::backend::simd {

/// The values of one register for the rows of a chunk. Points into a column's buffer, into the register's own storage or at a constant;
/// valid until the next chunk. Values of rows that are not valid are arbitrary but readable.
struct Vector {
  Lane lane = Lane::kBool;
  const void* data = nullptr;
  const std::uint8_t* valid = nullptr;  // a byte a row, 0 or 1; null: all valid. Constant: one byte
  bool constant = false;                // one value (and one validity) for all rows
  const Column* packed = nullptr;       // kSummedColumn: the packed values themselves, from row `packed_begin` on; `data` is null
  std::size_t packed_begin = 0;

  template <class T>
  [[nodiscard]] const T* as() const {
    return static_cast<const T*>(data);
  }
  [[nodiscard]] std::size_t at(std::size_t row) const { return constant ? 0 : row; }
  [[nodiscard]] bool is_valid(std::size_t row) const { return valid == nullptr || valid[at(row)] != 0; }
  [[nodiscard]] bool is_null_constant() const { return constant && valid != nullptr && valid[0] == 0; }
};

/// Aligned storage for one register: kChunkRows values (fewer where that is asked for), a vector before them for unaligned beginnings and
/// two after them for whole-vector stores. Allocated when first asked for.
class Storage {
 public:
  [[nodiscard]] void* values(int width, std::size_t rows = kChunkRows) {
    const std::size_t bytes = (rows + 64) * static_cast<std::size_t>(width);
    if (bytes > capacity_) {
      values_.reset(static_cast<std::uint8_t*>(std::aligned_alloc(64, (bytes + 127) / 64 * 64)));
      TRUENO_ASSERT(values_ != nullptr);
      capacity_ = bytes;
    }
    return values_.get();
  }
  /// Whether a register's values begin here.
  [[nodiscard]] bool holds(const void* data) const { return data != nullptr && data == values_.get(); }
  [[nodiscard]] std::uint8_t* validity() {
    if (!validity_) validity_.reset(static_cast<std::uint8_t*>(std::aligned_alloc(64, kChunkRows + 64)));
    TRUENO_ASSERT(validity_ != nullptr);
    return validity_.get();
  }

 private:
  struct Free {
    void operator()(std::uint8_t* bytes) const { std::free(bytes); }
  };
  std::unique_ptr<std::uint8_t, Free> values_;
  std::unique_ptr<std::uint8_t, Free> validity_;
  std::size_t capacity_ = 0;
};

/// One value of a vector as host functions and casts take it, and back.
[[nodiscard]] kernel::Cell cell_of(const Vector& vector, std::size_t row);
void store_cell(Lane lane, void* out, std::size_t row, const kernel::Cell& cell);

}  // namespace trueno::backend::simd

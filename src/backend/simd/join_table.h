#pragma once

#include <memory>
#include <span>
#include <vector>

#include "backend/backend.h"
#include "backend/simd/vector.h"
#include "base/int128.h"
#include "base/parallel.h"
#include "base/row_parts.h"

namespace trueno::backend::simd {

/// Rows or places of a loop over a build side that several threads share, at least.
inline constexpr std::size_t kLeastStretch = std::size_t{64} << 10;

/// What a worker needs for a chunk of probes. Not thread-safe.
struct ProbeScratch {
  std::vector<std::uint64_t> words;
  std::vector<std::uint64_t> hashes;
  std::vector<std::uint32_t> first;
  std::vector<std::uint32_t> last;
  std::vector<std::uint8_t> usable;
};

/// The build side of a join, rows of one key next to one another.
///
///   dense    keys that are whole numbers of small extent: an array by key of the first row's position
///   hashed   a directory of slots with 16-bit filters (Birler, Schmidt, Fent, Neumann: Simple, Efficient, and Robust Hash Tables for Join
///            Processing, 2024), entries of one slot adjacent, those of one key in a run that ascends by row
///
/// Keys that fit 64 bits together, by the bounds the build rows have, are one word; others are compared by their values.
/// Immutable; thread-safe.
class SimdJoinTable final : public JoinTable {
 public:
  /// kOutOfMemory; kNotSupported past kMostBuildRows.
  [[nodiscard]] static Result<std::shared_ptr<const JoinTable>> make(const kernel::JoinTable& table, Batch rows, const Routines& routines,
                                                                     const Parallel& parallel);

  /// By row of the chunk: count << 32 | position of the first match; 0 where nothing matches, `mask` (null: all) is 0, or a key is NULL.
  void find(std::span<const Vector> keys, const std::uint8_t* mask, std::size_t rows, ProbeScratch& scratch, std::uint64_t* matches) const;
  /// The build row at a position. Rows of one key ascend with their positions.
  [[nodiscard]] std::uint32_t row(std::uint32_t position) const {
    if (mode_ == Mode::kHashed) return entries_.as<Entry>()[position].row;
    return positions_.empty() ? position : positions_.as<std::uint32_t>()[position];
  }
  /// A column by build row, plain in its type's lane (nested: the rows' numbers). At least one value is readable.
  [[nodiscard]] const Vector& column(std::size_t index) const { return columns_[index].view; }
  /// Values of the build rows rows[0] ... rows[count - 1] in the column's lane.
  void gather(std::size_t index, const std::uint32_t* rows, std::size_t count, void* values) const;
  /// The same as it came: where nested values are.
  [[nodiscard]] const Column& source(std::size_t index) const { return columns_[index].source; }
  /// Whether no probe has more than one match.
  [[nodiscard]] bool unique() const { return unique_; }
  [[nodiscard]] bool empty() const { return rows_ == 0; }
  [[nodiscard]] bool has_null_key() const { return has_null_key_; }

 private:
  enum class Mode : std::uint8_t { kAll, kDense, kHashed };
  struct Entry {
    std::uint64_t word;  // the key, or its hash
    std::uint32_t row;
    std::uint32_t run;  // entries of this key from here on
  };
  struct BuildColumn {
    Vector view;
    Column source;  // owns texts
    Buffer values;
    Buffer valid;
    // Whole numbers of small extent once more, as bytes or pairs of bytes above `least`: what random reads go to fits a nearer cache.
    Buffer narrow;
    std::size_t narrow_bytes = 0;
    std::int64_t least = 0;
  };
  // How one key becomes bits of the word.
  struct PackedKey {
    std::uint64_t base = 0;
    std::uint64_t extent = 0;  // greatest value - least
    int shift = 0;
    bool null_safe = false;  // 0 stands for NULL
  };

  // join_columns.cc
  [[nodiscard]] Status load_columns(const kernel::JoinTable& table, Batch rows, const Parallel& parallel);
  [[nodiscard]] Status make_narrow(BuildColumn& column, const Parallel& parallel) const;

  // join_build.cc
  [[nodiscard]] std::pair<i128, i128> key_bounds(const Vector& key, const Parallel& parallel) const;
  void choose_packing(const kernel::JoinTable& table, const Parallel& parallel);
  template <class Visit>
  void for_chunks(std::size_t first, std::size_t last, ProbeScratch& scratch, Visit visit) const;
  [[nodiscard]] bool fill_unique(std::uint32_t* directory, const Parallel& parallel) const;
  [[nodiscard]] Status build_dense(std::size_t slots, const Parallel& parallel);
  [[nodiscard]] Status make_presence(std::size_t slots, const Parallel& parallel);
  [[nodiscard]] Status build_hashed(const Parallel& parallel);
  [[nodiscard]] bool build_part(const RowParts& parts, std::size_t part, int part_shift, std::uint64_t* cursor, Entry* entry) const;
  [[nodiscard]] bool order_slot(std::span<const Vector> keys, Entry* first, Entry* last) const;

  [[nodiscard]] std::vector<Vector> key_vectors(std::size_t first) const;
  void words_of(std::span<const Vector> keys, std::size_t rows, ProbeScratch& scratch) const;
  void hashes_of(std::span<const Vector> keys, std::size_t rows, ProbeScratch& scratch) const;
  void find_dense(std::size_t rows, ProbeScratch& scratch, std::uint64_t* matches) const;
  void find_hashed(std::span<const Vector> keys, std::size_t rows, ProbeScratch& scratch, std::uint64_t* matches) const;
  void compare_found(std::span<const Vector> keys, std::size_t rows, const ProbeScratch& scratch, std::uint64_t* matches) const;
  [[nodiscard]] bool same_keys(std::span<const Vector> keys, std::size_t row, std::uint32_t build_row) const;
  [[nodiscard]] std::size_t slot_of(std::uint64_t hash) const { return static_cast<std::size_t>(hash >> slot_shift_); }

  static constexpr int kFilterShift = 48;
  static constexpr std::uint64_t kPositionMask = (std::uint64_t{1} << kFilterShift) - 1;
  // Each hash sets one of 16 bits of its slot's filter; the bits that choose the slot are other ones.
  static std::uint64_t filter_bit(std::uint64_t hash) { return std::uint64_t{1} << (kFilterShift + (hash & 15)); }

  const Routines* routines_ = nullptr;
  Mode mode_ = Mode::kAll;
  std::uint32_t rows_ = 0;
  std::vector<BuildColumn> columns_;
  std::size_t key_count_ = 0;
  std::vector<std::uint8_t> null_safe_;
  bool has_null_key_ = false;
  bool packed_ = false;
  std::vector<PackedKey> packing_;
  std::uint64_t dense_slots_ = 0;  // that a dense table would have; 0: too many
  bool unique_ = false;            // no two rows of one key
  Buffer directory_;  // kDense: u32 a key: row + 1 (unique), or the end of its positions; kHashed: u64 a slot: filter << 48 | end
  Buffer presence_;   // kDense, unique, few of the keys: a bit a key
  Buffer positions_;  // kDense, not unique: rows by position
  Buffer entries_;
  int slot_shift_ = 63;
};

}  // namespace trueno::backend::simd

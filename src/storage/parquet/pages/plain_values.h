#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "column/column.h"
#include "storage/parquet/pages/flat_column.h"
#include "unpack/unpack.h"

namespace trueno::pages {

/// PLAIN values of one page or dictionary, taken from the front. All kinds but texts have a fixed size in the file; bits begin at a byte
/// with the first value. The bytes must be readable 64 bytes past their end.
class PlainReader {
 public:
  PlainReader() = default;
  PlainReader(std::span<const std::uint8_t> bytes, const FlatColumn& column) : bytes_(bytes), column_(&column) {}

  /// Decodes `count` values of `column.width()` bytes to `out`, which has room for 64 bytes more; texts become records that refer to
  /// `buffer`, whose first byte is at `buffer_begin`. kCorruptFile when the bytes end before.
  [[nodiscard]] Status read(std::size_t count, std::uint8_t* out, std::int32_t buffer, const std::uint8_t* buffer_begin);
  /// The bytes of the next values, where a value's bytes are ours (ValueKind::kSame, kConverted).
  [[nodiscard]] std::span<const std::uint8_t> rest() const { return bytes_.subspan(at_); }
  void skip_bytes(std::size_t count) { at_ += count; }

 private:
  [[nodiscard]] Status read_texts(std::size_t count, StoredView* out, std::int32_t buffer, const std::uint8_t* buffer_begin);

  std::span<const std::uint8_t> bytes_;
  const FlatColumn* column_ = nullptr;
  std::size_t at_ = 0;   // of bytes_
  std::size_t bit_ = 0;  // values read, of kBits
};

/// Whether `records`, which refer to `buffer` where they are long, are UTF-8.
[[nodiscard]] bool are_utf8(std::span<const StoredView> records, const std::uint8_t* buffer);

/// A record of `size` bytes at `text`; readable 16 bytes further than its begin.
[[nodiscard]] StoredView make_view(const std::uint8_t* text, std::uint32_t size, std::int32_t buffer, const std::uint8_t* buffer_begin);

/// out[i] = entries[codes[i]], entries of `width` bytes (1, 2, 4, 8, 16).
void gather(const unpack::Routines& routines, int width, const void* entries, const std::uint32_t* codes, std::size_t n, void* out);
/// Writes one value of `width` bytes n times.
void fill(int width, const void* value, std::size_t n, void* out);
/// Moves dense values to the rows whose bit is set, from bit `offset` on; the other rows become zeros.
void spread(int width, const void* dense, const std::uint8_t* bits, std::size_t offset, std::size_t rows, void* out);

}  // namespace trueno::pages

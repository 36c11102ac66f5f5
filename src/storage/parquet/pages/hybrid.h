#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/buffer.h"
#include "base/result.h"
#include "unpack/unpack.h"

namespace trueno::pages {

/// Reads Parquet's hybrid of runs and bit-packed groups: dictionary codes and levels.
///
///   header varint, odd:  (header >> 1) groups of eight values, bit-packed
///   header varint, even: header >> 1 times one value, in as many whole bytes as the width needs
///
/// The bytes must be readable 64 bytes past their end. Not thread-safe.
class HybridReader {
 public:
  static constexpr std::size_t kPiece = 1024;

  /// Begins to read `bytes`, of `width` 0..32 bits a value.
  void start(std::span<const std::uint8_t> bytes, int width, const unpack::Routines& routines);

  /// Consecutive values: a run of one value, or some codes, which are good until the next call. None: the bytes have ended or make no
  /// sense.
  struct Piece {
    std::size_t count = 0;
    const std::uint32_t* codes = nullptr;  // null: `count` times `value`
    std::uint32_t value = 0;
  };
  /// At most `most` values, `most` > 0.
  [[nodiscard]] Piece next(std::size_t most);

 private:
  bool next_run();
  void unpack();

  const std::uint8_t* at_ = nullptr;
  const std::uint8_t* end_ = nullptr;
  int width_ = 0;
  const unpack::Routines* routines_ = nullptr;

  std::size_t run_left_ = 0;  // values of the run that have not been given; of a packed one, those not unpacked
  bool packed_ = false;
  std::uint32_t run_value_ = 0;
  const std::uint8_t* packed_at_ = nullptr;
  std::size_t codes_at_ = 0;  // unpacked codes that wait are [codes_at_, codes_end_)
  std::size_t codes_end_ = 0;
  alignas(64) std::uint32_t codes_[kPiece + 16];
};

/// The definition levels of an optional flat column, as a bitmap.
struct Levels {
  std::int64_t valid = 0;
  Buffer bits;  // no buffer: every row is valid
};
/// Reads `rows` levels of one bit. One run of ones costs nothing. kCorruptFile when there are fewer, or a level is neither 0 nor 1.
[[nodiscard]] Result<Levels> read_levels(std::span<const std::uint8_t> bytes, std::int64_t rows);

/// Copies `count` bits from bit `from_offset` of `from` to bit `to_offset` of `to`; the bits after them in the last byte become 0. Reads up
/// to 8 bytes past the last bit.
void append_bits(const std::uint8_t* from, std::size_t from_offset, std::size_t count, std::uint8_t* to, std::size_t to_offset);
/// The same with `count` equal bits.
void append_equal_bits(bool bit, std::size_t count, std::uint8_t* to, std::size_t to_offset);

}  // namespace trueno::pages

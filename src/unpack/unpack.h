#pragma once

#include <cstddef>
#include <cstdint>

namespace trueno::unpack {

/// Bit-packed values and dictionary codes into lanes, for one instruction set. Packed values are little-endian without gaps; the packed
/// bytes must be readable 64 bytes past the last value, and outputs must have room for 64 bytes more than their n values.
struct Routines {
  /// Values [first, first + n) of `width` bits (0..32, 0..64), each plus `base`. `first` is a multiple of 8.
  void (*unpack32)(const std::uint8_t* packed, std::size_t first, std::size_t n, int width, std::int32_t base, std::int32_t* out) = nullptr;
  void (*unpack64)(const std::uint8_t* packed, std::size_t first, std::size_t n, int width, std::int64_t base, std::int64_t* out) = nullptr;
  /// out[i] = 1 where the value, without a base, is less than (equal to) `with`, else 0; the other way round when `opposite`. Width 0..32.
  void (*less32)(const std::uint8_t* packed, std::size_t first, std::size_t n, int width, std::uint32_t with, bool opposite,
                 std::uint8_t* out) = nullptr;
  void (*equal32)(const std::uint8_t* packed, std::size_t first, std::size_t n, int width, std::uint32_t with, bool opposite,
                  std::uint8_t* out) = nullptr;
  /// The sum of the values, without a base; of those whose byte of `mask` is 1 (null: of all). Width 0..32; n below 2^31.
  std::uint64_t (*sum32)(const std::uint8_t* packed, std::size_t first, std::size_t n, int width, const std::uint8_t* mask) = nullptr;
  /// The greatest of n codes; 0 of none.
  std::uint32_t (*greatest)(const std::uint32_t* codes, std::size_t n) = nullptr;
  /// out[i] = entries[codes[i]] for entries of 4 and 8 bytes. Every code must be good.
  void (*gather4)(const void* entries, const std::uint32_t* codes, std::size_t n, void* out) = nullptr;
  void (*gather8)(const void* entries, const std::uint32_t* codes, std::size_t n, void* out) = nullptr;
};

/// The routines of the instruction set Highway has chosen for the process: the best one, unless a caller has set another.
[[nodiscard]] Routines routines();

}  // namespace trueno::unpack

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace trueno {

/// Bitmaps are Arrow's: bit i of a map is bit (i & 7) of byte (i >> 3), least significant first; 1 = valid.
[[nodiscard]] inline bool get_bit(const std::uint8_t* bits, std::size_t i) { return ((bits[i >> 3] >> (i & 7)) & 1u) != 0; }
inline void set_bit(std::uint8_t* bits, std::size_t i) { bits[i >> 3] = static_cast<std::uint8_t>(bits[i >> 3] | (1u << (i & 7))); }
inline void clear_bit(std::uint8_t* bits, std::size_t i) { bits[i >> 3] = static_cast<std::uint8_t>(bits[i >> 3] & ~(1u << (i & 7))); }
inline void set_bit_to(std::uint8_t* bits, std::size_t i, bool value) { value ? set_bit(bits, i) : clear_bit(bits, i); }
[[nodiscard]] constexpr std::size_t bytes_for_bits(std::size_t bits) { return (bits + 7) / 8; }

/// Number of set bits in [offset, offset + length).
[[nodiscard]] std::size_t count_set_bits(const std::uint8_t* bits, std::size_t offset, std::size_t length);
/// Copies bits [offset, offset + length) of `from` to the start of `to`; the bits after them in the last byte become 0.
void copy_bits(const std::uint8_t* from, std::size_t offset, std::size_t length, std::uint8_t* to);

/// Number of bits that hold every value 0..max.
[[nodiscard]] constexpr int bit_width_of(std::uint64_t max) { return 64 - std::countl_zero(max); }

/// Unaligned load and store of a trivially copyable value.
template <class T>
[[nodiscard]] T load(const void* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
template <class T>
void store(void* to, T value) {
  std::memcpy(to, &value, sizeof value);
}

/// Reads packed value `i` of `width` bits (0..64), little-endian, no padding between values. Reads up to 8 bytes past the last bit.
[[nodiscard]] inline std::uint64_t unpack_bits(const std::uint8_t* packed, std::size_t i, int width) {
  if (width == 0) return 0;
  const std::size_t bit = i * static_cast<std::size_t>(width);
  const int shift = static_cast<int>(bit & 7);
  std::uint64_t value = load<std::uint64_t>(packed + (bit >> 3)) >> shift;
  if (shift + width > 64) value |= static_cast<std::uint64_t>(packed[(bit >> 3) + 8]) << (64 - shift);
  return width == 64 ? value : value & ((std::uint64_t{1} << width) - 1);
}
/// Bytes a packed buffer of `count` values needs, the over-read of `unpack_bits` included.
[[nodiscard]] constexpr std::size_t packed_bytes(std::size_t count, int width) {
  return (count * static_cast<std::size_t>(width) + 7) / 8 + 9;
}
/// Packs values (each below 2^width) into `packed`, which holds `packed_bytes` zeroed bytes.
void pack_bits(std::span<const std::uint64_t> values, int width, std::uint8_t* packed);

}  // namespace trueno

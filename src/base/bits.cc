#include "base/bits.h"

namespace trueno {

std::size_t count_set_bits(const std::uint8_t* bits, std::size_t offset, std::size_t length) {
  std::size_t count = 0;
  std::size_t i = offset;
  const std::size_t end = offset + length;
  for (; i < end && (i & 7) != 0; ++i) count += get_bit(bits, i) ? 1 : 0;
  for (; i + 64 <= end; i += 64) count += static_cast<std::size_t>(std::popcount(load<std::uint64_t>(bits + (i >> 3))));
  for (; i + 8 <= end; i += 8) count += static_cast<std::size_t>(std::popcount(bits[i >> 3]));
  for (; i < end; ++i) count += get_bit(bits, i) ? 1 : 0;
  return count;
}

void copy_bits(const std::uint8_t* from, std::size_t offset, std::size_t length, std::uint8_t* to) {
  if (length == 0) return;
  const std::size_t bytes = bytes_for_bits(length);
  if ((offset & 7) == 0) {
    std::memcpy(to, from + (offset >> 3), bytes);
  } else {
    const int shift = static_cast<int>(offset & 7);
    const std::uint8_t* source = from + (offset >> 3);
    const std::size_t source_bytes = bytes_for_bits((offset & 7) + length);
    for (std::size_t i = 0; i < bytes; ++i) {
      const unsigned next = i + 1 < source_bytes ? source[i + 1] : 0u;
      to[i] = static_cast<std::uint8_t>((source[i] >> shift) | (next << (8 - shift)));
    }
  }
  if ((length & 7) != 0) to[bytes - 1] = static_cast<std::uint8_t>(to[bytes - 1] & ((1u << (length & 7)) - 1u));
}

void pack_bits(std::span<const std::uint64_t> values, int width, std::uint8_t* packed) {
  if (width == 0) return;
  std::size_t bit = 0;
  for (const std::uint64_t value : values) {
    const int shift = static_cast<int>(bit & 7);
    std::uint8_t* at = packed + (bit >> 3);
    store(at, load<std::uint64_t>(at) | (value << shift));
    if (shift + width > 64) at[8] = static_cast<std::uint8_t>(at[8] | (value >> (64 - shift)));
    bit += static_cast<std::size_t>(width);
  }
}

}  // namespace trueno

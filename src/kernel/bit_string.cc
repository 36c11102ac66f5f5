#include "kernel/bit_string.h"

#include <algorithm>

namespace trueno::kernel {

namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> parse_bits(std::string_view text) {
  if (text.empty()) return "0";
  if (text.size() > 1 && text.front() == 'x') {
    std::string bits;
    for (const char c : text.substr(1)) {
      const auto digit = hex_digit(c);
      if (!digit) return std::nullopt;
      bits += bits_of(*digit, 4);
    }
    return bits;
  }
  if (!std::ranges::all_of(text, [](char c) { return c == '0' || c == '1'; })) return std::nullopt;
  return std::string(text);
}

std::string bits_of(u128 pattern, int width) {
  std::string bits(static_cast<std::size_t>(width), '0');
  for (auto bit = bits.rbegin(); bit != bits.rend(); ++bit, pattern >>= 1) *bit = (pattern & 1) != 0 ? '1' : '0';
  return bits;
}

std::optional<u128> pattern_of(std::string_view bits, int width) {
  if (bits.size() > static_cast<std::size_t>(width)) return std::nullopt;
  u128 pattern = 0;
  for (const char bit : bits) pattern = pattern << 1 | (bit == '1' ? 1 : 0);
  return pattern;
}

std::string bits_of_bytes(std::string_view bytes) {
  std::string bits;
  bits.reserve(bytes.size() * 8);
  for (const char byte : bytes) bits += bits_of(static_cast<unsigned char>(byte), 8);
  return bits;
}

std::string bytes_of_bits(std::string_view bits) {
  std::string bytes;
  for (std::size_t first = bits.size() % 8; !bits.empty(); first = 8) {
    if (first == 0) first = 8;
    bytes.push_back(static_cast<char>(static_cast<unsigned char>(*pattern_of(bits.substr(0, first), 8))));
    bits.remove_prefix(first);
  }
  return bytes;
}

}  // namespace trueno::kernel

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/int128.h"

namespace trueno::kernel {

// A BIT value is the text of its bits, '0' and '1': as such it has a length, and compares as bits do (0 < 00 < 01 < 1).

/// The bits that a text writes, "0110" or, in hexadecimal digits, "x6"; nothing where it has other characters. An empty text is one 0.
[[nodiscard]] std::optional<std::string> parse_bits(std::string_view text);
/// The lowest `width` bits, the highest first.
[[nodiscard]] std::string bits_of(u128 pattern, int width);
/// The bits as a number; nothing where there are more than `width`.
[[nodiscard]] std::optional<u128> pattern_of(std::string_view bits, int width);
/// The bits of bytes, and bytes of bits, filled up with zeros on the left.
[[nodiscard]] std::string bits_of_bytes(std::string_view bytes);
[[nodiscard]] std::string bytes_of_bits(std::string_view bits);

}  // namespace trueno::kernel

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trueno {

/// 128-bit integers: HUGEINT, DECIMAL(19..38), exact integer sums. A compiler type, so both compilers vectorise around it.
using i128 = __int128;
using u128 = unsigned __int128;

inline constexpr i128 kI128Max = static_cast<i128>((static_cast<u128>(1) << 127) - 1);
inline constexpr i128 kI128Min = -kI128Max - 1;

[[nodiscard]] constexpr std::uint64_t low64(i128 value) { return static_cast<std::uint64_t>(value); }
[[nodiscard]] constexpr std::int64_t high64(i128 value) { return static_cast<std::int64_t>(value >> 64); }
[[nodiscard]] constexpr i128 make_i128(std::int64_t high, std::uint64_t low) {
  return static_cast<i128>((static_cast<u128>(static_cast<std::uint64_t>(high)) << 64) | low);
}

/// 10^exponent for exponent 0..38.
[[nodiscard]] i128 power_of_ten(int exponent);

/// Decimal digits with a leading '-' where negative.
[[nodiscard]] std::string to_string(i128 value);

/// Digits with an optional sign; nothing on an empty text, another character or overflow.
[[nodiscard]] std::optional<i128> parse_i128(std::string_view text);

/// The double nearest to `value / 10^scale`, ties to even, rounded once. `scale` 0..38.
[[nodiscard]] double to_double(i128 value, int scale = 0);

/// value / divisor rounded half away from zero, as SQL casts between decimals do. `divisor` > 0.
[[nodiscard]] constexpr i128 divide_rounded(i128 value, i128 divisor) {
  const i128 quotient = value / divisor;
  const i128 remainder = value % divisor;
  const i128 twice_edge = divisor - (remainder < 0 ? -remainder : remainder);
  const bool up = (remainder < 0 ? -remainder : remainder) >= twice_edge;
  return up ? quotient + (value < 0 ? -1 : 1) : quotient;
}

}  // namespace trueno

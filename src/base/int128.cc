#include "base/int128.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/result.h"

namespace trueno {

i128 power_of_ten(int exponent) {
  static constexpr auto kPowers = [] {
    std::array<i128, 39> powers{};
    powers[0] = 1;
    for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
    return powers;
  }();
  TRUENO_ASSERT(exponent >= 0 && exponent <= 38);
  return kPowers[static_cast<std::size_t>(exponent)];
}

std::string to_string(i128 value) {
  if (value == 0) return "0";
  u128 magnitude = value < 0 ? ~static_cast<u128>(value) + 1 : static_cast<u128>(value);
  std::string digits;
  while (magnitude != 0) {
    digits.push_back(static_cast<char>('0' + static_cast<int>(magnitude % 10)));
    magnitude /= 10;
  }
  if (value < 0) digits.push_back('-');
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::optional<i128> parse_i128(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  i128 value = 0;  // accumulated negatively: the range reaches one further on that side
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, c - '0', &value)) return std::nullopt;
  }
  if (negative) return value;
  if (value == kI128Min) return std::nullopt;
  return -value;
}

namespace {

int leading_zeros(u128 value) {
  const auto high = static_cast<std::uint64_t>(value >> 64);
  return high != 0 ? std::countl_zero(high) : 64 + std::countl_zero(static_cast<std::uint64_t>(value));
}

// mantissa * 2^exponent with `sticky` for bits lost below, rounded to nearest even. No double rounding: the mantissa has >= 55 bits.
double round_to_double(u128 mantissa, int exponent, bool sticky) {
  const int excess = 128 - leading_zeros(mantissa) - 53;
  if (excess > 0) {
    const u128 half = static_cast<u128>(1) << (excess - 1);
    const u128 rest = mantissa & ((half << 1) - 1);
    mantissa >>= excess;
    exponent += excess;
    if (rest > half || (rest == half && (sticky || (mantissa & 1) != 0))) mantissa += 1;
  }
  double value = static_cast<double>(static_cast<std::uint64_t>(mantissa));
  const double factor = exponent < 0 ? 0.5 : 2.0;
  for (int i = exponent < 0 ? -exponent : exponent; i > 0; --i) value *= factor;  // exact: decimals stay within 1e-38..1e38
  return value;
}

}  // namespace

double to_double(i128 value, int scale) {
  if (value == 0) return 0.0;
  const bool negative = value < 0;
  const u128 magnitude = negative ? ~static_cast<u128>(value) + 1 : static_cast<u128>(value);
  double result;
  if (scale == 0) {
    result = round_to_double(magnitude, 0, false);
  } else {
    // Long division until the quotient has at least 64 significant bits; the remainder is the sticky bit.
    const auto divisor = static_cast<u128>(power_of_ten(scale));
    u128 quotient = magnitude / divisor;
    u128 remainder = magnitude % divisor;
    int exponent = 0;
    while (remainder != 0 && leading_zeros(quotient) > 60) {
      quotient <<= 1;
      remainder <<= 1;  // below 2 * 10^38 < 2^128
      if (remainder >= divisor) {
        remainder -= divisor;
        quotient |= 1;
      }
      --exponent;
    }
    result = round_to_double(quotient, exponent, remainder != 0);
  }
  return negative ? -result : result;
}

}  // namespace trueno

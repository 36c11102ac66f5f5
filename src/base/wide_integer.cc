#include "base/wide_integer.h"

#include <algorithm>

#include "base/big_integer.h"

namespace trueno {

double quotient_to_double(bool negative, std::span<const std::uint32_t> magnitude, int exponent, std::span<const std::uint32_t> divisor) {
  return ratio_to_double(BigInteger::of(negative, magnitude), BigInteger::of(false, divisor), exponent);
}

double average_of(const I192& sum, std::int64_t count, int scale) {
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  const i128 scaled_count = scale <= 15 ? static_cast<i128>(count) * power_of_ten(scale) : kI128Max;
  const std::optional<i128> narrow = sum.narrow();
  if (narrow && *narrow <= kExact && *narrow >= -kExact && scaled_count <= kExact) {
    return static_cast<double>(static_cast<std::int64_t>(*narrow)) / static_cast<double>(static_cast<std::int64_t>(scaled_count));
  }
  const bool negative = sum.negative();
  I192 magnitude = sum;
  if (negative) {
    magnitude = I192{~sum.low, ~sum.high};
    magnitude.add(1);
  }
  const auto high = static_cast<u128>(magnitude.high);
  const std::uint32_t limbs[6] = {static_cast<std::uint32_t>(magnitude.low), static_cast<std::uint32_t>(magnitude.low >> 32),
                                  static_cast<std::uint32_t>(high),          static_cast<std::uint32_t>(high >> 32),
                                  static_cast<std::uint32_t>(high >> 64),    static_cast<std::uint32_t>(high >> 96)};
  BigInteger divisor(count);
  for (int left = scale; left > 0; left -= 18) divisor = divisor * BigInteger(static_cast<std::int64_t>(power_of_ten(std::min(left, 18))));
  return ratio_to_double(BigInteger::of(negative, limbs), divisor);
}

}  // namespace trueno

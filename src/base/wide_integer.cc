#include "base/wide_integer.h"

#include <algorithm>

#include "base/big_integer.h"

namespace trueno {

double quotient_to_double(bool negative, std::span<const std::uint32_t> magnitude, int exponent, std::span<const std::uint32_t> divisor) {
  return ratio_to_double(BigInteger::of(negative, magnitude), BigInteger::of(false, divisor), exponent);
}

namespace {
I192 magnitude_of(const I192& sum) {
  if (!sum.negative()) return sum;
  I192 magnitude{~sum.low, ~sum.high};
  magnitude.add(1);
  return magnitude;
}
}  // namespace

i128 whole_average_of(const I192& sum, std::int64_t count) {
  const I192 magnitude = magnitude_of(sum);
  const auto divisor = static_cast<std::uint64_t>(count);
  const std::uint64_t words[3] = {static_cast<std::uint64_t>(static_cast<u128>(magnitude.high) >> 64),
                                  static_cast<std::uint64_t>(magnitude.high), magnitude.low};
  u128 quotient = 0;
  std::uint64_t rest = 0;
  for (const std::uint64_t word : words) {
    const u128 part = static_cast<u128>(rest) << 64 | word;
    quotient = quotient << 64 | static_cast<std::uint64_t>(part / divisor);
    rest = static_cast<std::uint64_t>(part % divisor);
  }
  const std::uint64_t missing = divisor - rest;
  if (rest > missing || (rest == missing && (quotient & 1) != 0)) ++quotient;
  return sum.negative() ? static_cast<i128>(u128{0} - quotient) : static_cast<i128>(quotient);
}

double average_of(const I192& sum, std::int64_t count, int scale) {
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  const i128 scaled_count = scale <= 15 ? static_cast<i128>(count) * power_of_ten(scale) : kI128Max;
  const std::optional<i128> narrow = sum.narrow();
  if (narrow && *narrow <= kExact && *narrow >= -kExact && scaled_count <= kExact) {
    return static_cast<double>(static_cast<std::int64_t>(*narrow)) / static_cast<double>(static_cast<std::int64_t>(scaled_count));
  }
  const bool negative = sum.negative();
  const I192 magnitude = magnitude_of(sum);
  const auto high = static_cast<u128>(magnitude.high);
  const std::uint32_t limbs[6] = {static_cast<std::uint32_t>(magnitude.low), static_cast<std::uint32_t>(magnitude.low >> 32),
                                  static_cast<std::uint32_t>(high),          static_cast<std::uint32_t>(high >> 32),
                                  static_cast<std::uint32_t>(high >> 64),    static_cast<std::uint32_t>(high >> 96)};
  BigInteger divisor(count);
  for (int left = scale; left > 0; left -= 18) divisor = divisor * BigInteger(static_cast<std::int64_t>(power_of_ten(std::min(left, 18))));
  return ratio_to_double(BigInteger::of(negative, limbs), divisor);
}

}  // namespace trueno

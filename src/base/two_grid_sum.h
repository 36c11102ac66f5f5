#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>

namespace trueno {

/// An exact sum of floats that is so many steps on each of two grids: high * 2^high_exponent + low * 2^low_exponent.
struct TwoGridSum {
  static constexpr std::int64_t kMost = std::int64_t{1} << 53;

  std::int64_t high = 0;
  std::int64_t low = 0;
  int high_exponent = 0;
  int low_exponent = 0;

  /// The sum divided by `count` (> 0), rounded once to nearest even; nothing where that cannot be told from doubles. Whatever it gives is
  /// what FixedSum gives.
  ///
  /// Both parts are doubles, so that one addition rounds their sum correctly, and what it rounded off is a double too. Of the quotient the
  /// same is known but for a small relative error: where both ends of its interval round to one double, that is the quotient.
  [[nodiscard]] __attribute__((always_inline)) std::optional<double> average(std::int64_t count) const {
    constexpr int kFarthestExponent = 800;  // between these nothing below comes near numbers that are not normal
    if (high > kMost || high < -kMost || low > kMost || low < -kMost) return std::nullopt;
    if (low_exponent < -kFarthestExponent || high_exponent > kFarthestExponent) return std::nullopt;
    const double a = static_cast<double>(high) * power_of_two(high_exponent);
    const double b = static_cast<double>(low) * power_of_two(low_exponent);
    const double sum = a + b;
    if (sum == 0) return b == -a ? std::optional(0.0) : std::nullopt;
    if (count == 1) return sum;
    if (count > kMost) return std::nullopt;
    const double in_sum = sum - a;
    const double rounded_off = (a - (sum - in_sum)) + (b - in_sum);
    const auto divisor = static_cast<double>(count);
    const double quotient = sum / divisor;
    const double rest = std::fma(-quotient, divisor, sum) + rounded_off;
    if (rest == 0) return quotient;
    const double more = rest / divisor;
    const double doubt = std::fabs(more) * 0x1p-48;
    const double least = quotient + (more - doubt);
    const double greatest = quotient + (more + doubt);
    return least == greatest ? std::optional(least) : std::nullopt;
  }

 private:
  static double power_of_two(int exponent) { return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52); }
};

}  // namespace trueno

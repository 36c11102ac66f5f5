// x^y = e^(y ln x), with the logarithm to 98 bits so that the product's error stays far below the last place; and cube roots.
#include <limits>

#include "kernel/math/elementary.h"
#include "kernel/math/exponential.h"

namespace trueno::kernel::math {

namespace {

bool is_whole(double y) { return std::trunc(y) == y; }
bool is_odd(double y) { return is_whole(y) && std::fabs(y) < 0x1p53 && std::fmod(y, 2) != 0; }

// |x|^y for finite x > 0 and finite y.
double of_positive(double x, double y) {
  const DoubleDouble log = logarithm(x);
  const double estimate = log.high * y;
  if (estimate > 710) return kInfinity;
  if (estimate < -746) return 0;
  if (std::fabs(estimate) < 0x1p-54) return 1;
  const Scaled power = exponential(log * y);
  return round_scaled(power.mantissa, power.exponent);
}

}  // namespace

double pow(double x, double y) {
  if (y == 0 || x == 1) return 1;
  if (std::isnan(x) || std::isnan(y)) return x + y;
  const double size = std::fabs(x);
  if (std::isinf(y)) {
    if (size == 1) return 1;
    return (size > 1) == (y > 0) ? kInfinity : 0;
  }
  const bool negative = std::signbit(x) && is_odd(y);
  if (size == 0 || std::isinf(size)) {
    const double result = (size == 0) == (y > 0) ? 0 : kInfinity;
    return negative ? -result : result;
  }
  if (x < 0 && !is_whole(y)) return std::numeric_limits<double>::quiet_NaN();
  const double result = of_positive(size, y);
  return negative ? -result : result;
}

double cbrt(double x) {
  if (x == 0 || !std::isfinite(x)) return x;
  const bool small = std::fabs(x) < 0x1p-1022;
  const double size = small ? std::fabs(x) * 0x1p54 : std::fabs(x);
  // size = m 2^(3k) with m from 1 to 8
  const int exponent = static_cast<int>(std::bit_cast<std::uint64_t>(size) >> 52) - 1023;
  const int k = (exponent + 3000) / 3 - 1000;
  const int half = -3 * k / 2;
  const double m = size * power_of_two(half) * power_of_two(-3 * k - half);
  double root = 0.75 + 0.16 * m;
  for (int i = 0; i < 6; ++i) root -= (root * root * root - m) / (3 * root * root);
  const DoubleDouble square = two_product(root, root);
  const DoubleDouble rest = -(square * root + -m);
  const DoubleDouble refined = fast_two_sum(root, rest.high / (3 * square.high));
  return std::copysign(round_scaled(refined, k - (small ? 18 : 0)), x);
}

}  // namespace trueno::kernel::math

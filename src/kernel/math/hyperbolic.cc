// Hyperbolic functions from e^x and ln x. Near zero they go through e^x - 1 and ln(1 + f), so that no digit cancels.
#include <limits>

#include "kernel/math/elementary.h"
#include "kernel/math/exponential.h"

namespace trueno::kernel::math {

namespace {

constexpr double kTiny = 0x1p-28;  // below, the odd functions are x to less than a place
constexpr double kLarge = 40;      // above, e^-x does not count beside e^x
constexpr double kHuge = 0x1p64;   // above, x^2 + 1 and x^2 - 1 are x^2
constexpr double kOverflow = 711;
DoubleDouble plain(const Scaled& e) { return scaled(e.mantissa, power_of_two(e.exponent)); }

// e^x - 1 for 0 <= x <= 2 kLarge.
DoubleDouble less_one(double x) {
  constexpr double kDirect = 0.35;
  return x <= kDirect ? exponential_less_one({x, 0}) : plain(exponential({x, 0})) + -1.0;
}

// ln 2x for large x.
double large_logarithm(double x) { return (logarithm(x) + kLn2).high; }

}  // namespace

double sinh(double x) {
  const double size = std::fabs(x);
  if (std::isnan(x) || size < kTiny) return x;
  if (size > kOverflow) return std::copysign(std::numeric_limits<double>::infinity(), x);
  if (size > kLarge) {
    const Scaled e = exponential({size, 0});
    return std::copysign(round_scaled(e.mantissa, e.exponent - 1), x);
  }
  const DoubleDouble e = less_one(size);  // (e + e / (e + 1)) / 2
  return std::copysign(scaled(e + e / (e + 1.0), 0.5).high, x);
}

double cosh(double x) {
  const double size = std::fabs(x);
  if (std::isnan(x)) return x;
  if (size > kOverflow) return std::numeric_limits<double>::infinity();
  const Scaled e = exponential({size, 0});
  if (size > kLarge) return round_scaled(e.mantissa, e.exponent - 1);
  const DoubleDouble power = plain(e);
  return scaled(power + DoubleDouble{1, 0} / power, 0.5).high;
}

double tanh(double x) {
  const double size = std::fabs(x);
  if (std::isnan(x) || size < kTiny) return x;
  if (size > kLarge) return std::copysign(1, x);
  const DoubleDouble e = less_one(2 * size);
  return std::copysign((e / (e + 2.0)).high, x);
}

double asinh(double x) {
  const double size = std::fabs(x);
  if (!std::isfinite(x) || size < kTiny) return x;
  if (size > kHuge) return std::copysign(large_logarithm(size), x);
  const DoubleDouble square = two_product(size, size);
  const DoubleDouble root = square_root(square + 1.0);
  return std::copysign(logarithm_of_one_plus(square / (root + 1.0) + size).high, x);
}

double acosh(double x) {
  if (!(x >= 1)) return undefined();
  if (x > kHuge) return std::isinf(x) ? x : large_logarithm(x);
  const DoubleDouble above = two_sum(x, -1);
  if (above.high == 0) return 0;
  return logarithm_of_one_plus(above + square_root(above * (above + 2.0))).high;
}

double atanh(double x) {
  const double size = std::fabs(x);
  if (size < kTiny) return x;
  if (!(size <= 1)) return undefined();
  if (size == 1) return std::copysign(std::numeric_limits<double>::infinity(), x);
  return std::copysign(scaled(logarithm_of_one_plus(DoubleDouble{2 * size, 0} / two_sum(1, -size)), 0.5).high, x);
}

}  // namespace trueno::kernel::math

#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace trueno::kernel::math {

/// A number as the unevaluated sum of two doubles, |low| at most half a unit in the last place of high: about 106 bits.
///
/// Every operation is a fixed sequence of IEEE 754 additions, multiplications, divisions and square roots, each rounded to nearest once
/// (the build forbids contraction), so the bits are the same on every platform that has binary64, in hardware or in software. Sources: T.
/// J. Dekker, "A floating-point technique for extending the available precision", Numer. Math. 18 (1971); J.-M. Muller and L. Rideau,
/// "Formalization of double-word arithmetic", ACM TOMS 48 (2022).
struct DoubleDouble {
  double high = 0;
  double low = 0;
};

inline constexpr DoubleDouble kPi{0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53};
inline constexpr DoubleDouble kHalfPi{0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54};

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Where a function has no value.
inline double undefined() { return std::numeric_limits<double>::quiet_NaN(); }

/// a + b exactly.
inline DoubleDouble two_sum(double a, double b) {
  const double sum = a + b;
  const double of_b = sum - a;
  return {sum, (a - (sum - of_b)) + (b - of_b)};
}
/// The same where |a| >= |b|.
inline DoubleDouble fast_two_sum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}
/// a * b exactly, for |a|, |b| < 2^990 and a product that is 0 or above 2^-960: halves of 26 bits, whose products are exact.
inline DoubleDouble two_product(double a, double b) {
  constexpr double kSplitter = 134'217'729;  // 2^27 + 1
  const double scaled_a = kSplitter * a;
  const double high_a = scaled_a - (scaled_a - a);
  const double low_a = a - high_a;
  const double scaled_b = kSplitter * b;
  const double high_b = scaled_b - (scaled_b - b);
  const double low_b = b - high_b;
  const double product = a * b;
  return {product, ((high_a * high_b - product) + high_a * low_b + low_a * high_b) + low_a * low_b};
}

inline DoubleDouble operator-(DoubleDouble a) { return {-a.high, -a.low}; }
inline DoubleDouble operator+(DoubleDouble a, DoubleDouble b) {
  DoubleDouble sum = two_sum(a.high, b.high);
  const DoubleDouble low = two_sum(a.low, b.low);
  sum = fast_two_sum(sum.high, sum.low + low.high);
  return fast_two_sum(sum.high, sum.low + low.low);
}
inline DoubleDouble operator+(DoubleDouble a, double b) {
  const DoubleDouble sum = two_sum(a.high, b);
  return fast_two_sum(sum.high, sum.low + a.low);
}
inline DoubleDouble operator-(DoubleDouble a, DoubleDouble b) { return a + -b; }
inline DoubleDouble operator*(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble product = two_product(a.high, b.high);
  return fast_two_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
}
inline DoubleDouble operator*(DoubleDouble a, double b) {
  const DoubleDouble product = two_product(a.high, b);
  return fast_two_sum(product.high, product.low + a.low * b);
}
inline DoubleDouble operator/(DoubleDouble a, DoubleDouble b) {
  const double first = a.high / b.high;
  DoubleDouble rest = a - b * first;
  const double second = rest.high / b.high;
  rest = rest - b * second;
  const double third = rest.high / b.high;
  return fast_two_sum(first, second) + third;
}
/// Multiplied by a power of two, which is exact while both parts stay normal.
inline DoubleDouble scaled(DoubleDouble a, double power_of_two) { return {a.high * power_of_two, a.low * power_of_two}; }

/// Square root of a positive number: one Newton step from the root of the high part.
inline DoubleDouble square_root(DoubleDouble a) {
  if (a.high == 0) return a;
  const double root = std::sqrt(a.high);  // correctly rounded by IEEE 754
  const DoubleDouble rest = a - two_product(root, root);
  return fast_two_sum(root, rest.high / (2 * root));
}

/// Horner's rule: coefficients of the highest power first.
template <std::size_t count>
inline DoubleDouble polynomial(const DoubleDouble (&coefficients)[count], DoubleDouble x) {
  DoubleDouble sum = coefficients[0];
  for (std::size_t i = 1; i < count; ++i) sum = sum * x + coefficients[i];
  return sum;
}

/// 2^exponent for -1022 <= exponent <= 1023.
inline double power_of_two(int exponent) { return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52); }

/// a * 2^exponent rounded once to a double, to nearest even: infinity past the range, subnormals below the normal numbers. `a` is about 1.
double round_scaled(DoubleDouble a, int exponent);

}  // namespace trueno::kernel::math

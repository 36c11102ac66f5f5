// ln(a). a = m 2^e with m between the roots of 1/2 and 2; ln m = 2 artanh((m - 1) / (m + 1)) by its series, in which no digit cancels.
#include <limits>

#include "kernel/math/elementary.h"
#include "kernel/math/exponential.h"

namespace trueno::kernel::math {

namespace {

// 1/43, 1/41, ..., 1/3, 1
constexpr DoubleDouble kArtanhSeries[] = {{0x1.7d05f417d05f4p-6, 0x1.7d05f417d05f4p-62},  {0x1.8f9c18f9c18fap-6, -0x1.f3831f3831f38p-61},
                                          {0x1.a41a41a41a41ap-6, 0x1.0690690690690p-60},  {0x1.bacf914c1bad0p-6, -0x1.bacf914c1bad0p-60},
                                          {0x1.d41d41d41d41dp-6, 0x1.0750750750750p-60},  {0x1.f07c1f07c1f08p-6, -0x1.f07c1f07c1f08p-61},
                                          {0x1.0842108421084p-5, 0x1.0842108421084p-60},  {0x1.1a7b9611a7b96p-5, 0x1.1a7b9611a7b96p-61},
                                          {0x1.2f684bda12f68p-5, 0x1.2f684bda12f68p-59},  {0x1.47ae147ae147bp-5, -0x1.eb851eb851eb8p-61},
                                          {0x1.642c8590b2164p-5, 0x1.642c8590b2164p-60},  {0x1.8618618618618p-5, 0x1.8618618618618p-59},
                                          {0x1.af286bca1af28p-5, 0x1.af286bca1af28p-59},  {0x1.e1e1e1e1e1e1ep-5, 0x1.e1e1e1e1e1e1ep-61},
                                          {0x1.1111111111111p-4, 0x1.1111111111111p-60},  {0x1.3b13b13b13b14p-4, -0x1.3b13b13b13b14p-58},
                                          {0x1.745d1745d1746p-4, -0x1.745d1745d1746p-59}, {0x1.c71c71c71c71cp-4, 0x1.c71c71c71c71cp-58},
                                          {0x1.2492492492492p-3, 0x1.2492492492492p-57},  {0x1.999999999999ap-3, -0x1.999999999999ap-57},
                                          {0x1.5555555555555p-2, 0x1.5555555555555p-56},  {0x1.0000000000000p+0, 0}};

constexpr DoubleDouble kInverseLn2{0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56};
constexpr DoubleDouble kInverseLn10{0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57};

// f / (2 + f) is small.
DoubleDouble from_difference(DoubleDouble f) {
  const DoubleDouble s = f / (f + 2.0);
  return scaled(polynomial(kArtanhSeries, s * s) * s, 2);
}

// Zero, negative numbers, infinity and NaN; false for the rest.
bool special(double x, double& result) {
  if (x > 0 && x < std::numeric_limits<double>::infinity()) return false;
  result = x == 0 ? -std::numeric_limits<double>::infinity() : (x < 0 ? std::numeric_limits<double>::quiet_NaN() : x);
  return true;
}

// m and e of a positive normal a.
DoubleDouble split(DoubleDouble a, int& exponent) {
  constexpr double kRootOfTwo = 0x1.6a09e667f3bcdp+0;
  exponent = static_cast<int>(std::bit_cast<std::uint64_t>(a.high) >> 52) - 1023;
  // In two steps, for one power can be out of the range of doubles.
  const int half = -exponent / 2;
  DoubleDouble m = scaled(scaled(a, power_of_two(half)), power_of_two(-exponent - half));
  if (m.high > kRootOfTwo) {
    m = scaled(m, 0.5);
    ++exponent;
  }
  return m;
}

DoubleDouble of_mantissa(DoubleDouble m) { return from_difference(m + -1.0); }

// A subnormal a is made normal first.
DoubleDouble split_any(double a, int& exponent) {
  const bool small = a < 0x1p-1022;
  const DoubleDouble m = split({small ? a * 0x1p54 : a, 0}, exponent);
  if (small) exponent -= 54;
  return m;
}

}  // namespace

DoubleDouble logarithm(DoubleDouble a) {
  int exponent = 0;
  const DoubleDouble m = split(a, exponent);
  return exponent == 0 ? of_mantissa(m) : kLn2 * static_cast<double>(exponent) + of_mantissa(m);
}

DoubleDouble logarithm(double a) {
  int exponent = 0;
  const DoubleDouble m = split_any(a, exponent);
  return exponent == 0 ? of_mantissa(m) : kLn2 * static_cast<double>(exponent) + of_mantissa(m);
}

DoubleDouble logarithm_of_one_plus(DoubleDouble f) { return std::fabs(f.high) < 0.25 ? from_difference(f) : logarithm(f + 1.0); }

double log(double x) {
  double result = 0;
  return special(x, result) ? result : logarithm(x).high;
}

double log2(double x) {
  double result = 0;
  if (special(x, result)) return result;
  int exponent = 0;
  const DoubleDouble m = split_any(x, exponent);
  return (of_mantissa(m) * kInverseLn2 + static_cast<double>(exponent)).high;
}

double log10(double x) {
  double result = 0;
  return special(x, result) ? result : (logarithm(x) * kInverseLn10).high;
}

double log_to_base(double base, double x) {
  double of_base = 0;
  double of_x = 0;
  const bool base_special = special(base, of_base);
  const bool x_special = special(x, of_x);
  if (base_special || x_special || base == 1) return (x_special ? of_x : log(x)) / (base_special ? of_base : log(base));
  return (logarithm(x) / logarithm(base)).high;
}

}  // namespace trueno::kernel::math

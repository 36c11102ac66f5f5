// Arc tangent and its relatives. atan x = 2 atan(x / (1 + sqrt(1 + x^2))) twice brings |x| <= 1 below tan(pi/16), where the series is
// short.
#include <limits>

#include "kernel/math/double_double.h"
#include "kernel/math/elementary.h"

namespace trueno::kernel::math {

namespace {

// Coefficients of x^45, x^43, ..., x.
constexpr DoubleDouble kArcTangentSeries[] = {{0x1.6c16c16c16c17p-6, -0x1.f49f49f49f49fp-61},
                                              {-0x1.7d05f417d05f4p-6, -0x1.7d05f417d05f4p-62},
                                              {0x1.8f9c18f9c18fap-6, -0x1.f3831f3831f38p-61},
                                              {-0x1.a41a41a41a41ap-6, -0x1.0690690690690p-60},
                                              {0x1.bacf914c1bad0p-6, -0x1.bacf914c1bad0p-60},
                                              {-0x1.d41d41d41d41dp-6, -0x1.0750750750750p-60},
                                              {0x1.f07c1f07c1f08p-6, -0x1.f07c1f07c1f08p-61},
                                              {-0x1.0842108421084p-5, -0x1.0842108421084p-60},
                                              {0x1.1a7b9611a7b96p-5, 0x1.1a7b9611a7b96p-61},
                                              {-0x1.2f684bda12f68p-5, -0x1.2f684bda12f68p-59},
                                              {0x1.47ae147ae147bp-5, -0x1.eb851eb851eb8p-61},
                                              {-0x1.642c8590b2164p-5, -0x1.642c8590b2164p-60},
                                              {0x1.8618618618618p-5, 0x1.8618618618618p-59},
                                              {-0x1.af286bca1af28p-5, -0x1.af286bca1af28p-59},
                                              {0x1.e1e1e1e1e1e1ep-5, 0x1.e1e1e1e1e1e1ep-61},
                                              {-0x1.1111111111111p-4, -0x1.1111111111111p-60},
                                              {0x1.3b13b13b13b14p-4, -0x1.3b13b13b13b14p-58},
                                              {-0x1.745d1745d1746p-4, 0x1.745d1745d1746p-59},
                                              {0x1.c71c71c71c71cp-4, 0x1.c71c71c71c71cp-58},
                                              {-0x1.2492492492492p-3, -0x1.2492492492492p-57},
                                              {0x1.999999999999ap-3, -0x1.999999999999ap-57},
                                              {-0x1.5555555555555p-2, -0x1.5555555555555p-56},
                                              {0x1.0000000000000p+0, 0}};

constexpr double kArcIsArgument = 0x1p-28;  // below, atan x = asin x = x to less than a place
constexpr double kArcIsHalfPi = 0x1p64;     // above, atan x = pi/2 to less than a place

// For 0 <= x <= 1.
DoubleDouble of_fraction(DoubleDouble x) {
  for (int i = 0; i < 2; ++i) x = x / (square_root(x * x + 1.0) + 1.0);
  return scaled(polynomial(kArcTangentSeries, x * x) * x, 4);
}
// For 0 <= x < 2^64.
DoubleDouble arc_tangent(DoubleDouble x) {
  if (x.high <= 1) return of_fraction(x);
  return kHalfPi - of_fraction(DoubleDouble{1, 0} / x);
}

}  // namespace

double atan(double x) {
  const double size = std::fabs(x);
  if (std::isnan(x) || size < kArcIsArgument) return x;
  return std::copysign(size >= kArcIsHalfPi ? kHalfPi.high : arc_tangent({size, 0}).high, x);
}

double asin(double x) {
  const double size = std::fabs(x);
  if (size < kArcIsArgument) return x;
  if (!(size <= 1)) return undefined();
  if (size == 1) return std::copysign(kHalfPi.high, x);
  const DoubleDouble cosine = square_root(two_sum(1, -size) * two_sum(1, size));
  return std::copysign(arc_tangent(DoubleDouble{size, 0} / cosine).high, x);
}

// acos x = 2 atan sqrt((1 - x) / (1 + x)), in which no digit cancels.
double acos(double x) {
  if (!(std::fabs(x) <= 1)) return undefined();
  if (x == -1) return kPi.high;
  return scaled(arc_tangent(square_root(two_sum(1, -x) / two_sum(1, x))), 2).high;
}

double atan2(double y, double x) {
  if (std::isnan(x) || std::isnan(y)) return undefined();
  const double of_x = std::fabs(x);
  const double of_y = std::fabs(y);
  const bool left = std::signbit(x);
  if (of_y == 0) return std::copysign(left ? kPi.high : 0, y);
  if (of_x == 0) return std::copysign(kHalfPi.high, y);
  if (std::isinf(of_x) || std::isinf(of_y)) {
    if (!std::isinf(of_y)) return std::copysign(left ? kPi.high : 0, y);
    if (!std::isinf(of_x)) return std::copysign(kHalfPi.high, y);
    return std::copysign((scaled(kHalfPi, 0.5) * (left ? 3.0 : 1.0)).high, y);
  }
  const double quotient = of_y / of_x;
  if (quotient >= kArcIsHalfPi) return std::copysign(kHalfPi.high, y);
  if (quotient < 1 / kArcIsHalfPi) return std::copysign(left ? kPi.high : quotient, y);
  // Both near 1, so that nothing leaves the range on the way; subnormals have few digits and are exact all the same.
  const double scale = of_x < 0x1p-500 ? 0x1p600 : (of_x > 0x1p500 ? 0x1p-600 : 1);
  const DoubleDouble angle = arc_tangent(DoubleDouble{of_y * scale, 0} / DoubleDouble{of_x * scale, 0});
  return std::copysign((left ? kPi - angle : angle).high, y);
}

}  // namespace trueno::kernel::math

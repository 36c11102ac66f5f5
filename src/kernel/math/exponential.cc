// e^x. x = k ln 2 + r with |r| <= ln 2 / 2; e^(r/256) - 1 by its Taylor series, squared eight times as (1 + e)^2 - 1 = 2e + e^2.
#include "kernel/math/exponential.h"

#include <limits>

#include "kernel/math/elementary.h"

namespace trueno::kernel::math {

namespace {

// 1/10!, ..., 1/2!, 1
constexpr DoubleDouble kSeries[] = {{0x1.27e4fb7789f5cp-22, 0x1.cbbc05b4fa99ap-76},
                                    {0x1.71de3a556c734p-19, -0x1.c154f8ddc6c00p-73},
                                    {0x1.a01a01a01a01ap-16, 0x1.a01a01a01a01ap-76},
                                    {0x1.a01a01a01a01ap-13, 0x1.a01a01a01a01ap-73},
                                    {0x1.6c16c16c16c17p-10, -0x1.f49f49f49f49fp-65},
                                    {0x1.1111111111111p-7, 0x1.1111111111111p-63},
                                    {0x1.5555555555555p-5, 0x1.5555555555555p-59},
                                    {0x1.5555555555555p-3, 0x1.5555555555555p-57},
                                    {0x1.0000000000000p-1, 0},
                                    {0x1.0000000000000p+0, 0}};

}  // namespace

DoubleDouble exponential_less_one(DoubleDouble x) {
  const DoubleDouble small = scaled(x, 0x1p-8);
  DoubleDouble e = polynomial(kSeries, small) * small;
  for (int i = 0; i < 8; ++i) e = scaled(e, 2) + e * e;
  return e;
}

Scaled exponential(DoubleDouble x) {
  // ln 2 in three parts; the first ends in 21 zeros, so that its product with k is exact.
  constexpr double kFirst = 0x1.62e42fee00000p-1;
  constexpr double kSecond = 0x1.a39ef35793c76p-33;
  constexpr double kThird = 0x1.cc01f97b57a08p-87;
  constexpr double kInverse = 0x1.71547652b82fep+0;
  const double k = std::nearbyint(x.high * kInverse);
  DoubleDouble rest = two_sum(x.high, -(k * kFirst));
  rest = rest - two_product(k, kSecond);
  rest = rest + (x.low - k * kThird);
  return {exponential_less_one(rest) + 1.0, static_cast<int>(k)};
}

double exp(double x) {
  if (std::isnan(x)) return x;
  if (x > 710) return std::numeric_limits<double>::infinity();
  if (x < -746) return 0;
  if (std::fabs(x) < 0x1p-54) return 1;
  const Scaled e = exponential({x, 0});
  return round_scaled(e.mantissa, e.exponent);
}

}  // namespace trueno::kernel::math

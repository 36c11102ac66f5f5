// The gamma function and the logarithm of its magnitude.
//
// ln gamma(x) for x >= 32 is Stirling's series; smaller arguments are moved there by gamma(x) = gamma(x + n) / (x (x + 1) ... (x + n - 1)),
// negative ones by the reflection gamma(x) gamma(1 - x) = pi / sin(pi x). Around the zeros at 1 and 2 the Taylor series around 2 keeps the
// relative error small. Source: NIST Digital Library of Mathematical Functions, 5.5, 5.7 and 5.11.
#include <limits>

#include "kernel/math/elementary.h"
#include "kernel/math/exponential.h"
#include "kernel/math/trigonometry.h"

namespace trueno::kernel::math {

namespace {

constexpr DoubleDouble kHalfLn2Pi{0x1.d67f1c864beb5p-1, -0x1.65b5a1b7ff5dfp-55};
constexpr DoubleDouble kLnPi{0x1.250d048e7a1bdp+0, 0x1.7abf2ad8d5088p-57};

// B(2k) / (2k (2k - 1)), k = 13 ... 1: at 32 the first term left out is below 2^-110.
constexpr DoubleDouble kStirling[] = {{0x1.12234e81b4e82p+11, -0x1.2c5f92c5f92c6p-43}, {-0x1.39b2525cccc1bp+7, 0x1.52604768a30fcp-47},
                                      {0x1.ace44322ce006p+3, -0x1.62c2b1bbcdd32p-51},  {-0x1.6476701181f3ap+0, 0x1.24246319da678p-56},
                                      {0x1.6fe96381e0680p-3, -0x1.79e2405a71f88p-61},  {-0x1.e4286cb0f5398p-6, 0x1.1efcdab896745p-61},
                                      {0x1.a41a41a41a41ap-8, 0x1.0690690690690p-62},   {-0x1.f6ab0d9993c7dp-10, 0x1.f82553c999b0ep-64},
                                      {0x1.b951e2b18ff23p-11, 0x1.5c3a9ce01b952p-65},  {-0x1.3813813813814p-11, 0x1.fb1fb1fb1fb20p-65},
                                      {0x1.a01a01a01a01ap-11, 0x1.a01a01a01a01ap-71},  {-0x1.6c16c16c16c17p-9, 0x1.f49f49f49f49fp-64},
                                      {0x1.5555555555555p-4, 0x1.5555555555555p-58}};

// (-1)^k (zeta(k) - 1) / k, k = 33 ... 2, and 1 - Euler's constant: ln gamma(2 + z) / z.
constexpr DoubleDouble kAroundTwo[] = {{-0x1.f07c514fc9f0ap-39, -0x1.75b6be545ac09p-96}, {0x1.000026e3f644fp-37, 0x1.3546a6054c889p-91},
                                       {-0x1.08424cbc543d8p-36, -0x1.40ef820dbc9eap-91}, {0x1.11116e693ed98p-35, -0x1.c7034d49e7fc7p-89},
                                       {-0x1.1a7c26ec2523cp-34, -0x1.4f4ebdb4a04b5p-88}, {0x1.24932a337434cp-33, 0x1.060829c24508fp-87},
                                       {-0x1.2f69a9fabe3e0p-32, 0x1.a162ab374c789p-86},  {0x1.3b15d2b2fc10cp-31, -0x1.d79f6feeeb28bp-86},
                                       {-0x1.47b1679258d0ep-30, -0x1.04f36e0e854e4p-84}, {0x1.555a877ffd2c3p-29, -0x1.875065f26a43bp-83},
                                       {-0x1.6434a8447aeadp-28, -0x1.af72edf876fcdp-87}, {0x1.7469daccfadcdp-27, -0x1.369d388cebaa9p-81},
                                       {-0x1.862c734df3eacp-26, -0x1.b32802bec0da0p-80}, {0x1.99b93c2070b0fp-25, 0x1.0327164736428p-79},
                                       {-0x1.af5a6cbbf8a97p-24, -0x1.95f227e96d83ep-78}, {0x1.c76bbb3f07a4dp-23, 0x1.d9a2b77769b52p-77},
                                       {-0x1.e2600d93cfd2fp-22, 0x1.130ac39e5c106p-76},  {0x1.0064cdeb22f0fp-20, 0x1.d0156affdbc11p-75},
                                       {-0x1.11b2eb7679541p-19, -0x1.c76b0e65ac63ap-75}, {0x1.2597a39f34aacp-18, -0x1.bf911462a7d81p-72},
                                       {-0x1.3cbc963ce2243p-17, 0x1.ea56e6c7d5329p-71},  {0x1.580dcee66eb02p-16, 0x1.260574b258f72p-71},
                                       {-0x1.78de5bd7c81efp-15, 0x1.a20541cde47a6p-72},  {0x1.a127b0f17d65ap-14, 0x1.9d309aa700268p-69},
                                       {-0x1.d3fd4c76d2fc8p-13, 0x1.c7c55cfccbb83p-68},  {0x1.0b36af86396e9p-11, -0x1.0698d6c892967p-65},
                                       {-0x1.38ac5c2bf8e08p-10, 0x1.8a4c1cfd9cec8p-65},  {0x1.7add6eadb6c30p-9, -0x1.5b7828c7fd7f4p-64},
                                       {-0x1.e404fc218f5f2p-8, 0x1.e4a627cf1eb34p-62},   {0x1.51322ac7d8483p-6, 0x1.afc89088cb729p-60},
                                       {-0x1.13e001a557607p-4, 0x1.fb68be2f8821fp-58},   {0x1.4a34cc4a60fa6p-2, 0x1.1873d8912200cp-56},
                                       {0x1.b0ee6072093cep-2, 0x1.6cb90701fbfabp-58}};

constexpr double kStirlingFrom = 32;
// ln gamma(x) for x > 0 of moderate size, to about 2^-90 absolute.
DoubleDouble log_gamma_of(DoubleDouble x) {
  DoubleDouble passed{1, 0};
  while (x.high < kStirlingFrom) {
    passed = passed * x;
    x = x + 1.0;
  }
  const DoubleDouble inverse = DoubleDouble{1, 0} / x;
  const DoubleDouble series = polynomial(kStirling, inverse * inverse) * inverse;
  return (x - DoubleDouble{0.5, 0}) * logarithm(x) - x + kHalfLn2Pi + series - logarithm(passed);
}

// ln |gamma(x)| for x < 0 that is no whole number.
DoubleDouble log_gamma_of_negative(double x) {
  const DoubleDouble sine = sine_of_pi_times(x - std::nearbyint(x));  // exact: both are multiples of the same power of two
  const DoubleDouble size = sine.high < 0 ? -sine : sine;
  return kLnPi - logarithm(size) - log_gamma_of(two_sum(1, -x));
}

}  // namespace

double gamma(double x) {
  constexpr double kLeastNegative = -185;  // the result is below the smallest subnormal
  if (std::isnan(x)) return x;
  if (x == 0) return 1 / x;
  if (x == std::trunc(x) && x < 0) return std::numeric_limits<double>::quiet_NaN();
  if (x > 172) return kInfinity;
  if (std::fabs(x) < 0x1p-60) return 1 / x;
  const double half = std::floor(x) / 2;
  const bool negative = x < 0 && half != std::floor(half);  // between a whole number that is odd and the next
  if (x < kLeastNegative) return negative ? -0.0 : 0.0;
  const Scaled e = exponential(x > 0 ? log_gamma_of({x, 0}) : log_gamma_of_negative(x));
  const double size = round_scaled(e.mantissa, e.exponent);
  return negative ? -size : size;
}

double log_gamma(double x) {
  if (std::isnan(x)) return x;
  if (std::isinf(x)) return kInfinity;
  if (x == std::trunc(x) && x <= 0) return kInfinity;
  if (std::fabs(x) < 0x1p-60) return -logarithm(std::fabs(x)).high;
  if (x < 0) return log_gamma_of_negative(x).high;
  if (x >= 0.5 && x <= 2.5) {
    const bool around_one = x < 1.5;
    const double z = x - (around_one ? 1 : 2);
    const DoubleDouble around_two = polynomial(kAroundTwo, {z, 0}) * z;
    return around_one ? (around_two - logarithm_of_one_plus({z, 0})).high : around_two.high;
  }
  if (x < 0x1p500) return log_gamma_of({x, 0}).high;
  // x (ln x - 1), with x scaled down so that its product stays in range.
  constexpr int kShift = 600;
  return round_scaled((logarithm(x) - DoubleDouble{1, 0}) * (x * power_of_two(-kShift)), kShift);
}

}  // namespace trueno::kernel::math

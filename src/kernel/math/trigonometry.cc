// Sine and its relatives. An argument past pi/4 is reduced by Payne and Hanek's method: its product with 2/pi is computed in integers, with
// as many bits of 2/pi as its exponent needs, so that the largest doubles lose nothing. Then Taylor's series on |r| <= pi/4.
// Source: M. Payne and R. Hanek, "Radian reduction for trigonometric functions", ACM SIGNUM Newsletter 18 (1983).
#include "kernel/math/trigonometry.h"

#include <limits>

#include "base/int128.h"
#include "kernel/math/elementary.h"

namespace trueno::kernel::math {

namespace {

// 1280 bits of 2/pi, the first word the most significant.
constexpr std::uint64_t kTwoOverPi[] = {0xa2f9836e4e441529ULL, 0xfc2757d1f534ddc0ULL, 0xdb6295993c439041ULL, 0xfe5163abdebbc561ULL,
                                        0xb7246e3a424dd2e0ULL, 0x06492eea09d1921cULL, 0xfe1deb1cb129a73eULL, 0xe88235f52ebb4484ULL,
                                        0xe99c7026b45f7e41ULL, 0x3991d639835339f4ULL, 0x9c845f8bbdf9283bULL, 0x1ff897ffde05980fULL,
                                        0xef2f118b5a0a6d1fULL, 0x6d367ecf27cb09b7ULL, 0x4f463f669e5fea2dULL, 0x7527bac7ebe5f17bULL,
                                        0x3d0739f78a5292eaULL, 0x6bfb5fb11f8d5d08ULL, 0x56033046fc7b6babULL, 0xf0cfbc209af4361dULL};

// Coefficients of r^27, r^25, ..., r.
constexpr DoubleDouble kSine[] = {{-0x1.d1ab1c2dccea3p-94, -0x1.054d0c78aea14p-149}, {0x1.3f3ccdd165fa9p-84, -0x1.58ddadf344487p-139},
                                  {-0x1.761b41316381ap-75, 0x1.3423c7d91404fp-130},  {0x1.71b8ef6dcf572p-66, -0x1.d043ae40c4647p-120},
                                  {-0x1.2f49b46814157p-57, -0x1.2650f61dbdcb4p-112}, {0x1.952c77030ad4ap-49, 0x1.ac981465ddc6cp-103},
                                  {-0x1.ae7f3e733b81fp-41, -0x1.1d8656b0ee8cbp-97},  {0x1.6124613a86d09p-33, 0x1.f28e0cc748ebep-87},
                                  {-0x1.ae64567f544e4p-26, 0x1.c062e06d1f209p-80},   {0x1.71de3a556c734p-19, -0x1.c154f8ddc6c00p-73},
                                  {-0x1.a01a01a01a01ap-13, -0x1.a01a01a01a01ap-73},  {0x1.1111111111111p-7, 0x1.1111111111111p-63},
                                  {-0x1.5555555555555p-3, -0x1.5555555555555p-57},   {0x1.0000000000000p+0, 0}};
// Coefficients of r^28, r^26, ..., 1.
constexpr DoubleDouble kCosine[] = {{0x1.0a18a2635085dp-98, 0x1.b9e2e28e1aa54p-153},
                                    {-0x1.88e85fc6a4e5ap-89, 0x1.71c37ebd16540p-143},
                                    {0x1.f2cf01972f578p-80, -0x1.9ada5fcc1ab14p-135},
                                    {-0x1.0ce396db7f853p-70, 0x1.aebcdbd20331cp-124},
                                    {0x1.e542ba4020225p-62, 0x1.ea72b4afe3c2fp-120},
                                    {-0x1.6827863b97d97p-53, -0x1.eec01221a8b0bp-107},
                                    {0x1.ae7f3e733b81fp-45, 0x1.1d8656b0ee8cbp-101},
                                    {-0x1.93974a8c07c9dp-37, -0x1.05d6f8a2efd1fp-92},
                                    {0x1.1eed8eff8d898p-29, -0x1.2aec959e14c06p-83},
                                    {-0x1.27e4fb7789f5cp-22, -0x1.cbbc05b4fa99ap-76},
                                    {0x1.a01a01a01a01ap-16, 0x1.a01a01a01a01ap-76},
                                    {-0x1.6c16c16c16c17p-10, 0x1.f49f49f49f49fp-65},
                                    {0x1.5555555555555p-5, 0x1.5555555555555p-59},
                                    {-0x1.0000000000000p-1, 0},
                                    {0x1.0000000000000p+0, 0}};

constexpr DoubleDouble kDegree{0x1.1df46a2529d39p-6, 0x1.5c1d8becdd291p-62};   // pi / 180
constexpr DoubleDouble kRadian{0x1.ca5dc1a63c1f8p+5, -0x1.1e7ab456405f9p-49};  // 180 / pi

/// x = quadrant * pi/2 + rest, |rest| <= pi/4.
struct Reduced {
  int quadrant = 0;
  DoubleDouble rest;
};

// 64 bits of 2/pi from a bit position on, counted from the most significant.
std::uint64_t bits_from(int position) {
  const int word = position / 64;
  const int shift = position % 64;
  const std::uint64_t high = word < 20 ? kTwoOverPi[word] : 0;
  const std::uint64_t low = word + 1 < 20 ? kTwoOverPi[word + 1] : 0;
  return shift == 0 ? high : high << shift | low >> (64 - shift);
}

// words[4] is the most significant.
void shift_left(std::uint64_t (&words)[5], int bits) {
  for (int i = 4; i >= 0; --i) words[i] = words[i] << bits | (i > 0 && bits > 0 ? words[i - 1] >> (64 - bits) : 0);
}
void shift_right(std::uint64_t (&words)[5], int bits) {
  for (int i = 0; i < 5; ++i) words[i] = words[i] >> bits | (i < 4 && bits > 0 ? words[i + 1] << (64 - bits) : 0);
}

// A fraction of 256 bits (words[3] the most significant), to 106 significant ones.
DoubleDouble fraction_of(const std::uint64_t (&words)[5]) {
  int top = 3;
  while (top > 0 && words[top] == 0) --top;
  DoubleDouble sum;
  // Three words hold 128 significant bits or more; halves of words are exact.
  for (int i = top; i >= 0 && i > top - 3; --i) {
    const double unit = power_of_two(-64 * (4 - i));
    sum = sum + static_cast<double>(words[i] >> 32) * (unit * 0x1p32);
    sum = sum + static_cast<double>(words[i] & 0xFFFFFFFFu) * unit;
  }
  return sum;
}

Reduced reduce_large(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x) & 0x7FFFFFFFFFFFFFFFULL;
  const std::uint64_t significand = (bits & 0xFFFFFFFFFFFFFULL) | 1ULL << 52;
  const int exponent = static_cast<int>(bits >> 52) - 1075;  // |x| = significand * 2^exponent
  // Bits of 2/pi whose product is a multiple of 4 do not matter.
  const int skipped = exponent > 2 ? exponent - 2 : 0;
  std::uint64_t product[5] = {};
  for (int i = 0; i < 4; ++i) {  // the least significant word first
    const u128 partial = static_cast<u128>(significand) * bits_from(skipped + 64 * (3 - i)) + product[i];
    product[i] = static_cast<std::uint64_t>(partial);
    product[i + 1] = static_cast<std::uint64_t>(partial >> 64);
  }
  // Now |x| * 2/pi = product * 2^(exponent - skipped - 256); the point comes before the lowest 256 bits.
  const int shift = exponent - skipped;
  shift >= 0 ? shift_left(product, shift) : shift_right(product, -shift);
  int quadrant = static_cast<int>(product[4] & 3);
  const bool above_half = (product[3] >> 63) != 0;
  if (above_half) {  // to the nearest: the rest is negative
    ++quadrant;
    std::uint64_t carry = 1;
    for (int i = 0; i < 4; ++i) {
      product[i] = ~product[i] + carry;
      carry = carry != 0 && product[i] == 0 ? 1 : 0;
    }
  }
  const DoubleDouble fraction = fraction_of(product);
  DoubleDouble rest = (above_half ? -fraction : fraction) * kHalfPi;
  if (std::signbit(x)) {
    rest = -rest;
    quadrant = -quadrant;
  }
  return {quadrant & 3, rest};
}

Reduced reduce(double x) {
  constexpr double kQuarterPi = 0x1.921fb54442d18p-1;
  return std::fabs(x) <= kQuarterPi ? Reduced{0, {x, 0}} : reduce_large(x);
}

DoubleDouble sine(DoubleDouble r) { return polynomial(kSine, r * r) * r; }
DoubleDouble cosine(DoubleDouble r) { return polynomial(kCosine, r * r); }

DoubleDouble sine_of(const Reduced& x) {
  const DoubleDouble value = x.quadrant % 2 == 0 ? sine(x.rest) : cosine(x.rest);
  return x.quadrant >= 2 ? -value : value;
}
DoubleDouble cosine_of(const Reduced& x) {
  const DoubleDouble value = x.quadrant % 2 == 0 ? cosine(x.rest) : sine(x.rest);
  return x.quadrant == 1 || x.quadrant == 2 ? -value : value;
}

constexpr double kSineIsArgument = 0x1p-28;  // below, sin x = tan x = x to less than a place

}  // namespace

DoubleDouble sine_of_pi_times(double r) {
  const double size = std::fabs(r);
  if (size <= 0.25) return sine(kPi * r);
  const DoubleDouble value = cosine(kPi * (0.5 - size));
  return r < 0 ? -value : value;
}

double sin(double x) {
  if (!std::isfinite(x)) return undefined();
  return std::fabs(x) < kSineIsArgument ? x : sine_of(reduce(x)).high;
}
double cos(double x) {
  if (!std::isfinite(x)) return undefined();
  return std::fabs(x) < kSineIsArgument ? 1 : cosine_of(reduce(x)).high;
}
double tan(double x) {
  if (!std::isfinite(x)) return undefined();
  if (std::fabs(x) < kSineIsArgument) return x;
  const Reduced reduced = reduce(x);
  return (sine_of(reduced) / cosine_of(reduced)).high;
}
double cot(double x) {
  if (!std::isfinite(x)) return undefined();
  if (std::fabs(x) < kSineIsArgument) return 1 / x;
  const Reduced reduced = reduce(x);
  return (cosine_of(reduced) / sine_of(reduced)).high;
}

// Products at the ends of the range would leave it on the way; there the plain one is as good.
double degrees(double x) {
  const double size = std::fabs(x);
  return size > 0x1p-900 && size < 0x1p900 ? (kRadian * x).high : x * kRadian.high;
}
double radians(double x) {
  const double size = std::fabs(x);
  return size > 0x1p-900 && size < 0x1p900 ? (kDegree * x).high : x * kDegree.high;
}

}  // namespace trueno::kernel::math

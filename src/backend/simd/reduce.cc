// Sums and extremes of a chunk.
//
// Float sums are exact and order-free: see SumWindow. A value x is rounded to the high grid by adding and subtracting 1.5 * 2^(grid + 52);
// the bits of the first sum, as an integer, count the grid steps. The rest of x is exact in binary64 and goes through the low grid the same
// way. So a chunk costs six float additions a value and no conversion, on any instruction set. Where the exponents of a chunk lie close
// enough together, which is nearly always, four do (sum_narrow_f64) or one (sum_narrow_f32); where their span is proven, nothing else is
// looked at (sum_known_f64).
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/simd/reduce.cc"
#include "backend/simd/targets.h"
#include "hwy/foreach_target.h"
//
#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "backend/simd/stream.h"
#include "hwy/highway.h"
#include "unpack/chosen_lanes.h"

HWY_BEFORE_NAMESPACE();
namespace trueno::backend::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
namespace {  // several of these files have a fill_lane<T>: without this the linker would keep one of them for all

#if HWY_TARGET != HWY_SCALAR
using unpack::HWY_NAMESPACE::chosen_lanes;
#endif

std::int64_t sum32(const std::int32_t* values, const std::uint8_t* mask, std::size_t n) {
  std::int64_t sum = 0;
  if (mask == nullptr) {
    for (std::size_t i = 0; i < n; ++i) sum += values[i];
  } else {
    for (std::size_t i = 0; i < n; ++i) sum += values[i] & -std::int32_t{mask[i]};  // 0 or all bits
  }
  return sum;
}

// Values below 2^51: a chunk of them stays below 2^63.
std::int64_t sum64_narrow(const std::int64_t* values, const std::uint8_t* mask, std::size_t n) {
  std::int64_t sum = 0;
  if (mask == nullptr) {
    for (std::size_t i = 0; i < n; ++i) sum += values[i];
    return sum;
  }
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::CappedTag<std::int64_t, 8> d;
  const std::size_t lanes = hn::Lanes(d);
  auto even = hn::Zero(d);
  auto odd = hn::Zero(d);
  const auto load = [&](std::size_t at) HWY_ATTR { return hn::IfThenElseZero(chosen_lanes(d, mask + at), hn::LoadU(d, values + at)); };
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    even = hn::Add(even, load(i));
    odd = hn::Add(odd, load(i + lanes));
  }
  sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(even, odd)));
#endif
  for (; i < n; ++i) sum += values[i] & -std::int64_t{mask[i]};
  return sum;
}

// Halves, so that no partial sum overflows: 2^11 rows of 32 bits stay below 2^43.
i128 sum64(const std::int64_t* values, const std::uint8_t* mask, std::size_t n) {
  std::int64_t high = 0;
  std::int64_t low = 0;
  const auto add = [&](std::int64_t value) HWY_ATTR {
    high += value >> 32;
    low += value & 0xFFFFFFFF;
  };
  if (mask == nullptr) {
    for (std::size_t i = 0; i < n; ++i) add(values[i]);
  } else {
    for (std::size_t i = 0; i < n; ++i) add(values[i] & -std::int64_t{mask[i]});
  }
  return static_cast<i128>(high) * (i128{1} << 32) + low;
}

template <class T>
IntegerExtremes extremes(const T* values, const std::uint8_t* mask, std::size_t n) {
  T low = std::numeric_limits<T>::max();
  T high = std::numeric_limits<T>::min();
  for (std::size_t i = 0; i < n; ++i) {
    const T for_low = mask == nullptr || mask[i] != 0 ? values[i] : std::numeric_limits<T>::max();
    const T for_high = mask == nullptr || mask[i] != 0 ? values[i] : std::numeric_limits<T>::min();
    low = for_low < low ? for_low : low;
    high = for_high > high ? for_high : high;
  }
  return {low, high};
}

// Highway's SIMD128 has no vectors of double.
template <class T>
constexpr bool kHasVectors = sizeof(T) == 4 || HWY_HAVE_FLOAT64 != 0;

// +0 and -0 are one value here, and the sink makes the result canonical, so it does not matter which of them a minimum keeps.
template <class T>
void float_extremes(const T* values, const std::uint8_t* mask, std::size_t n, T* min, T* max, bool* nan) {
  constexpr T kInfinity = std::numeric_limits<T>::infinity();
  T low = kInfinity;
  T high = -kInfinity;
  bool any_nan = false;
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  if constexpr (kHasVectors<T>) {
    using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
    const hn::CappedTag<T, 64 / sizeof(T)> d;
    const hn::Rebind<Bits, decltype(d)> bits;
    const std::size_t lanes = hn::Lanes(d);
    const auto infinity = hn::Set(d, kInfinity);
    const auto minus_infinity = hn::Set(d, -kInfinity);
    auto least = infinity;
    auto greatest = minus_infinity;
    auto nans = hn::Zero(bits);
    const std::size_t ahead = stream_distance();
    for (; i + lanes <= n; i += lanes) {
      stream_ahead(values + i, lanes * sizeof(T), ahead);
      const auto x = hn::LoadU(d, values + i);
      auto counts = hn::Eq(x, x);
      if (mask == nullptr) {
        nans = hn::Or(nans, hn::BitCast(bits, hn::VecFromMask(d, hn::Not(counts))));
      } else {
        const auto chosen = chosen_lanes(d, mask + i);
        nans = hn::Or(nans, hn::BitCast(bits, hn::VecFromMask(d, hn::AndNot(counts, chosen))));
        counts = hn::And(counts, chosen);
      }
      least = hn::Min(least, hn::IfThenElse(counts, x, infinity));
      greatest = hn::Max(greatest, hn::IfThenElse(counts, x, minus_infinity));
    }
    // Lane by lane: MinOfLanes and MaxOfLanes of the portable set begin at the largest finite values and lose an infinity.
    T lowest[64 / sizeof(T)];
    T highest[64 / sizeof(T)];
    hn::StoreU(least, d, lowest);
    hn::StoreU(greatest, d, highest);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      low = lowest[lane] < low ? lowest[lane] : low;
      high = highest[lane] > high ? highest[lane] : high;
    }
    any_nan = !hn::AllTrue(bits, hn::Eq(nans, hn::Zero(bits)));
  }
#endif
  for (; i < n; ++i) {
    if (mask != nullptr && mask[i] == 0) continue;
    const T x = values[i];
    any_nan = any_nan || x != x;
    low = x < low ? x : low;
    high = x > high ? x : high;
  }
  *min = low;
  *max = high;
  *nan = any_nan;
}

HWY_INLINE double power_of_two(int exponent) { return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52); }

// Rounds to multiples of 2^grid by its size.
HWY_INLINE double rounder(int grid) { return 1.5 * power_of_two(grid + 52); }

// By bits: a select would compare first.
HWY_INLINE double chosen_or_zero(double value, std::uint8_t chosen) {
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) & -std::uint64_t{chosen});
}

// Calls f(begin, end) for the rows of a column, a few lines at a time, and asks for those ahead.
template <class T, class F>
HWY_INLINE void for_each_block(const T* values, std::size_t n, F f) {
  constexpr std::size_t kBytes = 8 * kCacheLine;
  constexpr std::size_t kBlock = kBytes / sizeof(T);
  const std::size_t ahead = stream_distance();
  std::size_t begin = 0;
  for (; begin + kBlock <= n; begin += kBlock) {
    stream_ahead(values + begin, kBytes, ahead);
    f(begin, begin + kBlock);
  }
  f(begin, n);
}

template <class T>
FloatChunkSum sum_float(const T* HWY_RESTRICT values, const std::uint8_t* HWY_RESTRICT mask, std::size_t n, int top) {
  const double high_rounder = rounder(top - SumWindow::kReduceHighBits);
  const double low_rounder = rounder(top - SumWindow::kReduceHighBits - SumWindow::kLowBits);
  const auto high_bits = std::bit_cast<std::uint64_t>(high_rounder);
  const auto low_bits = std::bit_cast<std::uint64_t>(low_rounder);
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::uint64_t wrong = 0;      // bits of rests: zero when every value ended on the low grid
  std::uint64_t exponents = 0;  // bits in which a rounded sum differs from its rounder; above the mantissa: |x| too large, or not finite
  if constexpr (sizeof(T) == 4) {
    // A FLOAT has 24 bits, so the high grid alone often holds it: half the work.
    const auto add = [&](double x) HWY_ATTR {
      const double on_high = x + high_rounder;
      wrong |= std::bit_cast<std::uint64_t>(x - (on_high - high_rounder));
      high += std::bit_cast<std::uint64_t>(on_high);
      exponents |= std::bit_cast<std::uint64_t>(on_high) ^ high_bits;
    };
    if (mask == nullptr) {
      for_each_block(values, n, [&](std::size_t begin, std::size_t end) HWY_ATTR {
        for (std::size_t i = begin; i < end; ++i) add(static_cast<double>(values[i]));
      });
    } else {
      for_each_block(values, n, [&](std::size_t begin, std::size_t end) HWY_ATTR {
        for (std::size_t i = begin; i < end; ++i) add(chosen_or_zero(static_cast<double>(values[i]), mask[i]));
      });
    }
    if ((wrong << 1) == 0 && (exponents >> 52) == 0) return {static_cast<std::int64_t>(high - n * high_bits), 0, true};
    high = wrong = exponents = 0;
  }
  const auto add = [&](double x) HWY_ATTR {
    const double on_high = x + high_rounder;
    const double after_high = x - (on_high - high_rounder);
    const double on_low = after_high + low_rounder;
    const double rest = after_high - (on_low - low_rounder);
    high += std::bit_cast<std::uint64_t>(on_high);
    low += std::bit_cast<std::uint64_t>(on_low);
    wrong |= std::bit_cast<std::uint64_t>(rest);
    exponents |= std::bit_cast<std::uint64_t>(on_high) ^ high_bits;
  };
  if (mask == nullptr) {
    for_each_block(values, n, [&](std::size_t begin, std::size_t end) HWY_ATTR {
      for (std::size_t i = begin; i < end; ++i) add(static_cast<double>(values[i]));
    });
  } else {
    for_each_block(values, n, [&](std::size_t begin, std::size_t end) HWY_ATTR {
      for (std::size_t i = begin; i < end; ++i) add(chosen_or_zero(static_cast<double>(values[i]), mask[i]));
    });
  }
  FloatChunkSum sum;
  // Sums wrap; what is meant is the number of steps, which does not reach 2^63.
  sum.high = static_cast<std::int64_t>(high - n * high_bits);
  sum.low = static_cast<std::int64_t>(low - n * low_bits);
  sum.fits = (wrong << 1) == 0 && (exponents >> 52) == 0;
  return sum;
}

// Rows that the sums below add up before they are folded.
constexpr std::size_t kBlockRows = 8 * kChunkRows;

// Calls sum(begin, rows) block by block.
template <std::size_t kRows, class F>
FloatChunkSum sum_of_blocks(std::size_t n, F sum) {
  FloatChunkSum all;
  for (std::size_t row = 0; row < n && all.fits; row += kRows) {
    const FloatChunkSum part = sum(row, n - row < kRows ? n - row : kRows);
    all = {all.high + part.high, all.low + part.low, part.fits};
  }
  return all;
}

// An ordinary sum of a few values of a narrow span needs no more than 53 bits: rounded to the grid of their last bit it stays what it is,
// and its bits count the steps.
constexpr int kFewValues = 8;
static_assert(SumWindow::kNarrowBits + 3 <= 51 && SumWindow::kNarrowBits <= SumWindow::kReduceHighBits);
// Steps of all rows, in any lane or in all.
static_assert(kBlockRows <= 1 << 14 && SumWindow::kNarrowBits + 14 < 63);

// `known`: all that is proven already, so nothing is looked at.
template <bool known>
FloatChunkSum sum_narrow_floats(const float* HWY_RESTRICT values, const std::uint8_t* HWY_RESTRICT mask, std::size_t n, int top) {
  constexpr std::uint32_t kMagnitude = 0x7FFFFFFF;
  const int grid = top - SumWindow::kNarrowBits;
  const double to_steps = power_of_two(-grid);
  std::uint64_t steps = 0;  // wraps: what does not fit is no number of steps
  std::uint32_t most = 0;
  std::uint32_t least = ~std::uint32_t{0};  // of magnitudes less one: zeros wrap to the greatest
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR && HWY_HAVE_FLOAT64
  const hn::CappedTag<float, 16> d;
  const hn::Half<decltype(d)> half;
  const hn::Repartition<double, decltype(d)> wide;
  const hn::Repartition<std::uint64_t, decltype(d)> words;
  const hn::Repartition<std::uint32_t, decltype(d)> bits;
  const std::size_t lanes = hn::Lanes(d);
  const auto magnitude = hn::Set(bits, kMagnitude);
  const auto one = hn::Set(bits, 1u);
  const auto to_grid = hn::Set(wide, rounder(grid));
  const auto rounder_bits = hn::BitCast(words, to_grid);
  auto greatest = hn::Zero(bits);
  auto smallest = hn::Set(bits, least);
  auto counted = hn::Zero(words);
  const auto load = [&](std::size_t at) HWY_ATTR {
    const auto x = hn::LoadU(d, values + at);
    if (mask == nullptr) return x;
    return hn::IfThenElseZero(chosen_lanes(d, mask + at), x);
  };
  const auto note = [&](auto x) HWY_ATTR {
    if constexpr (known) return;
    const auto size = hn::And(hn::BitCast(bits, x), magnitude);
    greatest = hn::Max(greatest, size);
    smallest = hn::Min(smallest, hn::Sub(size, one));
  };
  const auto count = [&](auto sum)
                         HWY_ATTR { counted = hn::Add(counted, hn::Sub(hn::BitCast(words, hn::Add(sum, to_grid)), rounder_bits)); };
  const std::size_t ahead = stream_distance();
  while (i + 2 * lanes <= n) {
    auto sum0 = hn::Zero(wide);
    auto sum1 = hn::Zero(wide);
    auto sum2 = hn::Zero(wide);
    auto sum3 = hn::Zero(wide);
    for (int few = 0; few < kFewValues && i + 2 * lanes <= n; ++few, i += 2 * lanes) {
      stream_ahead(values + i, 2 * lanes * sizeof(float), ahead);
      if constexpr (known) {
        if (mask == nullptr) {  // halves from where they lie: no lanes are moved
          const auto widened = [&](std::size_t at) HWY_ATTR { return hn::PromoteTo(wide, hn::LoadU(half, values + at)); };
          sum0 = hn::Add(sum0, widened(i));
          sum1 = hn::Add(sum1, widened(i + lanes / 2));
          sum2 = hn::Add(sum2, widened(i + lanes));
          sum3 = hn::Add(sum3, widened(i + lanes + lanes / 2));
          continue;
        }
      }
      const auto x = load(i);
      const auto y = load(i + lanes);
      note(x);
      note(y);
      sum0 = hn::Add(sum0, hn::PromoteTo(wide, hn::LowerHalf(half, x)));
      sum1 = hn::Add(sum1, hn::PromoteTo(wide, hn::UpperHalf(half, x)));
      sum2 = hn::Add(sum2, hn::PromoteTo(wide, hn::LowerHalf(half, y)));
      sum3 = hn::Add(sum3, hn::PromoteTo(wide, hn::UpperHalf(half, y)));
    }
    count(sum0);
    count(sum1);
    count(sum2);
    count(sum3);
  }
  steps = hn::GetLane(hn::SumOfLanes(words, counted));
  most = hn::GetLane(hn::MaxOfLanes(bits, greatest));
  least = hn::GetLane(hn::MinOfLanes(bits, smallest));
#endif
  while (i < n) {
    double sum = 0;
    for (int few = 0; few < kFewValues && i < n; ++few, ++i) {
      if (mask != nullptr && mask[i] == 0) continue;
      const std::uint32_t size = std::bit_cast<std::uint32_t>(values[i]) & kMagnitude;
      most = size > most ? size : most;
      least = size - 1 < least ? size - 1 : least;
      sum += static_cast<double>(values[i]);
    }
    // What does not fit is not converted: it may be more than an integer holds.
    const double whole = sum * to_steps;
    if (known || (whole < 0x1p52 && whole > -0x1p52)) steps += static_cast<std::uint64_t>(static_cast<std::int64_t>(whole));
  }
  const FloatChunkSum sum{i128{static_cast<std::int64_t>(steps)} << (SumWindow::kReduceHighBits - SumWindow::kNarrowBits), 0, true};
  if (known || most == 0) return sum;
  const int above = static_cast<int>(most >> 23) - 126;  // the greatest is below 2^above
  const int field = static_cast<int>((least + 1) >> 23);
  const int lowest_bit = (field == 0 ? 1 : field) - 150;
  return above > top || above > 128 || lowest_bit < grid ? FloatChunkSum{0, 0, false} : sum;
}
FloatChunkSum sum_narrow_f32(const float* values, const std::uint8_t* mask, std::size_t n, int top) {
  return sum_narrow_floats<false>(values, mask, n, top);
}
FloatChunkSum sum_known_f32(const float* values, const std::uint8_t* mask, std::size_t n, int top) {
  return sum_of_blocks<kBlockRows>(n, [&](std::size_t row, std::size_t rows) {
    return sum_narrow_floats<true>(values + row, mask == nullptr ? nullptr : mask + row, rows, top);
  });
}

// The high part as in sum_float; what is left of a value is not split again but added as it is. Where no exponent of the chunk is too low,
// every rest is a whole number of steps of the low grid and at most half a step of the high one: 2^14 of them add up without rounding.
// Steps of the high grid are counted by lane, where fewer rows add up than in all.
template <bool masked, bool known>
FloatChunkSum sum_narrow_doubles(const double* HWY_RESTRICT values, const std::uint8_t* HWY_RESTRICT mask, std::size_t n, int top) {
#if HWY_TARGET == HWY_SCALAR || !HWY_HAVE_FLOAT64
  return sum_of_blocks<kChunkRows>(
      n, [&](std::size_t row, std::size_t rows) { return sum_float(values + row, mask == nullptr ? nullptr : mask + row, rows, top); });
#else
  constexpr std::int64_t kMagnitude = 0x7FFFFFFFFFFFFFFF;
  constexpr std::size_t kChains = 4;
  constexpr std::size_t kLeastLanes = 2;
  static_assert(SumWindow::kLowBits - 1 + 14 <= 53 && kBlockRows <= 1 << 14);
  static_assert(kBlockRows / (kChains * kLeastLanes) <= 1 << (62 - SumWindow::kReduceHighBits));
  const int low_grid = top - SumWindow::kReduceHighBits - SumWindow::kLowBits;
  const double high_rounder = rounder(top - SumWindow::kReduceHighBits);
  const auto high_bits = std::bit_cast<std::int64_t>(high_rounder);
  const hn::CappedTag<double, 8> d;
  const hn::RebindToSigned<decltype(d)> words;
  const std::size_t lanes = hn::Lanes(d);
  const auto to_high = hn::Set(d, high_rounder);
  const auto rounder_bits = hn::Set(words, high_bits);
  const auto magnitude = hn::Set(words, kMagnitude);
  const auto one = hn::Set(words, std::int64_t{1});
  auto high0 = hn::Zero(words);
  auto high1 = hn::Zero(words);
  auto high2 = hn::Zero(words);
  auto high3 = hn::Zero(words);
  auto rest0 = hn::Zero(d);
  auto rest1 = hn::Zero(d);
  auto rest2 = hn::Zero(d);
  auto rest3 = hn::Zero(d);
  auto exponents = hn::Zero(words);  // bits in which a rounded sum differs from its rounder, as in sum_float
  auto smallest = magnitude;         // of magnitudes less one: zeros wrap to the greatest
  const auto add = [&](auto x, auto& high, auto& rest) HWY_ATTR {
    const auto on_high = hn::Add(x, to_high);
    const auto steps = hn::BitCast(words, on_high);
    rest = hn::Add(rest, hn::Sub(x, hn::Sub(on_high, to_high)));
    high = hn::Add(high, steps);
    if constexpr (known) return;
    exponents = hn::Or(exponents, hn::Xor(steps, rounder_bits));
    smallest = hn::Min(smallest, hn::And(hn::Sub(hn::BitCast(words, x), one), magnitude));
  };
  const auto load = [&](std::size_t at) HWY_ATTR {
    const auto x = hn::LoadU(d, values + at);
    if constexpr (masked) return hn::IfThenElseZero(chosen_lanes(d, mask + at), x);
    return x;
  };
  std::size_t i = 0;
  std::uint64_t rounders = 0;  // that are in the sum of every lane
  const std::size_t ahead = stream_distance();
  for (; i + kChains * lanes <= n; i += kChains * lanes) {
    stream_ahead(values + i, kChains * lanes * sizeof(double), ahead);
    add(load(i), high0, rest0);
    add(load(i + lanes), high1, rest1);
    add(load(i + 2 * lanes), high2, rest2);
    add(load(i + 3 * lanes), high3, rest3);
    rounders += static_cast<std::uint64_t>(high_bits);
  }
  HWY_ALIGN std::int64_t of_lanes[kChains * 8];
  hn::Store(high0, words, of_lanes);
  hn::Store(high1, words, of_lanes + lanes);
  hn::Store(high2, words, of_lanes + 2 * lanes);
  hn::Store(high3, words, of_lanes + 3 * lanes);
  i128 high = 0;
  for (std::size_t lane = 0; lane < kChains * lanes; ++lane)
    high += static_cast<std::int64_t>(static_cast<std::uint64_t>(of_lanes[lane]) - rounders);  // sums of bits wrap
  std::uint64_t differing = 0;
  std::int64_t least = kMagnitude;
  if constexpr (!known) {
    hn::Store(exponents, words, of_lanes);
    for (std::size_t lane = 0; lane < lanes; ++lane) differing |= static_cast<std::uint64_t>(of_lanes[lane]);
    hn::Store(smallest, words, of_lanes);
    for (std::size_t lane = 0; lane < lanes; ++lane) least = of_lanes[lane] < least ? of_lanes[lane] : least;
  }
  double rest = hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(rest0, rest1), hn::Add(rest2, rest3))));
  for (; i < n; ++i) {
    const double x = !masked || mask[i] != 0 ? values[i] : 0.0;
    const double on_high = x + high_rounder;
    const auto steps = std::bit_cast<std::uint64_t>(on_high);
    rest += x - (on_high - high_rounder);
    high += static_cast<std::int64_t>(steps - static_cast<std::uint64_t>(high_bits));
    differing |= steps ^ static_cast<std::uint64_t>(high_bits);
    const auto size = static_cast<std::int64_t>((std::bit_cast<std::uint64_t>(x) - 1) & static_cast<std::uint64_t>(kMagnitude));
    least = size < least ? size : least;
  }
  // In the exponent field: that of a value whose last bit is the low grid's.
  const std::int64_t lowest = static_cast<std::int64_t>(low_grid + 52 + 1023) << 52;
  if (!known && ((differing >> 52) != 0 || least < lowest - 1)) return {0, 0, false};
  return {high, static_cast<std::int64_t>(rest * power_of_two(-low_grid)), true};
#endif
}
FloatChunkSum sum_narrow_f64(const double* values, const std::uint8_t* mask, std::size_t n, int top) {
  return mask == nullptr ? sum_narrow_doubles<false, false>(values, mask, n, top) : sum_narrow_doubles<true, false>(values, mask, n, top);
}
FloatChunkSum sum_known_f64(const double* values, const std::uint8_t* mask, std::size_t n, int top) {
  return sum_of_blocks<kBlockRows>(n, [&](std::size_t row, std::size_t rows) {
    return mask == nullptr ? sum_narrow_doubles<false, true>(values + row, nullptr, rows, top)
                           : sum_narrow_doubles<true, true>(values + row, mask + row, rows, top);
  });
}

bool split_f64(const double* HWY_RESTRICT values, const std::uint8_t* HWY_RESTRICT mask, std::size_t n, int top,
               std::int64_t* HWY_RESTRICT high, std::int64_t* HWY_RESTRICT low, std::uint8_t* HWY_RESTRICT fits) {
  const double high_rounder = rounder(top - SumWindow::kGroupHighBits);
  const double low_rounder = rounder(top - SumWindow::kGroupHighBits - SumWindow::kLowBits);
  const auto high_bits = std::bit_cast<std::uint64_t>(high_rounder);
  const auto low_bits = std::bit_cast<std::uint64_t>(low_rounder);
  const double limit = power_of_two(top);
  std::uint64_t all_wrong = 0;
  const auto split = [&](std::size_t i, double x) HWY_ATTR {
    const double on_high = x + high_rounder;
    const double after_high = x - (on_high - high_rounder);
    const double on_low = after_high + low_rounder;
    const double rest = after_high - (on_low - low_rounder);
    high[i] = static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(on_high) - high_bits);  // wraps where the row does not fit
    low[i] = static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(on_low) - low_bits);
    // Not finite: no comparison holds.
    all_wrong |= ((x < limit) & (x > -limit) & (rest == 0)) ? 0u : 1u;
  };
  if (mask == nullptr) {
    for (std::size_t i = 0; i < n; ++i) split(i, values[i]);
  } else {
    for (std::size_t i = 0; i < n; ++i) split(i, mask[i] != 0 ? values[i] : 0.0);
  }
  if (all_wrong == 0) return true;
  for (std::size_t i = 0; i < n; ++i) {  // rare: which rows
    const double x = mask == nullptr || mask[i] != 0 ? values[i] : 0.0;
    const double after_high = x - ((x + high_rounder) - high_rounder);
    const double rest = after_high - ((after_high + low_rounder) - low_rounder);
    fits[i] = static_cast<std::uint8_t>((x < limit) & (x > -limit) & (rest == 0));
  }
  return false;
}

void fill_reduce(Routines& r) {
  r.sum32 = sum32;
  r.sum64 = sum64;
  r.sum64_narrow = sum64_narrow;
  r.extremes32 = extremes<std::int32_t>;
  r.extremes64 = extremes<std::int64_t>;
  r.extremes_f64 = float_extremes<double>;
  r.extremes_f32 = float_extremes<float>;
  r.sum_f64 = sum_float<double>;
  r.sum_f32 = sum_float<float>;
  r.sum_narrow_f32 = sum_narrow_f32;
  r.sum_narrow_f64 = sum_narrow_f64;
  r.sum_known_f64 = sum_known_f64;
  r.sum_known_f32 = sum_known_f32;
  r.split_f64 = split_f64;
}

}  // namespace
}  // namespace trueno::backend::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trueno::backend::simd {
HWY_EXPORT(fill_reduce);
void fill_reduce_routines(Routines& r) { HWY_DYNAMIC_DISPATCH(fill_reduce)(r); }
}  // namespace trueno::backend::simd
#endif

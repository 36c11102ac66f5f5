// Every instruction set of this machine against plain arithmetic.
#include "backend/simd/routines.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "backend/simd/reduce_sink.h"
#include "base/bits.h"
#include "base/exact_sum.h"

namespace trueno::backend::simd {
namespace {

class EveryInstructionSet : public testing::TestWithParam<std::string> {
 protected:
  const Routines& routines() const { return *routines_for(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Simd, EveryInstructionSet, testing::ValuesIn(instruction_sets()), [](const auto& info) { return info.param; });

// Otherwise a set would be tested under the name of another.
TEST(InstructionSets, EachHasRoutinesOfItsOwn) {
  const std::vector<std::string> names = instruction_sets();
  for (std::size_t a = 0; a < names.size(); ++a) {
    for (std::size_t b = a + 1; b < names.size(); ++b)
      EXPECT_NE(routines_for(names[a])->extremes64, routines_for(names[b])->extremes64) << names[a] << " and " << names[b];
  }
}

TEST(InstructionSets, AnUnknownOneIsNotThere) { EXPECT_EQ(routines_for("mmx"), nullptr); }

// The reference reads bit by bit.
std::uint64_t packed_value(const std::vector<std::uint8_t>& packed, std::size_t i, int width) {
  std::uint64_t value = 0;
  for (int b = 0; b < width; ++b) {
    if (get_bit(packed.data(), i * static_cast<std::size_t>(width) + static_cast<std::size_t>(b))) value |= std::uint64_t{1} << b;
  }
  return value;
}

TEST_P(EveryInstructionSet, UnpacksEveryWidth) {
  std::mt19937_64 random(7);
  for (int width = 0; width <= 64; ++width) {
    const std::size_t count = 200;
    std::vector<std::uint8_t> packed(packed_bytes(count, width) + 64);
    for (auto& byte : packed) byte = static_cast<std::uint8_t>(random());
    std::vector<std::int64_t> wide(count + 64);
    std::vector<std::int32_t> narrow(count + 64);
    for (const std::size_t first : {std::size_t{0}, std::size_t{8}, std::size_t{24}}) {
      const std::size_t n = 101;
      routines().unpack64(packed.data(), first, n, width, -5, wide.data());
      if (width <= 32) routines().unpack32(packed.data(), first, n, width, -5, narrow.data());
      for (std::size_t i = 0; i < n; ++i) {
        const std::uint64_t expected = packed_value(packed, first + i, width) - 5;
        ASSERT_EQ(static_cast<std::uint64_t>(wide[i]), expected) << "width " << width << " value " << first + i;
        if (width > 32) continue;
        ASSERT_EQ(static_cast<std::uint32_t>(narrow[i]), static_cast<std::uint32_t>(expected)) << "width " << width;
      }
    }
  }
}

TEST_P(EveryInstructionSet, CheckedArithmeticSeesEveryOverflowOfRowsThatCount) {
  const std::int64_t big = std::numeric_limits<std::int64_t>::max();
  std::vector<std::int64_t> a(100, 1);
  std::vector<std::int64_t> b(100, 2);
  std::vector<std::int64_t> out(100);
  const Limits limits{std::numeric_limits<std::int64_t>::min(), big};
  const auto add = routines().checked[static_cast<int>(Arithmetic::kAdd)][static_cast<int>(Lane::kI64)][0];
  EXPECT_FALSE(add(a.data(), b.data(), out.data(), 100, nullptr, limits));
  EXPECT_EQ(out[99], 3);
  a[57] = big;
  EXPECT_TRUE(add(a.data(), b.data(), out.data(), 100, nullptr, limits));
  std::vector<std::uint8_t> ok(100, 1);
  ok[57] = 0;
  EXPECT_FALSE(add(a.data(), b.data(), out.data(), 100, ok.data(), limits));
  // A DECIMAL(3, 0) holds 999.
  EXPECT_TRUE(add(b.data(), b.data(), out.data(), 100, nullptr, Limits{-3, 3}));
}

TEST_P(EveryInstructionSet, FloatsCompareInSqlOrder) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> a = {nan, nan, 1.0, -0.0, INFINITY, 2.0, -INFINITY, nan, 3.0};
  std::vector<double> b = {nan, 1.0, nan, 0.0, nan, 2.0, INFINITY, INFINITY, 2.5};
  std::vector<int> order = {0, 1, -1, 0, -1, 0, -1, 1, 1};
  for (int times = 0; times < 3; ++times) {  // whole vectors and an end, every pair in every lane
    a.insert(a.end(), a.begin(), a.end());
    b.insert(b.end(), b.begin(), b.end());
    order.insert(order.end(), order.begin(), order.end());
  }
  std::vector<std::uint8_t> out(a.size());
  const auto holds = [](Comparison op, int c) {
    switch (op) {
      case Comparison::kEqual: return c == 0;
      case Comparison::kNotEqual: return c != 0;
      case Comparison::kLess: return c < 0;
      case Comparison::kLessEqual: return c <= 0;
      case Comparison::kGreater: return c > 0;
      case Comparison::kGreaterEqual: return c >= 0;
    }
    return false;
  };
  for (int op = 0; op < kComparisonCount; ++op) {
    routines().compare[op][static_cast<int>(Lane::kF64)][0](a.data(), b.data(), out.data(), a.size());
    for (std::size_t i = 0; i < a.size(); ++i)
      EXPECT_EQ(out[i] != 0, holds(static_cast<Comparison>(op), order[i])) << "op " << op << " row " << i;
  }
}

template <class T>
void check_within(const Routines& routines, Lane lane) {
  std::mt19937_64 random(19);
  for (int round = 0; round < 200; ++round) {
    std::vector<T> values(1 + random() % 300);
    for (T& value : values) {
      value = static_cast<T>(static_cast<double>(random() % 40) - 20);
      if constexpr (std::is_floating_point_v<T>) {
        const T odd[] = {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity(), -std::numeric_limits<T>::infinity(),
                         T{-0.0}, T{0.5}};
        if (random() % 4 == 0) value = odd[random() % 5];
      }
    }
    const T low = static_cast<T>(static_cast<double>(random() % 40) - 20);
    const T high = static_cast<T>(static_cast<double>(random() % 40) - 20);
    std::vector<std::uint8_t> out(values.size() + 64);
    for (const int open_below : {0, 1}) {
      for (const int open_above : {0, 1}) {
        routines.within[static_cast<int>(lane)][open_below][open_above](values.data(), &low, &high, out.data(), values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
          const bool above = open_below != 0 ? values[i] > low : values[i] >= low;
          const bool below = open_above != 0 ? values[i] < high : values[i] <= high;
          ASSERT_EQ(out[i], above && below ? 1 : 0) << +values[i] << " between " << +low << " and " << +high;
        }
      }
    }
  }
}
TEST_P(EveryInstructionSet, ValuesLieWithinBounds) {
  if (routines().within[static_cast<int>(Lane::kI32)][0][0] == nullptr) GTEST_SKIP();
  check_within<std::int32_t>(routines(), Lane::kI32);
  check_within<float>(routines(), Lane::kF32);
  if (routines().within[static_cast<int>(Lane::kF64)][0][0] == nullptr) GTEST_SKIP() << "no lanes of 64 bits";
  check_within<std::int64_t>(routines(), Lane::kI64);
  check_within<double>(routines(), Lane::kF64);
}

TEST_P(EveryInstructionSet, ExtremesOfInfinitiesAreInfinities) {
  for (const double value : {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) {
    double min = 0;
    double max = 0;
    bool nan = true;
    const std::vector<double> wide(64, value);
    routines().extremes_f64(wide.data(), nullptr, wide.size(), &min, &max, &nan);
    EXPECT_EQ(min, value);
    EXPECT_EQ(max, value);
    EXPECT_FALSE(nan);
    float low = 0;
    float high = 0;
    const std::vector<float> narrow(64, static_cast<float>(value));
    routines().extremes_f32(narrow.data(), nullptr, narrow.size(), &low, &high, &nan);
    EXPECT_EQ(low, static_cast<float>(value));
    EXPECT_EQ(high, static_cast<float>(value));
  }
}

// Whatever the data is like, the windowed sum is the exact sum.
TEST_P(EveryInstructionSet, FloatSumsAreExact) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 300; ++round) {
    const int spread = static_cast<int>(random() % 120);
    const int base = static_cast<int>(random() % 1800) - 900;
    WindowedSum sum;
    ExactSum expected;
    for (int chunk = 0; chunk < 4; ++chunk) {
      const std::size_t n = 1 + random() % kChunkRows;
      std::vector<double> values(n);
      std::vector<std::uint8_t> mask(n);
      for (std::size_t i = 0; i < n; ++i) {
        const double mantissa = static_cast<double>(random() >> 11) * 0x1p-53 * (random() % 2 == 0 ? 1 : -1);
        values[i] = std::ldexp(mantissa, base + static_cast<int>(random() % static_cast<std::uint64_t>(spread + 1)));
        if (round % 7 == 0 && random() % 500 == 0) values[i] = random() % 2 == 0 ? 1e308 : -1e308;
        if (round % 11 == 0 && random() % 900 == 0) values[i] = 5e-324;
        if (round % 50 == 0 && random() % 900 == 0) values[i] = std::numeric_limits<double>::infinity();
        mask[i] = random() % 3 != 0 ? 1 : 0;
      }
      const bool masked = chunk % 2 == 1;
      sum.add({Lane::kF64, values.data(), nullptr, false}, masked ? mask.data() : nullptr, n, routines());
      for (std::size_t i = 0; i < n; ++i) {
        if (!masked || mask[i] != 0) expected.add(values[i]);
      }
    }
    ASSERT_EQ(sum.total().serialise(), expected.serialise()) << "round " << round;
  }
}

// Where the span is proven, values are not looked at: the same sum, up to the widest span that a window holds, and past it.
template <class T>
void check_known_spans(const Routines& routines, int widest_spread, int exponents) {
  std::mt19937_64 random(17);
  constexpr bool kSingle = std::is_same_v<T, float>;
  int known = 0;
  constexpr int kRounds = 300;
  for (int round = 0; round < kRounds; ++round) {
    const int spread = static_cast<int>(random() % static_cast<std::uint64_t>(widest_spread));
    const int base = static_cast<int>(random() % static_cast<std::uint64_t>(2 * exponents)) - exponents;
    const bool masked = round % 2 == 1;
    const bool long_chunks = !masked && round % 8 == 0;
    const std::size_t n = 1 + random() % (long_chunks ? 2 * kStreamRows : 3 * kChunkRows);
    std::vector<T> values(n);
    std::vector<std::uint8_t> mask(n);
    kernel::Range range;
    range.proven = true;
    range.span = FloatSpan();
    for (std::size_t i = 0; i < n; ++i) {
      const double mantissa = static_cast<double>(random() >> (kSingle ? 40 : 11)) * (random() % 2 == 0 ? 1 : -1);
      const int exponent = base + static_cast<int>(random() % static_cast<std::uint64_t>(spread + 1));
      values[i] = random() % 9 == 0 ? T{0} : static_cast<T>(std::ldexp(mantissa, exponent));
      range.span->include(span_of(static_cast<double>(values[i])));
      mask[i] = random() % 3 != 0 ? 1 : 0;
    }
    const int bits = kSingle ? SumWindow::kNarrowBits : SumWindow::kReduceHighBits + SumWindow::kLowBits;
    known += range.span->highest_bit - range.span->lowest_bit < bits ? 1 : 0;
    WindowedSum sum(range, kSingle);
    ExactSum expected;
    const std::size_t longest = sum.takes_long_chunks() && !masked ? kStreamRows : kChunkRows;
    for (std::size_t at = 0; at < n; at += longest) {
      const std::size_t rows = std::min(longest, n - at);
      sum.add({kSingle ? Lane::kF32 : Lane::kF64, values.data() + at, nullptr, false}, masked ? mask.data() + at : nullptr, rows, routines);
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (!masked || mask[i] != 0) expected.add(static_cast<double>(values[i]));
    }
    ASSERT_EQ(sum.total().serialise(), expected.serialise()) << "round " << round;
  }
  EXPECT_GT(known, kRounds / 4);
  EXPECT_LT(known, kRounds - 5);
}
TEST_P(EveryInstructionSet, SumsOfDoublesOfKnownSpansAreExact) { check_known_spans<double>(routines(), 45, 800); }
TEST_P(EveryInstructionSet, SumsOfFloatsOfKnownSpansAreExact) { check_known_spans<float>(routines(), 30, 60); }

// Spans from narrow to as wide as FLOAT is, subnormals, zeros, infinities and NaN among them.
TEST_P(EveryInstructionSet, SumsOfFloatAreExact) {
  std::mt19937_64 random(12);
  for (int round = 0; round < 400; ++round) {
    const int spread = static_cast<int>(random() % 60);
    const int base = static_cast<int>(random() % 200) - 140;
    WindowedSum sum;
    ExactSum expected;
    for (int chunk = 0; chunk < 4; ++chunk) {
      const std::size_t n = 1 + random() % kChunkRows;
      std::vector<float> values(n);
      std::vector<std::uint8_t> mask(n);
      for (std::size_t i = 0; i < n; ++i) {
        const float mantissa = static_cast<float>(random() >> 40) * 0x1p-24F * (random() % 2 == 0 ? 1.0F : -1.0F);
        values[i] = std::ldexp(mantissa, base + static_cast<int>(random() % static_cast<std::uint64_t>(spread + 1)));
        if (round % 5 == 0 && random() % 4 == 0) values[i] = random() % 2 == 0 ? 0.0F : -0.0F;
        if (round % 7 == 0 && random() % 700 == 0) values[i] = random() % 2 == 0 ? 3e38F : -3e38F;
        if (round % 11 == 0 && random() % 900 == 0) values[i] = 1e-45F;
        if (round % 50 == 0 && random() % 900 == 0) values[i] = std::numeric_limits<float>::infinity();
        if (round % 51 == 0 && random() % 900 == 0) values[i] = std::numeric_limits<float>::quiet_NaN();
        mask[i] = random() % 3 != 0 ? 1 : 0;
      }
      const bool masked = chunk % 2 == 1;
      sum.add({Lane::kF32, values.data(), nullptr, false}, masked ? mask.data() : nullptr, n, routines());
      for (std::size_t i = 0; i < n; ++i) {
        if (!masked || mask[i] != 0) expected.add(static_cast<double>(values[i]));
      }
    }
    ASSERT_EQ(sum.total().serialise(), expected.serialise()) << "round " << round;
  }
}

TEST_P(EveryInstructionSet, ChosenRowsAreCountedListedAndGathered) {
  std::mt19937_64 random(13);
  const std::size_t n = 1003;
  std::vector<std::uint8_t> chosen(n);
  std::vector<std::uint32_t> expected;
  for (std::size_t i = 0; i < n; ++i) {
    chosen[i] = random() % 5 == 0 ? 1 : 0;
    if (chosen[i] != 0) expected.push_back(static_cast<std::uint32_t>(i));
  }
  std::vector<std::uint32_t> rows(n + 16);
  EXPECT_EQ(routines().count_true(chosen.data(), n), expected.size());
  ASSERT_EQ(routines().true_rows(chosen.data(), n, rows.data()), expected.size());
  rows.resize(expected.size());
  EXPECT_EQ(rows, expected);
  std::vector<std::uint64_t> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = i * 3;
  std::vector<std::uint64_t> out(expected.size());
  routines().gather[width_index(8)](values.data(), rows.data(), out.data(), rows.size());
  for (std::size_t i = 0; i < out.size(); ++i) ASSERT_EQ(out[i], rows[i] * std::uint64_t{3});
}

}  // namespace
}  // namespace trueno::backend::simd

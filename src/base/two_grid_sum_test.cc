#include "base/two_grid_sum.h"

#include <gtest/gtest.h>

#include <random>

#include "base/fixed_sum.h"

namespace trueno {
namespace {

// Whatever it gives is the exact quotient rounded once, which FixedSum finds in integers.
TEST(TwoGridSum, RoundsAsTheLongWayDoes) {
  std::mt19937_64 random(11);
  int given = 0;
  for (int i = 0; i < 300'000; ++i) {
    const int bits = static_cast<int>(random() % 54);
    const auto part = [&](int most) {
      const auto value = static_cast<std::int64_t>(random() >> (64 - std::max(1, std::min(bits, most))));
      return random() % 2 == 0 ? value : -value;
    };
    const int top = static_cast<int>(random() % 1200) - 600;
    const TwoGridSum sum{random() % 8 == 0 ? 0 : part(52), random() % 8 == 0 ? 0 : part(52), top - 43, top - 82};
    const auto count = static_cast<std::int64_t>(random() >> (1 + random() % 63)) + 1;
    const std::int64_t parts[] = {sum.low, sum.high};
    const int exponents[] = {sum.low_exponent, sum.high_exponent};
    for (const std::int64_t divisor : {std::int64_t{1}, std::int64_t{3}, count}) {
      const std::optional<double> average = sum.average(divisor);
      if (!average) continue;
      ++given;
      ASSERT_EQ(*average, FixedSum::of(parts, exponents)->average(divisor)) << sum.high << " " << sum.low << " / " << divisor;
    }
  }
  EXPECT_GT(given, 600'000);
}

// 1 + 2^-53 lies half way between two doubles, and 1 + 2^-53 + 2^-80 above it.
TEST(TwoGridSum, TiesGoToEven) {
  EXPECT_EQ((TwoGridSum{1 << 10, 1, -10, -53}.average(1)), 1.0);
  EXPECT_EQ((TwoGridSum{3, 1, 0, -51}.average(1)), 3.0 + 0x1p-51);
  EXPECT_EQ((TwoGridSum{1, (1 << 27) + 1, 0, -80}.average(1)), 1.0 + 0x1p-52);
}

TEST(TwoGridSum, AnExactZeroIsPlusZero) {
  const std::optional<double> zero = TwoGridSum{1, -(std::int64_t{1} << 39), 0, -39}.average(7);
  ASSERT_TRUE(zero.has_value());
  EXPECT_EQ(*zero, 0.0);
  EXPECT_FALSE(std::signbit(*zero));
}

TEST(TwoGridSum, LeavesWhatIsNotTwoDoublesToOthers) {
  EXPECT_FALSE((TwoGridSum{(std::int64_t{1} << 53) + 1, 0, 0, -39}.average(1)).has_value());
  EXPECT_FALSE((TwoGridSum{1, 1, -870, -909}.average(3)).has_value());
}

}  // namespace
}  // namespace trueno

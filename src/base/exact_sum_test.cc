#include "base/exact_sum.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <vector>

#include "base/fixed_sum.h"

namespace trueno {
namespace {

TEST(ExactSum, OrderAndCancellationDoNotMatter) {
  const std::vector<double> values = {1e308, 1.0, -1e308, 5e-324, -1.0, 0.1, -0.0};
  ExactSum forward;
  ExactSum backward;
  for (std::size_t i = 0; i < values.size(); ++i) {
    forward.add(values[i]);
    backward.add(values[values.size() - 1 - i]);
  }
  EXPECT_EQ(forward.serialise(), backward.serialise());
  EXPECT_EQ(forward.rounded(), 0.1);  // 0.1 + 2^-1074 rounds to 0.1
}

TEST(ExactSum, SpecialValuesDecideTheResult) {
  ExactSum sum;
  sum.add(INFINITY);
  EXPECT_EQ(sum.rounded(), INFINITY);
  sum.add(-INFINITY);
  EXPECT_TRUE(std::isnan(sum.rounded()));
  ExactSum zero;
  zero.add(-0.0);
  EXPECT_FALSE(std::signbit(zero.rounded()));
}

// The narrow form must be the wide one: bytes, sums, roundings and averages, on random sums of random width.
TEST(FixedSum, AgreesWithTheExactSumWhereverItFits) {
  std::mt19937_64 random(20261125);
  int compared = 0;
  for (int round = 0; round < 20'000; ++round) {
    const int spread = static_cast<int>(random() % 90);
    const int base = static_cast<int>(random() % 1900) - 1000;
    const auto number = [&] {
      const double mantissa = static_cast<double>(random() >> 11) * 0x1p-53 * (random() % 2 == 0 ? 1 : -1);
      return std::ldexp(mantissa, base + static_cast<int>(random() % static_cast<std::uint64_t>(spread + 1)));
    };
    ExactSum a;
    ExactSum b;
    for (int i = 0; i < 5; ++i) a.add(number());
    for (std::uint64_t i = random() % 4; i > 0; --i) b.add(number());
    auto fixed = FixedSum::read(a.serialise());
    const auto other = FixedSum::read(b.serialise());
    if (!fixed || !other) continue;
    char bytes[FixedSum::kMostBytes];
    ASSERT_EQ(std::string_view(bytes, static_cast<std::size_t>(fixed->write(bytes))), a.serialise());
    ASSERT_EQ(std::bit_cast<std::uint64_t>(fixed->rounded()), std::bit_cast<std::uint64_t>(a.rounded())) << "round " << round;
    const auto count = static_cast<std::int64_t>(random() >> (random() % 60 + 2)) + 1;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(fixed->average(count)), std::bit_cast<std::uint64_t>(a.average(count))) << "round " << round;
    if (!fixed->add(*other)) continue;
    a.merge(b);
    ASSERT_EQ(std::string_view(bytes, static_cast<std::size_t>(fixed->write(bytes))), a.serialise()) << "round " << round;
    ++compared;
  }
  EXPECT_GT(compared, 5'000);
}

TEST(FixedSum, ZeroTakesWhateverIsAdded) {
  ExactSum one;
  one.add(1.5);
  FixedSum sum;
  ASSERT_TRUE(sum.add(*FixedSum::read(one.serialise())));
  EXPECT_EQ(sum.rounded(), 1.5);
  ASSERT_TRUE(sum.add(FixedSum()));
  EXPECT_EQ(sum.rounded(), 1.5);
}

TEST(FixedSum, PartsOfAWindowMakeTheSum) {
  const std::int64_t values[] = {12345, -(std::int64_t{1} << 62), (std::int64_t{1} << 40) + 7};
  const int exponents[] = {-110, -71, -28};
  const auto fixed = FixedSum::of(values, exponents);
  ASSERT_TRUE(fixed);
  ExactSum exact;
  for (int i = 0; i < 3; ++i) {
    const std::int64_t high = values[i] >> 32;  // both halves are exact doubles
    exact.add(std::ldexp(static_cast<double>(high), exponents[i] + 32));
    exact.add(std::ldexp(static_cast<double>(values[i] & 0xFFFFFFFF), exponents[i]));
  }
  char bytes[FixedSum::kMostBytes];
  EXPECT_EQ(std::string_view(bytes, static_cast<std::size_t>(fixed->write(bytes))), exact.serialise());
}

}  // namespace
}  // namespace trueno

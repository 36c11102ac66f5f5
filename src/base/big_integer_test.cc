#include "base/big_integer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "base/product_sum.h"

namespace trueno {
namespace {

BigInteger random_number(std::mt19937_64& random) {
  std::vector<std::uint32_t> limbs(random() % 9);
  // Limbs of all ones and all zeros are where digits are guessed wrong.
  for (std::uint32_t& limb : limbs) limb = random() % 3 == 0 ? 0xFFFFFFFF : random() % 3 == 0 ? 0 : static_cast<std::uint32_t>(random());
  return BigInteger::of(random() % 2 == 0, limbs);
}

TEST(BigInteger, DivisionUndoesMultiplication) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    const BigInteger a = random_number(random);
    const BigInteger b = random_number(random);
    const BigInteger c = random_number(random);
    EXPECT_EQ((a + b) * c, a * c + b * c);
    EXPECT_EQ(a - a, BigInteger());
    if (b.is_zero()) continue;
    const BigInteger::Division division = a.divided_by(b);
    EXPECT_EQ(division.quotient * b.magnitude() + division.remainder, a.magnitude());
    EXPECT_TRUE((division.remainder - b.magnitude()).negative());
  }
}

TEST(BigInteger, RatiosAreRoundedOnce) {
  EXPECT_EQ(ratio_to_double(1, 3), 1.0 / 3.0);
  EXPECT_EQ(ratio_to_double(-7, 2), -3.5);
  EXPECT_EQ(ratio_to_double(0, 5), 0.0);
  EXPECT_EQ(ratio_to_double((std::int64_t{1} << 53) + 1, 1), 0x1p53) << "a tie goes to the even neighbour";
  EXPECT_EQ(ratio_to_double((std::int64_t{1} << 53) + 3, 1), 0x1p53 + 4);
  EXPECT_EQ(ratio_to_double(1, 1, -1074), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(ratio_to_double(1, 2, -1074), 0.0) << "half of the least number: to even";
  EXPECT_EQ(ratio_to_double(3, 4, -1074), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(ratio_to_double(1, 1, 1024), std::numeric_limits<double>::infinity());
}

TEST(BigInteger, RootsAreRoundedOnce) {
  for (const double x : {2.0, 3.0, 0.5, 1e300, 4.0, 144.0, 1e-5, 0x1p-1074}) {
    int exponent = 0;
    const double fraction = std::frexp(x, &exponent);
    const auto digits = static_cast<std::int64_t>(std::ldexp(fraction, 53));
    EXPECT_EQ(root_of_ratio_to_double(digits, 1, exponent - 53), std::sqrt(x)) << x;
  }
  EXPECT_EQ(root_of_ratio_to_double(9, 16), 0.75);
}

TEST(ProductSum, DoesNotDependOnTheOrder) {
  std::mt19937_64 random(11);
  std::vector<double> values;
  for (int i = 0; i < 300; ++i) {
    const auto exponent = static_cast<int>(random() % 2000) - 1040;
    values.push_back(std::ldexp(static_cast<double>(static_cast<std::int64_t>(random() >> 11)) - 0x1p52, exponent - 52));
  }
  ProductSum forwards;
  ProductSum parts[3];
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double* pair[] = {&values[i], &values[(i * 7 + 1) % values.size()]};
    const double factors[] = {*pair[0], *pair[0], *pair[1]};
    forwards.add(factors);
  }
  for (std::size_t i = values.size(); i-- > 0;) {
    const double factors[] = {values[(i * 7 + 1) % values.size()], values[i], values[i]};
    parts[i % 3].add(factors);
  }
  ProductSum merged;
  for (const ProductSum& part : parts) merged.merge(*ProductSum::deserialise(part.serialise()));
  EXPECT_EQ(merged.serialise(), forwards.serialise());
}

TEST(ProductSum, IsExactAndForgetsNothing) {
  ProductSum sum;
  const double huge[] = {1e300, 1e300};
  const double minus[] = {-1e300, 1e300};
  const double tiny[] = {1e-300, 1e-300};
  sum.add(huge);
  sum.add(tiny);
  sum.add(minus);
  ProductSum only;
  only.add(tiny);
  EXPECT_EQ(sum.serialise(), only.serialise());
  EXPECT_FALSE(sum.value().digits.is_zero());
  const double infinite[] = {std::numeric_limits<double>::infinity(), 0.0};
  sum.add(infinite);
  EXPECT_FALSE(sum.is_finite());
  EXPECT_FALSE(ProductSum::deserialise("abc").has_value());
}

}  // namespace
}  // namespace trueno

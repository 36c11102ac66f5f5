// Exact sums of products: whatever way a product takes, into the window or past it, the digits are those of integer arithmetic.
#include "base/product_sum.h"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace trueno {
namespace {

// Integers of 53 bits and an exponent: the product as BigInteger gives it.
struct Factor {
  std::int64_t mantissa = 0;
  int exponent = 0;
  [[nodiscard]] double value() const { return std::ldexp(static_cast<double>(mantissa), exponent); }
};

constexpr int kLowest = -2400;  // of all exponents of products here

BigInteger product_of(const Factor& a, const Factor& b) {
  return (BigInteger(a.mantissa) * BigInteger(b.mantissa)).shifted_left(a.exponent + b.exponent - kLowest);
}

BigInteger scaled(const ProductSum& sum) {
  const ScaledInteger value = sum.value();
  return value.digits.is_zero() ? BigInteger() : value.digits.shifted_left(value.exponent - kLowest);
}

void add(ProductSum& sum, const Factor& a, const Factor& b) {
  const double factors[] = {a.value(), b.value()};
  sum.add(factors);
}

Factor factor(std::mt19937_64& random, int spread) {
  const auto mantissa = static_cast<std::int64_t>(random() >> (11 + random() % 40));
  return {random() % 2 == 0 ? mantissa : -mantissa, static_cast<int>(random() % static_cast<unsigned>(2 * spread + 1)) - spread};
}

TEST(ProductSum, EqualsIntegerArithmeticWhateverTheExponents) {
  std::mt19937_64 random(7);
  for (const int spread : {0, 5, 20, 40, 80, 300}) {
    ProductSum sum;
    BigInteger expected;
    for (int i = 0; i < 2000; ++i) {
      const Factor a = factor(random, spread);
      const Factor b = factor(random, spread);
      add(sum, a, b);
      expected = expected + product_of(a, b);
      if (i % 97 == 0) {
        ASSERT_EQ(scaled(sum), expected) << "spread " << spread << ", product " << i;
      }
    }
    EXPECT_EQ(scaled(sum), expected) << spread;
    EXPECT_TRUE(sum.is_finite());
  }
}

TEST(ProductSum, TheEdgesOfTheWindow) {
  // The first product sets the window; the others lie at each distance from it, within and past both edges.
  for (int distance = -100; distance <= 100; ++distance) {
    ProductSum sum;
    const Factor first{(std::int64_t{1} << 53) - 1, 0};
    const Factor other{-((std::int64_t{1} << 53) - 1), distance};
    add(sum, first, first);
    add(sum, first, other);
    add(sum, first, other);
    EXPECT_EQ(scaled(sum), product_of(first, first) + product_of(first, other) + product_of(first, other)) << distance;
  }
}

TEST(ProductSum, WhatCancelsLeavesNothing) {
  std::mt19937_64 random(11);
  ProductSum sum;
  std::vector<std::pair<Factor, Factor>> added;
  for (int i = 0; i < 500; ++i) added.emplace_back(factor(random, 60), factor(random, 60));
  for (const auto& [a, b] : added) add(sum, a, b);
  for (const auto& [a, b] : added) add(sum, {-a.mantissa, a.exponent}, b);
  EXPECT_TRUE(sum.value().digits.is_zero());
  EXPECT_EQ(sum.serialise(), ProductSum().serialise());
}

TEST(ProductSum, MergedPartsAreTheWhole) {
  std::mt19937_64 random(13);
  for (const int spread : {3, 70}) {
    ProductSum whole;
    ProductSum merged;
    for (int part = 0; part < 20; ++part) {
      ProductSum own;
      for (int i = 0; i < 50; ++i) {
        const Factor a = factor(random, spread);
        const Factor b = factor(random, spread);
        add(own, a, b);
        add(whole, a, b);
      }
      if (part % 3 == 0) {
        const auto read = ProductSum::deserialise(own.serialise());
        ASSERT_TRUE(read.has_value());
        own = *read;
      }
      merged.merge(own);
    }
    merged.merge(ProductSum());
    EXPECT_EQ(scaled(merged), scaled(whole));
    EXPECT_EQ(merged.serialise(), whole.serialise());
  }
}

TEST(ProductSum, SubnormalsZerosAndWhatIsNoNumber) {
  ProductSum sum;
  const double least = std::numeric_limits<double>::denorm_min();
  const double tiny[] = {least, 3 * least};
  sum.add(tiny);
  EXPECT_EQ(scaled(sum), BigInteger(3).shifted_left(2 * -1074 - kLowest));
  const double zero[] = {0.0, -5.0};
  sum.add(zero);
  EXPECT_EQ(scaled(sum), BigInteger(3).shifted_left(2 * -1074 - kLowest));
  const double large[] = {std::numeric_limits<double>::max(), std::numeric_limits<double>::max()};
  sum.add(large);
  EXPECT_TRUE(sum.is_finite());
  const double wrong[] = {std::numeric_limits<double>::infinity(), 0.0};
  sum.add(wrong);
  EXPECT_FALSE(sum.is_finite());
}

}  // namespace
}  // namespace trueno

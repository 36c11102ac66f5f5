// Interval arithmetic on bounds, and what statistics prove.
#include "kernel/range.h"

#include <gtest/gtest.h>

namespace trueno::kernel {
namespace {

void expect_bounds(const Range& range, i128 low, i128 high) {
  ASSERT_TRUE(range.bounded());
  EXPECT_EQ(*range.min, low);
  EXPECT_EQ(*range.max, high);
}

TEST(Range, ArithmeticHoldsEveryPairOfValues) {
  for (int a = -3; a <= 3; ++a) {
    for (int b = a; b <= 3; ++b) {
      for (int c = -3; c <= 3; ++c) {
        for (int d = c; d <= 3; ++d) {
          int least[3] = {100, 100, 100};
          int most[3] = {-100, -100, -100};
          for (int x = a; x <= b; ++x) {
            for (int y = c; y <= d; ++y) {
              const int results[3] = {x + y, x - y, x * y};
              for (int i = 0; i < 3; ++i) {
                least[i] = std::min(least[i], results[i]);
                most[i] = std::max(most[i], results[i]);
              }
            }
          }
          expect_bounds(range_add(Range::of(a, b), Range::of(c, d)), least[0], most[0]);
          expect_bounds(range_subtract(Range::of(a, b), Range::of(c, d)), least[1], most[1]);
          expect_bounds(range_multiply(Range::of(a, b), Range::of(c, d)), least[2], most[2]);
        }
      }
    }
  }
}

TEST(Range, BoundsThatLeave128BitsAreUnknown) {
  EXPECT_FALSE(range_add(Range::of(0, kI128Max), Range::of(0, 1)).bounded());
  EXPECT_FALSE(range_multiply(Range::of(kI128Min, 0), Range::of(-1, 0)).bounded());
  EXPECT_FALSE(range_negate(Range::of(kI128Min, 0)).bounded());
  EXPECT_FALSE(range_add(Range::unknown(), Range::of(0, 1)).bounded());
}

TEST(Range, ProofAndNullsComeFromBothSides) {
  Range claimed = Range::of(0, 5);
  claimed.proven = false;
  EXPECT_FALSE(range_add(claimed, Range::of(1, 1)).proven);
  EXPECT_TRUE(range_add(Range::of(0, 5), Range::of(1, 1)).proven);
  EXPECT_TRUE(range_add(Range::of(0, 5, true), Range::of(1, 1)).nullable);
  expect_bounds(range_union(Range::of(0, 5), Range::of(-7, 2)), -7, 5);
  EXPECT_FALSE(range_union(Range::of(0, 5), Range::unknown()).bounded());
}

TEST(Range, OfStatistics) {
  ColumnStatistics statistics;
  statistics.min = Value::integer(3);
  statistics.max = Value::integer(9);
  statistics.null_count = 0;
  statistics.proven = true;
  const Range proven = range_from_statistics(TypeId::kInteger, statistics, 10);
  expect_bounds(proven, 3, 9);
  EXPECT_TRUE(proven.proven);
  EXPECT_FALSE(proven.nullable);
  statistics.proven = false;
  const Range claimed = range_from_statistics(TypeId::kInteger, statistics, 10);
  EXPECT_FALSE(claimed.proven);
  EXPECT_TRUE(claimed.nullable) << "a claim of no NULLs proves nothing";
  EXPECT_FALSE(range_from_statistics(TypeId::kVarchar, statistics, 10).bounded());
}

TEST(Range, LimitsOfTypes) {
  EXPECT_EQ(limits_of(TypeId::kTinyInt)->max, 127);
  EXPECT_EQ(limits_of(TypeId::kUInteger)->max, static_cast<i128>(UINT32_MAX));
  EXPECT_EQ(limits_of(Type::decimal(4, 2))->min, -9999);
  EXPECT_FALSE(limits_of(TypeId::kDouble));
  EXPECT_FALSE(limits_of(TypeId::kVarchar));
}

TEST(Range, LanesAreAsNarrowAsIsProven) {
  EXPECT_EQ(narrowest_lane(TypeId::kBigInt, Range::of(0, INT32_MAX)), Physical::kI32);
  EXPECT_EQ(narrowest_lane(TypeId::kBigInt, Range::of(0, i128{1} << 31)), Physical::kI64);
  EXPECT_EQ(narrowest_lane(TypeId::kHugeInt, Range::of(0, INT64_MAX)), Physical::kI64);
  EXPECT_EQ(narrowest_lane(TypeId::kHugeInt, Range::of(0, i128{1} << 63)), Physical::kI128);
  EXPECT_EQ(narrowest_lane(TypeId::kBigInt, Range::unknown()), Physical::kI64);
  EXPECT_EQ(narrowest_lane(TypeId::kDouble, Range::unknown()), Physical::kF64);
}

}  // namespace
}  // namespace trueno::kernel

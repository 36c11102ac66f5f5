#include "column/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "column/scan_predicate.h"

namespace trueno {
namespace {

TEST(FloatSpan, NamesTheLowestAndHighestBit) {
  EXPECT_EQ(span_of(1.0).lowest_bit, 0);
  EXPECT_EQ(span_of(1.0).highest_bit, 0);
  EXPECT_EQ(span_of(-6.5).lowest_bit, -1);
  EXPECT_EQ(span_of(-6.5).highest_bit, 2);
  EXPECT_EQ(span_of(5e-324).lowest_bit, -1074);
  EXPECT_EQ(span_of(std::numeric_limits<double>::max()).highest_bit, 1023);
  EXPECT_EQ(span_of(0.1).lowest_bit, -55);
  EXPECT_TRUE(span_of(-0.0).empty());
  EXPECT_TRUE(span_of(std::nan("")).has_nan);
  EXPECT_TRUE(span_of(-INFINITY).has_infinity);
}

ColumnStatistics bounds(std::int64_t min, std::int64_t max, std::int64_t nulls = 0) {
  ColumnStatistics statistics;
  statistics.min = Value::bigint(min);
  statistics.max = Value::bigint(max);
  statistics.null_count = nulls;
  statistics.proven = true;
  return statistics;
}

ColumnCondition compare(CompareOp op, Value value) { return {ColumnCondition::Kind::kCompare, 0, op, {std::move(value)}}; }

TEST(ScanPredicate, SkipsExactlyWhatTheBoundsExclude) {
  const ColumnStatistics statistics = bounds(10, 20);
  const auto may = [&](CompareOp op, std::int64_t value) { return may_match(compare(op, Value::bigint(value)), statistics, 100); };
  EXPECT_FALSE(may(CompareOp::kEqual, 9));
  EXPECT_TRUE(may(CompareOp::kEqual, 10));
  EXPECT_FALSE(may(CompareOp::kEqual, 21));
  EXPECT_FALSE(may(CompareOp::kLess, 10));
  EXPECT_TRUE(may(CompareOp::kLessEqual, 10));
  EXPECT_FALSE(may(CompareOp::kGreater, 20));
  EXPECT_TRUE(may(CompareOp::kGreaterEqual, 20));
  EXPECT_TRUE(may(CompareOp::kNotEqual, 10));
  EXPECT_FALSE(may_match(compare(CompareOp::kNotEqual, Value::bigint(7)), bounds(7, 7), 100));
}

TEST(ScanPredicate, NullsAndSetsAndUnknownBounds) {
  const ColumnCondition is_null{ColumnCondition::Kind::kIsNull, 0, CompareOp::kEqual, {}};
  const ColumnCondition not_null{ColumnCondition::Kind::kIsNotNull, 0, CompareOp::kEqual, {}};
  EXPECT_FALSE(may_match(is_null, bounds(1, 2), 10));
  EXPECT_TRUE(may_match(is_null, bounds(1, 2, 1), 10));
  EXPECT_FALSE(may_match(not_null, bounds(1, 2, 10), 10));
  EXPECT_TRUE(may_match(is_null, {}, 10));
  const ColumnCondition in{
      ColumnCondition::Kind::kIn, 0, CompareOp::kEqual, {Value::bigint(1), Value::bigint(30), Value::null(TypeId::kBigInt)}};
  EXPECT_FALSE(may_match(in, bounds(10, 20), 10));
  EXPECT_TRUE(may_match(in, bounds(30, 40), 10));
  EXPECT_TRUE(may_match(compare(CompareOp::kEqual, Value::bigint(1)), {}, 10));
  EXPECT_FALSE(may_match(compare(CompareOp::kEqual, Value::null(TypeId::kBigInt)), bounds(1, 2), 10));
}

TEST(ScanPredicate, FloatBoundsOfFilesSkipOnlyWhatNanCannotSatisfy) {
  ColumnStatistics claimed;
  claimed.min = Value::floating(1.0);
  claimed.max = Value::floating(2.0);
  const auto may = [&](CompareOp op, double value) { return may_match(compare(op, Value::floating(value)), claimed, 10); };
  EXPECT_TRUE(may(CompareOp::kGreater, 5.0));  // NaN is greater than 5
  EXPECT_FALSE(may(CompareOp::kLess, 1.0));
  EXPECT_FALSE(may(CompareOp::kEqual, 5.0));
  EXPECT_TRUE(may(CompareOp::kEqual, std::nan("")));
  claimed.proven = true;
  EXPECT_FALSE(may(CompareOp::kGreater, 5.0));
}

TEST(Statistics, MergedBoundsHoldForBoth) {
  ColumnStatistics a = bounds(1, 5, 1);
  ColumnStatistics b = bounds(6, 9, 2);
  a.distinct_count = 5;
  b.distinct_count = 4;
  const ColumnStatistics merged = merge_statistics(a, b);
  EXPECT_EQ(merged.min, Value::bigint(1));
  EXPECT_EQ(merged.max, Value::bigint(9));
  EXPECT_EQ(merged.null_count, 3);
  EXPECT_EQ(merged.distinct_count, 9);
  EXPECT_TRUE(merged.proven);
  EXPECT_FALSE(merge_statistics(a, {}).min.has_value());
}

}  // namespace
}  // namespace trueno

#include "storage/statistics/chunk_statistics.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "base/hash.h"

namespace trueno {
namespace {

TEST(HyperLogLog, EstimatesWithinAFewPercentAndMergesLikeOne) {
  for (const std::int64_t distinct : {0, 1, 10, 1000, 50'000, 1'000'000}) {
    HyperLogLog whole;
    HyperLogLog halves[2];
    for (std::int64_t i = 0; i < distinct; ++i) {
      const std::uint64_t hash = hash64(static_cast<std::uint64_t>(i) + 12345);
      whole.add(hash);
      whole.add(hash);
      halves[i % 2].add(hash);
    }
    EXPECT_NEAR(static_cast<double>(whole.estimate()), static_cast<double>(distinct), static_cast<double>(distinct) * 0.05);
    halves[0].merge(halves[1]);
    EXPECT_EQ(halves[0].estimate(), whole.estimate());
  }
}

TEST(ChunkStatistics, TheSpanOfManyIsTheSpanOfEach) {
  std::vector<double> values;
  FloatSpan expected;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const double value = std::bit_cast<double>(hash64(i) >> (i % 3));
    values.push_back(value);
    expected.include(span_of(value));
  }
  EXPECT_EQ(span_of(std::span<const double>(values)), expected);
  const std::vector<double> small = {0.0, -0.0, 5e-324, 3.0};
  EXPECT_EQ(span_of(std::span<const double>(small)).lowest_bit, -1074);
  EXPECT_TRUE(span_of(std::span<const double>(small).subspan(0, 2)).empty());
}

TEST(ChunkStatistics, TheSpanOfFloatsIsThatOfTheSameDoubles) {
  std::vector<float> values;
  FloatSpan expected;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    values.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(hash64(i) >> (32 + i % 2 * 8))));
    expected.include(span_of(static_cast<double>(values.back())));
  }
  EXPECT_EQ(span_of(std::span<const float>(values)), expected);
}

TEST(ChunkStatistics, LongTextsGiveBoundsThatWereCut) {
  const std::string low = "a" + std::string(100, 'b');
  const std::string high = "z" + std::string(63, '\xFF') + "tail";
  const Column column = *column_of(TypeId::kVarchar, std::vector<Value>{Value::varchar(high), Value::varchar(low)});
  const ColumnStatistics statistics = *measure(column);
  EXPECT_FALSE(statistics.exact_bounds);
  EXPECT_EQ(statistics.min, Value::varchar(low.substr(0, 64)));
  EXPECT_EQ(statistics.max, Value::varchar("{"));  // 'z' + 1
}

TEST(ChunkStatistics, NullRowsAreNotMeasured) {
  ColumnBuilder builder(TypeId::kInteger);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(i % 2 == 0 ? builder.append_null() : builder.append(Value::integer(i)));
  const ColumnStatistics statistics = *measure(*builder.finish());
  EXPECT_EQ(statistics.min, Value::integer(1));
  EXPECT_EQ(statistics.max, Value::integer(99));
  EXPECT_EQ(statistics.null_count, 50);
  EXPECT_EQ(statistics.distinct_count, 50);
}

TEST(ChunkStatistics, AColumnOfNullsHasNoBounds) {
  const ColumnStatistics statistics = *measure(*constant_column(Value::null(TypeId::kDouble), 5));
  EXPECT_FALSE(statistics.min.has_value());
  EXPECT_EQ(statistics.null_count, 5);
  EXPECT_EQ(statistics.distinct_count, 0);
}

}  // namespace
}  // namespace trueno

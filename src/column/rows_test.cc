// The order of rows, few and many, against comparing values one by one.
#include "column/rows.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

namespace trueno {
namespace {

Value random_value(const Type& type, std::mt19937_64& random) {
  if (random() % 7 == 0) return Value::null(type);
  switch (type.id) {
    case TypeId::kDouble: {
      const double values[] = {0.0, -0.0, 1.5, -1e300, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()};
      return random() % 2 == 0 ? Value::floating(values[random() % 6]) : Value::floating(static_cast<double>(random() % 1000) / 7);
    }
    case TypeId::kVarchar: return Value::varchar((random() % 2 == 0 ? "a common beginning " : "") + std::to_string(random() % 500));
    case TypeId::kHugeInt: return Value::integer(static_cast<i128>(random()) * static_cast<i128>(random() % 3) - 5, type);
    case TypeId::kBigInt: {
      const std::int64_t ends[] = {INT64_MAX, INT64_MIN};
      return Value::integer(random() % 20 == 0 ? ends[random() % 2] : static_cast<std::int64_t>(random() % 300), type);
    }
    default: return Value::integer(static_cast<std::int64_t>(random() % 4), type);
  }
}

int compare(const Column& column, std::uint32_t a, std::uint32_t b, const OrderKey& key) {
  const Value x = column.value(a);
  const Value y = column.value(b);
  if (x.is_null() != y.is_null()) return x.is_null() == key.nulls_first ? -1 : 1;
  if (x.is_null()) return 0;
  const int order = compare_values(x, y);
  return key.descending ? -order : order;
}

TEST(SortedRows, AreInTheOrderOfTheirValues) {
  std::mt19937_64 random(1);
  const std::vector<Type> types = {TypeId::kInteger, TypeId::kBigInt, TypeId::kDouble, TypeId::kVarchar, TypeId::kHugeInt};
  for (int round = 0; round < 60; ++round) {
    const std::int64_t rows = round % 3 == 0 ? 50 : 3000;
    std::vector<Column> columns;
    for (std::size_t k = 0; k < static_cast<std::size_t>(round % 4); ++k) {
      std::vector<Value> values;
      const Type& type = types[random() % types.size()];
      for (std::int64_t row = 0; row < rows; ++row) values.push_back(random_value(type, random));
      columns.push_back(*column_of(type, values));
    }
    std::vector<OrderKey> keys;
    for (const Column& column : columns) keys.push_back({&column, random() % 2 == 0, random() % 2 == 0});
    std::vector<std::int64_t> ties;
    if (round % 2 == 0) {
      for (std::int64_t row = 0; row < rows; ++row) ties.push_back(static_cast<std::int64_t>(random() % 100) - 50);
    }
    std::vector<std::uint32_t> expected(static_cast<std::size_t>(rows));
    std::iota(expected.begin(), expected.end(), 0U);
    std::ranges::sort(expected, [&](std::uint32_t a, std::uint32_t b) {
      for (const OrderKey& key : keys) {
        if (const int order = compare(*key.column, a, b, key); order != 0) return order < 0;
      }
      return !ties.empty() && ties[a] != ties[b] ? ties[a] < ties[b] : a < b;
    });
    EXPECT_EQ(*sorted_rows(keys, rows, ties), expected) << round;
    expected.resize(20);
    EXPECT_EQ(*first_rows(keys, rows, ties, 20), expected) << round;
  }
}

}  // namespace
}  // namespace trueno

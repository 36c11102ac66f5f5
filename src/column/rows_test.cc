// The order of rows, few and many, against comparing values one by one.
#include "column/rows.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "base/test_threads.h"

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

// Texts of which one is the beginning of another, and zero bytes in them and at their ends.
TEST(SortedRows, TextsAreComparedToTheirLastByte) {
  std::mt19937_64 random(2);
  ColumnBuilder builder(TypeId::kBlob);
  std::vector<std::string> texts;
  for (int row = 0; row < 4000; ++row) {
    std::string text(random() % 40, 'a');
    for (int changes = 0; changes < 2 && !text.empty(); ++changes) text[random() % text.size()] = static_cast<char>(random() % 3);
    texts.push_back(text);
    ASSERT_TRUE(builder.append_string(text));
  }
  const Column column = *builder.finish();
  for (const bool descending : {false, true}) {
    std::vector<std::uint32_t> expected(texts.size());
    std::iota(expected.begin(), expected.end(), 0U);
    std::ranges::sort(expected, [&](std::uint32_t a, std::uint32_t b) {
      const int order = descending ? texts[b].compare(texts[a]) : texts[a].compare(texts[b]);
      return order != 0 ? order < 0 : a < b;
    });
    const OrderKey key{&column, descending, false};
    EXPECT_EQ(*sorted_rows({&key, 1}, column.length), expected);
    expected.resize(100);
    EXPECT_EQ(*first_rows({&key, 1}, column.length, {}, 100), expected);
  }
}

// A text of many equal beginnings, each a level: the depth of the stack does not grow with it.
TEST(SortedRows, LongEqualBeginningsTakeNoStack) {
  ColumnBuilder builder(TypeId::kVarchar);
  constexpr int kRows = 40;
  for (int row = 0; row < kRows; ++row) ASSERT_TRUE(builder.append_string(std::string(400'000, 'x') + std::to_string(1000 - row)));
  const Column column = *builder.finish();
  const OrderKey key{&column, false, false};
  const std::vector<std::uint32_t> sorted = *sorted_rows({&key, 1}, kRows);
  for (std::uint32_t row = 0; row < kRows; ++row) EXPECT_EQ(sorted[row], row == 0 ? 0 : kRows - row) << row;
}

// Skewed first keys, codes of a dictionary in no order, and ties in no order.
TEST(SortedRows, AreTheSameForAnyNumberOfThreads) {
  constexpr std::int64_t kRows = 300'000;
  std::mt19937_64 random(3);
  auto dictionary = std::make_shared<Dictionary>();
  std::vector<Value> words;
  for (int i = 0; i < 50; ++i) words.push_back(Value::varchar("word " + std::to_string(i * 7919 % 50)));
  dictionary->values = std::make_shared<const Column>(*column_of(TypeId::kVarchar, words));
  Column coded;
  coded.type = TypeId::kVarchar;
  coded.encoding = Encoding::kDictionary;
  coded.length = kRows;
  coded.dictionary = dictionary;
  std::vector<std::uint32_t> codes;
  std::vector<std::int64_t> ties;
  ColumnBuilder skewed(TypeId::kBigInt);
  for (std::int64_t row = 0; row < kRows; ++row) {
    codes.push_back(static_cast<std::uint32_t>(random() % 50));
    ties.push_back(static_cast<std::int64_t>(random() % 1000) - 500);
    const std::int64_t value = random() % 10 == 0 ? static_cast<std::int64_t>(random()) : static_cast<std::int64_t>(random() % 5);
    ASSERT_TRUE(random() % 50 == 0 ? skewed.append_null() : skewed.append_bytes(&value));
  }
  coded.values = *copy_to_buffer(std::span<const std::uint32_t>(codes));
  const Column first = *skewed.finish();
  const OrderKey keys[] = {{&first, true, true}, {&coded, false, false}};
  const std::vector<std::uint32_t> alone = *sorted_rows(keys, kRows, ties);
  const auto in_order = [&](std::uint32_t a, std::uint32_t b) {
    for (const OrderKey& key : keys) {
      if (const int order = compare(*key.column, a, b, key); order != 0) return order < 0;
    }
    return ties[a] != ties[b] ? ties[a] < ties[b] : a < b;
  };
  for (std::size_t i = 1; i < alone.size(); ++i) ASSERT_TRUE(in_order(alone[i - 1], alone[i])) << i;
  for (const std::size_t count : {std::size_t{2}, std::size_t{3}, std::size_t{8}}) {
    EXPECT_EQ(*sorted_rows(keys, kRows, ties, test_threads(count)), alone) << count;
    const Column taken = *take_rows(first, alone, test_threads(count));
    for (std::size_t i = 0; i < alone.size(); i += 101) ASSERT_EQ(taken.is_valid(static_cast<std::int64_t>(i)), first.is_valid(alone[i]));
  }
}

}  // namespace
}  // namespace trueno

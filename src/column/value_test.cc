#include "column/value.h"

#include <gtest/gtest.h>

#include <cmath>

#include "column/statistics.h"

namespace trueno {
namespace {

Value list_of(std::initializer_list<const char*> texts) {
  std::vector<Value> values;
  for (const char* text : texts) values.push_back(text == nullptr ? Value::null(TypeId::kVarchar) : Value::varchar(text));
  return Value::nested(Type::list(TypeId::kVarchar), values);
}

// Expected texts: DuckDB 2.0.0.
TEST(Value, PrintsAsACastToVarchar) {
  EXPECT_EQ(Value().to_string(), "NULL");
  EXPECT_EQ(Value::boolean(true).to_string(), "true");
  EXPECT_EQ(Value::decimal(-5, 4, 2).to_string(), "-0.05");
  EXPECT_EQ(Value(TypeId::kFloat, 0.1f).to_string(), "0.1");
  EXPECT_EQ(Value::integer(19782, TypeId::kDate).to_string(), "2024-02-29");
  EXPECT_EQ(Value::integer(1, TypeId::kTimestampNs).to_string(), "1970-01-01 00:00:00.000000001");
  EXPECT_EQ(Value::integer(0, TypeId::kTimestampTz).to_string(), "1970-01-01 00:00:00+00");
  EXPECT_EQ(Value(TypeId::kInterval, IntervalValue{14, -3, 1000}).to_string(), "1 year 2 months -3 days 00:00:00.001");
  EXPECT_EQ(Value(TypeId::kBlob, std::string("\xAA\0abc", 5)).to_string(), "\\xAA\\x00abc");
  EXPECT_EQ(Value::integer(1, Type::enumeration({"a", "b"})).to_string(), "b");
}

TEST(Value, NestedValuesQuoteOnlyWhatWouldBeMisread) {
  EXPECT_EQ(list_of({"a", "b c", "", "NULL", nullptr, "it's", "x,y", "["}).to_string(), "[a, b c, '', 'NULL', NULL, 'it\\'s', 'x,y', '[']");
  EXPECT_EQ(list_of({"a\\b", "a\"b", "a:b", "a=b", " a", "a "}).to_string(), "['a\\\\b', 'a\"b', 'a:b', 'a=b', ' a', 'a ']");
  const Value record =
      Value::nested(Type::structure({{"a", TypeId::kInteger}, {"b", TypeId::kVarchar}}), {Value::integer(1), Value::varchar("x y")});
  EXPECT_EQ(record.to_string(), "{'a': 1, 'b': x y}");
  const Value map = Value::nested(Type::map(TypeId::kVarchar, TypeId::kInteger),
                                  {Value::varchar("k"), Value::integer(1), Value::varchar("l m"), Value::integer(2)});
  EXPECT_EQ(map.to_string(), "{k=1, l m=2}");
}

TEST(Value, EqualityIsOfBitsAndOrderIsOfSql) {
  const double nan = std::nan("");
  EXPECT_EQ(Value::floating(nan), Value::floating(nan));
  EXPECT_FALSE(Value::floating(0.0) == Value::floating(-0.0));
  EXPECT_EQ(compare_values(Value::floating(0.0), Value::floating(-0.0)), 0);
  EXPECT_EQ(compare_values(Value::floating(nan), Value::floating(INFINITY)), 1);
  EXPECT_EQ(compare_values(Value::floating(nan), Value::floating(nan)), 0);
  EXPECT_EQ(compare_values(Value::varchar("a"), Value::varchar("\xC3\xA4")), -1);
  EXPECT_EQ(compare_values(Value(TypeId::kInterval, IntervalValue{1, 0, 0}), Value(TypeId::kInterval, IntervalValue{0, 30, 0})), 0);
  EXPECT_EQ(compare_values(list_of({"a"}), list_of({"a", "b"})), -1);
  EXPECT_EQ(compare_values(list_of({nullptr}), list_of({"z"})), 1);
}

}  // namespace
}  // namespace trueno

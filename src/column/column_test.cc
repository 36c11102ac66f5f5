#include "column/column.h"

#include <gtest/gtest.h>

namespace trueno {
namespace {

Column integers(std::initializer_list<std::optional<int>> values) {
  ColumnBuilder builder(TypeId::kInteger);
  for (const auto& value : values) {
    EXPECT_TRUE((value ? builder.append(Value::integer(*value)) : builder.append_null()).has_value());
  }
  return *builder.finish();
}

std::string texts_of(const Column& column) {
  std::string text;
  for (std::int64_t row = 0; row < column.length; ++row) {
    if (row != 0) text += "|";
    text += column.value(row).to_string();
  }
  return text;
}

TEST(Column, ABuilderGivesBackWhatWasAppended) {
  const Column column = integers({1, std::nullopt, -3});
  EXPECT_EQ(column.length, 3);
  EXPECT_EQ(column.null_count, 1);
  EXPECT_EQ(texts_of(column), "1|NULL|-3");
}

TEST(Column, ABuilderIsEmptyAfterFinishing) {
  ColumnBuilder builder(TypeId::kVarchar);
  ASSERT_TRUE(builder.append_string("a text that does not fit its record"));
  ASSERT_TRUE(builder.append_null());
  ASSERT_TRUE(builder.finish());
  ASSERT_TRUE(builder.append_string("b"));
  const Column second = *builder.finish();
  EXPECT_EQ(second.null_count, 0);
  EXPECT_EQ(texts_of(second), "b");
}

TEST(Column, NullsAfterManyRowsLeaveTheEarlierOnesValid) {
  ColumnBuilder builder(TypeId::kBigInt);
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(builder.append(Value::bigint(i)));
  ASSERT_TRUE(builder.append_null());
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(builder.append(Value::bigint(i)));
  const Column column = *builder.finish();
  EXPECT_EQ(column.null_count, 1);
  EXPECT_FALSE(column.is_valid(10'000));
  EXPECT_TRUE(column.is_valid(20'000));
  EXPECT_EQ(count_set_bits(column.validity.data(), 0, 20'001), 20'000u);
}

TEST(Column, EveryTypeRoundTripsThroughABuilder) {
  const std::vector<Value> values = {
      Value::boolean(true),
      Value::integer(-128, TypeId::kTinyInt),
      Value::integer(65535, TypeId::kUSmallInt),
      Value::integer(kI128Min, TypeId::kHugeInt),
      Value(TypeId::kFloat, 1.5f),
      Value::floating(-0.0),
      Value::decimal(-12345, 10, 2),
      Value::decimal(i128{1} << 100, 38, 5),
      Value::varchar("twelve bytes"),
      Value::varchar("thirteen byte"),
      Value(TypeId::kBlob, std::string("\0\xFF", 2)),
      Value(TypeId::kInterval, IntervalValue{1, 2, 3}),
      Value::integer(1, Type::enumeration({"a", "b"})),
      Value::nested(Type::list(TypeId::kInteger), {Value::integer(1), Value::null(TypeId::kInteger)}),
      Value::nested(Type::structure({{"a", TypeId::kInteger}, {"b", TypeId::kVarchar}}), {Value::integer(1), Value::varchar("x")}),
      Value::nested(Type::map(TypeId::kVarchar, TypeId::kInteger), {Value::varchar("k"), Value::integer(2)}),
  };
  for (const Value& value : values) {
    const std::vector<Value> column_values = {value, Value::null(value.type()), value};
    const Column column = *column_of(value.type(), column_values);
    for (std::int64_t row = 0; row < 3; ++row)
      EXPECT_EQ(column.value(row), column_values[static_cast<std::size_t>(row)]) << value.to_string();
    const Column constant = *constant_column(value, 4);
    EXPECT_EQ(constant.value(3), value);
    EXPECT_EQ(constant.decoded()->value(3), value);
    EXPECT_EQ(constant.slice(1, 2).value(1), value);
    const Column joined = *concatenate(std::vector<Column>{column, constant.slice(0, 1), column.slice(1, 2)});
    EXPECT_EQ(joined.length, 6);
    EXPECT_EQ(joined.null_count, 2);
    EXPECT_EQ(joined.value(3), value);
    EXPECT_TRUE(joined.value(4).is_null());
    EXPECT_EQ(joined.value(5), value);
  }
}

TEST(Column, ASliceCountsItsOwnNulls) {
  const Column column = integers({1, std::nullopt, 3, std::nullopt, 5});
  EXPECT_EQ(column.slice(2, 3).null_count, 1);
  EXPECT_EQ(texts_of(column.slice(1, 3)), "NULL|3|NULL");
  EXPECT_EQ(texts_of(column.slice(1, 3).slice(1, 2)), "3|NULL");
  EXPECT_EQ(texts_of(*column.slice(1, 3).decoded()), "NULL|3|NULL");
}

TEST(Column, PackedValuesDecodeFromTheirBase) {
  const std::vector<std::uint64_t> offsets = {0, 5, 7, 1};
  MutableBuffer packed = *MutableBuffer::zeroed(packed_bytes(4, 3));
  pack_bits(offsets, 3, packed.data());
  Column column;
  column.type = TypeId::kDate;
  column.encoding = Encoding::kPacked;
  column.length = 4;
  column.base = -2;
  column.bit_width = 3;
  column.values = std::move(packed).freeze();
  EXPECT_EQ(texts_of(column), "1969-12-30|1970-01-04|1970-01-06|1969-12-31");
  EXPECT_EQ(texts_of(*column.slice(1, 3).decoded()), "1970-01-04|1970-01-06|1969-12-31");
}

TEST(Column, RunsDecodeFromAnyRow) {
  const std::vector<std::int64_t> ends = {3, 4, 10};
  const std::vector<std::int32_t> values = {7, 8, 9};
  Column column;
  column.type = TypeId::kInteger;
  column.encoding = Encoding::kRunLength;
  column.length = 10;
  column.run_ends = *copy_to_buffer(std::span(ends));
  column.values = *copy_to_buffer(std::span(values));
  column.run_count = 3;
  EXPECT_EQ(texts_of(column), "7|7|7|8|9|9|9|9|9|9");
  EXPECT_EQ(texts_of(*column.slice(2, 4).decoded()), "7|8|9|9");
}

Column dictionary_column(const std::vector<std::uint32_t>& codes, std::shared_ptr<const Dictionary> dictionary) {
  Column column;
  column.type = TypeId::kVarchar;
  column.encoding = Encoding::kDictionary;
  column.length = static_cast<std::int64_t>(codes.size());
  column.values = *copy_to_buffer(std::span(codes));
  column.dictionary = std::move(dictionary);
  return column;
}

std::shared_ptr<const Dictionary> dictionary_of(std::initializer_list<const char*> entries) {
  ColumnBuilder builder(TypeId::kVarchar);
  for (const char* entry : entries) EXPECT_TRUE(builder.append_string(entry));
  auto dictionary = std::make_shared<Dictionary>();
  dictionary->id = Dictionary::next_id();
  dictionary->values = std::make_shared<const Column>(*builder.finish());
  return dictionary;
}

TEST(Column, OneDictionarySurvivesConcatenationAndTwoBecomeViews) {
  const auto first = dictionary_of({"red", "a colour with a long name"});
  const auto second = dictionary_of({"blue"});
  const Column a = dictionary_column({0, 1, 0}, first);
  const Column b = dictionary_column({1}, first);
  const Column c = dictionary_column({0}, second);
  const Column same = *concatenate(std::vector<Column>{a.slice(1, 2), b});
  EXPECT_EQ(same.encoding, Encoding::kDictionary);
  EXPECT_EQ(texts_of(same), "a colour with a long name|red|a colour with a long name");
  const Column mixed = *concatenate(std::vector<Column>{a, c});
  EXPECT_EQ(mixed.encoding, Encoding::kPlain);
  EXPECT_EQ(texts_of(mixed), "red|a colour with a long name|red|blue");
}

TEST(Column, AnEmptyColumnIsAColumn) {
  const Column column = *column_of(TypeId::kVarchar, {});
  EXPECT_EQ(column.length, 0);
  EXPECT_EQ(concatenate(std::vector<Column>{column, column})->length, 0);
}

TEST(Column, AListIsMadeOfRowsOfAColumn) {
  const Column numbers =
      *column_of(TypeId::kInteger, std::vector<Value>{Value::integer(7), Value::null(TypeId::kInteger), Value::integer(9)});
  ColumnBuilder builder(Type::list(TypeId::kInteger));
  EXPECT_TRUE(builder.append_list(numbers, std::vector<std::uint32_t>{2, 0, 1, 2}));
  EXPECT_TRUE(builder.append_null());
  EXPECT_TRUE(builder.append_list(numbers, {}));
  const Column lists = *builder.finish();
  EXPECT_EQ(lists.value(0).to_string(), "[9, 7, NULL, 9]");
  EXPECT_TRUE(lists.value(1).is_null());
  EXPECT_EQ(lists.value(2).to_string(), "[]");
}

TEST(Column, ByteSizeCountsTextsThatDoNotFitTheirRecords) {
  const Column column = *column_of(TypeId::kVarchar, std::vector<Value>{Value::varchar("short"), Value::varchar("this one is long")});
  EXPECT_EQ(column.byte_size(), 2 * 16 + 16);
  EXPECT_EQ(column.slice(0, 1).byte_size(), 16);
}

}  // namespace
}  // namespace trueno

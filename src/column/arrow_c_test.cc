#include "column/arrow_c.h"

#include <gtest/gtest.h>

namespace trueno {
namespace {

// Arrow structures written by hand, as another library would hand them over. `released` counts releases.
struct Hand {
  std::vector<const void*> buffers;
  std::vector<ArrowArray*> children;
  ArrowArray array{};
  static inline int released = 0;

  Hand(std::int64_t length, std::vector<const void*> buffer_list, std::int64_t null_count = 0, std::int64_t offset = 0)
      : buffers(std::move(buffer_list)) {
    array.length = length;
    array.null_count = null_count;
    array.offset = offset;
    array.n_buffers = static_cast<std::int64_t>(buffers.size());
    array.buffers = buffers.data();
    array.release = [](ArrowArray* self) {
      ++released;
      self->release = nullptr;
    };
  }
};

ArrowSchema schema_of(const char* format, ArrowSchema* dictionary = nullptr) {
  ArrowSchema schema{};
  schema.format = format;
  schema.name = "x";
  schema.flags = ARROW_FLAG_NULLABLE;
  schema.dictionary = dictionary;
  schema.release = [](ArrowSchema*) {};
  return schema;
}

Result<Column> imported(const char* format, Hand hand) { return import_column(schema_of(format), &hand.array); }

std::string texts_of(const Result<Column>& column) {
  if (!column) return column.error().to_string();
  std::string text;
  for (std::int64_t row = 0; row < column->length; ++row) {
    if (row != 0) text += "|";
    text += column->value(row).to_string();
  }
  return text;
}

TEST(ArrowImport, FixedWidthValuesAreNotCopiedAndReleasedWithTheLastBuffer) {
  alignas(16) const std::int64_t values[] = {10, 20, 30, 40};
  const std::uint8_t validity[] = {0b1011};
  Hand hand(3, {validity, values}, -1, 1);
  Hand::released = 0;
  {
    Column column = *import_column(schema_of("l"), &hand.array);
    EXPECT_EQ(hand.array.release, nullptr);
    EXPECT_EQ(column.values.data(), reinterpret_cast<const std::uint8_t*>(values));
    EXPECT_EQ(column.validity.data(), validity);
    EXPECT_EQ(texts_of(column), "20|NULL|40");
    EXPECT_EQ(column.null_count, 1);
    const Column slice = column.slice(1, 1);
    column = Column();
    EXPECT_EQ(Hand::released, 0);
    EXPECT_EQ(texts_of(slice), "NULL");
  }
  EXPECT_EQ(Hand::released, 1);
}

TEST(ArrowImport, TextViewsAreNotCopied) {
  StoredView views[2] = {};
  views[0] = {2, {'h', 'i', 0, 0}, 0, 0};
  views[1] = {20, {'l', 'o', 'n', 'g'}, 0, 1};
  const char text[] = "_long long long text!";
  const std::int64_t sizes[] = {21};
  Hand hand(2, {nullptr, views, text, sizes});
  const Column column = *import_column(schema_of("vu"), &hand.array);
  EXPECT_EQ(column.values.data(), reinterpret_cast<const std::uint8_t*>(views));
  EXPECT_EQ(column.string_buffers[0].data(), reinterpret_cast<const std::uint8_t*>(text));
  EXPECT_EQ(texts_of(column), "hi|long long long text!");
}

TEST(ArrowImport, FlatTextsBecomeViewsIntoTheirBytes) {
  const std::int32_t offsets[] = {0, 3, 3, 23};
  const char text[] = "abclong long long text!";
  const std::uint8_t validity[] = {0b101};
  Hand hand(3, {validity, offsets, text}, 1);
  const Column column = *import_column(schema_of("u"), &hand.array);
  EXPECT_EQ(column.string_buffers[0].data(), reinterpret_cast<const std::uint8_t*>(text));
  EXPECT_EQ(texts_of(column), "abc|NULL|long long long text!");
}

TEST(ArrowImport, ValuesOfOtherLayoutsAreConverted) {
  const std::uint8_t bits[] = {0b101};
  EXPECT_EQ(texts_of(imported("b", Hand(3, {nullptr, bits}))), "true|false|true");
  const std::uint16_t halves[] = {0x3C00, 0xC100, 0x0001, 0x7C00};
  EXPECT_EQ(texts_of(imported("e", Hand(4, {nullptr, halves}))), "1.0|-2.5|5.9604645e-08|inf");
  const i128 decimals[] = {150, -1};
  EXPECT_EQ(texts_of(imported("d:15,2", Hand(2, {nullptr, decimals}))), "1.50|-0.01");
  const std::int32_t narrow[] = {150, -1};
  EXPECT_EQ(texts_of(imported("d:5,2,32", Hand(2, {nullptr, narrow}))), "1.50|-0.01");
  const std::int64_t wide[] = {150, 0, 0, 0, -1, -1, -1, -1};
  EXPECT_EQ(texts_of(imported("d:38,2,256", Hand(2, {nullptr, wide}))), "1.50|-0.01");
  const std::int64_t millis[] = {86'400'000, -1};
  EXPECT_EQ(texts_of(imported("tdm", Hand(2, {nullptr, millis}))), "1970-01-02|1969-12-31");
  const std::int32_t seconds[] = {3661};
  EXPECT_EQ(texts_of(imported("tts", Hand(1, {nullptr, seconds}))), "01:01:01");
  EXPECT_EQ(texts_of(imported("tsm:Europe/Berlin", Hand(1, {nullptr, millis}))), "1970-01-02 00:00:00+00");
  EXPECT_EQ(texts_of(imported("tsn:", Hand(1, {nullptr, millis}))), "1970-01-01 00:00:00.0864");
  const std::int64_t interval[] = {(std::int64_t{2} << 32) | 1, 3000};
  EXPECT_EQ(texts_of(imported("tin", Hand(1, {nullptr, interval}))), "1 month 2 days 00:00:00.000003");
  EXPECT_EQ(texts_of(imported("w:3", Hand(2, {nullptr, "abcdef"}))), "abc|def");
  EXPECT_EQ(texts_of(imported("n", Hand(2, {}, 2))), "NULL|NULL");
}

TEST(ArrowImport, ValuesThatDoNotFitAreTypedErrorsUnlessTheyAreNull) {
  const std::int64_t interval[] = {0, 1};  // one nanosecond
  const auto failed = imported("tin", Hand(1, {nullptr, interval}));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), ErrorCode::kOutOfRange);
  const i128 decimals[] = {i128{1} << 100};
  EXPECT_FALSE(imported("d:15,2", Hand(1, {nullptr, decimals})));
  const std::uint8_t none[] = {0};
  EXPECT_EQ(texts_of(imported("d:15,2", Hand(1, {none, decimals}, 1))), "NULL");
}

TEST(ArrowImport, DictionariesStayDictionariesWithoutRepeatsAndNulls) {
  const std::int32_t offsets[] = {0, 1, 2, 3, 3};
  const std::uint8_t entry_validity[] = {0b0111};
  Hand entries(4, {entry_validity, offsets, "aba"}, 1);
  const std::int8_t codes[] = {0, 1, 2, 3};
  Hand hand(4, {nullptr, codes});
  hand.array.dictionary = &entries.array;
  ArrowSchema values = schema_of("u");
  const Column column = *import_column(schema_of("c", &values), &hand.array);
  EXPECT_EQ(column.encoding, Encoding::kDictionary);
  EXPECT_EQ(texts_of(column), "a|b|a|NULL");
  EXPECT_EQ(column.values.as<std::uint32_t>()[0], column.values.as<std::uint32_t>()[2]);
}

TEST(ArrowImport, DictionaryCodesOutsideAreErrors) {
  const std::int32_t offsets[] = {0, 1};
  Hand entries(1, {nullptr, offsets, "a"});
  const std::int8_t codes[] = {-1};
  Hand hand(1, {nullptr, codes});
  hand.array.dictionary = &entries.array;
  ArrowSchema values = schema_of("u");
  EXPECT_EQ(import_column(schema_of("c", &values), &hand.array).error().code(), ErrorCode::kInvalidInput);
}

TEST(ArrowImport, RunEndsBecomeRuns) {
  const std::int32_t ends[] = {2, 5};
  const std::int64_t values[] = {7, 8};
  const std::uint8_t validity[] = {0b10};
  Hand end_array(2, {nullptr, ends});
  Hand value_array(2, {validity, values}, 1);
  Hand hand(4, {}, 0, 1);
  hand.children = {&end_array.array, &value_array.array};
  hand.array.n_children = 2;
  hand.array.children = hand.children.data();
  ArrowSchema end_schema = schema_of("i");
  ArrowSchema value_schema = schema_of("l");
  ArrowSchema* children[] = {&end_schema, &value_schema};
  ArrowSchema schema = schema_of("+r");
  schema.n_children = 2;
  schema.children = children;
  const Column column = *import_column(schema, &hand.array);
  EXPECT_EQ(column.encoding, Encoding::kRunLength);
  EXPECT_EQ(texts_of(column), "NULL|8|8|8");
}

TEST(ArrowImport, MalformedArraysAreTypedErrors) {
  const std::int64_t values[] = {1};
  const auto code_of = [](const Result<Column>& column) { return column ? ErrorCode::kInternal : column.error().code(); };
  EXPECT_EQ(code_of(imported("l", Hand(-1, {nullptr, values}))), ErrorCode::kInvalidInput);
  EXPECT_EQ(code_of(imported("l", Hand(1, {nullptr, nullptr}))), ErrorCode::kInvalidInput);
  EXPECT_EQ(code_of(imported("l", Hand(1, {nullptr}))), ErrorCode::kInvalidInput);
  EXPECT_EQ(code_of(imported("l", Hand(1, {nullptr, values}, 1))), ErrorCode::kInvalidInput);
  EXPECT_EQ(code_of(imported("l", Hand(1, {nullptr, values}, 0, -1))), ErrorCode::kInvalidInput);
  const std::int32_t falling[] = {3, 1};
  EXPECT_EQ(code_of(imported("u", Hand(1, {nullptr, falling, "abc"}))), ErrorCode::kInvalidInput);
  StoredView outside[1] = {{20, {}, 3, 0}};
  const std::int64_t sizes[] = {0};
  EXPECT_EQ(code_of(imported("vu", Hand(1, {nullptr, outside, sizes}))), ErrorCode::kInvalidInput);
  const std::uint8_t none[] = {0};
  EXPECT_EQ(texts_of(imported("vu", Hand(1, {none, outside, sizes}, 1))), "NULL");
}

TEST(ArrowImport, MalformedAndForeignFormatsAreTypedErrors) {
  for (const char* format : {"", "?", "d:", "d:x,2", "d:0,0", "d:5,2,7", "w:", "w:-1", "tsx:", "ts", "t", "+w:a", "+", "+s+"}) {
    EXPECT_EQ(import_field(schema_of(format)).error().code(), ErrorCode::kInvalidInput) << format;
  }
  for (const char* format : {"d:50,2", "d:10,-2", "+vl", "+ud:0,1"}) {
    EXPECT_EQ(import_field(schema_of(format)).error().code(), ErrorCode::kNotSupported) << format;
  }
  ArrowSchema released = schema_of("l");
  released.release = nullptr;
  EXPECT_FALSE(import_field(released));
}

TEST(ArrowExport, FixedWidthValuesAndViewsAreNotCopied) {
  const Column numbers = *column_of(TypeId::kBigInt, std::vector<Value>{Value::bigint(1), Value::bigint(2), Value::bigint(3)});
  const Column texts =
      *column_of(TypeId::kVarchar, std::vector<Value>{Value::varchar("a"), Value::varchar("quite a long text"), Value::varchar("b")});
  const Schema schema = {{"n", TypeId::kBigInt}, {"t", TypeId::kVarchar}};
  ArrowArray array{};
  ASSERT_TRUE(export_batch(schema, {2, {numbers.slice(1, 2), texts.slice(1, 2)}}, &array));
  EXPECT_EQ(array.children[0]->buffers[1], numbers.values.data());
  EXPECT_EQ(array.children[0]->offset, 1);
  EXPECT_EQ(array.children[1]->buffers[1], texts.values.data());
  EXPECT_EQ(array.children[1]->buffers[2], texts.string_buffers[0].data());
  array.release(&array);
  EXPECT_EQ(array.release, nullptr);
}

TEST(ArrowExport, EveryTypeComesBackThroughAStream) {
  const std::vector<Value> values = {
      Value::boolean(true),
      Value::integer(-128, TypeId::kTinyInt),
      Value::integer(65535, TypeId::kUSmallInt),
      Value(TypeId::kFloat, 1.5f),
      Value::floating(-0.0),
      Value::decimal(-12345, 10, 2),
      Value::decimal(i128{1} << 100, 38, 5),
      Value::varchar("quite a long text"),
      Value(TypeId::kBlob, std::string("\0\xFF", 2)),
      Value(TypeId::kInterval, IntervalValue{1, 2, 3}),
      Value::integer(1, TypeId::kUuid),
      Value::integer(-1, TypeId::kDate),
      Value::integer(1, TypeId::kTime),
      Value::integer(-1, TypeId::kTimestampNs),
      Value::integer(5, TypeId::kTimestampTz),
      Value::nested(Type::list(TypeId::kInteger), {Value::integer(1), Value::null(TypeId::kInteger)}),
      Value::nested(Type::structure({{"a", TypeId::kInteger}, {"b", TypeId::kVarchar}}), {Value::integer(1), Value::varchar("x")}),
      Value::nested(Type::map(TypeId::kVarchar, TypeId::kInteger), {Value::varchar("k"), Value::integer(2)}),
  };
  Schema schema;
  Batch batch{3, {}};
  for (const Value& value : values) {
    schema.push_back({value.type().to_string(), value.type()});
    const std::vector<Value> rows = {Value::null(value.type()), value, Value::null(value.type()), value};
    batch.columns.push_back(column_of(value.type(), rows)->slice(1, 3));
  }
  for (const bool views : {true, false}) {
    int left = 2;
    BatchStream source = [&]() -> Result<std::optional<Batch>> { return left-- > 0 ? std::optional(batch) : std::nullopt; };
    ArrowArrayStream stream{};
    ASSERT_TRUE(export_stream(schema, source, &stream, {.string_views = views}));
    ImportedStream imported = *import_stream(&stream);
    EXPECT_EQ(imported.schema, schema);
    for (int i = 0; i < 2; ++i) {
      const Result<std::optional<Batch>> next = imported.next();
      ASSERT_TRUE(next && next->has_value()) << next.error().to_string();
      for (std::size_t c = 0; c < values.size(); ++c) {
        const Column& column = (*next)->columns[c];
        EXPECT_EQ(column.null_count, 1);
        EXPECT_EQ(column.value(0), values[c]) << schema[c].name;
        EXPECT_TRUE(column.value(1).is_null());
        EXPECT_EQ(column.value(2), values[c]) << schema[c].name;
      }
    }
    EXPECT_FALSE(imported.next()->has_value());
  }
}

TEST(ArrowExport, HugeIntegersLeaveAsDecimalsOrAsAnError) {
  const Schema schema = {{"h", TypeId::kHugeInt}};
  ArrowArray array{};
  const Column small = *column_of(TypeId::kHugeInt, std::vector<Value>{Value::integer(-7, TypeId::kHugeInt)});
  ASSERT_TRUE(export_batch(schema, {1, {small}}, &array));
  array.release(&array);
  const Column large = *column_of(TypeId::kHugeInt, std::vector<Value>{Value::integer(kI128Max, TypeId::kHugeInt)});
  const Status failed = export_batch(schema, {1, {large}}, &array);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code(), ErrorCode::kOutOfRange);
}

TEST(ArrowExport, DictionariesAndEnumsKeepTheirCodes) {
  const Type colours = Type::enumeration({"red", "green"});
  const Column column = *column_of(colours, std::vector<Value>{Value::integer(1, colours), Value::integer(0, colours)});
  ArrowSchema schema{};
  ArrowArray array{};
  ASSERT_TRUE(export_column({"c", colours}, column, &schema, &array));
  const Column back = *import_column(schema, &array);
  EXPECT_EQ(back.encoding, Encoding::kDictionary);
  EXPECT_EQ(texts_of(back), "green|red");
  ArrowSchema again_schema{};
  ArrowArray again{};
  ASSERT_TRUE(export_column({"c", TypeId::kVarchar}, back, &again_schema, &again));
  EXPECT_EQ(std::string(again_schema.format), "I");
  EXPECT_EQ(texts_of(import_column(again_schema, &again)), "green|red");
  schema.release(&schema);
  again_schema.release(&again_schema);
}

TEST(ArrowExport, AStreamKeepsDictionariesWhenItsFirstBatchHasThem) {
  const Type colours = Type::enumeration({"red", "green"});
  ArrowSchema enum_schema{};
  ArrowArray enum_array{};
  ASSERT_TRUE(
      export_column({"c", colours}, *column_of(colours, std::vector<Value>{Value::integer(1, colours)}), &enum_schema, &enum_array));
  const Column coded = *import_column(enum_schema, &enum_array);
  enum_schema.release(&enum_schema);
  const Column plain = *column_of(TypeId::kVarchar, std::vector<Value>{Value::varchar("blue"), Value::null(TypeId::kVarchar)});
  std::vector<Batch> batches = {{1, {coded}}, {2, {plain}}};
  std::size_t at = 0;
  BatchStream source = [&]() -> Result<std::optional<Batch>> { return at < batches.size() ? std::optional(batches[at++]) : std::nullopt; };
  ArrowArrayStream stream{};
  ASSERT_TRUE(export_stream({{"c", TypeId::kVarchar}}, source, &stream, {.keep_dictionaries = true}));
  ImportedStream imported = *import_stream(&stream);
  const Batch first = **imported.next();
  const Batch second = **imported.next();
  EXPECT_EQ(first.columns[0].encoding, Encoding::kDictionary);
  EXPECT_EQ(texts_of(first.columns[0]), "green");
  EXPECT_EQ(second.columns[0].encoding, Encoding::kDictionary);
  EXPECT_EQ(texts_of(second.columns[0]), "blue|NULL");
}

TEST(ArrowStream, AFailingSourceGivesItsErrorText) {
  ArrowArrayStream stream{};
  ASSERT_TRUE(export_stream(
      {{"x", TypeId::kBigInt}}, []() -> Result<std::optional<Batch>> { return error(ErrorCode::kIo, "the disk is gone"); }, &stream));
  ImportedStream imported = *import_stream(&stream);
  const auto failed = imported.next();
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message().find("the disk is gone"), std::string::npos);
}

}  // namespace
}  // namespace trueno

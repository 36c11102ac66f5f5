#include "storage/table/table_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "base/hash.h"

namespace trueno {
namespace {

Column column_from(const Type& type, std::int64_t rows, const std::function<Value(std::int64_t)>& value) {
  ColumnBuilder builder(type);
  for (std::int64_t row = 0; row < rows; ++row) EXPECT_TRUE(builder.append(value(row)));
  return *builder.finish();
}

std::shared_ptr<const TableData> table_of(const Column& column, std::int64_t rows_per_group = 1000, std::int64_t piece = 333) {
  TableWriter writer({{"x", column.type}}, {rows_per_group});
  for (std::int64_t at = 0; at < column.length; at += piece) {
    const std::int64_t count = std::min(piece, column.length - at);
    EXPECT_TRUE(writer.append({count, {column.slice(at, count)}}));
  }
  return *writer.finish();
}

void expect_same_rows(const TableData& data, const Column& expected) {
  ASSERT_EQ(data.rows, expected.length);
  std::int64_t row = 0;
  for (const auto& group : data.groups) {
    const Column& chunk = group->columns[0];
    const Column decoded = *chunk.decoded();
    for (std::int64_t i = 0; i < group->rows; ++i, ++row) {
      ASSERT_EQ(chunk.value(i), expected.value(row)) << "row " << row;
      ASSERT_EQ(decoded.value(i), expected.value(row)) << "row " << row;
    }
  }
}

Encoding encoding_of(const TableData& data) { return data.groups.front()->columns.front().encoding; }

// Columns are independent: whoever writes them, and however rows come, the row groups are the same.
TEST(TableWriter, ColumnsMayBeWrittenInAnyOrder) {
  const Parallel backwards(2, [](std::size_t parts, const Parallel::Body& body) {
    while (parts-- > 0) body(parts);
  });
  const std::int64_t rows = 3500;
  const std::vector<Column> columns = {
      column_from(TypeId::kBigInt, rows, [](std::int64_t row) { return Value::bigint(row * 7); }),
      column_from(TypeId::kVarchar, rows, [](std::int64_t row) { return Value::varchar("text " + std::to_string(row % 50)); }),
      column_from(TypeId::kInteger, rows, [](std::int64_t row) {
        return row % 9 == 0 ? Value::null(TypeId::kInteger) : Value::integer(static_cast<std::int32_t>(row));
      })};
  for (const std::int64_t piece : {137, 1000, 2500, 3500}) {
    TableWriter writer({{"a", TypeId::kBigInt}, {"b", TypeId::kVarchar}, {"c", TypeId::kInteger}}, {1000, backwards});
    for (std::int64_t at = 0; at < rows; at += piece) {
      Batch batch{std::min(piece, rows - at), {}};
      for (const Column& column : columns) batch.columns.push_back(column.slice(at, batch.length));
      ASSERT_TRUE(writer.append(batch));
    }
    EXPECT_EQ(writer.rows(), rows);
    const auto data = *writer.finish();
    ASSERT_EQ(data->groups.size(), 4U) << piece;
    std::int64_t row = 0;
    for (const auto& group : data->groups) {
      EXPECT_EQ(group->rows, row == 3000 ? 500 : 1000) << piece;
      for (std::int64_t i = 0; i < group->rows; ++i, ++row) {
        for (std::size_t c = 0; c < columns.size(); ++c)
          ASSERT_EQ(group->columns[c].value(i), columns[c].value(row)) << piece << ", row " << row;
      }
    }
  }
}

TEST(TableWriter, EachShapeOfNumbersGetsItsEncodingAndComesBack) {
  struct Case {
    Encoding expected;
    Type type;
    std::function<Value(std::int64_t)> value;
  };
  const std::vector<Case> cases = {
      {Encoding::kConstant, TypeId::kBigInt, [](std::int64_t) { return Value::bigint(7); }},
      {Encoding::kConstant, TypeId::kDouble, [](std::int64_t) { return Value::null(TypeId::kDouble); }},
      {Encoding::kConstant, TypeId::kBoolean,
       [](std::int64_t row) { return row % 3 == 0 ? Value::null(TypeId::kBoolean) : Value::boolean(true); }},
      {Encoding::kPacked, TypeId::kBigInt, [](std::int64_t row) { return Value::bigint(-500 + row % 1000); }},
      {Encoding::kPacked, TypeId::kDate, [](std::int64_t row) { return Value::integer(19000 + row * 7 % 365, TypeId::kDate); }},
      {Encoding::kPacked, Type::decimal(15, 2),
       [](std::int64_t row) { return row % 5 == 0 ? Value::null(Type::decimal(15, 2)) : Value::decimal(row * 37, 15, 2); }},
      {Encoding::kPacked, TypeId::kUBigInt, [](std::int64_t row) { return Value::integer((i128{1} << 64) - 1 - row, TypeId::kUBigInt); }},
      {Encoding::kPacked, TypeId::kBigInt, [](std::int64_t row) { return Value::integer(INT64_MIN + row % 100, TypeId::kBigInt); }},
      {Encoding::kPlain, TypeId::kBigInt,
       [](std::int64_t row) { return Value::bigint(static_cast<std::int64_t>(hash64(static_cast<std::uint64_t>(row)))); }},
      {Encoding::kPlain, TypeId::kTinyInt, [](std::int64_t row) { return Value::integer(row * 77 % 250 - 125, TypeId::kTinyInt); }},
      {Encoding::kRunLength, TypeId::kBigInt, [](std::int64_t row) { return Value::bigint(row / 100 * 1'000'000'007); }},
      {Encoding::kRunLength, TypeId::kDouble, [](std::int64_t row) { return Value::floating(static_cast<double>(row / 50) / 3); }},
      {Encoding::kPlain, TypeId::kDouble,
       [](std::int64_t row) { return row % 7 == 0 ? Value::null(TypeId::kDouble) : Value::floating(std::sqrt(static_cast<double>(row))); }},
      {Encoding::kPlain, TypeId::kHugeInt, [](std::int64_t row) { return Value::integer(static_cast<i128>(row) << 70, TypeId::kHugeInt); }},
      {Encoding::kPlain, TypeId::kInterval,
       [](std::int64_t row) { return Value(TypeId::kInterval, IntervalValue{static_cast<std::int32_t>(row), 1, row}); }},
  };
  for (const Case& one : cases) {
    const Column column = column_from(one.type, 2345, one.value);
    const auto data = table_of(column);
    EXPECT_EQ(encoding_of(*data), one.expected) << one.type.to_string();
    EXPECT_EQ(data->groups.size(), 3u);
    expect_same_rows(*data, column);
  }
}

TEST(TableWriter, StatisticsAreProvenAndExact) {
  const Column column = column_from(TypeId::kDouble, 1000, [](std::int64_t row) {
    if (row == 10) return Value::null(TypeId::kDouble);
    return Value::floating(row == 20 ? std::nan("") : 0.5 * static_cast<double>(row));
  });
  const ColumnStatistics statistics = table_of(column)->groups[0]->columns[0].statistics;
  EXPECT_TRUE(statistics.proven);
  EXPECT_TRUE(statistics.exact_bounds);
  EXPECT_EQ(statistics.null_count, 1);
  EXPECT_EQ(statistics.min, Value::floating(0.0));
  EXPECT_TRUE(std::isnan(statistics.max->as_double()));  // NaN is the greatest
  EXPECT_EQ(statistics.span->lowest_bit, -1);
  EXPECT_EQ(statistics.span->highest_bit, 8);
  EXPECT_TRUE(statistics.span->has_nan);
  EXPECT_NEAR(static_cast<double>(*statistics.distinct_count), 999, 20);
}

TEST(TableWriter, FewTextsShareOneSortedDictionary) {
  const Column column = column_from(TypeId::kVarchar, 3500, [](std::int64_t row) {
    return row % 11 == 0 ? Value::null(TypeId::kVarchar) : Value::varchar(fmt::format("category number {}", 20 - row % 20));
  });
  const auto data = table_of(column);
  expect_same_rows(*data, column);
  const Column& first = data->groups[0]->columns[0];
  ASSERT_EQ(first.encoding, Encoding::kDictionary);
  EXPECT_TRUE(first.dictionary->sorted);
  EXPECT_EQ(first.dictionary->values->length, 20);
  for (std::int64_t code = 1; code < 20; ++code) EXPECT_LT(first.dictionary->values->text(code - 1), first.dictionary->values->text(code));
  for (const auto& group : data->groups) EXPECT_EQ(group->columns[0].dictionary, first.dictionary);
  EXPECT_EQ(first.statistics.min, Value::varchar("category number 1"));
  EXPECT_EQ(first.statistics.max, Value::varchar("category number 9"));
  EXPECT_EQ(first.statistics.distinct_count, 20);
}

TEST(TableWriter, ManyTextsBecomeViewsInAllChunks) {
  const Column column = column_from(TypeId::kVarchar, 12'000, [](std::int64_t row) {
    return row % 100 == 3 ? Value::null(TypeId::kVarchar) : Value::varchar(fmt::format("{} is a number with a long description", row));
  });
  const auto data = table_of(column, 5000);
  for (const auto& group : data->groups) EXPECT_EQ(group->columns[0].encoding, Encoding::kPlain);
  expect_same_rows(*data, column);
  EXPECT_EQ(data->groups[0]->columns[0].statistics.min, Value::varchar("0 is a number with a long description"));
}

TEST(TableWriter, CodesOfForeignDictionariesAreTranslated) {
  const Column texts = column_from(TypeId::kVarchar, 100, [](std::int64_t row) { return Value::varchar(row % 2 == 0 ? "b" : "a"); });
  const auto first = table_of(texts);
  const auto second = table_of(first->groups[0]->columns[0], 7, 13);
  expect_same_rows(*second, texts);
  EXPECT_EQ(second->groups[0]->columns[0].encoding, Encoding::kDictionary);
}

TEST(TableWriter, AppendingKeepsCodesAndFillsUpAShortGroup) {
  const auto text = [](std::int64_t row) { return Value::varchar(fmt::format("text {}", row % 50)); };
  const auto base = table_of(column_from(TypeId::kVarchar, 2500, text));
  ASSERT_EQ(base->groups.size(), 3u);
  TableWriter writer = *TableWriter::append_to(*base, 1000, {1000});
  const Column more = column_from(TypeId::kVarchar, 1000, [&](std::int64_t row) { return row == 5 ? Value::varchar("new") : text(row); });
  ASSERT_TRUE(writer.append({1000, {more}}));
  const auto longer = *writer.finish();
  EXPECT_EQ(longer->rows, 3500);
  EXPECT_EQ(longer->groups.size(), 4u);
  const Column& kept = longer->groups[0]->columns[0];
  EXPECT_EQ(kept.values.data(), base->groups[0]->columns[0].values.data());
  EXPECT_EQ(kept.value(3), text(3));
  for (const auto& group : longer->groups) EXPECT_EQ(group->columns[0].dictionary, kept.dictionary);
  EXPECT_EQ(longer->groups[2]->columns[0].value(505), Value::varchar("new"));
  EXPECT_EQ(base->groups[2]->columns[0].value(0), text(2000));
}

TEST(TableWriter, ATextThatWasADictionaryEntryStaysReadableWhenAnAppendTurnsToViews) {
  const auto base = table_of(
      column_from(TypeId::kVarchar, 100, [](std::int64_t row) { return Value::varchar(fmt::format("a rather long text {}", row)); }));
  ASSERT_EQ(encoding_of(*base), Encoding::kDictionary);
  TableWriter writer = *TableWriter::append_to(*base, 1, {1000});
  const Column more =
      column_from(TypeId::kVarchar, 6000, [](std::int64_t row) { return Value::varchar(fmt::format("another long text {}", row)); });
  ASSERT_TRUE(writer.append({6000, {more}}));
  const auto longer = *writer.finish();
  EXPECT_EQ(encoding_of(*longer), Encoding::kPlain);
  EXPECT_EQ(longer->groups.front()->columns[0].value(42), Value::varchar("a rather long text 42"));
  EXPECT_EQ(longer->groups.back()->columns[0].value(999), Value::varchar("another long text 5999"));
}

TEST(TableWriter, NullsInANotNullColumnAreAConstraintError) {
  TableWriter writer({{"x", TypeId::kInteger, false}});
  const Column nulls = *column_of(TypeId::kInteger, std::vector<Value>{Value::null(TypeId::kInteger)});
  const Status refused = writer.append({1, {nulls}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kConstraint);
}

TEST(TableWriter, NestedColumnsAreCarried) {
  const Type list = Type::list(TypeId::kInteger);
  const Column column = column_from(list, 2500, [&](std::int64_t row) {
    if (row % 10 == 0) return Value::null(list);
    return Value::nested(list, {Value::integer(row), Value::null(TypeId::kInteger)});
  });
  expect_same_rows(*table_of(column), column);
}

TEST(TableSource, PartsAreRowGroupsAndPredicatesSkipThem) {
  const auto data = table_of(column_from(TypeId::kBigInt, 3000, [](std::int64_t row) { return Value::bigint(row); }));
  const auto source = make_table_source(data, "t", 7, 3);
  EXPECT_TRUE(source->identity().starts_with("table 7 version 3")) << source->identity();
  EXPECT_EQ(source->part_count(), 3);
  EXPECT_EQ(source->row_count(), 3000);
  const ScanPredicate predicate{{{ColumnCondition::Kind::kCompare, 0, CompareOp::kGreater, {Value::bigint(2500)}}}};
  std::int64_t rows = 0;
  const std::vector<int> columns = {0};
  for (std::int64_t part = 0; part < 3; ++part) {
    BatchStream stream = *source->scan(part, columns, predicate, CancelToken());
    while (const auto batch = *stream()) rows += batch->length;
  }
  EXPECT_EQ(rows, 1000);
  const ColumnStatistics whole = source->column_statistics(0);
  EXPECT_EQ(whole.min, Value::bigint(0));
  EXPECT_EQ(whole.max, Value::bigint(2999));
  EXPECT_NEAR(static_cast<double>(*whole.distinct_count), 3000, 100);
}

TEST(TableSource, ACancelledScanStops) {
  const auto source =
      make_table_source(table_of(column_from(TypeId::kBigInt, 10, [](std::int64_t row) { return Value::bigint(row); })), "t", 1, 1);
  const CancelToken cancel;
  BatchStream stream = *source->scan(0, std::vector<int>{0}, {}, cancel);
  cancel.cancel();
  EXPECT_EQ(stream().error().code(), ErrorCode::kCancelled);
}

TEST(TableWriter, AnEmptyTableHasNoGroups) {
  TableWriter writer({{"x", TypeId::kVarchar}});
  const auto data = *writer.finish();
  EXPECT_EQ(data->rows, 0);
  EXPECT_TRUE(data->groups.empty());
  EXPECT_EQ(make_table_source(data, "t", 1, 1)->column_statistics(0).null_count, 0);
}

// Also where a number of a table and a version came up twice: the row groups tell them apart.
TEST(TableSource, NamesItsContent) {
  const auto table_of = [](std::int64_t rows) {
    TableWriter writer({{"x", TypeId::kBigInt}});
    std::vector<Value> values;
    for (std::int64_t row = 0; row < rows; ++row) values.push_back(Value::integer(row, TypeId::kBigInt));
    EXPECT_TRUE(writer.append({rows, {column_of(TypeId::kBigInt, values).value()}}).has_value());
    return writer.finish().value();
  };
  const auto one = table_of(10);
  const auto other = table_of(10);
  EXPECT_NE(make_table_source(one, "t", 7, 3)->identity(), make_table_source(other, "t", 7, 3)->identity());
  EXPECT_EQ(make_table_source(one, "a", 7, 3)->identity(), make_table_source(one, "b", 7, 3)->identity());
  TableData changed = *one;
  changed.groups.push_back(other->groups.front());
  const auto longer = std::make_shared<const TableData>(std::move(changed));
  EXPECT_NE(make_table_source(longer, "a", 7, 3)->identity(), make_table_source(one, "a", 7, 3)->identity());
}

// Merged once a version: a copy of a version with other rows starts anew.
TEST(TableSource, StatisticsOfAColumnBelongToAVersion) {
  TableWriter writer({{"x", TypeId::kBigInt}});
  const std::vector<Value> values = {Value::integer(5, TypeId::kBigInt), Value::integer(9, TypeId::kBigInt)};
  ASSERT_TRUE(writer.append({2, {column_of(TypeId::kBigInt, values).value()}}).has_value());
  const auto one = writer.finish().value();
  EXPECT_EQ(make_table_source(one, "a", 0, 0)->column_statistics(0).max->as_integer(), 9);
  TableData changed = *one;
  RowGroup group = *one->groups.front();
  group.columns[0].statistics.max = Value::integer(12, TypeId::kBigInt);
  changed.groups = {std::make_shared<const RowGroup>(group)};
  const auto other = std::make_shared<const TableData>(std::move(changed));
  EXPECT_EQ(make_table_source(other, "a", 0, 0)->column_statistics(0).max->as_integer(), 12);
  EXPECT_EQ(make_table_source(one, "a", 0, 0)->column_statistics(0).max->as_integer(), 9);
}

// The same rows for every column, from all over the table, whatever the encoding.
TEST(TableSource, ASampleIsOfWholeRowsFromAllOver) {
  constexpr std::int64_t kRows = 20'000;
  TableWriter writer({{"n", TypeId::kBigInt}, {"text", TypeId::kVarchar}, {"null", TypeId::kDouble}}, {500});
  const Column n = column_from(TypeId::kBigInt, kRows, [](std::int64_t row) { return Value::bigint(row); });
  const Column text = column_from(TypeId::kVarchar, kRows, [](std::int64_t row) { return Value::varchar(std::to_string(row)); });
  const Column null = column_from(TypeId::kDouble, kRows, [](std::int64_t) { return Value::null(TypeId::kDouble); });
  ASSERT_TRUE(writer.append({kRows, {n, text, null}}));
  const auto source = make_table_source(*writer.finish(), "t", 1, 1);
  const std::vector<int> columns = {1, 0, 2};
  const Batch sample = *source->sample(columns);
  ASSERT_GT(sample.length, 500);
  ASSERT_LE(sample.length, 1024);
  std::int64_t in_first_half = 0;
  std::int64_t next_to_another = 0;
  for (std::int64_t row = 0; row < sample.length; ++row) {
    const auto number = static_cast<std::int64_t>(sample.columns[1].value(row).as_integer());
    ASSERT_EQ(sample.columns[0].value(row).as_string(), std::to_string(number));
    ASSERT_TRUE(sample.columns[2].value(row).is_null());
    in_first_half += number < kRows / 2 ? 1 : 0;
    next_to_another += row > 0 && number == sample.columns[1].value(row - 1).as_integer() + 1 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(in_first_half), static_cast<double>(sample.length) / 2, static_cast<double>(sample.length) / 10);
  EXPECT_LT(next_to_another, sample.length / 4);
  const Batch again = *source->sample(std::vector<int>{0});
  ASSERT_EQ(again.length, sample.length);
  for (std::int64_t row = 0; row < sample.length; ++row) ASSERT_EQ(again.columns[0].value(row), sample.columns[1].value(row));
  EXPECT_EQ(make_table_source(*TableWriter({{"n", TypeId::kBigInt}}, {500}).finish(), "empty", 2, 1)->sample(std::vector<int>{0})->length,
            0);
}

}  // namespace
}  // namespace trueno

#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <random>
#include <thread>

#include "storage/parquet/python_files.h"

namespace trueno {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Parquet : public PythonFiles {
 protected:
  std::shared_ptr<const TableSource> open(const std::string& name) const {
    auto source = module_->open_parquet(file(name), {});
    EXPECT_TRUE(source) << source.error().to_string();
    return source ? *source : nullptr;
  }
};

TEST_F(Parquet, EveryTypeArrivesWithItsValues) {
  python(R"(
d = decimal.Decimal
t = pa.table({
  'b': pa.array([True, None, False]),
  'i8': pa.array([-128, None, 127], pa.int8()), 'u64': pa.array([2**64-1, None, 0], pa.uint64()), 'i64': pa.array([-2**63, None, 2**63-1]),
  'f': pa.array([0.1, None, -0.0], pa.float32()), 'd': pa.array([0.1, None, float('inf')]),
  'd9': pa.array([d('-1.25'), None, d('9999999.99')], pa.decimal128(9, 2)), 'd18': pa.array([d('1.5'), None, d('-3')], pa.decimal128(18, 1)),
  'd38': pa.array([d('1e30'), None, d(-7)], pa.decimal128(38, 0)),
  's': pa.array(['short', None, 'a text of more than twelve bytes']), 'y': pa.array([b'\x00\xff', None, b'abc']),
  'day': pa.array([datetime.date(2024, 2, 29), None, datetime.date(1969, 12, 31)]),
  'ms': pa.array([1, None, -1], pa.timestamp('ms')), 'us': pa.array([1, None, -1], pa.timestamp('us')), 'ns': pa.array([1, None, -1], pa.timestamp('ns')),
  'tz': pa.array([0, None, 3600000000], pa.timestamp('us', tz='Europe/Berlin')), 'time': pa.array([datetime.time(1, 2, 3), None, datetime.time(0)], pa.time64('us')),
  'l': pa.array([[1, None], None, []], pa.list_(pa.int32())), 'st': pa.array([{'x': 1, 'y': 'a'}, None, {'x': None, 'y': 'b'}]),
  'm': pa.array([[('k', 1)], None, []], pa.map_(pa.string(), pa.int32())),
})
pq.write_table(t, D + 't.parquet'))");
  const auto source = open("t.parquet");
  EXPECT_EQ(types_of(*source),
            "b BOOLEAN, i8 TINYINT, u64 UBIGINT, i64 BIGINT, f FLOAT, d DOUBLE, d9 DECIMAL(9,2), d18 DECIMAL(18,1), d38 DECIMAL(38,0), s "
            "VARCHAR, "
            "y BLOB, day DATE, ms TIMESTAMP_MS, us TIMESTAMP, ns TIMESTAMP_NS, tz TIMESTAMP WITH TIME ZONE, time TIME, l INTEGER[], "
            "st STRUCT(x BIGINT, y VARCHAR), m MAP(VARCHAR, INTEGER)");
  EXPECT_THAT(
      *rows_of(*source),
      ElementsAre(
          "true|-128|18446744073709551615|-9223372036854775808|0.1|0.1|-1.25|1.5|1000000000000000000000000000000|short|\\x00\\xFF|"
          "2024-02-29|1970-01-01 00:00:00.001|1970-01-01 00:00:00.000001|1970-01-01 00:00:00.000000001|1970-01-01 00:00:00+00|01:02:03|"
          "[1, NULL]|{'x': 1, 'y': a}|{k=1}",
          "NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL",
          "false|127|0|9223372036854775807|-0.0|inf|9999999.99|-3.0|-7|a text of more than twelve bytes|abc|1969-12-31|"
          "1969-12-31 23:59:59.999|1969-12-31 23:59:59.999999|1969-12-31 23:59:59.999999999|1970-01-01 01:00:00+00|00:00:00|[]|"
          "{'x': NULL, 'y': b}|{}"));
}

TEST_F(Parquet, RowGroupsArePartsAndColumnsComeInTheOrderAskedFor) {
  python("pq.write_table(pa.table({'a': range(1000), 'b': [str(i) for i in range(1000)]}), D + 't.parquet', row_group_size=300)");
  const auto source = open("t.parquet");
  EXPECT_EQ(source->part_count(), 4);
  EXPECT_EQ(source->row_count(), 1000);
  BatchStream stream = *source->scan(3, std::vector<int>{1, 0, 1}, {}, CancelToken());
  const Batch batch = **stream();
  EXPECT_EQ(batch.length, 100);
  EXPECT_EQ(batch.columns[0].value(0), Value::varchar("900"));
  EXPECT_EQ(batch.columns[1].value(0), Value::bigint(900));
  EXPECT_EQ(batch.columns[2].value(99), Value::varchar("999"));
  BatchStream count = *source->scan(0, std::vector<int>{}, {}, CancelToken());
  EXPECT_EQ((*count())->length, 300);
  EXPECT_GT(source->column_bytes(0, 0), 0);
}

TEST_F(Parquet, StatisticsAreClaimedAndSkipRowGroups) {
  python(R"(
pq.write_table(pa.table({
  'i': pa.array(range(100), pa.int32()), 'u': pa.array([2**32 - 1 - i for i in range(100)], pa.uint32()),
  'd': pa.array([decimal.Decimal(i) / 4 for i in range(100)], pa.decimal128(15, 2)),
  'f': [float(i) for i in range(99)] + [float('nan')], 's': ['text %02d' % i for i in range(100)],
  't': pa.array(range(100), pa.timestamp('ms', tz='UTC')), 'n': pa.array([None] * 100, pa.int64()),
}), D + 't.parquet', row_group_size=50))");
  const auto source = open("t.parquet");
  const ColumnStatistics integers = source->statistics(1, 0);
  EXPECT_EQ(integers.min, Value::integer(50));
  EXPECT_EQ(integers.max, Value::integer(99));
  EXPECT_EQ(integers.null_count, 0);
  EXPECT_TRUE(integers.exact_bounds);
  EXPECT_FALSE(integers.proven);
  EXPECT_EQ(source->statistics(0, 1).max->to_string(), "4294967295");
  EXPECT_EQ(source->statistics(1, 2).max, Value::decimal(2475, 15, 2));
  EXPECT_FALSE(source->statistics(1, 3).exact_bounds);
  EXPECT_EQ(source->statistics(0, 4).min, Value::varchar("text 00"));
  EXPECT_EQ(source->statistics(1, 5).min->to_string(), "1970-01-01 00:00:00.05+00");
  EXPECT_EQ(source->statistics(0, 6).null_count, 50);

  const auto count = [&](ColumnCondition condition) { return rows_of(*source, {0}, {{std::move(condition)}})->size(); };
  EXPECT_EQ(count({ColumnCondition::Kind::kCompare, 0, CompareOp::kLess, {Value::integer(50)}}), 50u);
  EXPECT_EQ(count({ColumnCondition::Kind::kCompare, 0, CompareOp::kGreater, {Value::integer(99)}}), 0u);
  // NaN is the greatest, and files leave it out of their bounds.
  EXPECT_EQ(count({ColumnCondition::Kind::kCompare, 3, CompareOp::kGreater, {Value::floating(1000)}}), 100u);
  EXPECT_EQ(count({ColumnCondition::Kind::kIsNotNull, 6, CompareOp::kEqual, {}}), 0u);
}

// By the size of a dictionary's page, where the footer does not say: for estimates.
TEST_F(Parquet, DictionariesTellHowManyValuesThereAre) {
  python(R"(
n = 40000
t = pa.table({'letter': [chr(65 + i % 3) for i in range(n)], 'i': pa.array([i * 7919 % 500 * 1000 for i in range(n)], pa.int32()),
  'd': [i * 31 % 2000 / 8 for i in range(n)], 'name': ['name number %04d' % (i * 7 % 1000) for i in range(n)], 'id': range(n)})
pq.write_table(t, D + 't.parquet', row_group_size=20000, dictionary_pagesize_limit=65536))");
  const auto source = open("t.parquet");
  const auto distinct = [&](int column) { return source->column_statistics(column).distinct_count; };
  const std::vector<std::int64_t> expected = {3, 500, 2000, 1000};
  for (int column = 0; column < 4; ++column) {
    const std::int64_t truth = expected[static_cast<std::size_t>(column)];
    ASSERT_TRUE(distinct(column)) << column;
    EXPECT_GE(*distinct(column), truth / 4) << column;
    EXPECT_LE(*distinct(column), truth * 2) << column;
  }
  EXPECT_FALSE(distinct(4));  // it fell back to plain pages
}

// No row group has seen all values: what each has seen of its rows tells how many there are.
TEST_F(Parquet, RowGroupsThatSeeSomeOfTheValuesTellHowManyThereAre) {
  python(R"(
import random
random.seed(7)
n = 200000
t = pa.table({'some': pa.array([random.randrange(20000) for _ in range(n)], pa.int32()), 'own': pa.array(random.sample(range(10**9), n), pa.int32()),
  'apart': pa.array([i // 4 for i in range(n)], pa.int32())})
pq.write_table(t, D + 't.parquet', row_group_size=20000, dictionary_pagesize_limit=1048576))");
  const auto source = open("t.parquet");
  const std::vector<std::int64_t> expected = {20'000, 200'000, 50'000};
  for (int column = 0; column < 3; ++column) {
    const auto distinct = source->column_statistics(column).distinct_count;
    ASSERT_TRUE(distinct) << column;
    EXPECT_GE(*distinct, expected[static_cast<std::size_t>(column)] * 3 / 4) << column;
    EXPECT_LE(*distinct, expected[static_cast<std::size_t>(column)] * 5 / 4) << column;
  }
}

TEST_F(Parquet, DictionaryPagesStayDictionaries) {
  python(R"(
t = pa.table({'few': ['red' if i % 3 else 'a green that is long' for i in range(5000)], 'many': ['text number %d' % (i * 7919) for i in range(5000)]})
pq.write_table(t, D + 't.parquet', use_dictionary=['few']))");
  const auto source = open("t.parquet");
  BatchStream stream = *source->scan(0, std::vector<int>{0, 1}, {}, CancelToken());
  const Batch batch = **stream();
  EXPECT_EQ(batch.columns[0].encoding, Encoding::kDictionary);
  EXPECT_EQ(batch.columns[0].dictionary->values->length, 2);
  EXPECT_EQ(batch.columns[0].text(0), "a green that is long");
  EXPECT_EQ(batch.columns[1].encoding, Encoding::kPlain);
  EXPECT_EQ(batch.columns[1].text(4999), "text number 39587081");
}

TEST_F(Parquet, DictionariesOfNearlyAllRowsAreReadAsTexts) {
  python(R"(
t = pa.table({'few': ['colour %d' % (i % 300) for i in range(20000)], 'many': ['text %d' % (i * 7919) for i in range(20000)]})
pq.write_table(t, D + 't.parquet', dictionary_pagesize_limit=10000000))");
  const auto source = open("t.parquet");
  EXPECT_TRUE(source->is_dictionary(0));
  EXPECT_FALSE(source->is_dictionary(1));
  BatchStream stream = *source->scan(0, std::vector<int>{0, 1}, {}, CancelToken());
  const Batch batch = **stream();
  EXPECT_EQ(batch.columns[0].encoding, Encoding::kDictionary);
  EXPECT_EQ(batch.columns[1].encoding, Encoding::kPlain);
  EXPECT_EQ(batch.columns[1].text(19999), "text 158372081");
}

TEST_F(Parquet, LongRowGroupsComeInBatches) {
  python("pq.write_table(pa.table({'a': range(300000)}), D + 't.parquet')");
  const auto source = open("t.parquet");
  BatchStream stream = *source->scan(0, std::vector<int>{0}, {}, CancelToken());
  std::vector<std::int64_t> lengths;
  while (const auto batch = *stream()) lengths.push_back(batch->length);
  EXPECT_THAT(lengths, ElementsAre(65'536, 65'536, 65'536, 65'536, 37'856));
}

TEST_F(Parquet, PartsCanBeScannedAtTheSameTime) {
  python(
      "pq.write_table(pa.table({'a': range(100000), 's': ['x%d' % (i % 9) for i in range(100000)]}), D + 't.parquet', "
      "row_group_size=5000)");
  const auto source = open("t.parquet");
  std::vector<std::int64_t> sums(4);
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < sums.size(); ++thread) {
    threads.emplace_back([&, thread] {
      for (std::int64_t part = static_cast<std::int64_t>(thread); part < source->part_count(); part += 4) {
        BatchStream stream = *source->scan(part, std::vector<int>{0, 1}, {}, CancelToken());
        while (const auto batch = *stream()) {
          for (std::int64_t row = 0; row < batch->length; ++row)
            sums[thread] += batch->columns[0].values.as<std::int64_t>()[batch->columns[0].offset + row];
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sums[0] + sums[1] + sums[2] + sums[3], std::int64_t{99'999} * 50'000);
}

TEST_F(Parquet, EveryCodecIsRead) {
  python(
      "for c in ['none', 'snappy', 'gzip', 'brotli', 'zstd', 'lz4']: pq.write_table(pa.table({'a': range(1000)}), D + c + '.parquet', "
      "compression=c)");
  for (const char* codec : {"none", "snappy", "gzip", "brotli", "zstd", "lz4"}) {
    const auto rows = rows_of(*open(std::string(codec) + ".parquet"));
    ASSERT_TRUE(rows) << codec;
    EXPECT_EQ(rows->size(), 1000u);
    EXPECT_EQ(rows->back(), "999");
  }
}

TEST_F(Parquet, DamagedFilesAreTypedErrorsAndNeverACrash) {
  python(R"(
t = pa.table({'a': range(2000), 's': ['text %d' % (i % 50) for i in range(2000)], 'l': [[i] for i in range(2000)]})
pq.write_table(t, D + 't.parquet', row_group_size=500))");
  std::ifstream input(path("t.parquet"), std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(input)), {});
  std::mt19937 random(7);
  const auto read_damaged = [&](const std::string& bytes) {
    std::ofstream(path("bad.parquet"), std::ios::binary) << bytes;
    const auto source = module_->open_parquet(file("bad.parquet"), {});
    if (!source) return source.error().code();
    const auto rows = rows_of(**source);
    return rows ? ErrorCode::kInternal : rows.error().code();
  };
  EXPECT_EQ(read_damaged(""), ErrorCode::kCorruptFile);
  EXPECT_EQ(read_damaged("PAR1"), ErrorCode::kCorruptFile);
  EXPECT_EQ(read_damaged(good.substr(0, good.size() / 2)), ErrorCode::kCorruptFile);
  EXPECT_EQ(read_damaged(good.substr(0, good.size() - 1)), ErrorCode::kCorruptFile);
  for (int i = 0; i < 300; ++i) {  // a flipped byte may go unnoticed; it must only not crash
    std::string bytes = good;
    for (int k = 0; k <= i % 3; ++k) bytes[random() % bytes.size()] = static_cast<char>(random());
    static_cast<void>(read_damaged(bytes));
  }
}

TEST_F(Parquet, TextsThatAreNotUtf8AreCorrupt) {
  for (const char* dictionary : {"True", "False"}) {
    python(fmt::format(
        "t = pa.table({{'s': pa.array([b'good', b'bad \\xff']).view(pa.string())}})\npq.write_table(t, D + 't.parquet', use_dictionary={})",
        dictionary));
    const auto rows = rows_of(*open("t.parquet"));
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().code(), ErrorCode::kCorruptFile);
  }
}

TEST_F(Parquet, AMissingFileIsNotAnArrowMatter) {
  EXPECT_EQ(files_->open(path("none.parquet")).error().code(), ErrorCode::kFileNotFound);
  std::ofstream(path("text.parquet")) << "this is not a Parquet file, but it is long enough to be one";
  const auto source = module_->open_parquet(file("text.parquet"), {});
  ASSERT_FALSE(source);
  EXPECT_THAT(source.error().message(), HasSubstr("text.parquet"));
}

Result<std::optional<Batch>> once(std::optional<Batch>& batch) { return std::exchange(batch, std::nullopt); }

TEST_F(Parquet, WhatIsWrittenIsReadByPyarrow) {
  const Schema schema = {
      {"i", TypeId::kInteger}, {"d", Type::decimal(15, 2)}, {"s", TypeId::kVarchar}, {"t", TypeId::kTimestamp}, {"h", TypeId::kHugeInt}};
  std::vector<Column> columns;
  columns.push_back(*column_of(TypeId::kInteger, std::vector<Value>{Value::integer(1), Value::null(TypeId::kInteger)}));
  columns.push_back(*column_of(Type::decimal(15, 2), std::vector<Value>{Value::decimal(-125, 15, 2), Value::decimal(0, 15, 2)}));
  columns.push_back(
      *column_of(TypeId::kVarchar, std::vector<Value>{Value::varchar("a long text, longer than a record"), Value::null(TypeId::kVarchar)}));
  columns.push_back(*constant_column(Value::integer(1'000'000, TypeId::kTimestamp), 2));
  columns.push_back(*column_of(TypeId::kHugeInt,
                               std::vector<Value>{Value::integer(i128{1} << 100, TypeId::kHugeInt), Value::integer(-1, TypeId::kHugeInt)}));
  for (const char* codec : {"zstd", "snappy", "none"}) {
    std::optional<Batch> batch = Batch{2, columns};
    const auto out = *files_->create(path("o.parquet"));
    const Status written = module_->write_parquet(schema, [&] { return once(batch); }, *out, {.compression = codec});
    ASSERT_TRUE(written) << written.error().to_string();
    EXPECT_EQ(python("for r in pq.read_table(D + 'o.parquet').to_pylist(): print([str(v) for v in r.values()])"),
              "['1', '-1.25', 'a long text, longer than a record', '1970-01-01 00:00:01', '1267650600228229401496703205376']\n"
              "['None', '0.00', 'None', '1970-01-01 00:00:01', '-1']");
    EXPECT_EQ(python("c = pq.read_metadata(D + 'o.parquet').row_group(0).column(0)\nprint(c.has_column_index, c.has_offset_index)"),
              "True True");
  }
}

// By several threads, a batch ahead: the same bytes as by one, and decimals as whole numbers.
TEST_F(Parquet, ThreadsWriteTheSameFile) {
  const Schema schema = {{"i", TypeId::kBigInt}, {"d", Type::decimal(15, 2)}, {"s", TypeId::kVarchar}};
  const auto write = [&](const std::string& name, int threads) {
    std::int64_t batch = 0;
    const BatchStream rows = [&]() -> Result<std::optional<Batch>> {
      if (batch == 5) return std::nullopt;
      std::vector<Value> values[3];
      for (std::int64_t row = 0; row < 700; ++row) {
        const std::int64_t i = batch * 700 + row;
        values[0].push_back(Value::bigint(i));
        values[1].push_back(i % 7 == 0 ? Value::null(schema[1].type) : Value::decimal(i * 37, 15, 2));
        values[2].push_back(Value::varchar("the text of row " + std::to_string(i * 7919 % 1000)));
      }
      ++batch;
      Batch out{700, {}};
      for (std::size_t c = 0; c < 3; ++c) out.columns.push_back(*column_of(schema[c].type, values[c]));
      return out;
    };
    const auto out = *files_->create(path(name));
    const Status written = module_->write_parquet(schema, rows, *out, {.row_group_size = 1000, .threads = threads});
    ASSERT_TRUE(written) << written.error().to_string();
  };
  write("one.parquet", 1);
  write("three.parquet", 3);
  EXPECT_EQ(python(R"(
print(open(D + 'one.parquet', 'rb').read() == open(D + 'three.parquet', 'rb').read(), pq.ParquetFile(D + 'three.parquet').schema.column(1).physical_type)
t = pq.read_table(D + 'three.parquet').to_pydict()
print(t['i'] == list(range(3500)), t['d'][7], t['d'][8], t['s'][3499], pq.read_metadata(D + 'three.parquet').num_row_groups))"),
            "True INT64\nTrue None 2.96 the text of row 581 4");
  int given = 0;
  const BatchStream failing = [&]() -> Result<std::optional<Batch>> {
    if (given++ == 2) return error(ErrorCode::kDivisionByZero, "1 // 0");
    return Batch{1, {*column_of(TypeId::kInteger, std::vector<Value>{Value::integer(1)})}};
  };
  const auto out = *files_->create(path("failing.parquet"));
  EXPECT_EQ(module_->write_parquet({{"i", TypeId::kInteger}}, failing, *out, {.threads = 2}).error().code(), ErrorCode::kDivisionByZero);
}

TEST_F(Parquet, AFailingSourceFailsTheWriteWithItsOwnErrorAndLeavesNoFile) {
  {
    const auto out = *files_->create(path("o.parquet"));
    const Status failed = module_->write_parquet(
        {{"i", TypeId::kInteger}}, []() -> Result<std::optional<Batch>> { return error(ErrorCode::kDivisionByZero, "1 // 0"); }, *out, {});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code(), ErrorCode::kDivisionByZero);
  }
  EXPECT_FALSE(files_->stat(path("o.parquet")));
  const auto out = *files_->create(path("p.parquet"));
  std::optional<Batch> none;
  EXPECT_EQ(module_->write_parquet({}, [&] { return once(none); }, *out, {.compression = "rar"}).error().code(), ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace trueno

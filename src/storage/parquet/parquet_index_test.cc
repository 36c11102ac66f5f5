// Page indexes and Bloom filters of pyarrow's files: which rows a scan leaves out, and that it does not read them.
#include <gmock/gmock.h>

#include <atomic>
#include <random>

#include "storage/parquet/python_files.h"

namespace trueno {
namespace {

using ::testing::HasSubstr;
using Kind = ColumnCondition::Kind;
using Pages = ParquetReadOptions::Pages;

// Counts the bytes that are read.
class CountedFile final : public RandomAccessFile {
 public:
  explicit CountedFile(std::shared_ptr<const RandomAccessFile> file) : file_(std::move(file)) {}
  const FileIdentity& identity() const override { return file_->identity(); }
  Status read(std::uint64_t offset, std::span<std::uint8_t> into) const override {
    bytes_ += into.size();
    return file_->read(offset, into);
  }
  Result<Buffer> map(std::uint64_t offset, std::uint64_t size) const override { return file_->map(offset, size); }
  std::uint64_t take_count() const {  // NOLINT(modernize-use-nodiscard): it starts again
    return bytes_.exchange(0);
  }

 private:
  std::shared_ptr<const RandomAccessFile> file_;
  mutable std::atomic<std::uint64_t> bytes_ = 0;
};

class ParquetIndex : public PythonFiles {
 protected:
  struct Opened {
    std::shared_ptr<const CountedFile> file;
    std::shared_ptr<const TableSource> source;
  };
  Opened open(const std::string& name, Pages pages = Pages::kChoose) const {
    auto counted = std::make_shared<const CountedFile>(file(name));
    auto source = module_->open_parquet(counted, {.pages = pages});
    EXPECT_TRUE(source) << source.error().to_string();
    counted->take_count();
    return {counted, source ? *source : nullptr};
  }
};

ScanPredicate between(int column, std::int64_t low, std::int64_t high) {
  return {{{Kind::kCompare, column, CompareOp::kGreaterEqual, {Value::bigint(low)}},
           {Kind::kCompare, column, CompareOp::kLessEqual, {Value::bigint(high)}}}};
}
ScanPredicate equal(int column, Value value) { return {{{Kind::kCompare, column, CompareOp::kEqual, {std::move(value)}}}}; }

// `i` is the number of the row; the other columns have pages of their own sizes.
constexpr const char* kNumbered = R"(
n = 200000
t = pa.table({'i': pa.array(range(n), pa.int64()), 's': ['text number %d' % i for i in range(n)], 'few': ['abc'[i % 3] * 9 for i in range(n)],
              'half': pa.array([i if i % 2 else None for i in range(n)], pa.int32()), 'delta': pa.array([i * 3 for i in range(n)], pa.int64()),
              'list': pa.array([[i, i + 1] for i in range(n)], pa.list_(pa.int64()))})
def write(name, columns, **more):
  pq.write_table(t.select(columns), D + name, row_group_size=150000, write_page_index=True, data_page_size=30000, use_dictionary=['few'],
                 column_encoding={'delta': 'DELTA_BINARY_PACKED'} if 'delta' in columns else None, **more)
)";

TEST_F(ParquetIndex, PagesWithoutAWantedRowAreNotRead) {
  python(std::string(kNumbered) + R"(
for version in ['1.0', '2.0']:
  for codec in ['none', 'snappy', 'zstd']:
    write(f'{version}-{codec}.parquet', ['i', 's', 'few', 'half'], data_page_version=version, compression=codec)
)");
  for (const char* version : {"1.0", "2.0"}) {
    for (const char* codec : {"none", "snappy", "zstd"}) {
      const auto [file, source] = open(fmt::format("{}-{}.parquet", version, codec), Pages::kOurs);
      ASSERT_TRUE(rows_of(*source));
      const std::uint64_t all = file->take_count();
      for (const std::int64_t low : {0, 70'000, 149'950, 150'000, 199'900}) {
        std::int64_t seen = 0;
        for (std::int64_t part = 0; part < source->part_count(); ++part) {
          BatchStream stream = *source->scan(part, std::vector<int>{1, 0, 3, 2}, between(0, low, low + 99), CancelToken());
          while (true) {
            const auto batch = stream();
            ASSERT_TRUE(batch) << batch.error().to_string();
            if (!*batch) break;
            ASSERT_GE((*batch)->first_row, 0);
            for (std::int64_t row = 0; row < (*batch)->length; ++row) {
              const std::int64_t number = part * 150'000 + (*batch)->first_row + row;
              ASSERT_EQ((*batch)->columns[1].value(row), Value::bigint(number));
              ASSERT_EQ((*batch)->columns[0].text(row), fmt::format("text number {}", number));
              ASSERT_EQ((*batch)->columns[2].is_valid(row), number % 2 == 1);
              ASSERT_EQ((*batch)->columns[3].text(row), std::string(9, "abc"[number % 3]));
              if (number >= low && number <= low + 99) ++seen;
            }
          }
        }
        EXPECT_EQ(seen, 100) << low;
        EXPECT_LT(file->take_count(), all / 10) << version << codec << low;
      }
    }
  }
}

TEST_F(ParquetIndex, RowsThatArrowDecodesAreCutToTheSameRows) {
  python(std::string(kNumbered) + "write('mixed.parquet', ['list', 'i', 'delta', 's'])\nwrite('arrow.parquet', ['delta', 'list'])");
  const auto mixed = open("mixed.parquet").source;
  const auto rows = rows_of(*mixed, {0, 1, 2, 3, 0}, between(1, 149'990, 150'009));
  ASSERT_TRUE(rows) << rows.error().to_string();
  EXPECT_LT(rows->size(), 40'000u);
  const std::int64_t first = std::stoll((*rows)[0].substr(1));
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const std::int64_t n = first + static_cast<std::int64_t>(i);
    ASSERT_EQ((*rows)[i], fmt::format("[{0}, {1}]|{0}|{2}|text number {0}|[{0}, {1}]", n, n + 1, n * 3));
  }
  EXPECT_LE(first, 149'990);
  EXPECT_GE(first + static_cast<std::int64_t>(rows->size()), 150'010);
  const auto arrows = open("arrow.parquet").source;
  const auto by_delta = rows_of(*arrows, {1}, between(0, 300'000, 300'000));
  ASSERT_TRUE(by_delta) << by_delta.error().to_string();
  EXPECT_LT(by_delta->size(), 30'000u);
  EXPECT_THAT(*by_delta, ::testing::Contains("[100000, 100001]"));
  EXPECT_EQ(rows_of(*mixed, {1}, {{{Kind::kIsNull, 0, CompareOp::kEqual, {}}}})->size(), 200'000u) << "a nested column rules nothing out";
  EXPECT_EQ(*rows_of(*open("mixed.parquet", Pages::kArrow).source, {0, 1, 2, 3, 0}, between(1, 149'990, 150'009)), *rows);
}

// Columns of every type with an order, sorted: a value's page is found, and so are its rows.
TEST_F(ParquetIndex, BoundsOfEveryTypeFindTheirPages) {
  python(R"(
n = 60000
k = range(n)
d = decimal.Decimal
t = pa.table({'i8': pa.array([i * 256 // n - 128 for i in k], pa.int8()), 'u32': pa.array([i * 71582 for i in k], pa.uint32()), 'u64': pa.array([i * 2**48 for i in k], pa.uint64()),
  'd9': pa.array([d(i - 30000) / 100 for i in k], pa.decimal128(9, 2)), 'd30': pa.array([d(i - 30000) / 100 for i in k], pa.decimal128(30, 2)), 'f': pa.array([i / 2 - 9000 for i in k], pa.float64()),
  's': ['%06d and a text that is long' % i for i in k], 'day': pa.array(k, pa.date32()), 'ns': pa.array([i * 1000 + 7 for i in k], pa.timestamp('ns', tz='UTC')), 't': pa.array([i * 1000 for i in k], pa.time32('ms')),
  'b': pa.array([i >= 30000 for i in k]), 'y': pa.array([i.to_bytes(4, 'big') for i in k], pa.binary(4))})
pq.write_table(t, D + 't.parquet', write_page_index=True, data_page_size=8000, write_batch_size=1000, use_dictionary=False)
)");
  const auto [file, source] = open("t.parquet");
  std::vector<int> all;
  for (std::size_t i = 0; i < source->schema().size(); ++i) all.push_back(static_cast<int>(i));
  BatchStream stream = *source->scan(0, all, {}, CancelToken());
  const Batch rows = **stream();
  for (const std::int64_t row : {std::int64_t{0}, std::int64_t{31'234}, rows.length - 1}) {
    for (const int column : all) {
      const Value value = rows.columns[static_cast<std::size_t>(column)].value(row);
      const std::string& name = source->schema()[static_cast<std::size_t>(column)].name;
      const auto found = rows_of(*source, {column}, equal(column, value));
      ASSERT_TRUE(found) << name;
      EXPECT_THAT(*found, ::testing::Contains(value.to_string())) << name;
      EXPECT_LT(found->size(), name == "b" ? 50'000u : 10'000u) << name;
    }
  }
}

TEST_F(ParquetIndex, BloomFiltersRuleRowGroupsOut) {
  python(R"(
import uuid
n = 3000
k = [i * 2 for i in range(n)]
d = decimal.Decimal
t = pa.table({'i16': pa.array(k, pa.int16()), 'i32': pa.array(k, pa.int32()), 'i64': pa.array(k, pa.int64()), 'u32': pa.array([i * 700000 for i in k], pa.uint32()), 'd': pa.array([i / 4 for i in k], pa.float64()),
  'f': pa.array([i / 4 for i in k], pa.float32()), 's': ['text %d' % i for i in k], 'd9': pa.array([d(i) / 100 for i in k], pa.decimal128(9, 2)), 'd30': pa.array([d(i) / 100 for i in k], pa.decimal128(30, 2)),
  'day': pa.array(k, pa.date32()), 'us': pa.array(k, pa.timestamp('us')), 'id': pa.ExtensionArray.from_storage(pa.uuid(), pa.array([i.to_bytes(16, 'big') for i in k], pa.binary(16)))})
pq.write_table(t, D + 't.parquet', row_group_size=1500, write_statistics=False, bloom_filter_options={c: {'ndv': 3000, 'fpp': 0.001} for c in t.column_names})
pq.write_table(t.select(['i16', 'i32', 'i64']), D + 'u.parquet', write_statistics=False)
)");
  const auto [file, source] = open("t.parquet");
  const auto other = open("u.parquet").source;
  std::vector<int> all;
  for (std::size_t i = 0; i < source->schema().size(); ++i) all.push_back(static_cast<int>(i));
  BatchStream stream = *source->scan(1, all, {}, CancelToken());
  const Batch there = **stream();
  for (const int column : all) {
    const std::string& name = source->schema()[static_cast<std::size_t>(column)].name;
    const Column& values = there.columns[static_cast<std::size_t>(column)];
    for (const std::int64_t row : {std::int64_t{0}, std::int64_t{731}, std::int64_t{1499}}) {
      const auto rows = rows_of(*source, {column}, equal(column, values.value(row)));
      ASSERT_TRUE(rows) << name << rows.error().to_string();
      EXPECT_THAT(*rows, ::testing::Contains(values.value(row).to_string())) << name;
      EXPECT_EQ(rows->size(), 1500u) << name << ": the first row group has not got it";
    }
    // A value that only the other row group has is ruled out here.
    BatchStream first = *source->scan(0, std::vector<int>{column}, equal(column, values.value(7)), CancelToken());
    EXPECT_FALSE(*first()) << name;
  }
  file->take_count();
  EXPECT_TRUE(rows_of(*source, all, equal(2, Value::bigint(1)))->empty()) << "no row group has an odd number";
  EXPECT_LT(file->take_count(), 300u) << "headers and blocks";
  const ScanPredicate in = {{{Kind::kIn, 2, CompareOp::kEqual, {Value::bigint(1), Value::null(TypeId::kBigInt), Value::bigint(4)}}}};
  EXPECT_EQ(rows_of(*source, {2}, in)->size(), 1500u);
  EXPECT_EQ(rows_of(*other, {2}, equal(2, Value::bigint(1)))->size(), 3000u) << "no filter, no answer";
}

// Whatever is done to the indexes: a typed error, or rows of the file in their order.
TEST_F(ParquetIndex, DamagedIndexesAreErrorsOrHarmless) {
  const std::string place = python(std::string(kNumbered) + R"(
t = t.slice(0, 60000)
pq.write_table(t.select(['i', 's']), D + 't.parquet', write_page_index=True, data_page_size=20000, use_dictionary=False, compression='none',
               bloom_filter_options={'i': {'ndv': 1000, 'fpp': 0.1}})
m = pq.read_metadata(D + 't.parquet')
c = m.row_group(0).column(1)
print(c.data_page_offset + c.total_compressed_size, os.path.getsize(D + 't.parquet') - 8 - m.serialized_size)
)");
  const std::size_t begin = std::stoull(place);
  const std::size_t end = std::stoull(place.substr(place.find(' ')));
  std::ifstream input(path("t.parquet"), std::ios::binary);
  const std::string honest((std::istreambuf_iterator<char>(input)), {});
  std::mt19937 random(3);
  int errors = 0;
  for (int round = 0; round < 300; ++round) {
    std::string bytes = honest;
    for (unsigned i = 0; i <= random() % 4; ++i) bytes[begin + random() % (end - begin)] = static_cast<char>(random());
    std::ofstream(path("damaged.parquet"), std::ios::binary) << bytes;
    const auto source = open("damaged.parquet").source;
    for (const ScanPredicate& predicate : {between(0, 30'000, 30'099), equal(0, Value::bigint(59'999))}) {
      const auto rows = rows_of(*source, {0, 1}, predicate);
      if (rows) continue;
      ++errors;
      EXPECT_EQ(rows.error().code(), ErrorCode::kCorruptFile) << rows.error().to_string();
      EXPECT_THAT(rows.error().to_string(), HasSubstr("damaged.parquet"));
    }
    ASSERT_EQ(rows_of(*source, {0})->size(), 60'000u) << "who does not ask for pages does not meet their index";
  }
  EXPECT_GT(errors, 20);
}

}  // namespace
}  // namespace trueno

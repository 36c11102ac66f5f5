// Our pages against Arrow's: the same files, the same columns.
#include <gmock/gmock.h>

#include "storage/codec/snappy.h"
#include "storage/parquet/python_files.h"

namespace trueno {
namespace {

using ::testing::HasSubstr;
using Pages = ParquetReadOptions::Pages;

class ParquetPages : public PythonFiles {
 protected:
  Result<std::shared_ptr<const TableSource>> open(const std::string& name, Pages pages) const {
    return module_->open_parquet(file(name), {.pages = pages});
  }

  // All rows of every column, part by part, plain.
  static Result<std::vector<Column>> columns_of(const TableSource& source) {
    std::vector<int> numbers;
    for (std::size_t i = 0; i < source.schema().size(); ++i) numbers.push_back(static_cast<int>(i));
    std::vector<std::vector<Column>> pieces(numbers.size());
    for (std::int64_t part = 0; part < source.part_count(); ++part) {
      BatchStream stream = TRUENO_TRY(source.scan(part, numbers, {}, CancelToken()));
      while (const auto batch = TRUENO_TRY(stream())) {
        for (std::size_t i = 0; i < numbers.size(); ++i) pieces[i].push_back(TRUENO_TRY(batch->columns[i].decoded()));
      }
    }
    std::vector<Column> columns;
    for (const auto& piece : pieces) columns.push_back(TRUENO_TRY(concatenate(piece)));
    return columns;
  }

  static void expect_same(const std::string& name, const TableSource& ours, const TableSource& arrows) {
    ASSERT_EQ(types_of(ours), types_of(arrows)) << name;
    const auto got = columns_of(ours);
    ASSERT_TRUE(got) << name << ": " << got.error().to_string();
    const auto expected = columns_of(arrows);
    ASSERT_TRUE(expected) << name << ": " << expected.error().to_string();
    for (std::size_t i = 0; i < got->size(); ++i) {
      const Column& a = (*got)[i];
      const Column& b = (*expected)[i];
      const std::string where = fmt::format("{} column {}", name, ours.schema()[i].name);
      ASSERT_EQ(a.length, b.length) << where;
      ASSERT_EQ(a.null_count, b.null_count) << where;
      const auto width = static_cast<std::size_t>(width_of(a.physical()));
      for (std::int64_t row = 0; row < a.length; ++row) {
        ASSERT_EQ(a.is_valid(row), b.is_valid(row)) << where << " row " << row;
        if (!a.is_valid(row)) continue;
        if (a.physical() == Physical::kString) {
          ASSERT_EQ(a.text(row), b.text(row)) << where << " row " << row;
        } else {
          const auto bytes = [&](const Column& column) {
            return column.values.data() + static_cast<std::size_t>(column.offset + row) * width;
          };
          ASSERT_EQ(std::memcmp(bytes(a), bytes(b), width), 0) << where << " row " << row;
        }
      }
    }
  }

  // The file through both, and that neither took the other's way.
  void compare(const std::string& name) const {
    const auto ours = open(name, Pages::kOurs);
    ASSERT_TRUE(ours) << name << ": " << ours.error().to_string();
    const auto arrows = open(name, Pages::kArrow);
    ASSERT_TRUE(arrows) << name << ": " << arrows.error().to_string();
    expect_same(name, **ours, **arrows);
  }
};

// Every type our pages know, with NULLs in runs, scattered, none and all.
constexpr const char* kTables = R"(
import random, uuid
random.seed(11)
D10 = decimal.Decimal
def table(n, valid):
  def a(values, type): return pa.array([v if valid(i) else None for i, v in enumerate(values)], type)
  r = [random.getrandbits(64) for _ in range(n)]
  few = [v % 37 for v in r]
  words = ['', 'a', 'twelve bytes', 'thirteen byte', 'a text that is longer than a record holds', 'h\u00e9llo w\u00f6rld']
  return pa.table({
    'b': a([v % 3 == 0 for v in r], pa.bool_()), 'runs': a([i // 1000 % 2 == 0 for i in range(n)], pa.bool_()),
    'i8': a([v % 256 - 128 for v in r], pa.int8()), 'i16': a([v % 65536 - 32768 for v in r], pa.int16()), 'i32': a([v % 2**32 - 2**31 for v in r], pa.int32()),
    'i64': a([v - 2**63 for v in r], pa.int64()), 'u8': a([v % 256 for v in r], pa.uint8()), 'u16': a([v % 65536 for v in r], pa.uint16()),
    'u32': a([v % 2**32 for v in r], pa.uint32()), 'u64': a(r, pa.uint64()), 'few32': a(few, pa.int32()), 'few64': a([v * 10**12 for v in few], pa.int64()),
    'sorted': a([i // 700 for i in range(n)], pa.int64()), 'price': a([v % 100000 for v in r], pa.int64()),
    'f': a([(v % 1000) / 7 for v in r], pa.float32()), 'd': a([v / 3 for v in r], pa.float64()),
    'd5': a([D10(v % 99999) / 100 for v in r], pa.decimal128(5, 2)), 'd15': a([D10(v % 10**14) / 100 for v in r], pa.decimal128(15, 2)),
    'd30': a([D10(v) * 1000003 - 2**70 for v in r], pa.decimal128(30, 0)),
    'day': a([v % 40000 for v in r], pa.date32()), 't32': a([v % 86400000 for v in r], pa.time32('ms')), 't64': a([v % 86400000000 for v in r], pa.time64('us')),
    'tns': a([v % 86400000000000 for v in r], pa.time64('ns')),
    'ts': a([v % 2**50 for v in r], pa.timestamp('ms')), 'us': a([v % 2**60 for v in r], pa.timestamp('us')), 'ns': a([v % 2**62 for v in r], pa.timestamp('ns')),
    'tz': a([v % 2**40 for v in r], pa.timestamp('ms', tz='UTC')), 'tzn': a([v % 2**60 for v in r], pa.timestamp('ns', tz='UTC')),
    's': a([words[v % 6] for v in r], pa.string()), 'many': a(['text %d' % v for v in r], pa.string()), 'y': a([v.to_bytes(8, 'little')[:v % 9] for v in r], pa.binary()),
    'fix': a([v.to_bytes(8, 'little')[:5] for v in r], pa.binary(5)), 'fix20': a([(v.to_bytes(8, 'little') * 3)[:20] for v in few], pa.binary(20)),
    'id': pa.ExtensionArray.from_storage(pa.uuid(), a([(v.to_bytes(8, 'big') * 2) for v in r], pa.binary(16))),
  })
shapes = {'none': lambda i: True, 'scattered': lambda i: random.random() < .7, 'runs': lambda i: i // 900 % 3 != 1, 'all': lambda i: False, 'one': lambda i: i != 4321}
)";

TEST_F(ParquetPages, AreTheSameWithEveryTypeNullsAndEncoding) {
  python(std::string(kTables) + R"(
for shape, valid in shapes.items():
  t = table(9000, valid)
  for version in ['1.0', '2.0']:
    for dictionary in [True, False]:
      pq.write_table(t, D + f'{shape}-{version}-{dictionary}.parquet', data_page_version=version, use_dictionary=dictionary, data_page_size=20000,
                     row_group_size=5000, compression='snappy', store_decimal_as_integer=(shape in ['none', 'runs']))
)");
  for (const char* shape : {"none", "scattered", "runs", "all", "one"}) {
    for (const char* version : {"1.0", "2.0"}) {
      for (const char* dictionary : {"True", "False"}) compare(fmt::format("{}-{}-{}.parquet", shape, version, dictionary));
    }
  }
}

TEST_F(ParquetPages, AreTheSameWithEveryCodecAndPageSize) {
  python(std::string(kTables) + R"(
t = table(3000, shapes['scattered'])
for codec in ['none', 'snappy', 'gzip', 'brotli', 'zstd', 'lz4']:
  for version in ['1.0', '2.0']:
    for size in [100, 3000, 10**6]:
      pq.write_table(t, D + f'{codec}-{version}-{size}.parquet', compression=codec, data_page_version=version, data_page_size=size, write_batch_size=64,
                     dictionary_pagesize_limit=4000)
)");
  for (const char* codec : {"none", "snappy", "gzip", "brotli", "zstd", "lz4"}) {
    for (const char* version : {"1.0", "2.0"}) {
      for (const int size : {100, 3000, 1'000'000}) compare(fmt::format("{}-{}-{}.parquet", codec, version, size));
    }
  }
}

// Longer than a batch, so that pages are handed out in parts: decoded in place, viewed where they lie, and across the border of two.
TEST_F(ParquetPages, AreTheSameAcrossBatches) {
  python(R"(
n = 200001
for nullable in [True, False]:
  schema = pa.schema([pa.field(c, t, nullable) for c, t in [('i', pa.int64()), ('k', pa.int32()), ('s', pa.string()), ('few', pa.string())]])
  t = pa.table({'i': [i * 7919 % 100003 for i in range(n)], 'k': [i // 3 for i in range(n)], 's': ['text number %d' % i for i in range(n)],
                'few': ['abc'[i % 3] * 9 for i in range(n)]}, schema=schema)
  for size in [70000, 10**7]:
    for codec in ['none', 'snappy', 'zstd']:
      pq.write_table(t, D + f'{nullable}-{size}-{codec}.parquet', use_dictionary=['few'], data_page_size=size, compression=codec, row_group_size=n)
)");
  for (const char* nullable : {"True", "False"}) {
    for (const int size : {70'000, 10'000'000}) {
      for (const char* codec : {"none", "snappy", "zstd"}) compare(fmt::format("{}-{}-{}.parquet", nullable, size, codec));
    }
  }
}

TEST_F(ParquetPages, SnappyReadsWhatArrowsCodecWrites) {
  python(R"(
import random, struct
random.seed(3)
n = 40000
data = {
  'empty': b'', 'one': b'x', 'zeros': bytes(n), 'noise': random.randbytes(n), 'text': b'the quick brown fox ' * 3000, 'period': bytes(i % 13 for i in range(n)),
  'ints': b''.join(struct.pack('<q', random.randrange(10**6)) for _ in range(n)), 'steps': b''.join(struct.pack('<q', 10**12 + i) for i in range(n)),
  'prices': b''.join(struct.pack('<d', random.randrange(10**5) / 100) for _ in range(n)), 'skew': b''.join(struct.pack('<i', int(random.paretovariate(1)) % 1000) for _ in range(n)),
}
for name, plain in data.items():
  open(D + name, 'wb').write(plain)
  open(D + name + '.snappy', 'wb').write(pa.Codec('snappy').compress(plain, asbytes=True))
)");
  for (const char* name : {"empty", "one", "zeros", "noise", "text", "period", "ints", "steps", "prices", "skew"}) {
    const auto bytes_of = [&](const std::string& file_name) {
      std::ifstream input(path(file_name), std::ios::binary);
      return std::string((std::istreambuf_iterator<char>(input)), {});
    };
    const std::string plain = bytes_of(name);
    std::string stream = bytes_of(std::string(name) + ".snappy");
    const std::size_t size = stream.size();
    stream.resize(size + snappy::kSlack);
    std::string out(plain.size() + snappy::kSlack, '\0');
    const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(stream.data()), size);
    ASSERT_EQ(snappy::declared_size(bytes), plain.size()) << name;
    ASSERT_TRUE(snappy::decompress(bytes, reinterpret_cast<std::uint8_t*>(out.data()), plain.size())) << name;
    EXPECT_TRUE(out.compare(0, plain.size(), plain) == 0) << name;
  }
}

TEST_F(ParquetPages, WhatTheyDoNotKnowIsLeftToArrow) {
  python(R"(
pq.write_table(pa.table({'flat': [1, 2], 'delta': [3, 4], 'list': [[1], []], 'stamp': pa.array([5, 6], pa.timestamp('ns'))}), D + 't.parquet', use_dictionary=False,
               column_encoding={'delta': 'DELTA_BINARY_PACKED'}, use_deprecated_int96_timestamps=True)
)");
  const auto strict = open("t.parquet", Pages::kOurs);
  ASSERT_TRUE(strict);
  const auto reason = [&](int column) {
    const auto rows = rows_of(**strict, {column});
    return rows ? std::string() : rows.error().message();
  };
  EXPECT_EQ(reason(0), "");
  EXPECT_THAT(reason(1), HasSubstr("another encoding"));
  EXPECT_THAT(reason(2), HasSubstr("nested"));
  EXPECT_THAT(reason(3), HasSubstr("converted by Arrow"));
  const auto mixed = open("t.parquet", Pages::kChoose);
  ASSERT_TRUE(mixed);
  EXPECT_THAT(*rows_of(**mixed, {2, 1, 0, 2}), ::testing::ElementsAre("[1]|3|1|[1]", "[]|4|2|[]"));
}

TEST_F(ParquetPages, EqualEntriesOfADictionaryGetOneCode) {
  // No writer at hand makes such a file: the one green of its dictionary is painted red.
  python(R"(
pq.write_table(pa.table({'s': ['red', 'blue', 'grn', None, 'grn', 'red']}), D + 't.parquet', compression='none', write_statistics=False)
bytes = open(D + 't.parquet', 'rb').read()
assert bytes.count(b'grn') == 1
open(D + 't.parquet', 'wb').write(bytes.replace(b'grn', b'red'))
)");
  const auto source = open("t.parquet", Pages::kOurs);
  ASSERT_TRUE(source);
  BatchStream stream = *(*source)->scan(0, std::vector<int>{0}, {}, CancelToken());
  const auto batch = stream();
  ASSERT_TRUE(batch) << batch.error().to_string();
  const Column& column = (*batch)->columns[0];
  ASSERT_EQ(column.encoding, Encoding::kDictionary);
  const auto* codes = column.values.as<std::uint32_t>();
  EXPECT_EQ(codes[0], codes[2]);
  EXPECT_EQ(codes[0], codes[4]);
  EXPECT_NE(codes[0], codes[1]);
  EXPECT_FALSE(column.is_valid(3));
  EXPECT_EQ(column.text(2), "red");
}

}  // namespace
}  // namespace trueno

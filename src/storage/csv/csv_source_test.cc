#include "storage/csv/csv_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "base/hash.h"
#include "io/memory_file_system.h"
#include "storage/csv/csv_writer.h"
#include "storage/stream/compression.h"

namespace trueno {
namespace {

Result<std::shared_ptr<const TableSource>> opened(const std::string& text, const CsvOptions& options = {}) {
  MemoryFileSystem files;
  EXPECT_TRUE(files.put("t.csv", text));
  return open_csv(files, "t.csv", options);
}

Result<std::vector<std::string>> rows_of(const TableSource& source) {
  std::vector<std::string> rows;
  std::vector<int> columns;
  for (std::size_t i = 0; i < source.schema().size(); ++i) columns.push_back(static_cast<int>(i));
  for (std::int64_t part = 0; part < source.part_count(); ++part) {
    BatchStream stream = TRUENO_TRY(source.scan(part, columns, {}, CancelToken()));
    while (const auto batch = TRUENO_TRY(stream())) {
      for (std::int64_t row = 0; row < batch->length; ++row) {
        std::string text;
        for (const Column& column : batch->columns) {
          if (&column != &batch->columns[0]) text += "|";
          text += column.value(row).to_string();
        }
        rows.push_back(text);
      }
    }
  }
  return rows;
}

std::string names_and_types(const TableSource& source) {
  std::string text;
  for (const Field& field : source.schema()) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", field.name, field.type.to_string());
  }
  return text;
}

// "names and types: row; row", or the error.
std::string read(const std::string& text, const CsvOptions& options = {}) {
  const auto source = opened(text, options);
  if (!source) return source.error().to_string();
  const auto rows = rows_of(**source);
  if (!rows) return rows.error().to_string();
  std::string result = names_and_types(**source) + ":";
  for (const std::string& row : *rows) {
    result += result.back() == ':' ? " " : "; ";
    result += row;
  }
  return result;
}

// Expected layouts and values: read_csv of DuckDB 2.0.0.

TEST(Csv, DelimitersQuotesHeadersAndTypesAreFoundOut) {
  EXPECT_EQ(read("a,b\n1,x\n2,y\n"), "a BIGINT, b VARCHAR: 1|x; 2|y");
  EXPECT_EQ(read("a;b\n1;2,5\n"), "a BIGINT, b VARCHAR: 1|2,5");
  EXPECT_EQ(read("a\tb\n1\t2\n"), "a BIGINT, b BIGINT: 1|2");
  EXPECT_EQ(read("a|b\n1|2\n"), "a BIGINT, b BIGINT: 1|2");
  EXPECT_EQ(read("1,2\n3,4\n"), "column0 BIGINT, column1 BIGINT: 1|2; 3|4");
  EXPECT_EQ(read("x,y\nz,w\n"), "x VARCHAR, y VARCHAR: z|w");
  EXPECT_EQ(read("a,b\n"), "a VARCHAR, b VARCHAR:");
  EXPECT_EQ(read("a,b\n1,'x,y'\n2,'z'\n"), "a BIGINT, b VARCHAR: 1|x,y; 2|z");
  EXPECT_EQ(read("a,b\n1,\"x\\\"y\"\n2,\"z\"\n"), "a BIGINT, b VARCHAR: 1|x\"y; 2|z");
}

TEST(Csv, TypesAreTheFirstThatReadsEveryCell) {
  EXPECT_EQ(read("n\n1.5\n2\n"), "n DOUBLE: 1.5; 2.0");
  EXPECT_EQ(read("n\n99999999999999999999\n1\n"), "n HUGEINT: 99999999999999999999; 1");
  EXPECT_EQ(read("n\n007\n12\n"), "n VARCHAR: 007; 12");
  EXPECT_EQ(read("n\n1_000\n"), "n VARCHAR: 1_000");
  EXPECT_EQ(read("b\ntrue\nfalse\n"), "b BOOLEAN: true; false");
  EXPECT_EQ(read("x\n 1\n2 \n"), "x BIGINT: 1; 2");
  EXPECT_EQ(read("x\nnan\n1\n"), "x DOUBLE: nan; 1.0");
  EXPECT_EQ(read("d,t,ts,z\n2020-01-01,10:00:00,2020-01-01 10:00:00,2020-01-01 10:00:00+02\n"),
            "d DATE, t TIME, ts TIMESTAMP, z TIMESTAMP WITH TIME ZONE: 2020-01-01|10:00:00|2020-01-01 10:00:00|2020-01-01 08:00:00+00");
  EXPECT_EQ(read("d\n2020-01-01\n2020-01-01 10:00:00\n"), "d TIMESTAMP: 2020-01-01 00:00:00; 2020-01-01 10:00:00");
  EXPECT_EQ(read("d\n2020-01-01\n17\n"), "d VARCHAR: 2020-01-01; 17");
  EXPECT_EQ(read("p,q\n1,\n,\n"), "p BIGINT, q VARCHAR: 1|NULL; NULL|NULL");
}

TEST(Csv, EveryNewlineStyleAndAByteOrderMarkAreUnderstood) {
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a,b\n1,2\n"),
            "a BIGINT, b BIGINT: 1|2");
  EXPECT_EQ(read("a,b\r\n1,2\r\n3,4"), "a BIGINT, b BIGINT: 1|2; 3|4");
  EXPECT_EQ(read("a,b\r1,2\r"), "a BIGINT, b BIGINT: 1|2");
  EXPECT_EQ(read("a,b\n1,2\n\n3,4\n"), "a BIGINT, b BIGINT: 1|2; 3|4");
  EXPECT_EQ(read("a\n1\n\n3\n"), "a BIGINT: 1; NULL; 3");
  EXPECT_EQ(read("\xFF\xFE"
                 "a\0"),
            "Not supported: \"t.csv\": the file is UTF-16, and CSV files are read as UTF-8; convert it first, for example with iconv");
}

TEST(Csv, QuotedCellsHoldAnything) {
  EXPECT_EQ(read("a,b\n1,\"x\ny\"\n2,z"), "a BIGINT, b VARCHAR: 1|x\ny; 2|z");
  EXPECT_EQ(read("a,b\n1,\"a long text with \"\"quotes\"\" inside\"\n"), "a BIGINT, b VARCHAR: 1|a long text with \"quotes\" inside");
  EXPECT_EQ(read("a,b\n1,x\"y\n"), "a BIGINT, b VARCHAR: 1|x\"y");
  EXPECT_EQ(read("a,b\n\"\",1\n,2\n"), "a VARCHAR, b BIGINT: NULL|1; NULL|2");
  EXPECT_EQ(read("a,b\n\"\",\" \"\nNA,2\n", {.nullstr = "NA"}), "a VARCHAR, b VARCHAR: | ; NULL|2");
}

TEST(Csv, NamesAreTrimmedAndMadeUnique) {
  EXPECT_EQ(read("a,a\n1,2\n"), "a BIGINT, a_1 BIGINT: 1|2");
  EXPECT_EQ(read("a,\n1,2\n"), "a BIGINT, column1 BIGINT: 1|2");
  EXPECT_EQ(read(" a , b \n1,2\n"), "a BIGINT, b BIGINT: 1|2");
}

TEST(Csv, OptionsWinOverWhatIsFoundOut) {
  EXPECT_EQ(read("a,b\n1,2\n", {.header = false}), "column0 VARCHAR, column1 VARCHAR: a|b; 1|2");
  EXPECT_EQ(read("1,2\n3,4\n", {.header = true}), "1 BIGINT, 2 BIGINT: 3|4");
  EXPECT_EQ(read("a,b\n1,2\n", {.columns = {{"p", TypeId::kInteger}, {"q", TypeId::kVarchar}}}), "p INTEGER, q VARCHAR: 1|2");
  EXPECT_EQ(read("a,b\n1,2\n", {.types = {{"a", TypeId::kVarchar}, {"b", Type::decimal(5, 2)}}}), "a VARCHAR, b DECIMAL(5,2): 1|2.00");
  EXPECT_EQ(read("a,b\n1,2\n", {.all_varchar = true}), "a VARCHAR, b VARCHAR: 1|2");
  EXPECT_EQ(read("# c\na,b\n1,2\n", {.skip = 1}), "a BIGINT, b BIGINT: 1|2");
  EXPECT_EQ(read("a;b,c\n1;2,3\n", {.delim = ','}), "a;b VARCHAR, c BIGINT: 1;2|3");
  EXPECT_EQ(read("a,b\n1,\"x\n", {.quote = '\0'}), "a BIGINT, b VARCHAR: 1|\"x");
}

TEST(Csv, ACellThatCannotBeReadNamesRowAndColumn) {
  std::string text = "id,qty,price\n";
  for (int i = 0; i < 5; ++i) text += "1,2,3.5\n";
  text += "1,2,abc\n1,x,3\n";
  EXPECT_EQ(read(text, {.sample_size = 3}),
            "Conversion error: \"t.csv\", row 7, column 3 (price): cannot read 'abc' as DOUBLE; "
            "types = {'price': 'VARCHAR'} reads the column as text, ignore_errors = true leaves such rows out");
  EXPECT_EQ(read("n\n1\n2\n1.5\n", {.sample_size = 2}).substr(0, 75),
            "Conversion error: \"t.csv\", row 4, column 1 (n): cannot read '1.5' as BIGINT");
}

TEST(Csv, RaggedRowsAreErrorsUnlessAskedOtherwise) {
  const std::string text = "a,b\n1,2\n3\n4,5,6\n7,8\n9,10\n";
  EXPECT_EQ(read(text),
            "Invalid input error: \"t.csv\", row 3: 1 columns instead of 2; null_padding = true fills short rows with NULLs, ignore_errors "
            "= true leaves "
            "them out");
  EXPECT_EQ(read(text, {.ignore_errors = true}), "a BIGINT, b BIGINT: 1|2; 7|8; 9|10");
  EXPECT_EQ(read("a,b,c\n1,2\n3,4,5\n6,7,8\n", {.null_padding = true}), "a BIGINT, b BIGINT, c BIGINT: 1|2|NULL; 3|4|5; 6|7|8");
}

TEST(Csv, BrokenQuotesAreErrorsWithTheirRow) {
  const CsvOptions quoted = {.quote = '"'};
  EXPECT_EQ(read("a,b\n1,x\n2,\"open\n", quoted),
            "Invalid input error: \"t.csv\", row 3: a quote is opened and never closed; quote = '' turns quotes off");
  EXPECT_EQ(read("a,b\n1,x\n2,\"y\"z\n3,w\n", quoted).substr(0, 72),
            "Invalid input error: \"t.csv\", row 3: text stands behind a closing quote;");
  EXPECT_EQ(read("a,b\n1,x\n2,\"y\"z\n3,w\n", {.quote = '"', .ignore_errors = true}), "a BIGINT, b VARCHAR: 1|x; 3|w");
}

TEST(Csv, BytesThatAreNotUtf8AreErrorsWithTheirRow) {
  EXPECT_EQ(read("a,b\n1,\xC3\xA4\n2,x\xFF\n").substr(0, 83),
            "Invalid input error: \"t.csv\", row 3, column 2 (b): the bytes are not UTF-8; convert");
  EXPECT_EQ(read("a,b\n1,\xC3\xA4\n2,x\xFF\n", {.ignore_errors = true}), "a BIGINT, b VARCHAR: 1|\xC3\xA4");
}

TEST(Csv, IgnoredErrorsLeaveOutTheSameRowsWhateverColumnsAreRead) {
  const auto source = *opened("a,b\n1,1\n2,x\n3,3\n", {.types = {{"b", TypeId::kBigInt}}, .ignore_errors = true});
  BatchStream stream = *source->scan(0, std::vector<int>{0}, {}, CancelToken());
  EXPECT_EQ((*stream())->length, 2);
}

TEST(Csv, RowsAreCountedWithoutReadingAColumn) {
  const auto source = *opened("a,b\n1,1\n2,2\n3,3\n");
  BatchStream stream = *source->scan(0, std::vector<int>{}, {}, CancelToken());
  EXPECT_EQ((*stream())->length, 3);
  EXPECT_FALSE(stream()->has_value());
}

TEST(Csv, PartsOfAnySizeGiveTheSameRowsEvenWithQuotedNewlines) {
  std::string text = "id,text\n";
  std::vector<std::string> expected;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const std::uint64_t random = hash64(i);
    std::string cell;
    for (std::uint64_t k = 0; k < random % 20; ++k) cell += "ab\n,\"\r"[(random >> (k % 50)) % 6];
    std::string quoted = "\"";
    for (const char c : cell) quoted += c == '"' ? "\"\"" : std::string(1, c);
    text += std::to_string(i) + "," + quoted + "\"" + (i % 3 == 0 ? "\r\n" : "\n");
    expected.push_back(std::to_string(i) + "|" + (cell.empty() ? "NULL" : cell));
  }
  for (const std::int64_t part_bytes : {1, 7, 64, 100, 1000, 100'000}) {
    const auto source = *opened(text, {.delim = ',', .quote = '"', .part_bytes = part_bytes});
    const auto rows = rows_of(*source);
    ASSERT_TRUE(rows) << rows.error().to_string();
    EXPECT_EQ(*rows, expected) << part_bytes;
  }
}

TEST(Csv, PartsCanBeScannedAtTheSameTimeInAnyOrder) {
  std::string text = "n,t\n";
  for (int i = 0; i < 20'000; ++i) text += fmt::format("{},\"line\n{}\"\n", i, i);
  const auto source = *opened(text, {.part_bytes = 1000});
  std::vector<std::int64_t> sums(4);
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < sums.size(); ++thread) {
    threads.emplace_back([&, thread] {
      for (std::int64_t part = source->part_count() - 1 - static_cast<std::int64_t>(thread); part >= 0; part -= 4) {
        BatchStream stream = *source->scan(part, std::vector<int>{0}, {}, CancelToken());
        while (const auto batch = *stream()) {
          for (std::int64_t row = 0; row < batch->length; ++row)
            sums[thread] += static_cast<std::int64_t>(batch->columns[0].value(row).as_integer());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sums[0] + sums[1] + sums[2] + sums[3], 19'999 * 10'000);
}

TEST(Csv, RowNumbersOfErrorsCountTheRowsOfEarlierParts) {
  std::string text = "a,b\n";
  for (int i = 0; i < 50; ++i) text += "1,\"2\"\n";
  text += "x,2\n";
  EXPECT_EQ(read(text, {.sample_size = 10, .part_bytes = 40}).substr(0, 52), "Conversion error: \"t.csv\", row 52, column 1 (a): can");
}

TEST(Csv, EmptyFilesAndEmptyLinesHaveNoRows) {
  EXPECT_EQ(read(""), "column0 VARCHAR:");
  EXPECT_EQ(read("\n\n"), "column0 VARCHAR:");
}

TEST(Csv, EveryTypeOfTheOptionsIsRead) {
  const CsvOptions options = {.header = false,
                              .columns = {{"a", TypeId::kTinyInt},
                                          {"b", TypeId::kUBigInt},
                                          {"c", Type::decimal(20, 3)},
                                          {"d", TypeId::kFloat},
                                          {"e", TypeId::kUuid},
                                          {"f", TypeId::kInterval},
                                          {"g", Type::enumeration({"x", "y"})},
                                          {"h", TypeId::kBlob},
                                          {"i", TypeId::kTimestampNs},
                                          {"j", TypeId::kHugeInt}}};
  const std::string good =
      "-128,18446744073709551615,1.2345,0.1,12345678-1234-5678-1234-567812345678,1 day,y,\\xAAb,2020-01-01 00:00:00.000000001,1\n";
  const auto source = *opened(good, options);
  EXPECT_EQ(rows_of(*source)->front(),
            "-128|18446744073709551615|1.235|0.1|12345678-1234-5678-1234-567812345678|1 day|y|\\xAAb|2020-01-01 00:00:00.000000001|1");
  EXPECT_EQ(read("128\n", {.header = false, .columns = {{"a", TypeId::kTinyInt}}}).substr(0, 16), "Conversion error");
  EXPECT_EQ(read("z\n", {.header = false, .columns = {{"a", Type::enumeration({"x"})}}}).substr(0, 16), "Conversion error");
}

TEST(Csv, NumbersAreReadToTheNearestDouble) {
  EXPECT_EQ(read("x\n0.1\n123456789.125\n9007199254740993\n1e-7\n0.30000000000000004\n179769313486231570000000000000000\n-0.0\n"),
            "x DOUBLE: 0.1; 123456789.125; 9007199254740992.0; 1e-07; 0.30000000000000004; 1.7976931348623157e+32; -0.0");
}

TEST(CsvWriter, WhatIsWrittenIsReadBack) {
  MemoryFileSystem files;
  const Schema schema = {{"n", TypeId::kBigInt}, {"t, quoted", TypeId::kVarchar}, {"l", Type::list(TypeId::kInteger)}};
  const Column numbers = *column_of(TypeId::kBigInt, std::vector<Value>{Value::bigint(-1), Value::null(TypeId::kBigInt), Value::bigint(3)});
  const Column texts =
      *column_of(TypeId::kVarchar, std::vector<Value>{Value::varchar("a,\"b\"\nc"), Value::null(TypeId::kVarchar), Value::varchar(" x")});
  const Value list = Value::nested(Type::list(TypeId::kInteger), {Value::integer(1), Value::integer(2)});
  const Column lists = *column_of(list.type(), std::vector<Value>{list, list, list});
  CsvWriter writer(schema, *files.create("o.csv"));
  ASSERT_TRUE(writer.write({3, {numbers, texts, lists}}));
  ASSERT_TRUE(writer.finish());
  const Buffer bytes = *(*files.open("o.csv"))->map(0, files.stat("o.csv")->size);
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
            "n,\"t, quoted\",l\n-1,\"a,\"\"b\"\"\nc\",\"[1, 2]\"\n,,\"[1, 2]\"\n3,\" x\",\"[1, 2]\"\n");
  const auto source = *open_csv(files, "o.csv");
  EXPECT_EQ(*rows_of(*source), (std::vector<std::string>{"-1|a,\"b\"\nc|[1, 2]", "NULL|NULL|[1, 2]", "3| x|[1, 2]"}));
}

TEST(CsvWriter, AnUnfinishedFileIsNotKept) {
  MemoryFileSystem files;
  {
    CsvWriter writer({{"n", TypeId::kBigInt}}, *files.create("o.csv"));
    ASSERT_TRUE(writer.write({0, {*column_of(TypeId::kBigInt, {})}}));
  }
  EXPECT_FALSE(files.stat("o.csv"));
}

// A packed file is read in windows; a row that does not end in its window is split again.
TEST(CsvPacked, WindowsOfAnySizeGiveTheSameRows) {
  std::string text = "n,t\n";
  for (int i = 0; i < 60; ++i)
    text += fmt::format("{},\"line {}\r\nand \"\"more\"\" {}\"\r\n", i, i, std::string(static_cast<std::size_t>(i), 'x'));
  MemoryFileSystem files;
  ASSERT_TRUE(files.put("plain.csv", text));
  const auto rows_of = [&](const std::string& path, const CsvOptions& options) {
    std::string out;
    const auto source = *open_csv(files, path, options);
    for (std::int64_t part = 0; part < source->part_count(); ++part) {
      BatchStream stream = *source->scan(part, std::vector<int>{0, 1}, {}, CancelToken());
      while (true) {
        const auto batch = stream();
        if (!batch) return batch.error().message();
        if (!batch->has_value()) break;
        for (std::int64_t row = 0; row < (*batch)->length; ++row)
          out += (*batch)->columns[0].value(row).to_string() + "|" + (*batch)->columns[1].value(row).to_string() + ";";
      }
    }
    return out;
  };
  const std::string whole = rows_of("plain.csv", {});
  ASSERT_EQ(std::ranges::count(whole, ';'), 60);
  for (const Compression compression : {Compression::kGzip, Compression::kZstd}) {
    const auto file = make_packed_file(*files.create("packed.csv"), compression);
#if !defined(TRUENO_HAS_ZLIB) || !defined(TRUENO_HAS_ZSTD)
    if (!file) GTEST_SKIP() << file.error().message();
#endif
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
    ASSERT_TRUE((*file)->close());
    for (const std::int64_t bytes : {1, 2, 3, 17, 64, 1000, 100'000}) {
      CsvOptions options;
      options.compression = compression;
      options.part_bytes = bytes;
      EXPECT_TRUE(rows_of("packed.csv", options) == whole) << bytes;
    }
  }
}

// The sample ends inside the first row, whose begin must not get lost.
TEST(CsvPacked, ARowLargerThanTheSampleIsWhole) {
  MemoryFileSystem files;
  ASSERT_TRUE(files.put("long.csv", "a\n" + std::string(std::size_t{70} << 20, 'x') + "\n"));
  const auto source = *open_csv(files, "long.csv");
  std::size_t bytes = 0;
  for (std::int64_t part = 0; part < source->part_count(); ++part) {
    BatchStream stream = *source->scan(part, std::vector<int>{0}, {}, CancelToken());
    while (const auto batch = *stream()) bytes += batch->columns[0].text(0).size();
  }
  EXPECT_EQ(bytes, std::size_t{70} << 20);
}

}  // namespace
}  // namespace trueno

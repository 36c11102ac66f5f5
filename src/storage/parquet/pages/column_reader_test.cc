#include "storage/parquet/pages/column_reader.h"

#include <gmock/gmock.h>

#include <random>

#include "storage/parquet/pages/pages_test_support.h"

namespace trueno::pages {
namespace {

using ::testing::HasSubstr;

const std::string kThree = raw<std::int64_t>({1, -2, 3});

TEST(ColumnReader, PlainPagesFollowEachOther) {
  const std::string chunk =
      data_page(3, kPlainPage, kThree) + data_page(0, kPlainPage, "") + data_page(2, kPlainPage, raw<std::int64_t>({4, 5}));
  for (const std::int64_t batch : {1, 2, 3, 4, 5}) EXPECT_EQ(read_text(bigints(), chunk, 5, batch), "1 -2 3 4 5") << batch;
}

TEST(ColumnReader, LevelsSayWhichRowsAreNull) {
  const std::string values = raw<std::int64_t>({1, 2, 3});
  // Rows 0, 2 and 3 of five are valid: a packed group 0b01101, or runs.
  const std::string packed = data_page(5, kPlainPage, sized(groups(1, "\x0D")) + values);
  const std::string runs = data_page(5, kPlainPage, sized(run(1, 1) + run(1, 0) + run(2, 1) + run(1, 0)) + values);
  const std::string v2 = data_page_v2(5, 2, kPlainPage, groups(1, "\x0D"), values);
  for (const std::string& chunk : {packed, runs, v2}) {
    for (const std::int64_t batch : {1, 2, 3, 5}) EXPECT_EQ(read_text(bigints(true), chunk, 5, batch), "1 NULL 2 3 NULL");
  }
  EXPECT_EQ(read_text(bigints(true), data_page(3, kPlainPage, sized(run(3, 1)) + kThree), 3), "1 -2 3");
  EXPECT_EQ(read_text(bigints(true), data_page(3, kPlainPage, sized(run(3, 0))), 3), "NULL NULL NULL");
}

TEST(ColumnReader, ColumnsWithoutNullsHaveNoValidity) {
  const auto columns = read_chunk(bigints(true), data_page(3, kPlainPage, sized(run(3, 1)) + kThree), 3, 3);
  ASSERT_TRUE(columns);
  EXPECT_TRUE((*columns)[0].validity.empty());
  EXPECT_EQ((*columns)[0].null_count, 0);
}

TEST(ColumnReader, CodesAreLookedUp) {
  const std::string dictionary = dictionary_page(3, raw<std::int32_t>({10, 20, 30}));
  // Two bits a code: 0 1 2 0 1 2 0 1 is 0b00100100, 0b01001001 with the first code lowest; then five times code 2.
  const std::string codes = std::string("\x02") + groups(1, "\x24\x49") + run(5, 2);
  for (const std::int64_t batch : {1, 3, 8, 9, 13}) {
    EXPECT_EQ(read_text(integers(), dictionary + data_page(13, kCodesPage, codes), 13, batch), "10 20 30 10 20 30 10 20 30 30 30 30 30");
  }
  // One entry takes no bits.
  EXPECT_EQ(read_text(integers(),
                      dictionary_page(1, raw<std::int32_t>({7})) + data_page(3, kCodesPage, std::string(1, '\0') + varint(3 << 1)), 3),
            "7 7 7");
}

TEST(ColumnReader, PagesMayFallBackFromCodesToPlainValues) {
  const std::string chunk = dictionary_page(2, sized("red") + sized("a green that is long")) +
                            data_page(3, kCodesPage, "\x01" + groups(1, "\x02")) +
                            data_page(2, kPlainPage, sized("blue") + sized("a blue that is long, too"));
  for (const std::int64_t batch : {1, 2, 5}) {
    EXPECT_EQ(read_text(texts(), chunk, 5, batch), "red a green that is long red blue a blue that is long, too");
  }
}

TEST(ColumnReader, TextsArriveAsCodesOfOneDictionary) {
  const std::string chunk =
      dictionary_page(3, sized("x") + sized("y") + sized("x")) + data_page(3, kCodesPage, "\x02" + groups(1, std::string("\x24\x00", 2)));
  const auto columns = read_chunk(texts(true), chunk, 3, 2);
  ASSERT_TRUE(columns) << columns.error().to_string();
  EXPECT_EQ((*columns)[0].dictionary, (*columns)[1].dictionary);
  EXPECT_EQ((*columns)[1].values.as<std::uint32_t>()[0], 0u) << "the second x is the first one's code";
  EXPECT_EQ(read_text(texts(true), chunk, 3), "x y x");
  // Where all rows are NULL there need not be a dictionary.
  EXPECT_EQ(read_text(texts(true, true), data_page(2, kCodesPage, sized(run(2, 0))), 2), "NULL NULL");
}

TEST(ColumnReader, BooleansAreBitsOrRuns) {
  EXPECT_EQ(read_text(booleans(), data_page(10, kPlainPage, std::string("\x05\x02", 2)), 10, 3),
            "true false true false false false false false false true");
  EXPECT_EQ(read_text(booleans(), data_page_v2(4, 0, kRunsPage, "", sized(run(3, 1) + run(1, 0))), 4), "true true true false");
}

TEST(ColumnReader, SmallIntegersAndDecimalsGetTheirWidth) {
  EXPECT_EQ(read_text(flat_column(TypeId::kTinyInt, StoredType::kInt32), data_page(2, kPlainPage, raw<std::int32_t>({-128, 127})), 2),
            "-128 127");
  EXPECT_EQ(read_text(flat_column(TypeId::kUSmallInt, StoredType::kInt32), data_page(1, kPlainPage, raw<std::int32_t>({65535})), 1),
            "65535");
  EXPECT_EQ(read_text(flat_column(Type::decimal(9, 2), StoredType::kInt32, false, ArrowKind::kDecimal32),
                      data_page(2, kPlainPage, raw<std::int32_t>({-125, 7})), 2),
            "-1.25 0.07");
  FlatColumn fixed = flat_column(Type::decimal(5, 1), StoredType::kFixedBytes, false, ArrowKind::kDecimal128);
  fixed.stored_width = 3;
  fixed.kind = value_kind(fixed);
  EXPECT_EQ(read_text(fixed, data_page(2, kPlainPage, std::string("\xFF\xFF\xFE\x00\x01\x02", 6)), 2), "-0.2 25.8");
}

TEST(ColumnReader, SnappyPagesAreDecompressedWhereTheyBelong) {
  // Two pages: a literal each, of the levels (one run of ones) and the values.
  const auto page = [](std::initializer_list<std::int64_t> values) {
    const std::string bytes = sized(run(values.size(), 1)) + raw(values);
    const std::string stream = varint(bytes.size()) + static_cast<char>((bytes.size() - 1) << 2) + bytes;
    return data_page(static_cast<std::int64_t>(values.size()), kPlainPage, stream, static_cast<std::int64_t>(bytes.size()));
  };
  const std::string chunk = page({1, 2, 3}) + page({4, 5});
  for (const std::int64_t batch : {1, 2, 3, 4, 5})
    EXPECT_EQ(read_text(bigints(true), chunk, 5, batch, PageCodec::kSnappy), "1 2 3 4 5") << batch;
}

// What a hostile file may say. Each is an error that names what is wrong, and none may read or write where it should not (the sanitizers
// look at that).
struct Lie {
  std::string name;
  FlatColumn column;
  std::string chunk;
  std::int64_t rows;
  std::string message;
  PageCodec codec = PageCodec::kNone;
};

std::vector<Lie> lies() {
  const std::string ten = dictionary_page(1, raw<std::int64_t>({10}));
  const std::string good = data_page(3, kPlainPage, kThree);
  std::vector<Lie> all = {
      {"no pages", bigints(), "", 3, "end before its last row"},
      {"fewer rows", bigints(), good, 4, "end before its last row"},
      {"more rows", bigints(), good, 2, "hold more rows than its footer says"},
      {"values missing", bigints(), data_page(3, kPlainPage, kThree.substr(8)), 3, "ends before its last value"},
      {"page longer than the chunk", bigints(), good.substr(0, good.size() - 1), 3, "longer than its column chunk"},
      {"header cut off", bigints(), good.substr(0, 5), 3, "header makes no sense"},
      {"negative size", bigints(), number_field(0) + number_field(-24) + number_field(24), 3, "header makes no sense"},
      {"negative rows", bigints(), data_page(-3, kPlainPage, kThree), 3, "header makes no sense"},
      {"two sizes", bigints(), data_page(3, kPlainPage, kThree, 1000), 3, "has two sizes"},
      {"unknown page", bigints(), number_field(9) + good.substr(2), 3, "a page of kind 9"},
      {"header of another page", bigints(), number_field(2) + good.substr(2), 3, "does not describe"},
      {"unknown encoding", bigints(), data_page(3, 5, kThree), 3, "encoding its footer does not name"},
      {"runs of numbers", bigints(), data_page(3, kRunsPage, kThree), 3, "encoding its footer does not name"},
      {"plain texts among codes", texts(true), data_page(1, kPlainPage, sized("x")), 1, "encoding its footer does not name"},

      {"levels missing", bigints(true), data_page(3, kPlainPage, "\x01"), 3, "ends before its levels"},
      {"levels too long", bigints(true), data_page(3, kPlainPage, raw<std::uint32_t>({0xFFFFFFFF}) + kThree), 3, "ends before its levels"},
      {"too few levels", bigints(true), data_page(3, kPlainPage, sized(run(2, 1)) + kThree), 3, "2 definition levels instead of 3"},
      {"a level of 2", bigints(true), data_page(3, kPlainPage, sized(run(3, 2)) + kThree), 3, "a definition level of 2"},
      {"empty levels", bigints(true), data_page(3, kPlainPage, sized("") + kThree), 3, "0 definition levels"},
      {"endless varint", bigints(true), data_page(3, kPlainPage, sized(std::string(12, '\xFF')) + kThree), 3, "0 definition levels"},
      {"bit-packed levels", bigints(true), data_page(3, kPlainPage, "\xE0" + kThree, -1, 4), 3, "levels in an encoding"},
      {"v2 levels too long", bigints(true), data_page_v2(3, 0, kPlainPage, run(3, 1), kThree, 1000), 3, "levels of a page are longer"},
      {"v2 levels overflow", bigints(true), data_page_v2(3, 0, kPlainPage, run(3, 1), kThree, INT32_MAX, INT32_MAX), 3,
       "levels of a page are longer"},
      {"repetition levels", bigints(true), data_page_v2(3, 0, kPlainPage, run(3, 1) + kThree, "", 2, 3), 3, "repetition levels"},

      {"no dictionary", bigints(), data_page(3, kCodesPage, "\x01" + run(3, 0)), 3, "without a dictionary"},
      {"two dictionaries", bigints(), ten + ten + good, 3, "two dictionaries"},
      {"late dictionary", bigints(), data_page(1, kPlainPage, kThree.substr(16)) + ten + data_page(2, kCodesPage, "\x01" + run(2, 0)), 3,
       "after its first page"},
      {"dictionary too short", bigints(), dictionary_page(2, raw<std::int64_t>({10})) + good, 3, "ends before its last value"},
      {"a dictionary of billions", bigints(), dictionary_page(INT32_MAX, raw<std::int64_t>({10})) + good, 3, "ends before its last entry"},
      {"dictionary of codes", bigints(), dictionary_page(1, raw<std::int64_t>({10}), kCodesPage) + good, 3, "not in the plain encoding"},
      {"run of a wrong code", bigints(), ten + data_page(3, kCodesPage, "\x01" + run(3, 1)), 3, "code of 1 in a dictionary of 1"},
      {"packed wrong code", bigints(),
       ten + data_page(3, kCodesPage, "\x08" + groups(1, std::string("\x00\x00\xFF\x00\x00\x00\x00\x00", 8))), 3, "code of 255"},
      {"code into an empty dictionary", bigints(), dictionary_page(0, "") + data_page(3, kCodesPage, std::string(1, '\0') + varint(3 << 1)),
       3, "in a dictionary of 0"},
      {"a code too large for a sign", bigints(), ten + data_page(3, kCodesPage, "\x20" + varint(3 << 1) + "\xFF\xFF\xFF\xFF"), 3,
       "code of 4294967295"},
      {"codes of 33 bits", bigints(), ten + data_page(3, kCodesPage, "\x21" + run(3, 0)), 3, "impossible width"},
      {"no codes", bigints(), ten + data_page(3, kCodesPage, ""), 3, "impossible width"},
      {"codes end early", bigints(), ten + data_page(3, kCodesPage, std::string("\x01") + run(2, 0)), 3,
       "ends before its last dictionary code"},
      {"codes cut in a group", bigints(), ten + data_page(16, kCodesPage, "\x08" + groups(2, std::string(5, '\0'))), 16,
       "ends before its last dictionary code"},

      {"text beyond the page", texts(), data_page(1, kPlainPage, raw<std::uint32_t>({0xFFFFFFFF}) + "x"), 1, "ends before its last value"},
      {"text without its size", texts(), data_page(2, kPlainPage, sized("x") + "\x01"), 2, "ends before its last value"},
      {"text that is not UTF-8", texts(), data_page(2, kPlainPage, sized("x") + sized("\xFF")), 2, "not UTF-8"},
      {"long text that is not UTF-8", texts(), data_page(1, kPlainPage, sized("a long text with a cut \xC3")), 1, "not UTF-8"},
      {"entry that is not UTF-8", texts(true), dictionary_page(1, sized("\xC0\x80")) + data_page(1, kCodesPage, "\x01" + run(1, 0)), 1,
       "not UTF-8"},
      {"entry beyond the dictionary", texts(true), dictionary_page(1, raw<std::uint32_t>({5}) + "x"), 1, "ends before its last value"},
      {"too few bits", booleans(), data_page(9, kPlainPage, "\xFF"), 9, "ends before its last value"},
      {"runs beyond the page", booleans(), data_page(9, kRunsPage, raw<std::uint32_t>({100})), 9, "ends before its last value"},
      {"a truth of 2", booleans(), data_page(9, kRunsPage, sized(run(9, 2))), 9, "neither 0 nor 1"},

      {"not Snappy", bigints(), data_page(3, kPlainPage, kThree, 24), 3, "no Snappy stream", PageCodec::kSnappy},
      {"Snappy of another size", bigints(), data_page(3, kPlainPage, varint(24) + "\x5C" + kThree, 32), 3, "no Snappy stream",
       PageCodec::kSnappy},
      {"two gigabytes", bigints(), data_page(3, kPlainPage, varint(INT32_MAX) + "\x5C" + kThree, INT32_MAX), 3, "no Snappy stream",
       PageCodec::kSnappy},
  };
  return all;
}

TEST(ColumnReader, LiesAreTypedErrors) {
  for (const Lie& lie : lies()) {
    for (const std::int64_t batch : {std::int64_t{1}, lie.rows}) {
      const auto read = read_chunk(lie.column, lie.chunk, lie.rows, batch, lie.codec);
      ASSERT_FALSE(read) << lie.name;
      EXPECT_EQ(read.error().code(), ErrorCode::kCorruptFile) << lie.name;
      EXPECT_THAT(read.error().message(), HasSubstr(lie.message)) << lie.name;
    }
  }
}

TEST(ColumnReader, AChunkOutsideTheFileIsAnError) {
  for (const auto& [offset, bytes] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{-1, 5}, {0, -1}, {0, 11}, {11, 0}, {INT64_MAX, INT64_MAX}, {5, INT64_MAX}}) {
    const FlatColumn column = bigints();
    ChunkPages pages;
    pages.offset = offset;
    pages.bytes = bytes;
    const auto opened = ColumnReader::open(column, pages, std::make_shared<BytesFile>("0123456789"), std::make_shared<BufferPool>(), {});
    ASSERT_FALSE(opened) << offset;
    EXPECT_EQ(opened.error().code(), ErrorCode::kCorruptFile);
  }
}

// Any damage is an error or other values, never anything worse.
TEST(ColumnReader, DamagedChunksStayInBounds) {
  std::mt19937 random(8);
  const std::string dictionary = dictionary_page(3, raw<std::int64_t>({10, 20, 30}));
  const std::string codes = data_page(13, kCodesPage, sized(groups(2, "\xFF\x0F")) + "\x02" + groups(1, "\x24\x49") + run(5, 2));
  const std::string plain = data_page(3, kPlainPage, sized(run(3, 1)) + kThree);
  const std::string words = dictionary_page(2, sized("red") + sized("a green that is long")) +
                            data_page(3, kCodesPage, sized(run(3, 1)) + "\x01" + groups(1, "\x02")) +
                            data_page(2, kPlainPage, sized(run(2, 1)) + sized("blue") + sized("a blue that is long, too"));
  for (int round = 0; round < 20'000; ++round) {
    const bool is_text = round % 3 == 0;
    std::string chunk = is_text ? words : dictionary + codes + plain;
    for (unsigned i = 0; i <= random() % 3; ++i) chunk[random() % chunk.size()] = static_cast<char>(random());
    if (round % 5 == 0) chunk.resize(random() % chunk.size());
    static_cast<void>(read_text(is_text ? texts(false, true) : bigints(true), chunk, is_text ? 5 : 16, round % 2 == 0 ? 4 : 100));
  }
}

}  // namespace
}  // namespace trueno::pages

// Rows left out of a column: with and without an offset index, what is read is what reading everything gives.
#include <gmock/gmock.h>

#include "storage/parquet/pages/pages_test_support.h"

namespace trueno::pages {
namespace {

using ::testing::HasSubstr;

// A column of data pages, with an index of them.
struct Chunk {
  FlatColumn column;
  std::string bytes;
  OffsetIndex index;
  std::size_t dictionary_bytes = 0;
  PageCodec codec = PageCodec::kNone;
};

// `pages` are data pages and how many rows each has.
Chunk chunk_of(FlatColumn column, const std::string& dictionary, const std::vector<std::pair<std::string, std::int64_t>>& pages,
               PageCodec codec = PageCodec::kNone) {
  Chunk chunk{std::move(column), dictionary, {}, dictionary.size(), codec};
  for (const auto& [bytes, rows] : pages) {
    chunk.index.pages.push_back({static_cast<std::int64_t>(chunk.bytes.size()), static_cast<std::int32_t>(bytes.size()), chunk.index.rows});
    chunk.bytes += bytes;
    chunk.index.rows += rows;
  }
  return chunk;
}

struct Read {
  std::string rows;  // one space between two; or the error
  std::size_t bytes = 0;
};

// The rows of some ranges, `batch` at a time.
Read read_ranges(const Chunk& chunk, const std::vector<std::pair<std::int64_t, std::int64_t>>& ranges, std::int64_t batch, bool indexed) {
  ChunkPages pages;
  pages.bytes = static_cast<std::int64_t>(chunk.bytes.size());
  pages.value_count = chunk.index.rows;
  pages.codec = chunk.codec;
  const auto file = std::make_shared<BytesFile>(chunk.bytes);
  std::string text;
  const auto all = [&]() -> Status {
    const auto reader = TRUENO_TRY(ColumnReader::open(chunk.column, pages, file, std::make_shared<BufferPool>(), {}));
    if (indexed) reader->set_pages(chunk.index);
    for (const auto& [begin, end] : ranges) {
      TRUENO_TRY(reader->seek(begin, end));
      for (std::int64_t row = begin; row < end; row += batch) {
        const Column column = TRUENO_TRY(reader->read(std::min(batch, end - row)));
        for (std::int64_t i = 0; i < column.length; ++i) text += (text.empty() ? "" : " ") + column.value(i).to_string();
      }
      if (end == chunk.index.rows) TRUENO_TRY(reader->finish());
    }
    return {};
  };
  const Status status = all();
  if (!status) text = std::string(error_code_name(status.error().code())) + ": " + status.error().message();
  return {text, file->bytes_read};
}

// Three pages of five rows, the second without its rows 1 and 4.
std::vector<Chunk> chunks() {
  const auto numbers = [](std::int64_t first, int count) {
    std::string bytes;
    for (std::int64_t i = 0; i < count; ++i) bytes += raw({first + i});
    return bytes;
  };
  const auto words = [](const std::string& prefix, int count) {
    std::string bytes;
    for (int i = 0; i < count; ++i) bytes += sized(prefix + std::to_string(i));
    return bytes;
  };
  const std::string full = sized(run(5, 1));
  const std::string gaps = sized(groups(1, "\x0D"));  // 0b01101
  const std::string entries = dictionary_page(4, raw<std::int64_t>({10, 20, 30, 40}));
  const std::string texts_of = dictionary_page(4, sized("red") + sized("a green that is long") + sized("blue") + sized("red"));
  const auto codes = [](const std::string& levels, const std::string& packed) { return levels + "\x02" + groups(1, packed); };
  const std::string few = std::string("\x1B\x02", 2);  // 3 2 1 0 2
  const auto snappy = [&](const std::string& bytes, std::int64_t rows) {
    const std::string stream = varint(bytes.size()) + static_cast<char>((bytes.size() - 1) << 2) + bytes;
    return std::pair(data_page(rows, kPlainPage, stream, static_cast<std::int64_t>(bytes.size())), rows);
  };
  const auto plain = [](const std::string& bytes) { return std::pair(data_page(5, kPlainPage, bytes), std::int64_t{5}); };
  const auto coded = [](const std::string& bytes) { return std::pair(data_page(5, kCodesPage, bytes), std::int64_t{5}); };
  return {
      chunk_of(bigints(), "", {plain(numbers(0, 5)), plain(numbers(5, 5)), plain(numbers(10, 5))}),
      chunk_of(bigints(true), "", {plain(full + numbers(0, 5)), plain(gaps + numbers(5, 3)), plain(full + numbers(10, 5))}),
      chunk_of(bigints(true), "", {snappy(full + numbers(0, 5), 5), snappy(gaps + numbers(5, 3), 5), snappy(full + numbers(10, 5), 5)},
               PageCodec::kSnappy),
      chunk_of(bigints(true), "",
               {{data_page_v2(5, 0, kPlainPage, run(5, 1), numbers(0, 5)), 5},
                {data_page_v2(5, 2, kPlainPage, groups(1, "\x0D"), numbers(5, 3)), 5}}),
      chunk_of(bigints(), entries, {coded(codes("", few)), plain(numbers(0, 5)), coded(codes("", few))}),
      chunk_of(bigints(true), entries, {coded(codes(full, few)), coded(codes(gaps, few)), coded(codes(full, few))}),
      chunk_of(texts(false, true), texts_of,
               {coded(codes(full, few)), plain(gaps + words("a word, ", 3)), plain(full + words("another word, ", 5))}),
      chunk_of(texts(true), texts_of, {coded(codes("", few)), coded(codes("", few)), coded(codes("", few))}),
      chunk_of(booleans(), "", {plain("\x15"), plain("\x0A"), {data_page(5, kRunsPage, sized(run(3, 1) + run(2, 0))), 5}}),
      chunk_of(bigints(), "", {plain(numbers(0, 5)), {data_page(0, kPlainPage, ""), 0}, plain(numbers(5, 5))}),
  };
}

TEST(ColumnSeek, GivesTheRowsThatReadingEverythingGives) {
  int number = 0;
  for (const Chunk& chunk : chunks()) {
    const std::int64_t rows = chunk.index.rows;
    std::vector<std::string> expected;
    const auto columns = read_chunk(chunk.column, chunk.bytes, rows, rows, chunk.codec);
    ASSERT_TRUE(columns) << number << columns.error().to_string();
    for (std::int64_t row = 0; row < rows; ++row) expected.push_back(columns->front().value(row).to_string());
    const auto text = [&](std::int64_t begin, std::int64_t end) {
      std::string all;
      for (std::int64_t row = begin; row < end; ++row) all += (row == begin ? "" : " ") + expected[static_cast<std::size_t>(row)];
      return all;
    };
    for (std::int64_t begin = 0; begin < rows; ++begin) {
      for (std::int64_t end = begin + 1; end <= rows; ++end) {
        for (const bool indexed : {false, true}) {
          for (const std::int64_t batch : {std::int64_t{1}, std::int64_t{3}, rows}) {
            EXPECT_EQ(read_ranges(chunk, {{begin, end}}, batch, indexed).rows, text(begin, end)) << number << " " << begin << " " << end;
          }
          for (std::int64_t next = end + 1; next < rows; next += 2) {
            EXPECT_EQ(read_ranges(chunk, {{begin, end}, {next, rows}}, 2, indexed).rows, text(begin, end) + " " + text(next, rows))
                << number << " " << begin << " " << end << " " << next;
          }
        }
      }
    }
    ++number;
  }
}

TEST(ColumnSeek, ReadsTheDictionaryAndThePagesOfTheRowsAndNothingElse) {
  for (const Chunk& chunk : chunks()) {
    const auto bytes_of = [&](std::size_t page) { return static_cast<std::size_t>(chunk.index.pages[page].bytes); };
    EXPECT_EQ(read_ranges(chunk, {{6, 9}}, 3, true).bytes, chunk.dictionary_bytes + bytes_of(chunk.index.page_of(6)));
    EXPECT_EQ(read_ranges(chunk, {{0, 2}}, 3, true).bytes, chunk.dictionary_bytes + bytes_of(0));
    if (chunk.index.rows < 15) continue;
    EXPECT_EQ(read_ranges(chunk, {{0, 2}, {12, 15}}, 3, true).bytes, chunk.dictionary_bytes + bytes_of(0) + bytes_of(2));
    EXPECT_EQ(read_ranges(chunk, {{0, 2}, {12, 15}}, 3, false).bytes, chunk.bytes.size());
  }
}

TEST(ColumnSeek, PagesThatAreNotAsTheIndexSaysAreTypedErrors) {
  const Chunk honest = chunks()[4];
  const auto said = [&](auto lie, std::vector<std::pair<std::int64_t, std::int64_t>> ranges) {
    Chunk chunk = honest;
    lie(chunk.index);
    return read_ranges(chunk, ranges, 2, true).rows;
  };
  EXPECT_EQ(said([](OffsetIndex&) {}, {{4, 7}}), "30 0 1");
  EXPECT_THAT(said([](OffsetIndex& index) { index.pages[1].first_row = 6; }, {{4, 7}}), HasSubstr("not as its offset index says"));
  EXPECT_THAT(said([](OffsetIndex& index) { index.pages[2].first_row = 9; }, {{5, 7}}), HasSubstr("not as its offset index says"));
  EXPECT_THAT(said([](OffsetIndex& index) { --index.pages[1].bytes; }, {{5, 7}}), HasSubstr("Corrupt file"));
  EXPECT_THAT(said([](OffsetIndex& index) { index.pages[2] = {index.pages[2].offset + 1, index.pages[2].bytes - 1, 10}; }, {{12, 13}}),
              HasSubstr("Corrupt file"));
  EXPECT_THAT(said([](OffsetIndex& index) { index.pages[0] = {0, index.pages[0].bytes, 0}; }, {{1, 2}}), HasSubstr("Corrupt file"))
      << "the dictionary as a data page";
  EXPECT_THAT(said(
                  [](OffsetIndex& index) {
                    index.pages.erase(index.pages.begin());
                    index.pages[0].first_row = 0;
                  },
                  {{1, 2}}),
              HasSubstr("does not begin with the first page"));
  EXPECT_THAT(said([](OffsetIndex& index) { index.pages.pop_back(); }, {{5, 7}}), HasSubstr("not as its offset index says"));
  Chunk more = honest;
  more.index.rows = 20;
  EXPECT_THAT(read_ranges(more, {{12, 20}}, 2, true).rows, HasSubstr("not as its offset index says"));
}

TEST(ColumnSeek, BehindTheLastRowThereIsNothing) {
  Chunk chunk = chunks()[0];
  EXPECT_THAT(read_ranges(chunk, {{12, 16}}, 2, true).rows, HasSubstr("end before its last row"));
  EXPECT_THAT(read_ranges(chunk, {{12, 16}}, 2, false).rows, HasSubstr("end before its last row"));
  EXPECT_THAT(read_ranges(chunk, {{16, 18}}, 2, false).rows, HasSubstr("end before its last row"));
}

}  // namespace
}  // namespace trueno::pages

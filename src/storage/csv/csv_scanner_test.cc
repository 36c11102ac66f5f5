#include "storage/csv/csv_scanner.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace trueno {
namespace {

// Where rows begin, by the scanner.
std::set<std::size_t> row_begins(const CsvDialect& dialect, std::string_view text) {
  std::set<std::size_t> begins = {0};
  CsvScanner scanner(dialect, text);
  while (true) {
    const CsvScanner::Outcome outcome = scanner.skip_row();
    if (outcome == CsvScanner::Outcome::kEnd || outcome == CsvScanner::Outcome::kOpenQuote) return begins;
    begins.insert(scanner.position());
  }
}

// The first row that begins at `limit` or behind, walking from a place.
std::size_t walk(const CsvDialect& dialect, std::string_view text, std::size_t from, std::size_t limit) {
  CsvScanner scanner(dialect, text, from);
  while (scanner.position() < limit) {
    const CsvScanner::Outcome outcome = scanner.skip_row();
    if (outcome == CsvScanner::Outcome::kEnd || outcome == CsvScanner::Outcome::kOpenQuote) break;
  }
  return scanner.position();
}

TEST(LastRowEnd, IsFoundBetweenQuotes) {
  const CsvDialect dialect;
  //                             0  1 2  34 56 7 8  9
  EXPECT_EQ(last_row_end(dialect, "a,b\n\"c\nd\",e\nf", 13), 11U);
  EXPECT_EQ(last_row_end(dialect, "a,b\n\"c\nd\",e\nf", 11), 3U) << "the newline at 6 is inside of quotes";
  EXPECT_EQ(last_row_end(dialect, "\"a\"\"\n\"\nb", 8), 6U) << "a doubled quote";
  EXPECT_EQ(last_row_end(dialect, "a\r\nb", 3), 2U);
  EXPECT_EQ(last_row_end(dialect, "a,b", 3), std::string_view::npos);
  EXPECT_EQ(last_row_end(dialect, "a\n5\" b\nc", 8), std::string_view::npos) << "a quote within a cell";
  EXPECT_EQ(last_row_end(dialect, "a\n\"b\" c\nd", 9), std::string_view::npos) << "text behind a quote that closes";
  CsvDialect backslash;
  backslash.escape = '\\';
  EXPECT_EQ(last_row_end(backslash, "a\nb", 3), std::string_view::npos);
}

// Whatever bytes come: where it gives an answer, walking from there finds what walking from the beginning does.
TEST(LastRowEnd, GivesWhatTheScannerGives) {
  const CsvDialect dialect;
  std::mt19937 random(20261127);
  int answers = 0;
  for (int turn = 0; turn < 60'000; ++turn) {
    const std::size_t pieces = 1 + random() % 60;
    const bool regular = random() % 4 != 0;
    std::string text;
    for (std::size_t i = 0; i < pieces; ++i) {
      static constexpr std::string_view kRegular[] = {"a",         "bcdefghijklmnop",  ",",     "\n", "\r\n", "\"x,y\",",
                                                      "\"\"\"\",", "\"two\nlines\"\n", ",\"\","};
      static constexpr std::string_view kAny[] = {"\"", "a", ",", "\n", "\r", " "};
      text += regular ? kRegular[random() % std::size(kRegular)] : kAny[random() % std::size(kAny)];
    }
    const std::size_t limit = 1 + random() % text.size();
    const std::size_t last = last_row_end(dialect, text, limit);
    if (last == std::string_view::npos) continue;
    ++answers;
    ASSERT_LT(last, limit) << text;
    const std::set<std::size_t> begins = row_begins(dialect, text);
    const bool pair = text[last] == '\r' && last + 1 < text.size() && text[last + 1] == '\n';
    ASSERT_TRUE(begins.contains(last + (pair ? 2 : 1))) << text << " at " << last;
    ASSERT_EQ(walk(dialect, text, last, limit), walk(dialect, text, 0, limit)) << text << " up to " << limit;
  }
  EXPECT_GT(answers, 5'000);
}

}  // namespace
}  // namespace trueno

// Deep and long texts end in a result or a typed error: no overflow of the stack, and work that grows with the text only.
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>

#include "sql/completion.h"
#include "sql/highlight.h"
#include "sql/test_support.h"

namespace trueno::sql {
namespace {

std::string repeat(std::string_view piece, std::size_t times) {
  std::string text;
  text.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

void expect_too_deep(const std::string& sql) {
  const auto parsed = parse(sql);
  ASSERT_FALSE(parsed.has_value()) << sql.substr(0, 40);
  EXPECT_EQ(parsed.error().code(), ErrorCode::kParser);
  EXPECT_EQ(parsed.error().message(), "the statement is nested too deeply") << sql.substr(0, 40);
  EXPECT_FALSE(parsed.error().hint().empty());
}

// Parses, compares with itself, prints, parses again and destroys.
void expect_round_trip(const std::string& sql) {
  const auto parsed = parse(sql);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message() << " " << sql.substr(0, 60);
  const auto again = parse(print(*parsed->front()));
  ASSERT_TRUE(again.has_value()) << again.error().message();
  EXPECT_TRUE(*parsed->front() == *again->front());
}

TEST(Limits, TenThousandOfAnyNestingIsAnError) {
  const std::size_t n = 10'000;
  expect_too_deep("SELECT " + repeat("(", n) + "1" + repeat(")", n));
  expect_too_deep("SELECT " + repeat("(", n));
  expect_too_deep("SELECT " + repeat("(SELECT ", n) + "1" + repeat(")", n));
  expect_too_deep(repeat("(", n) + "SELECT 1" + repeat(")", n));
  expect_too_deep("FROM " + repeat("(", n) + "t" + repeat(")", n));
  expect_too_deep("FROM " + repeat("(FROM ", n) + "t" + repeat(")", n));
  expect_too_deep("SELECT " + repeat("f(", n) + "1" + repeat(")", n));
  expect_too_deep("SELECT " + repeat("[", n) + repeat("]", n));
  expect_too_deep("SELECT " + repeat("{'a': ", n) + "1" + repeat("}", n));
  expect_too_deep("SELECT " + repeat("NOT ", n) + "1");
  expect_too_deep("SELECT " + repeat("- ", n) + "1");
  expect_too_deep("SELECT " + repeat("CASE WHEN ", n) + "1");
  expect_too_deep("SELECT " + repeat("a IN (", n) + "1");
  expect_too_deep("SELECT 1" + repeat("::INT", n));
  expect_too_deep("SELECT 1" + repeat(" IS NULL", n));
  expect_too_deep("SELECT a" + repeat("[1]", n));
  expect_too_deep("FROM a" + repeat(" JOIN b ON c", n));
  expect_too_deep("FROM a" + repeat(" JOIN b", n));
  expect_too_deep("SELECT 1" + repeat(" UNION SELECT 1 UNION ALL SELECT 1", n));
  expect_too_deep(repeat("EXPLAIN ", n) + "SELECT 1");
  expect_too_deep("SELECT 1::" + repeat("STRUCT(a ", n) + "INT" + repeat(")", n));
  expect_too_deep("SELECT 1::INT" + repeat("[]", n));
  expect_too_deep("SELECT 1 GROUP BY " + repeat("ROLLUP (", n) + "a");
  expect_too_deep("SELECT sum(a) OVER (ORDER BY " + repeat("sum(a) OVER (ORDER BY ", n) + "a");
  expect_too_deep("SELECT " + repeat("lambda x: ", n) + "1");
  expect_too_deep(repeat("WITH a AS (", n) + "SELECT 1");
  expect_too_deep("DESCRIBE " + repeat("(DESCRIBE ", n) + "t");
}

TEST(Limits, NestingUpToTheLimitIsRead) {
  expect_round_trip("SELECT " + repeat("(", 950) + "1" + repeat(")", 950));
  expect_round_trip("SELECT " + repeat("f(", 950) + "1" + repeat(")", 950));
  expect_round_trip("SELECT " + repeat("(SELECT ", 300) + "1" + repeat(")", 300));
  expect_round_trip("FROM a" + repeat(" JOIN b ON c", 900));
}

TEST(Limits, LongFlatChainsAreRead) {
  expect_round_trip("SELECT a" + repeat(" OR a", 100'000));
  expect_round_trip("SELECT a" + repeat(" AND b = c", 100'000));
  expect_round_trip("SELECT 1" + repeat(" UNION ALL SELECT 1", 20'000));
  expect_round_trip("SELECT a IN (1" + repeat(", 1", 100'000) + ")");
  expect_round_trip("VALUES (1)" + repeat(", (1)", 100'000));
  expect_round_trip("SELECT CASE" + repeat(" WHEN a THEN b", 20'000) + " END");
}

TEST(Limits, LongOperatorChainsAreReadUpToTheHeightLimit) {
  expect_round_trip("SELECT 1" + repeat(" + 1", kMaxHeight - 10));
  expect_round_trip("SELECT 1" + repeat(" || 'a'", kMaxHeight - 10));
  expect_round_trip("SELECT 1" + repeat(" + 1 - 2", kMaxHeight / 2 - 10));
  expect_too_deep("SELECT 1" + repeat(" + 1", 100'000));
}

TEST(Limits, NoTreeIsDeeperThanTheLimits) {
  // A chain in the first operand of a chain, again and again: each is short, the path through all of them is not.
  const std::size_t n = 400;
  expect_too_deep("SELECT " + repeat("(", n) + "1" + repeat(repeat(" + 1", 50) + ")", n));
  const auto parsed = parse_expression("1" + repeat(" + 1", 5000));
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ((*parsed)->height, 5001);
  EXPECT_LT((*parsed)->nesting, 5);
}

TEST(Limits, ManyErrorsAreRecoveredFrom) {
  const ParseOutcome outcome = parse_with_recovery(repeat("SELEC 1; SELECT (1; ", 20'000));
  EXPECT_EQ(outcome.errors.size(), 40'000U);
}

double seconds(const std::string& sql) {
  const std::clock_t start = std::clock();  // of this process only: other load must not fail the test
  const ParseOutcome outcome = parse_with_recovery(sql);
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

// Twenty times the text, less than forty times the time. A neighbour that fills the caches can spoil a turn, but not all of them.
bool grows_linearly(const std::string& small, const std::string& large) {
  double small_best = 1e9;
  double large_best = 1e9;
  for (int turn = 0; turn < 6; ++turn) {
    small_best = std::min(small_best, seconds(small));
    large_best = std::min(large_best, seconds(large));
    if (large_best < 40 * std::max(small_best, 0.002)) return true;
  }
  return false;
}

// Twenty times the text may cost at most forty times the time: far above linear noise, far below quadratic (400 times).
TEST(Linearity, TimeGrowsWithTheText) {
  const std::string_view pieces[] = {
      "SELECT a, b + 1, f(c) FROM t JOIN u USING (k) WHERE x > 1 AND y LIKE 'a%' GROUP BY a ORDER BY b LIMIT 10; ",
      "SELECT ((((((((((1)))))))))) IN ((SELECT 1), 2); ",
      "SELECT 'unterminated in its statement; ",
      "SELECT $a$ ; ",
      "/* ",
      "SELECT ( ( ( ( ( ",
      "SELEC 1; ",
      "VALUES (1, 'two', 3.0), ",
      "a OR ",
      "SELECT 1 UNION ALL ",
      "DESCRIBE (",
      "lambda a, b, c, ",
  };
  for (const std::string_view piece : pieces) {
    const std::string small = repeat(piece, 50'000 / piece.size());
    const std::string large = repeat(piece, 1'000'000 / piece.size());
    EXPECT_TRUE(grows_linearly(small, large)) << piece;
  }
}

TEST(Linearity, HighlightingAndCompletionAreLinearToo) {
  const std::string large = repeat("SELECT a FROM t WHERE /* c */ x = 'y' AND ", 20'000);
  EXPECT_GT(highlight(large).size(), 100'000U);
  EXPECT_FALSE(complete(large, large.size()).replaces.end == 0);
}

}  // namespace
}  // namespace trueno::sql

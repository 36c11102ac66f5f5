#include "sql/completion.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sql/highlight.h"

namespace trueno::sql {
namespace {

// The cursor stands at the bar.
Completion at_bar(std::string text) {
  const std::size_t bar = text.find('|');
  text.erase(bar, 1);
  return complete(text, bar);
}

bool offers(const Completion& completion, std::string_view keyword) {
  return std::ranges::find(completion.keywords, keyword) != completion.keywords.end();
}

TEST(Completion, BeginsWithStatements) {
  const Completion completion = at_bar("|");
  EXPECT_TRUE(offers(completion, "SELECT"));
  EXPECT_TRUE(offers(completion, "CREATE"));
  EXPECT_FALSE(offers(completion, "WHERE"));
  EXPECT_FALSE(completion.table);
  EXPECT_FALSE(completion.column);
}

TEST(Completion, KeepsToThePrefix) {
  const Completion completion = at_bar("sel|");
  EXPECT_EQ(completion.keywords, std::vector<std::string>{"SELECT"});
  EXPECT_EQ(completion.prefix, "sel");
  EXPECT_EQ(completion.replaces, (SourceSpan{0, 3}));
}

TEST(Completion, WantsAnExpressionAfterSelect) {
  const Completion completion = at_bar("SELECT |");
  EXPECT_TRUE(completion.column);
  EXPECT_TRUE(completion.function);
  EXPECT_FALSE(completion.table);
  EXPECT_TRUE(offers(completion, "DISTINCT"));
}

TEST(Completion, WantsATableAfterFromAndJoin) {
  for (const std::string_view text : {"SELECT a FROM |", "SELECT a FROM t JOIN |", "SELECT a FROM t, |", "INSERT INTO |", "UPDATE |",
                                      "DELETE FROM |", "DROP TABLE |", "DESCRIBE |", "COPY |", "SELECT (SELECT 1 FROM |"}) {
    const Completion completion = at_bar(std::string(text));
    EXPECT_TRUE(completion.table) << text;
    EXPECT_FALSE(completion.column) << text;
  }
}

TEST(Completion, OffersTheClausesThatMayFollow) {
  const Completion completion = at_bar("SELECT a FROM t |");
  for (const std::string_view keyword : {"WHERE", "GROUP", "ORDER", "JOIN", "LEFT", "LIMIT", "UNION", "AS"})
    EXPECT_TRUE(offers(completion, keyword)) << keyword;
  EXPECT_FALSE(offers(completion, "FROM"));
  const Completion after_where = at_bar("SELECT a FROM t WHERE x = 1 |");
  EXPECT_TRUE(offers(after_where, "AND"));
  EXPECT_TRUE(offers(after_where, "GROUP"));
  EXPECT_FALSE(offers(after_where, "WHERE"));
}

TEST(Completion, OffersTheSecondWordOfTwo) {
  EXPECT_EQ(at_bar("SELECT a FROM t GROUP |").keywords, std::vector<std::string>{"BY"});
  EXPECT_EQ(at_bar("SELECT a FROM t ORDER BY a NULLS |").keywords, (std::vector<std::string>{"FIRST", "LAST"}));
}

TEST(Completion, WantsTypesAndSettings) {
  EXPECT_TRUE(at_bar("SELECT CAST(a AS |").type);
  EXPECT_TRUE(at_bar("CREATE TABLE t (a |").type);
  EXPECT_TRUE(at_bar("SET |").setting);
  EXPECT_FALSE(at_bar("SELECT |").type);
}

TEST(Completion, KnowsTheTablesOnBothSidesOfTheCursor) {
  const Completion completion = at_bar("SELECT | FROM events e JOIN s.users AS u ON e.id = u.id, 'x.parquet', range(10) r WHERE x");
  const std::vector<NamedSource> expected{{"events", "e"}, {"s.users", "u"}, {"x.parquet", ""}, {"range", "r"}};
  EXPECT_EQ(completion.sources, expected);
}

TEST(Completion, KeepsToTheStatementUnderTheCursor) {
  const Completion completion = at_bar("SELECT 1 FROM a; SELECT | FROM b; SELECT 1 FROM c");
  EXPECT_EQ(completion.sources, (std::vector<NamedSource>{{"b", ""}}));
}

TEST(Completion, SaysBehindWhichNameTheDotStands) {
  const Completion completion = at_bar("SELECT e.na| FROM events e");
  EXPECT_EQ(completion.qualifier, "e");
  EXPECT_EQ(completion.prefix, "na");
  EXPECT_TRUE(completion.column);
  EXPECT_TRUE(completion.keywords.empty());
  EXPECT_EQ(at_bar("SELECT \"my table\".|").qualifier, "my table");
}

TEST(Completion, OffersNothingInsideStringsAndComments) {
  for (const std::string_view text : {"SELECT 'ab|c'", "SELECT 'abc|", "SELECT -- a|", "SELECT /* a| */ 1", "SELECT \"a|b"}) {
    const Completion completion = at_bar(std::string(text));
    EXPECT_FALSE(completion.column) << text;
    EXPECT_TRUE(completion.keywords.empty()) << text;
  }
  EXPECT_TRUE(at_bar("SELECT 'abc' |").keywords.size() > 3);
}

TEST(Completion, SaysNothingAfterAnError) {
  const Completion completion = at_bar("SELECT FROM t WHERE |");
  EXPECT_TRUE(completion.keywords.empty());
  EXPECT_EQ(completion.sources.size(), 1U);
}

TEST(Completion, TakesAnyCursor) {
  EXPECT_EQ(complete("SELECT", 1000).prefix, "SELECT");
  EXPECT_EQ(complete("", 0).prefix, "");
}

TEST(Highlight, ClassifiesEveryPiece) {
  const std::string_view sql = "SELECT sum(a), left('x', $1) -- c\nFROM t WHERE b >= 1.5 `";
  std::string classes;
  for (const HighlightSpan& piece : highlight(sql)) classes += "KIFNSOPACE"[static_cast<int>(piece.kind)];
  //                   SELECT sum ( a ) , left ( 'x' , $1 ) c FROM t WHERE b >= 1.5 `
  EXPECT_EQ(classes, "KFPIPPFPSPAPCKIKIONE");
}

TEST(Highlight, CoversTheTextInOrder) {
  const std::string_view sql = "SELECT 'unterminated";
  const std::vector<HighlightSpan> pieces = highlight(sql);
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[1].kind, TokenClass::kError);
  EXPECT_EQ(pieces[1].span, (SourceSpan{7, 20}));
}

}  // namespace
}  // namespace trueno::sql

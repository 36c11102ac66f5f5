#include <gtest/gtest.h>

#include "sql/test_support.h"

namespace trueno::sql {
namespace {

const Expression& parsed(std::string_view text, ExpressionPtr& keep) {
  Result<ExpressionPtr> result = parse_expression(text);
  EXPECT_TRUE(result.has_value()) << text;
  keep = std::move(*result);
  return *keep;
}

TEST(Precedence, MultiplicationBindsTighterThanAddition) {
  EXPECT_EQ(grouped("1 + 2 * 3"), "(1 + (2 * 3))");
  EXPECT_EQ(grouped("1 * 2 + 3"), "((1 * 2) + 3)");
  EXPECT_EQ(grouped("7 // 2 % 3 / 4"), "(7 // 2 % 3 / 4)");
}

TEST(Precedence, BinaryOperatorsLeanLeft) {
  ExpressionPtr keep;
  const Binary* outer = parsed("1 - 2 - 3", keep).as<Binary>();
  ASSERT_NE(outer, nullptr);
  EXPECT_EQ(print(*outer->left), "(1 - 2)");
  EXPECT_EQ(grouped("1 - (2 - 3)"), "(1 - (2 - 3))");
  EXPECT_EQ(grouped("2 ^ 3 ^ 2"), "(2 ^ 3 ^ 2)");
}

TEST(Precedence, PowerBindsTighterThanMultiplicationAndLooserThanASign) {
  EXPECT_EQ(grouped("2 * 3 ^ 4"), "(2 * (3 ^ 4))");
  EXPECT_EQ(grouped("-2 ^ 2"), "((-2) ^ 2)");
  EXPECT_EQ(grouped("2 ** 3"), "(2 ^ 3)");
}

TEST(Precedence, OtherOperatorsBindLooserThanArithmetic) {
  EXPECT_EQ(grouped("a || b + c"), "(a || (b + c))");
  EXPECT_EQ(grouped("1 << 2 + 3"), "(1 << (2 + 3))");
  EXPECT_EQ(grouped("a | b & c"), "(a | b & c)");
}

TEST(Precedence, PrefixOperatorsOtherThanSignsTakeAWholeSum) {
  EXPECT_EQ(grouped("~1 + 2"), "(~(1 + 2))");
  EXPECT_EQ(grouped("@ -5 + 2"), "(@((-5) + 2))");
  EXPECT_EQ(grouped("~a || b"), "((~a) || b)");
  EXPECT_EQ(grouped("4! + 1"), "((4 !) + 1)");
}

TEST(Precedence, AndBindsTighterThanOr) {
  EXPECT_EQ(grouped("a OR b AND c OR d"), "(a OR (b AND c) OR d)");
  EXPECT_EQ(grouped("NOT a AND b"), "((NOT a) AND b)");
  EXPECT_EQ(grouped("NOT a = b"), "(NOT (a = b))");
  EXPECT_EQ(grouped("NOT NOT a"), "(NOT (NOT a))");
}

TEST(Precedence, ChainsOfAndAreFlatButParenthesesAreKept) {
  ExpressionPtr keep;
  const Logical* flat = parsed("a AND b AND c AND d", keep).as<Logical>();
  ASSERT_NE(flat, nullptr);
  EXPECT_EQ(flat->operands.size(), 4U);
  EXPECT_EQ(grouped("(a AND b) AND c"), "((a AND b) AND c)");
  EXPECT_EQ(grouped("a AND (b AND c)"), "(a AND (b AND c))");
}

TEST(Precedence, ComparisonsBindLooserThanPatternsAndTighterThanIs) {
  EXPECT_EQ(grouped("a = b LIKE c"), "(a = (b LIKE c))");
  EXPECT_EQ(grouped("a = b IS NULL"), "((a = b) IS NULL)");
  EXPECT_EQ(grouped("a < b AND c > d"), "((a < b) AND (c > d))");
  EXPECT_EQ(grouped("a IN (1) = b"), "((a IN (1)) = b)");
}

TEST(Precedence, ComparisonsDoNotChain) { EXPECT_EQ(grouped("1 < 2 < 3"), "error: comparisons do not chain: unexpected \"<\""); }

TEST(Precedence, TheArrowIsLoosestOfAll) {
  EXPECT_EQ(grouped("x -> x + 1 > 2 AND y"), "(x -> (((x + 1) > 2) AND y))");
  EXPECT_EQ(grouped("j ->> '$.a' = 'b'"), "(j ->> ('$.a' = 'b'))");
}

TEST(Precedence, PostfixOperatorsBindTightest) {
  EXPECT_EQ(grouped("-a::INTEGER"), "(-CAST(a AS INTEGER))");
  EXPECT_EQ(grouped("-a[1]"), "(-a[1])");
  EXPECT_EQ(grouped("a + b::DOUBLE * c"), "(a + (CAST(b AS DOUBLE) * c))");
  EXPECT_EQ(grouped("a::INT::VARCHAR"), "CAST(CAST(a AS INT) AS VARCHAR)");
}

TEST(Precedence, CollateAndTimeZoneStandBetweenPowerAndSign) {
  EXPECT_EQ(grouped("a || b COLLATE nocase"), "(a || (b COLLATE nocase))");
  EXPECT_EQ(grouped("t AT TIME ZONE 'UTC' + i"), "((t AT TIME ZONE 'UTC') + i)");
  EXPECT_EQ(grouped("t AT TIME ZONE 'UTC' AT TIME ZONE z"), "((t AT TIME ZONE 'UTC') AT TIME ZONE z)");
}

TEST(Expression, CanonicalisesSpellings) {
  EXPECT_EQ(grouped("a == b"), "(a = b)");
  EXPECT_EQ(grouped("a != b"), "(a <> b)");
  EXPECT_EQ(grouped("a ~~ b"), "(a LIKE b)");
  EXPECT_EQ(grouped("a !~~* b"), "(a NOT ILIKE b)");
  EXPECT_EQ(grouped("a ~~~ b"), "(a GLOB b)");
  EXPECT_EQ(grouped("a ISNULL"), "(a IS NULL)");
  EXPECT_EQ(grouped("a NOTNULL"), "(a IS NOT NULL)");
  EXPECT_EQ(grouped("a NOT NULL"), "(a IS NOT NULL)");
}

TEST(Expression, ReadsTestsOfTruth) {
  EXPECT_EQ(grouped("a IS NOT TRUE"), "(a IS NOT TRUE)");
  EXPECT_EQ(grouped("a IS UNKNOWN"), "(a IS UNKNOWN)");
  EXPECT_EQ(grouped("a IS NOT DISTINCT FROM b + 1"), "(a IS NOT DISTINCT FROM (b + 1))");
}

TEST(Expression, ReadsRangesAndLists) {
  EXPECT_EQ(grouped("a BETWEEN 1 AND 2 AND b"), "((a BETWEEN 1 AND 2) AND b)");
  EXPECT_EQ(grouped("a NOT BETWEEN SYMMETRIC b + 1 AND c"), "(a NOT BETWEEN SYMMETRIC (b + 1) AND c)");
  EXPECT_EQ(grouped("a IN (1, 2,)"), "(a IN (1, 2))");
  EXPECT_EQ(grouped("a NOT IN (SELECT 1)"), "(a NOT IN (SELECT 1))");
  EXPECT_EQ(grouped("a IN ((SELECT 1) UNION (SELECT 2))"), "(a IN (SELECT 1 UNION SELECT 2))");
  EXPECT_EQ(grouped("a IN ((SELECT 1), 2)"), "(a IN ((SELECT 1), 2))");
  EXPECT_EQ(grouped("a IN some_list"), "(a IN some_list)");
}

TEST(Expression, ReadsPatterns) {
  EXPECT_EQ(grouped("a LIKE 'x%' ESCAPE '$'"), "(a LIKE 'x%' ESCAPE '$')");
  EXPECT_EQ(grouped("a NOT SIMILAR TO 'x'"), "(a NOT SIMILAR TO 'x')");
  EXPECT_EQ(grouped("a ~ 'x' AND b !~* 'y'"), "((a ~ 'x') AND (b !~* 'y'))");
}

TEST(Expression, ReadsCase) {
  EXPECT_EQ(grouped("CASE WHEN a THEN 1 WHEN b THEN 2 ELSE 3 END"), "CASE WHEN a THEN 1 WHEN b THEN 2 ELSE 3 END");
  EXPECT_EQ(grouped("CASE a + 1 WHEN 2 THEN 3 END"), "CASE (a + 1) WHEN 2 THEN 3 END");
}

TEST(Expression, ReadsCastsAndTypes) {
  EXPECT_EQ(grouped("TRY_CAST(a AS DECIMAL(10, 2))"), "TRY_CAST(a AS DECIMAL(10, 2))");
  EXPECT_EQ(grouped("CAST(a AS DOUBLE PRECISION)"), "CAST(a AS double)");
  EXPECT_EQ(grouped("CAST(a AS TIMESTAMP WITH TIME ZONE)"), "CAST(a AS timestamptz)");
  EXPECT_EQ(grouped("CAST(a AS CHARACTER VARYING(5))"), "CAST(a AS varchar(5))");
  EXPECT_EQ(grouped("CAST(a AS STRUCT(x INT, y VARCHAR[])[3])"), "CAST(a AS STRUCT(x INT, y VARCHAR[])[3])");
  EXPECT_EQ(grouped("CAST(a AS MAP(VARCHAR, INT[]))"), "CAST(a AS MAP(VARCHAR, INT[]))");
  EXPECT_EQ(grouped("CAST(a AS ENUM('x', 'y'))"), "CAST(a AS ENUM('x', 'y'))");
}

TEST(Expression, ReadsTypedLiteralsAndIntervals) {
  EXPECT_EQ(grouped("DATE '2024-01-01'"), "DATE '2024-01-01'");
  EXPECT_EQ(grouped("TIMESTAMP WITH TIME ZONE 'now'"), "timestamptz 'now'");
  EXPECT_EQ(grouped("DECIMAL(5, 2) '1.25'"), "DECIMAL(5, 2) '1.25'");
  EXPECT_EQ(grouped("INTERVAL '1 day'"), "INTERVAL ('1 day')");
  EXPECT_EQ(grouped("INTERVAL 5 DAYS"), "INTERVAL (5) day");
  EXPECT_EQ(grouped("INTERVAL '1-2' YEAR TO MONTH"), "INTERVAL ('1-2') year to month");
  EXPECT_EQ(grouped("d + INTERVAL (x + 1) HOUR"), "(d + INTERVAL ((x + 1)) hour)");
  EXPECT_EQ(grouped("interval + 1"), "(\"interval\" + 1)");
}

TEST(Expression, TurnsFormsWithWordsIntoCalls) {
  EXPECT_EQ(grouped("EXTRACT(YEAR FROM d)"), "date_part('year', d)");
  EXPECT_EQ(grouped("SUBSTRING(s FROM 2 FOR 3)"), "\"substring\"(s, 2, 3)");
  EXPECT_EQ(grouped("SUBSTRING(s, 2)"), "\"substring\"(s, 2)");
  EXPECT_EQ(grouped("POSITION('a' IN s)"), "\"position\"(s, 'a')");
  EXPECT_EQ(grouped("TRIM(s)"), "\"trim\"(s)");
  EXPECT_EQ(grouped("TRIM(LEADING 'x' FROM s)"), "ltrim(s, 'x')");
  EXPECT_EQ(grouped("TRIM(BOTH FROM s)"), "\"trim\"(s)");
  EXPECT_EQ(grouped("OVERLAY(s PLACING 'x' FROM 2 FOR 3)"), "\"overlay\"(s, 'x', 2, 3)");
  EXPECT_EQ(grouped("CURRENT_DATE"), "\"CURRENT_DATE\"()");
}

TEST(Expression, ReadsCallsWithEverything) {
  EXPECT_EQ(grouped("count(*)"), "count(*)");
  EXPECT_EQ(grouped("count(DISTINCT a)"), "count(DISTINCT a)");
  EXPECT_EQ(grouped("f(a := 1, b => 2)"), "f(a := 1, b := 2)");
  EXPECT_EQ(grouped("s.f(1)"), "s.f(1)");
  EXPECT_EQ(grouped("string_agg(a, ',' ORDER BY b DESC NULLS LAST)"), "string_agg(a, ',' ORDER BY b DESC NULLS LAST)");
  EXPECT_EQ(grouped("sum(a) FILTER (WHERE b > 1)"), "sum(a) FILTER (WHERE (b > 1))");
  EXPECT_EQ(grouped("quantile_cont(0.5) WITHIN GROUP (ORDER BY x)"), "quantile_cont(0.5) WITHIN GROUP (ORDER BY x)");
  EXPECT_EQ(grouped("first(a IGNORE NULLS) OVER w"), "\"first\"(a IGNORE NULLS) OVER w");
  EXPECT_EQ(grouped("left('abc', 2)"), "\"left\"('abc', 2)");
}

TEST(Expression, ReadsWindows) {
  EXPECT_EQ(grouped("sum(a) OVER ()"), "sum(a) OVER ()");
  EXPECT_EQ(grouped("sum(a) OVER (PARTITION BY b, c ORDER BY d)"), "sum(a) OVER (PARTITION BY b, c ORDER BY d)");
  EXPECT_EQ(grouped("sum(a) OVER (w ROWS 3 PRECEDING)"), "sum(a) OVER (w ROWS BETWEEN 3 PRECEDING AND CURRENT ROW)");
  EXPECT_EQ(grouped("sum(a) OVER (ORDER BY b RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES)"),
            "sum(a) OVER (ORDER BY b RANGE BETWEEN INTERVAL (1) day PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES)");
}

TEST(Expression, ReadsNestedValues) {
  EXPECT_EQ(grouped("[1, 2 + 3,]"), "[1, (2 + 3)]");
  EXPECT_EQ(grouped("ARRAY[1]"), "[1]");
  EXPECT_EQ(grouped("{'a': 1, b: [2]}"), "{'a': 1, 'b': [2]}");
  EXPECT_EQ(grouped("MAP {'k': 1}"), "MAP {'k': 1}");
  EXPECT_EQ(grouped("MAP {}"), "MAP {}");
  EXPECT_EQ(grouped("(1, 2)"), "ROW(1, 2)");
  EXPECT_EQ(grouped("ROW(1)"), "ROW(1)");
  EXPECT_EQ(grouped("ARRAY(SELECT 1)"), "ARRAY (SELECT 1)");
}

TEST(Expression, ReadsSubscriptsSlicesAndFields) {
  EXPECT_EQ(grouped("a[1][2]"), "a[1][2]");
  EXPECT_EQ(grouped("a[1:2]"), "a[1:2]");
  EXPECT_EQ(grouped("a[:]"), "a[:]");
  EXPECT_EQ(grouped("a[1:-:2]"), "a[1:-:2]");
  EXPECT_EQ(grouped("(a).b.c"), "(a).b.c");
  EXPECT_EQ(grouped("f(x).b"), "f(x).b");
  EXPECT_EQ(grouped("a.b.c.d"), "a.b.c.d");
  EXPECT_EQ(grouped("'x'.upper()"), "upper('x')");
}

TEST(Expression, ReadsSubqueries) {
  EXPECT_EQ(grouped("(SELECT 1) + 2"), "((SELECT 1) + 2)");
  EXPECT_EQ(grouped("((SELECT 1) + 2)"), "((SELECT 1) + 2)");
  EXPECT_EQ(grouped("((SELECT 1) UNION SELECT 2)"), "(SELECT 1 UNION SELECT 2)");
  EXPECT_EQ(grouped("NOT EXISTS (FROM t)"), "(NOT EXISTS (SELECT * FROM t))");
  EXPECT_EQ(grouped("a = ANY (SELECT 1)"), "(a = ANY (SELECT 1))");
  EXPECT_EQ(grouped("a >= ALL ([1, 2])"), "(a >= ALL ([1, 2]))");
  EXPECT_EQ(grouped("a = SOME (SELECT 1)"), "(a = ANY (SELECT 1))");
}

TEST(Expression, ReadsStars) {
  EXPECT_EQ(grouped("count(t.*)"), "count(t.*)");
  EXPECT_EQ(canonical("SELECT * EXCLUDE (a, t.b) REPLACE (c + 1 AS c) RENAME (d AS e) FROM t"),
            "SELECT * EXCLUDE (a, t.b) REPLACE ((c + 1) AS c) RENAME (d AS e) FROM t");
  EXPECT_EQ(canonical("SELECT * EXCEPT (a) FROM t"), "SELECT * EXCLUDE (a) FROM t");
  EXPECT_EQ(canonical("SELECT * EXCEPT SELECT 1"), "SELECT * EXCEPT SELECT 1");
  EXPECT_EQ(canonical("SELECT * LIKE 'a%' FROM t"), "SELECT (* LIKE 'a%') FROM t");
  EXPECT_EQ(canonical("SELECT count(*::BIT::INT, (*)::INT) FROM t"), "SELECT count(CAST(CAST(* AS BIT) AS INT), CAST(* AS INT)) FROM t");
  EXPECT_EQ(canonical("SELECT min(COLUMNS(* EXCLUDE x)), f(*COLUMNS('a.*')) FROM t"),
            "SELECT min(COLUMNS(* EXCLUDE (x))), f(*COLUMNS('a.*')) FROM t");
}

TEST(Expression, NumbersParametersPerStatement) {
  EXPECT_EQ(grouped("? + ? + $4 + $name"), "($1 + $2 + $4 + $name)");
  Result<std::vector<StatementPtr>> two = parse("SELECT ?; SELECT ?");
  ASSERT_TRUE(two.has_value());
  EXPECT_EQ(print(*two->at(1)), "SELECT $1");
  EXPECT_EQ(grouped("#2"), "#2");
}

TEST(Expression, KnowsBothKindsOfLambda) {
  ExpressionPtr keep;
  const Expression& arrow = parsed("(x, y) -> x + y", keep);
  EXPECT_EQ(lambda_parameters(arrow).size(), 2U);
  EXPECT_EQ(print(*lambda_body(arrow)), "(x + y)");
  const Expression& word = parsed("lambda x: x + 1", keep);
  ASSERT_EQ(lambda_parameters(word).size(), 1U);
  EXPECT_EQ(lambda_parameters(word)[0].text, "x");
  const Expression& json = parsed("'{}' -> 'a'", keep);
  EXPECT_TRUE(lambda_parameters(json).empty());
  EXPECT_EQ(lambda_body(json), nullptr);
}

TEST(Expression, TakesUnreservedKeywordsAsNames) {
  EXPECT_EQ(grouped("year + name"), "(\"year\" + \"name\")");
  EXPECT_EQ(grouped("t.select"), "t.\"select\"");
  EXPECT_EQ(grouped("lambda"), "\"lambda\"");
}

TEST(Expression, JoinsStringsAcrossLines) {
  EXPECT_EQ(grouped("'a'\n'b'"), "'ab'");
  EXPECT_EQ(grouped("'a' 'b'"), "error: expected the end of the expression, but found 'b'");
}

TEST(Expression, HasTheSpanOfItsText) {
  ExpressionPtr keep;
  const Expression& sum = parsed(" (a + bb) * c ", keep);
  EXPECT_EQ(sum.span, NodeSpan(SourceSpan{1, 13}));
  EXPECT_EQ(sum.span.begin, 1U);
  EXPECT_EQ(sum.span.end, 13U);
  const Expression& right = *sum.as<Binary>()->left->as<Binary>()->right;
  EXPECT_EQ(right.span.begin, 6U);
  EXPECT_EQ(right.span.end, 8U);
}

TEST(TypeName, ParsesAlone) {
  const Result<TypeName> type = parse_type_name("DECIMAL(10, 2)[][3]");
  ASSERT_TRUE(type.has_value());
  EXPECT_EQ(type->kind, TypeName::Kind::kArray);
  EXPECT_EQ(type->array_size, 3U);
  EXPECT_EQ(print(*type), "DECIMAL(10, 2)[][3]");
  EXPECT_FALSE(parse_type_name("INTEGER x").has_value());
}

}  // namespace
}  // namespace trueno::sql

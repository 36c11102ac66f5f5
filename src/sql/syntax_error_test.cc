// Mistakes that people make: each with the place that the caret marks, what is said, and the hint. The texts are part of the interface.
#include <gtest/gtest.h>

#include <algorithm>

#include "sql/test_support.h"

namespace trueno::sql {
namespace {

struct Mistake {
  std::string_view sql;
  std::string_view caret;  // under the bytes that the error's span marks
  std::string_view message;
  std::string_view hint;
};

void expect(std::initializer_list<Mistake> mistakes) {
  for (const Mistake& mistake : mistakes) {
    const auto parsed = parse(mistake.sql);
    ASSERT_FALSE(parsed.has_value()) << mistake.sql;
    const Error& error = parsed.error();
    EXPECT_EQ(error.code(), ErrorCode::kParser) << mistake.sql;
    EXPECT_EQ(error.message(), mistake.message) << mistake.sql;
    EXPECT_EQ(error.hint(), mistake.hint) << mistake.sql;
    EXPECT_EQ(std::string(error.span().begin, ' ') + std::string(error.span().end - error.span().begin, '^'), mistake.caret) << mistake.sql;
  }
}

TEST(SyntaxError, MisspelledKeywordsAreRecognised) {
  expect({
      // clang-format off
    {"SELEC a FROM t",
     "^^^^^",
     "expected a statement, but found \"SELEC\"", "did you mean SELECT?"},
    {"SELECT a FORM t",
     "         ^^^^",
     "unexpected \"FORM\"", "did you mean FROM?"},
    {"SELECT * FORM t",
     "         ^^^^",
     "expected the end of the statement, but found \"FORM\"", "did you mean FROM?"},
    {"SELECT a FROM t WERE x = 1",
     "                ^^^^",
     "unexpected \"WERE\"", "did you mean WHERE?"},
    {"SELECT a FROM t GRUOP BY a",
     "                ^^^^^",
     "unexpected \"GRUOP\"", "did you mean GROUP BY?"},
    {"SELECT a FROM t GROUP BUY a",
     "                      ^^^",
     "expected \"BY\", but found \"BUY\"", "did you mean BY?"},
    {"SELECT a FROM t ODER BY a",
     "                ^^^^",
     "unexpected \"ODER\"", "did you mean ORDER BY?"},
    {"SELECT a FROM t ORDER BYE a",
     "                      ^^^",
     "expected \"BY\", but found \"BYE\"", "did you mean BY?"},
    {"SELECT a FROM t HAVNG a > 1",
     "                ^^^^^",
     "unexpected \"HAVNG\"", "did you mean HAVING?"},
    {"SELECT a FROM t LIMT 5",
     "                ^^^^",
     "unexpected \"LIMT\"", "did you mean LIMIT?"},
    {"SELECT a FROM t WHERE x BETWEN 1 AND 2",
     "                        ^^^^^^",
     "expected the end of the statement, but found \"BETWEN\"", "did you mean BETWEEN?"},
    {"SELECT a FROM t WHERE x LIEK 'a'",
     "                        ^^^^",
     "expected the end of the statement, but found \"LIEK\"", "did you mean LIKE?"},
    {"SELECT a FROM t WHERE x IS NUL",
     "                           ^^^",
     "expected NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM after IS, but found \"NUL\"", "did you mean NULL?"},
    {"SELECT a FROM t ORDER BY a DSC",
     "                           ^^^",
     "expected the end of the statement, but found \"DSC\"", "did you mean DESC?"},
    {"SELECT a FROM t JION u ON x",
     "                ^^^^",
     "unexpected \"JION\"", "did you mean JOIN?"},
    {"SELECT a FROM t LEFT OTER JOIN u ON x",
     "                     ^^^^",
     "expected \"JOIN\", but found \"OTER\"", "did you mean OUTER?"},
    {"SELECT a FROM t INNER JION u ON x",
     "                      ^^^^",
     "expected \"JOIN\", but found \"JION\"", "did you mean JOIN?"},
    {"CREAT TABLE t (a INT)",
     "^^^^^",
     "expected a statement, but found \"CREAT\"", "did you mean CREATE?"},
    {"CREATE TABEL t (a INT)",
     "       ^^^^^",
     "expected TABLE, VIEW, SCHEMA, SEQUENCE, TYPE, MACRO or INDEX after CREATE, but found \"TABEL\"", "did you mean TABLE?"},
    {"INSRET INTO t VALUES (1)",
     "^^^^^^",
     "expected a statement, but found \"INSRET\"", "did you mean INSERT?"},
    {"INSERT INOT t VALUES (1)",
     "       ^^^^",
     "expected \"INTO\", but found \"INOT\"", "did you mean INTO?"},
    {"UPDTE t SET a = 1",
     "^^^^^",
     "expected a statement, but found \"UPDTE\"", "did you mean UPDATE?"},
    {"DELET FROM t",
     "^^^^^",
     "expected a statement, but found \"DELET\"", "did you mean DELETE?"},
    {"DROP TABEL t",
     "     ^^^^^",
     "expected TABLE, VIEW, SCHEMA, SEQUENCE, TYPE, MACRO or INDEX, but found \"TABEL\"", "did you mean TABLE?"},
      // clang-format on
  });
}

TEST(SyntaxError, MissingPartsAreNamed) {
  expect({
      // clang-format off
    {"SELECT",
     "      ^",
     "expected what to select, for example * or a column, but the statement ends", ""},
    {"SELECT FROM t",
     "       ^^^^",
     "expected what to select, for example * or a column, but found \"FROM\"", ""},
    {"SELECT a,, b FROM t",
     "         ^",
     "expected an expression, but found \",\"", ""},
    {"SELECT a FROM",
     "             ^",
     "expected a table, a file in single quotes, or a subquery, but the statement ends", ""},
    {"SELECT a FROM t WHERE",
     "                     ^",
     "expected an expression, but the statement ends", ""},
    {"SELECT a FROM t WHERE x =",
     "                         ^",
     "expected an expression, but the statement ends", ""},
    {"SELECT a FROM t WHERE x = 1 AND",
     "                               ^",
     "expected an expression, but the statement ends", ""},
    {"SELECT a FROM t GROUP a",
     "                      ^",
     "expected \"BY\", but found \"a\"", ""},
    {"SELECT a FROM t GROUP BY",
     "                        ^",
     "expected an expression, but the statement ends", ""},
    {"SELECT a FROM t ORDER a",
     "                      ^",
     "expected \"BY\", but found \"a\"", ""},
    {"SELECT a FROM t LIMIT",
     "                     ^",
     "expected an expression, but the statement ends", ""},
      // clang-format on
  });
}

TEST(SyntaxError, MissingCommasAndOperatorsAreSuspected) {
  expect({
      // clang-format off
    {"SELECT a b c FROM t",
     "           ^",
     "expected the end of the statement, but found \"c\"", "is a comma missing before \"c\"?"},
    {"SELECT f(a b) FROM t",
     "           ^",
     "expected \")\", but found \"b\"", "is a comma missing before \"b\"?"},
    {"SELECT (a b) FROM t",
     "          ^",
     "expected \")\", but found \"b\"", "is a comma missing before \"b\"?"},
    {"SELECT * FROM t WHERE x = 1 y = 2",
     "                            ^",
     "expected the end of the statement, but found \"y\"", "is an operator, AND or OR missing before \"y\"?"},
      // clang-format on
  });
}

TEST(SyntaxError, BracketsKnowTheirPartner) {
  expect({
      // clang-format off
    {"SELECT (1 + 2",
     "       ^",
     "\"(\" is never closed", "add the missing \")\""},
    {"SELECT (1 + 2]",
     "             ^",
     "expected \")\", but found \"]\"", "it would close \"(1 + 2\""},
    {"SELECT f(1, 2 FROM t",
     "              ^^^^",
     "expected \")\", but found \"FROM\"", "it would close \"(1, 2 \""},
    {"SELECT 1 + 2) FROM t",
     "            ^",
     "expected the end of the statement, but found \")\"", "no parenthesis is open here"},
    {"SELECT [1, 2 FROM t",
     "             ^^^^",
     "expected \"]\", but found \"FROM\"", "it would close \"[1, 2 \""},
    {"SELECT {'a' 1}",
     "            ^",
     "expected \":\", but found 1", ""},
      // clang-format on
  });
}

TEST(SyntaxError, QuotesAreExplained) {
  expect({
      // clang-format off
    {"SELECT 'it's' FROM t",
     "            ^",
     "unterminated string", "it starts here and never ends; close it with ', and write a quote inside it twice"},
    {"SELECT 'abc FROM t",
     "       ^",
     "unterminated string", "it starts here and never ends; close it with ', and write a quote inside it twice"},
    {"SELECT \"abc FROM t",
     "       ^",
     "unterminated quoted identifier", "it starts here and never ends; close it with \""},
    {"SELECT `a` FROM t",
     "       ^",
     "unexpected \"`\"", "identifiers are quoted with double quotes: \"name\""},
    {"SELECT “a” FROM t",
     "       ^^^",
     "typographic quotation mark “", "use ' around strings and \" around identifiers"},
    {"SELECT [a] FROM [t]",
     "                ^",
     "expected a table, a file in single quotes, or a subquery, but found \"[\"", "identifiers are quoted with double quotes: \"name\""},
      // clang-format on
  });
}

TEST(SyntaxError, HabitsOfOtherDialectsAreTranslated) {
  expect({
      // clang-format off
    {"SELECT TOP 10 * FROM t",
     "           ^^",
     "expected the end of the statement, but found 10", "write LIMIT at the end of the query instead of TOP"},
    {"SELECT * FROM t LIMIT 5, 10",
     "                       ^",
     "unexpected \",\" after LIMIT", "write LIMIT count OFFSET start"},
    {"SELECT a FROM t WHERE x => 5",
     "                        ^^",
     "expected the end of the statement, but found \"=>\"", "greater than or equal is >="},
    {"SELECT a FROM t WHERE x =< 5",
     "                         ^",
     "expected an expression, but found \"<\"", "write <= or >="},
    {"SELECT a FROM t WHERE x < = 5",
     "                          ^",
     "expected an expression, but found \"=\"", "write <=, >= or != without a space"},
    {"SELECT a FROM t WHERE x = = 5",
     "                          ^",
     "unexpected \"=\"", "equality is = or =="},
    {"SELECT a FROM t WHERE 1 < x < 5",
     "                            ^",
     "comparisons do not chain: unexpected \"<\"", "write a < b AND b < c, or use parentheses"},
    {"SELECT a FROM t WHERE x IS 5",
     "                           ^",
     "expected NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM after IS, but found 5", ""},
    {"SELECT a FROM t WHERE x IN 1, 2",
     "                           ^",
     "expected a list or a subquery in parentheses, but found 1", ""},
    {"SELECT a FROM t WHERE x IN SELECT 1",
     "                           ^^^^^^",
     "expected an expression, but found \"SELECT\"", "a subquery stands in parentheses"},
    {"SELECT a FROM t WHERE EXISTS SELECT 1",
     "                             ^^^^^^",
     "expected the end of the statement, but found \"SELECT\"", "a subquery stands in parentheses"},
    {"SELECT a FROM t WHERE x BETWEEN 1, 2",
     "                                 ^",
     "expected AND and the upper bound of BETWEEN, but found \",\"", ""},
      // clang-format on
  });
}

TEST(SyntaxError, ClausesOutOfPlaceAreToldTheirOrder) {
  expect({
      // clang-format off
    {"SELECT a FROM t WHERE GROUP BY a",
     "                      ^^^^^",
     "expected an expression, but found \"GROUP\"", ""},
    {"SELECT a FROM t GROUP BY a WHERE b",
     "                           ^^^^^",
     "expected the end of the statement, but found \"WHERE\"", "clauses come in the order SELECT, FROM, WHERE, GROUP BY, HAVING, QUALIFY, ORDER BY, LIMIT"},
    {"SELECT a FROM t ORDER BY a WHERE b",
     "                           ^^^^^",
     "expected the end of the statement, but found \"WHERE\"", "clauses come in the order SELECT, FROM, WHERE, GROUP BY, HAVING, QUALIFY, ORDER BY, LIMIT"},
    {"SELECT a FROM t LIMIT 1 ORDER BY a",
     "                        ^^^^^",
     "expected the end of the statement, but found \"ORDER\"", "clauses come in the order SELECT, FROM, WHERE, GROUP BY, HAVING, QUALIFY, ORDER BY, LIMIT"},
    {"SELECT a FROM t ORDER BY a UNION SELECT 1",
     "                           ^^^^^",
     "expected the end of the statement, but found \"UNION\"", "ORDER BY and LIMIT stand after the last query; put the one before in parentheses to give it its own"},
      // clang-format on
  });
}

TEST(SyntaxError, ReservedWordsAreToldToBeQuoted) {
  expect({
      // clang-format off
    {"SELECT order FROM t",
     "       ^^^^^",
     "expected an expression, but found \"order\"", "ORDER is a reserved word; as a name it takes double quotes: \"order\""},
    {"SELECT a FROM order",
     "              ^^^^^",
     "expected a table, a file in single quotes, or a subquery, but found \"order\"", "ORDER is a reserved word; as a name it takes double quotes: \"order\""},
    {"CREATE TABLE order (a INT)",
     "             ^^^^^",
     "expected a name for the table, but found \"order\"", "ORDER is a reserved word; as a name it takes double quotes: \"order\""},
    {"CREATE TABLE t (group INT)",
     "                ^^^^^",
     "expected the name of a column, but found \"group\"", "GROUP is a reserved word; as a name it takes double quotes: \"group\""},
      // clang-format on
  });
}

TEST(SyntaxError, DefinitionsSayWhatIsMissing) {
  expect({
      // clang-format off
    {"CREATE TABLE t (a)",
     "                  ^",
     "expected AS and a query; columns without one need types, but the statement ends", ""},
    {"CREATE TABLE t",
     "              ^",
     "expected columns in parentheses, or AS and a query, but the statement ends", ""},
    {"CREATE TABLE t (a INT b INT)",
     "                      ^",
     "expected \")\", but found \"b\"", "is a comma missing before \"b\"?"},
    {"CREATE TABLE t ()",
     "                ^",
     "expected the name of a column, but found \")\"", ""},
    {"SELECT a AS FROM t",
     "                 ^",
     "expected the end of the statement, but found \"t\"", "the FROM after AS was taken as a name; is one missing?"},
      // clang-format on
  });
}

TEST(SyntaxError, AliasesJoinsAndCastsSayWhatTheyNeed) {
  expect({
      // clang-format off
    {"SELECT a AS",
     "           ^",
     "expected a name, but the statement ends", ""},
    {"SELECT a FROM t JOIN u",
     "                      ^",
     "expected ON or USING for the join, but the statement ends", ""},
    {"SELECT a FROM t JOIN u WHERE x",
     "                       ^^^^^",
     "expected ON or USING for the join, but found \"WHERE\"", ""},
    {"SELECT CAST(a INT)",
     "              ^^^",
     "expected AS and a type, but found \"INT\"", ""},
    {"SELECT CAST(a AS)",
     "                ^",
     "expected the name of a type, but found \")\"", ""},
    {"SELECT a::",
     "          ^",
     "expected the name of a type, but the statement ends", ""},
    {"SELECT CASE WHEN a THEN 1",
     "       ^^^^",
     "CASE without END", "add END after the last branch"},
    {"SELECT CASE WHEN a 1 END",
     "                   ^",
     "expected THEN, but found 1", "is an operator, AND or OR missing before 1?"},
    {"SELECT CASE a END",
     "              ^^^",
     "expected WHEN, but found \"END\"", ""},
    {"SELECT sum(a) OVER PARTITION BY b FROM t",
     "                   ^^^^^^^^^",
     "expected the end of the statement, but found \"PARTITION\"", "a window stands in parentheses: OVER (PARTITION BY ...)"},
    {"SELECT sum(a) OVER (PARTITION b) FROM t",
     "                              ^",
     "expected \"BY\", but found \"b\"", ""},
      // clang-format on
  });
}

TEST(SyntaxError, FilesAndDatesTakeSingleQuotes) {
  expect({
      // clang-format off
    {"SELECT sum(a) OVER (ROWS BETWEEN 1 AND 2) FROM t",
     "                                   ^^^",
     "expected PRECEDING or FOLLOWING, but found \"AND\"", ""},
    {"COPY t TO \"x.csv\"",
     "          ^^^^^^^",
     "expected the name of a file in single quotes, but found \"x.csv\"", "double quotes are for identifiers; a string takes single quotes"},
    {"COPY t TO x.csv",
     "          ^",
     "expected the name of a file in single quotes, but found \"x\"", ""},
      // clang-format on
  });
}

TEST(SyntaxError, ChangesSayWhatTheyNeed) {
  expect({
      // clang-format off
    {"SELECT a FROM t WHERE d > DATE \"2024-01-01\"",
     "                               ^^^^^^^^^^^^",
     "expected the end of the statement, but found \"2024-01-01\"", "double quotes are for identifiers; a string takes single quotes"},
    {"DELETE t WHERE a = 1",
     "       ^",
     "expected \"FROM\", but found \"t\"", ""},
    {"INSERT t VALUES (1)",
     "       ^",
     "expected \"INTO\", but found \"t\"", ""},
    {"INSERT INTO t (a, b) (1, 2)",
     "                     ^",
     "expected VALUES, SELECT or DEFAULT VALUES, but found \"(\"", ""},
    {"INSERT INTO t VALUES 1, 2",
     "                     ^",
     "expected \"(\", but found 1", ""},
    {"UPDATE t a = 1",
     "           ^",
     "expected SET and the columns to change, but found \"=\"", ""},
    {"UPDATE t SET a 1",
     "               ^",
     "expected \"=\", but found 1", ""},
      // clang-format on
  });
}

TEST(SyntaxError, EverythingElseIsClear) {
  expect({
      // clang-format off
    {"UPDATE t SET WHERE a = 1",
     "             ^^^^^",
     "expected the name of a column, but found \"WHERE\"", ""},
    {"WITH a SELECT 1",
     "       ^^^^^^",
     "expected \"AS\", but found \"SELECT\"", "is AS missing before SELECT?"},
    {"WITH a AS SELECT 1",
     "          ^^^^^^",
     "expected \"(\", but found \"SELECT\"", "a subquery stands in parentheses"},
    {"VALUES 1, 2",
     "       ^",
     "expected \"(\", but found 1", ""},
    {"DROP t",
     "     ^",
     "expected TABLE, VIEW, SCHEMA, SEQUENCE, TYPE, MACRO or INDEX, but found \"t\"", ""},
    {"SELECT a FROM t; SELECT b FROM",
     "                              ^",
     "expected a table, a file in single quotes, or a subquery, but the statement ends", ""},
    {"SELECT 12abc",
     "       ^^^^^",
     "\"12abc\" is not a number", "put a space after a number, and double quotes around a name that starts with a digit"},
    {"SELECT 0x",
     "       ^^",
     "\"0x\" is not a number", "put a space after a number, and double quotes around a name that starts with a digit"},
    {"SELECT $",
     "       ^",
     "unexpected \"$\"", "a parameter is $1 or $name, a dollar-quoted string $$text$$"},
    {"SELECT a FROM t WHERE x && y ||",
     "                               ^",
     "expected an expression, but the statement ends", ""},
    {"EXPLAIN",
     "       ^",
     "expected a statement, but the statement ends", ""},
    {"SELECT EXTRACT(year d)",
     "                    ^",
     "expected FROM and a date or time, but found \"d\"", ""},
    {"SELECT a FROM t GROUP BY a HAVING",
     "                                 ^",
     "expected an expression, but the statement ends", ""},
    {"SELECT DISTINCT ON a FROM t",
     "                   ^",
     "expected \"(\", but found \"a\"", ""},
    {"SELECT * FROM t a b",
     "                  ^",
     "expected the end of the statement, but found \"b\"", "is a comma missing before \"b\"?"},
    {"hello world",
     "^^^^^",
     "expected a statement, but found \"hello\"", ""},
    {"SELECT a FROM t WHERE a NOT 5",
     "                        ^^^",
     "expected the end of the statement, but found \"NOT\"", ""},
    {"SET x 5",
     "      ^",
     "expected = and a value, but found 5", ""},
    {"BEGIN TRANSACTON",
     "      ^^^^^^^^^^",
     "expected the end of the statement, but found \"TRANSACTON\"", "did you mean TRANSACTION?"},
    {"SELECT a FROM t UNION",
     "                     ^",
     "expected SELECT, VALUES or FROM, but the statement ends", ""},
    {"SELECT a FROM t UNON SELECT b FROM u",
     "                ^^^^",
     "unexpected \"UNON\"", "did you mean UNION?"},
    {"SELECT a FROM t WHERE x = 5;;; garbage",
     "                               ^^^^^^^",
     "expected a statement, but found \"garbage\"", ""},
    {"SELECT a FROM t FETCH 5",
     "                      ^",
     "expected FIRST or NEXT after FETCH, but found 5", ""},
    {"SELECT a FROM t ORDER BY a NULLS",
     "                                ^",
     "expected FIRST or LAST after NULLS, but the statement ends", ""},
    {"CREATE VIEW v SELECT 1",
     "              ^^^^^^",
     "expected AS and a query, but found \"SELECT\"", "is AS missing before SELECT?"},
    {"ALTER TABLE t RENAME a b",
     "                       ^",
     "expected TO and a new name, but found \"b\"", ""},
    {"ALTER TABLE t ADD",
     "                 ^",
     "expected the name of a column, but the statement ends", ""},
    {"SELECT a FROM t WHERE (x = 1 AND (y = 2)",
     "                      ^",
     "\"(\" is never closed", "add the missing \")\""},
    {"SELECT count(* FROM t",
     "               ^^^^",
     "expected \")\", but found \"FROM\"", "it would close \"(* \""},
    {"SELECT count(SELECT 1)",
     "             ^^^^^^",
     "expected an argument, but found \"SELECT\"", "a subquery stands in parentheses"},
    {"PREPARE p SELECT 1",
     "          ^^^^^^",
     "expected \"AS\", but found \"SELECT\"", "is AS missing before SELECT?"},
    {"SELECT a FROM t WHERE x NOT NUL",
     "                        ^^^",
     "expected the end of the statement, but found \"NOT\"", ""},
    {"SELECT IF a THEN b",
     "            ^^^^",
     "expected the end of the statement, but found \"THEN\"", ""},
      // clang-format on
  });
}

TEST(SyntaxError, ShowsTheLineAndACaret) {
  const std::string_view sql = "SELECT a,\n       b\nFORM t";
  EXPECT_EQ(parse(sql).error().to_string(sql), "Parser error: unexpected \"FORM\"; did you mean FROM?\nLINE 3: FORM t\n        ^^^^");
}

TEST(SyntaxError, ShortensLongTokens) {
  const std::string sql = "SELECT a FROM t LIMIT 1 '" + std::string(500, 'x') + "'";
  EXPECT_LT(parse(sql).error().message().size(), 100U);
}

}  // namespace
}  // namespace trueno::sql

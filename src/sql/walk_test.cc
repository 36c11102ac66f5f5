#include "sql/walk.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sql/parser.h"
#include "sql/printer.h"

namespace trueno::sql {
namespace {

StatementPtr parsed(const std::string& sql) {
  auto statements = parse(sql);
  EXPECT_TRUE(statements) << sql;
  return std::move(statements->front());
}

// Names of columns in the order they are visited.
std::vector<std::string> columns_of(Statement& statement) {
  std::vector<std::string> names;
  EXPECT_TRUE(walk(statement, {.expression = [&](ExpressionPtr& part) -> Status {
                     if (const auto* column = part->as<ColumnRef>()) names.push_back(column->name.to_string());
                     return {};
                   }}));
  return names;
}

TEST(Walk, SeesEveryPartOnce) {
  using Names = std::vector<std::string>;
  const auto names = [](const std::string& sql) { return columns_of(*parsed(sql)); };
  EXPECT_EQ(names("SELECT a, f(b, c) FILTER (WHERE d) FROM t JOIN u ON e WHERE g GROUP BY h HAVING i ORDER BY j LIMIT k"),
            (Names{"a", "b", "c", "d", "e", "g", "h", "i", "j", "k"}));
  EXPECT_EQ(names("WITH x AS (SELECT a) SELECT (SELECT b WHERE c IN (SELECT d)), CASE WHEN e THEN f END, [g, h], {'k': i}, l::INTEGER"),
            (Names{"a", "b", "c", "d", "e", "f", "g", "h", "i", "l"}));
  EXPECT_EQ(names("INSERT INTO t SELECT a ON CONFLICT (z) DO UPDATE SET x = b WHERE c RETURNING d"), (Names{"a", "b", "c", "d"}));
  EXPECT_EQ(names("UPDATE t SET x = a FROM (SELECT b) WHERE c BETWEEN d AND e"), (Names{"a", "b", "c", "d", "e"}));
  EXPECT_EQ(names("CREATE TABLE t(x INTEGER DEFAULT a CHECK (b), CHECK (c))"), (Names{"a", "b", "c"}));
  EXPECT_EQ(names("EXPLAIN ALTER TABLE t ALTER x TYPE INTEGER USING a"), (Names{"a"}));
  EXPECT_EQ(names("SELECT sum(a) OVER (PARTITION BY b ORDER BY c ROWS BETWEEN d PRECEDING AND e FOLLOWING)"),
            (Names{"a", "b", "c", "d", "e"}));
  EXPECT_EQ(names("CREATE MACRO m(x) AS a + x"), Names{});
}

TEST(Walk, WhatIsReplacedStandsInTheTree) {
  const StatementPtr statement = parsed("SELECT a + a, (SELECT max(a) FROM t)");
  ASSERT_TRUE(walk(*statement, {.expression = [](ExpressionPtr& part) -> Status {
    if (part->is<ColumnRef>()) part = TRUENO_TRY(parse_expression("(1 + 2) * 3"));
    return {};
  }}));
  EXPECT_EQ(print(*statement), print(*parsed("SELECT (1 + 2) * 3 + (1 + 2) * 3, (SELECT max((1 + 2) * 3) FROM t)")));
  // Depths are those of the new tree.
  EXPECT_EQ(parsed("SELECT a")->as<QueryStatement>()->query->as<Select>()->items[0].expression->nesting, 1);
  EXPECT_GE(statement->as<QueryStatement>()->query->as<Select>()->items[0].expression->nesting,
            parsed("SELECT (1 + 2) * 3")->as<QueryStatement>()->query->as<Select>()->items[0].expression->nesting);
}

// The parser counts while it reads, so it may count a level too many; a walk sees the tree.
TEST(Walk, DepthsAreAtMostThoseOfTheParser) {
  for (const char* sql : {"SELECT -(-(a)) + f(g(h(1))) * 2", "SELECT a FROM (SELECT b FROM (SELECT CASE WHEN c THEN d ELSE (e) END))",
                          "SELECT a + b + c + d + (e + (f + g))"}) {
    const StatementPtr statement = parsed(sql);
    const Query& query = *statement->as<QueryStatement>()->query;
    const auto before = std::pair(query.nesting.count, query.as<Select>()->items[0].expression->height);
    ASSERT_TRUE(walk(*statement, {}));
    EXPECT_LE(query.nesting.count, before.first) << sql;
    EXPECT_LE(query.as<Select>()->items[0].expression->height, before.second) << sql;
    EXPECT_GE(query.as<Select>()->items[0].expression->height, before.second - 1) << sql;
  }
}

TEST(Walk, LongChainsNeedNoStack) {
  std::string sql = "SELECT a";
  for (int i = 0; i < 9000; ++i) sql += " + 1";
  EXPECT_EQ(columns_of(*parsed(sql)), std::vector<std::string>{"a"});
}

TEST(Walk, ATreeThatBecomesTooDeepIsAnError) {
  std::string deep = "1";
  for (std::uint32_t i = 0; i < kMaxNesting - 20; ++i) deep = "f(" + deep + ")";
  const StatementPtr statement = parsed("SELECT g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(g(a))))))))))))))))))))))))");
  const Status walked = walk(*statement, {.expression = [&](ExpressionPtr& part) -> Status {
    if (part->is<ColumnRef>()) part = TRUENO_TRY(parse_expression(deep));
    return {};
  }});
  ASSERT_FALSE(walked);
  EXPECT_EQ(walked.error().code(), ErrorCode::kBinder);
}

TEST(Walk, TheFirstFailureEndsIt) {
  int visited = 0;
  const StatementPtr statement = parsed("SELECT a, b, c");
  const Status walked = walk(*statement, {.expression = [&](ExpressionPtr&) -> Status {
    ++visited;
    return error(ErrorCode::kBinder, "no");
  }});
  EXPECT_FALSE(walked);
  EXPECT_EQ(visited, 1);
}

}  // namespace
}  // namespace trueno::sql

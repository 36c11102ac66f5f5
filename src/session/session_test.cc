// Statements of a session: what they give, what they refuse, and that a failed one leaves nothing behind.
#include "session/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "session/completion.h"
#include "session/database.h"
#include "session/editor.h"
#include "session/json_text.h"

namespace trueno::session {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class SessionTest : public testing::Test {
 protected:
  // The cells of the last statement's rows as texts, row by row; or the error's text.
  std::vector<std::string> run(std::string_view sql) {
    const auto results = database_.execute(sql, {}, CancelToken());
    if (!results) return {results.error().to_string()};
    std::vector<std::string> cells;
    if (results->empty()) return cells;
    const Batch& rows = results->back().rows;
    for (std::int64_t row = 0; row < rows.length; ++row) {
      for (const Column& column : rows.columns) cells.push_back(column.value(row).to_string());
    }
    return cells;
  }
  ErrorCode code(std::string_view sql) {
    const auto results = database_.execute(sql, {}, CancelToken());
    EXPECT_FALSE(results) << sql;
    return results ? ErrorCode::kInternal : results.error().code();
  }

  Database database_;
};

TEST_F(SessionTest, CreateTableKeepsNamesTypesAndNotNull) {
  run("CREATE TABLE t(a INTEGER NOT NULL, b DECIMAL(10,2))");
  EXPECT_THAT(run("DESCRIBE t"),
              ElementsAre("a", "INTEGER", "NO", "NULL", "NULL", "NULL", "b", "DECIMAL(10,2)", "YES", "NULL", "NULL", "NULL"));
  EXPECT_THAT(run("DESCRIBE SELECT a + 1 AS c FROM t"), ElementsAre("c", "INTEGER", testing::_, "NULL", "NULL", "NULL"));
  EXPECT_THAT(run("SHOW t"), run("DESCRIBE t"));
  EXPECT_EQ(code("CREATE TABLE t(a INTEGER)"), ErrorCode::kCatalog);
  EXPECT_EQ(code("CREATE TABLE u(a INTEGER, A INTEGER)"), ErrorCode::kBinder);
  EXPECT_THAT(run("CREATE TABLE IF NOT EXISTS t(z DATE)"), ElementsAre());
  EXPECT_THAT(run("CREATE OR REPLACE TABLE t AS SELECT 1 AS x, 2 AS x; DESCRIBE t"),
              ElementsAre("x", "INTEGER", "YES", "NULL", "NULL", "NULL", "x_1", "INTEGER", "YES", "NULL", "NULL", "NULL"));
}

TEST_F(SessionTest, InsertFillsWhatIsNotGivenWithNull) {
  run("CREATE TABLE t(a INTEGER, b VARCHAR, c DOUBLE)");
  run("INSERT INTO t VALUES (1, 'x', 0.5); INSERT INTO t(c, a) VALUES (2, 3); INSERT INTO t DEFAULT VALUES");
  run("INSERT INTO t SELECT x, x::VARCHAR, x FROM range(7, 8) r(x)");
  EXPECT_THAT(run("SELECT * FROM t"), ElementsAre("1", "x", "0.5", "3", "NULL", "2.0", "NULL", "NULL", "NULL", "7", "7", "7.0"));
}

TEST_F(SessionTest, AnInsertThatFailsAddsNoRow) {
  run("CREATE TABLE t(a TINYINT NOT NULL); INSERT INTO t VALUES (1)");
  EXPECT_EQ(code("INSERT INTO t VALUES (2), (NULL)"), ErrorCode::kConstraint);
  EXPECT_EQ(code("INSERT INTO t DEFAULT VALUES"), ErrorCode::kConstraint);
  EXPECT_EQ(code("INSERT INTO t SELECT 100 + x FROM range(100) r(x)"), ErrorCode::kConversion);
  EXPECT_EQ(code("INSERT INTO t VALUES (1, 2)"), ErrorCode::kBinder);
  EXPECT_EQ(code("INSERT INTO t(b) VALUES (1)"), ErrorCode::kBinder);
  EXPECT_EQ(code("INSERT INTO t(a, a) VALUES (1, 2)"), ErrorCode::kBinder);
  EXPECT_EQ(code("INSERT INTO nothing VALUES (1)"), ErrorCode::kCatalog);
  EXPECT_THAT(run("SELECT count(*), sum(a) FROM t"), ElementsAre("1", "1"));
}

TEST_F(SessionTest, DropTakesAllOrNone) {
  run("CREATE TABLE a(x INTEGER); CREATE TABLE b(x INTEGER)");
  EXPECT_EQ(code("DROP TABLE a, nothing"), ErrorCode::kCatalog);
  EXPECT_THAT(run("SHOW TABLES"), ElementsAre("a", "b"));
  run("DROP TABLE IF EXISTS a, nothing");
  EXPECT_THAT(run("SHOW TABLES"), ElementsAre("b"));
}

TEST_F(SessionTest, SettingsAreCheckedShownAndReset) {
  EXPECT_THAT(run("SET threads = 2; SHOW threads"), ElementsAre("2"));
  EXPECT_THAT(run("RESET threads; SHOW threads"), ElementsAre("0"));
  EXPECT_THAT(run("SET Optimizer = OFF; SHOW optimizer"), ElementsAre("false"));
  EXPECT_THAT(run("SET backend = scalar; SHOW backend"), ElementsAre("scalar"));
  EXPECT_THAT(run("SET backend = quantum"), ElementsAre(HasSubstr("backend cannot be 'quantum'; one of cost|gpu|simd|scalar")));
  EXPECT_THAT(run("SET backend = 'cost|gpu'"), ElementsAre(HasSubstr("cannot be")));
  EXPECT_EQ(code("SET morsel_rows = 0"), ErrorCode::kInvalidInput);
  EXPECT_EQ(code("SET morsel_rows = 1.5"), ErrorCode::kInvalidInput);
  EXPECT_EQ(code("RESET nothing"), ErrorCode::kCatalog);
  EXPECT_EQ(run("SHOW ALL").size(), 3 * all_settings().size());
}

TEST_F(SessionTest, TheInitialValueOfEverySettingIsAllowed) {
  Settings settings;
  for (const Setting& setting : all_settings()) {
    EXPECT_TRUE(settings.set(setting.name, setting.initial)) << setting.name;
    EXPECT_FALSE(setting.description.empty()) << setting.name;
  }
}

TEST_F(SessionTest, IntrospectionTablesAreTables) {
  EXPECT_THAT(run("SELECT name FROM trueno_settings() WHERE value <> initial"), ElementsAre());
  EXPECT_THAT(run("SET threads = 5; SELECT name, value FROM trueno_settings() WHERE value <> initial"), ElementsAre("threads", "5"));
  EXPECT_THAT(run("SELECT kind FROM trueno_functions() WHERE name = 'sum'"), ElementsAre("aggregate"));
  EXPECT_THAT(run("SELECT name FROM trueno_devices()"), Contains("scalar"));
  run("CREATE TABLE t AS SELECT x FROM range(10) r(x)");
  EXPECT_THAT(run("SELECT name, columns, rows FROM trueno_tables()"), ElementsAre("t", "1", "10"));
}

TEST_F(SessionTest, SeriesCountUpAndDown) {
  EXPECT_THAT(run("SELECT * FROM range(3)"), ElementsAre("0", "1", "2"));
  EXPECT_THAT(run("SELECT * FROM range(5, 1, -2)"), ElementsAre("5", "3"));
  EXPECT_THAT(run("SELECT * FROM generate_series(5, 1, -2)"), ElementsAre("5", "3", "1"));
  EXPECT_THAT(run("SELECT * FROM range(3, 3)"), ElementsAre());
  EXPECT_THAT(run("SELECT min(x), max(x), count(*) FROM generate_series(9223372036854775806, 9223372036854775807) t(x)"),
              ElementsAre("9223372036854775806", "9223372036854775807", "2"));
  EXPECT_THAT(run("SELECT sum(x), count(*) FROM range(300000) t(x)"), ElementsAre("44999850000", "300000"));
  EXPECT_EQ(code("SELECT * FROM range(1, 2, 0)"), ErrorCode::kInvalidInput);
  EXPECT_EQ(code("SELECT count(*) FROM range(-9223372036854775807, 9223372036854775807)"), ErrorCode::kInvalidInput);
  EXPECT_EQ(code("SELECT * FROM range('x')"), ErrorCode::kBinder);
  EXPECT_EQ(code("SELECT * FROM range()"), ErrorCode::kBinder);
}

TEST_F(SessionTest, ExplainShowsThePlanTheProgramsAndThePlacement) {
  run("CREATE TABLE t AS SELECT x FROM range(1000) r(x)");
  const std::vector<std::string> shown = run("EXPLAIN SELECT sum(x) FROM t WHERE x > 5");
  ASSERT_EQ(shown.size() % 2, 0u);
  EXPECT_EQ(shown[0], "plan");
  EXPECT_EQ(shown[2], "kernel program");
  EXPECT_EQ(shown[shown.size() - 2], "placement");
  EXPECT_THAT(shown.back(), HasSubstr("pipeline 1 on "));
  EXPECT_THAT(shown.back(), HasSubstr("predicted"));
  const std::vector<std::string> measured = run("EXPLAIN ANALYZE SELECT sum(x) FROM t WHERE x > 5");
  EXPECT_THAT(measured.back(), HasSubstr("1000 -> 1 rows"));
  EXPECT_THAT(measured.back(), HasSubstr("total "));
}

TEST_F(SessionTest, ExplainTakesEveryStatementAndAnalyzeRunsIt) {
  run("CREATE TABLE t(a INTEGER)");
  EXPECT_THAT(run("EXPLAIN INSERT INTO t SELECT x FROM range(3) r(x)"), Contains("kernel program"));
  EXPECT_THAT(run("SELECT count(*) FROM t"), ElementsAre("0"));
  EXPECT_THAT(run("EXPLAIN ANALYZE INSERT INTO t SELECT x FROM range(3) r(x)").back(), HasSubstr("3 -> 3 rows"));
  EXPECT_THAT(run("SELECT count(*) FROM t"), ElementsAre("3"));
  EXPECT_THAT(run("EXPLAIN CREATE TABLE u AS SELECT 1 AS one FROM t"), Contains("kernel program"));
  EXPECT_THAT(run("EXPLAIN DROP TABLE t"), ElementsAre("plan", HasSubstr("runs over no rows")));
  EXPECT_THAT(run("EXPLAIN SET threads = 2"), ElementsAre("plan", HasSubstr("runs over no rows")));
  EXPECT_THAT(run("SHOW TABLES"), ElementsAre("t"));
}

TEST_F(SessionTest, ExplainAsJsonIsOneObject) {
  const std::vector<std::string> shown = run("EXPLAIN (ANALYZE, FORMAT json) SELECT count(*) FROM range(10) WHERE true");
  ASSERT_EQ(shown.size(), 2u);
  EXPECT_EQ(shown[0], "json");
  EXPECT_THAT(shown[1], testing::StartsWith("{\"statement\":"));
  EXPECT_THAT(shown[1], HasSubstr("\"pipelines\":[{\"number\":1,\"program\":"));
  EXPECT_THAT(shown[1], HasSubstr("\"measured\":{\"us\":"));
  EXPECT_EQ(code("EXPLAIN (FORMAT xml) SELECT 1"), ErrorCode::kInvalidInput);
}

TEST_F(SessionTest, ExplainSaysWhichRulesAreOff) {
  run("CREATE TABLE t AS SELECT x FROM range(1000) r(x)");
  EXPECT_THAT(run("EXPLAIN SELECT x FROM t"), testing::Not(Contains("disabled optimizers")));
  const std::vector<std::string> shown = run("SET disabled_optimizers = 'top_n,order_joins'; EXPLAIN SELECT x FROM t ORDER BY x LIMIT 3");
  ASSERT_GT(shown.size(), 4u);
  EXPECT_THAT(shown[1], HasSubstr("Sort"));
  EXPECT_EQ(shown[2], "disabled optimizers");
  EXPECT_EQ(shown[3], "make_top_n, order_joins\n");
  EXPECT_THAT(run("EXPLAIN (FORMAT json) SELECT x FROM t").at(1), HasSubstr("\"disabled_optimizers\":[\"make_top_n\",\"order_joins\"]"));
  EXPECT_THAT(run("SET optimizer = false; EXPLAIN SELECT x FROM t").at(3), HasSubstr("fold_constants, "));
}

TEST_F(SessionTest, APreparedStatementCannotRunItself) {
  EXPECT_EQ(code("PREPARE p AS EXECUTE p"), ErrorCode::kNotSupported);
  EXPECT_EQ(code("PREPARE p AS EXPLAIN ANALYZE EXECUTE p"), ErrorCode::kNotSupported);
  EXPECT_THAT(run("PREPARE p AS SELECT $a + ?; EXECUTE p(1, a := 41)"), ElementsAre("42"));
}

TEST_F(SessionTest, ChangesSayWhereTheyRan) {
  for (const char* sql : {"UPDATE t SET a = a + 1 WHERE a > 1", "DELETE FROM t WHERE a = 1"}) {
    run("CREATE OR REPLACE TABLE t AS SELECT range::INTEGER AS a FROM range(10)");
    const auto results = database_.execute(sql, {}, CancelToken());
    ASSERT_TRUE(results) << sql;
    ASSERT_EQ(results->back().profile.size(), 2U) << sql;  // counting the matching rows, and giving the new ones
    for (const exec::PipelineProfile& pipeline : results->back().profile) EXPECT_EQ(pipeline.rows_in, 10) << sql;
  }
}

TEST_F(SessionTest, WhatCannotRunYetIsRefusedByName) {
  run("CREATE TABLE t(a INTEGER)");
  for (const char* sql : {"CREATE UNIQUE INDEX i ON t(a + 1)", "SET VARIABLE x = 1", "COPY t TO 'x.csv' (PER_THREAD_OUTPUT)",
                          "ALTER TABLE t ADD COLUMN b INTEGER UNIQUE"})
    EXPECT_EQ(code(sql), ErrorCode::kNotSupported) << sql;
}

TEST_F(SessionTest, CompletionKnowsTheCatalogue) {
  run("CREATE TABLE measurements(temperature DOUBLE, \"odd name\" INTEGER)");
  const auto texts = [&](std::string_view sql, std::size_t cursor) {
    std::vector<std::string> out;
    for (const Candidate& candidate : complete(database_, sql, cursor).candidates) out.push_back(candidate.text);
    return out;
  };
  EXPECT_THAT(texts("SELECT * FROM meas", 18), ElementsAre("measurements"));
  EXPECT_THAT(texts("SELECT temp FROM measurements", 11), Contains("temperature"));
  EXPECT_THAT(texts("SELECT m.o FROM measurements m", 10), Contains("\"odd name\""));
  EXPECT_THAT(texts("SET thr", 7), ElementsAre("threads"));
  EXPECT_THAT(texts("SELECT * FROM generate_", 23), ElementsAre("generate_series"));
  EXPECT_THAT(texts("SEL", 3), ElementsAre("SELECT"));
}

TEST_F(SessionTest, ExplainSaysWhatTheResultCacheDoes) {
  run("CREATE TABLE t AS SELECT 1 AS x");
  EXPECT_THAT(run("EXPLAIN SELECT x FROM t"), testing::Not(Contains("result cache")));
  run("SET result_cache = true");
  EXPECT_THAT(run("EXPLAIN SELECT x FROM t"), Contains("not there: the rows would be kept\n"));
  EXPECT_THAT(run("EXPLAIN ANALYZE SELECT x FROM t"), Contains("kept\n"));
  EXPECT_THAT(run("EXPLAIN SELECT x FROM t"), Contains("cached: the rows are there\n"));
  EXPECT_THAT(run("EXPLAIN ANALYZE SELECT x FROM t"), Contains(HasSubstr("and nothing they were made of has changed")));
  EXPECT_THAT(run("EXPLAIN SELECT random()"), Contains("not kept: it asks for random numbers\n"));
  EXPECT_THAT(run("EXPLAIN ANALYZE SELECT now()"), Contains("not kept: it asks what time it is\n"));
  EXPECT_THAT(run("EXPLAIN SELECT * FROM trueno_devices()"), Contains(HasSubstr("not kept: nothing says whether")));
  EXPECT_THAT(run("EXPLAIN (FORMAT json) SELECT x FROM t"), Contains(HasSubstr("\"result_cache\":\"cached: the rows are there\"")));
}

// Put into the places of the columns, the expressions would have 2^200 parts.
TEST_F(SessionTest, ChainsOfProjectionsThatReadColumnsTwiceGrowWithTheirLength) {
  run("CREATE TABLE t(a INTEGER, b INTEGER); INSERT INTO t VALUES (1, 1), (1, 2), (3, NULL)");
  const auto chain = [](const std::string& items, int levels) {
    std::string sql = "t";
    for (int i = 0; i < levels; ++i) sql = "(SELECT " + items + " FROM " + sql + ")";
    return sql;
  };
  // From the second level on a is false and b true; of NULLs both are NULL.
  const std::string compared = chain("(a = b) AS a, (a <> b) AS b", 200);
  EXPECT_THAT(run("SELECT * FROM " + compared), ElementsAre("false", "true", "false", "true", "NULL", "NULL"));
  EXPECT_THAT(run("SELECT count(*) FROM " + compared + " WHERE b"), ElementsAre("2"));
  EXPECT_THAT(run("SELECT a, count(*) FROM " + compared + " GROUP BY a ORDER BY a"), ElementsAre("false", "2", "NULL", "1"));
  EXPECT_THAT(run("SELECT (SELECT max(b) FROM " + compared + ")"), ElementsAre("true"));
  // What may fail: Fibonacci's numbers, and an overflow.
  EXPECT_THAT(run("SELECT a FROM " + chain("a + b AS a, a AS b", 40) + " LIMIT 1"), ElementsAre("267914296"));
  EXPECT_THAT(run("SELECT a FROM " + chain("a + b AS a, a - b + b AS b", 40) + " LIMIT 1"), ElementsAre("267914296"));
  EXPECT_EQ(code("SELECT a FROM " + chain("a + b AS a, a + b AS b", 200)), ErrorCode::kOutOfRange);
  // Read only where it cannot fail.
  const std::string grown = chain("a + b AS a, a + b AS b", 30);
  EXPECT_THAT(run("SELECT CASE WHEN a > 0 THEN 1 ELSE a + a END FROM " + grown + " WHERE b IS NOT NULL ORDER BY 1"), ElementsAre("1", "1"));
}

TEST(EditorTest, AStatementEndsWithItsSemicolon) {
  EXPECT_TRUE(ends_statement("SELECT 1;"));
  EXPECT_TRUE(ends_statement("SELECT 1; -- done"));
  EXPECT_FALSE(ends_statement("SELECT 1"));
  EXPECT_FALSE(ends_statement("SELECT ';"));
  EXPECT_FALSE(ends_statement("SELECT 1 -- ;"));
  EXPECT_FALSE(ends_statement("SELECT 1 /* ;"));
  EXPECT_FALSE(ends_statement("SELECT 1; SELECT 2"));
  EXPECT_FALSE(ends_statement(""));
}

TEST(EditorTest, ATextIsSplitAtItsSemicolons) {
  EXPECT_THAT(split_statements(" SELECT ';' ; ; -- a; comment\n SELECT 2 -- end\n"), ElementsAre("SELECT ';'", "SELECT 2"));
  EXPECT_THAT(split_statements("-- nothing"), ElementsAre());
}

TEST(JsonTest, NestedValuesAreNested) {
  const Value list = Value::nested(Type::list(TypeId::kInteger), {Value::integer(1), Value::null(TypeId::kInteger)});
  EXPECT_EQ(json_value(list), "[1,null]");
  const Type type = Type::structure({{"a", TypeId::kVarchar}, {"b", Type::list(TypeId::kInteger)}});
  EXPECT_EQ(json_value(Value::nested(type, {Value::varchar("x\"\x01"), list})), "{\"a\":\"x\\\"\\u0001\",\"b\":[1,null]}");
  const Type map = Type::map(TypeId::kVarchar, TypeId::kInteger);
  EXPECT_EQ(json_value(Value::nested(map, {Value::varchar("k"), Value::integer(1), Value::varchar("l"), Value::integer(2)})),
            "[[\"k\",1],[\"l\",2]]");
}

}  // namespace
}  // namespace trueno::session

#include <gtest/gtest.h>

#include "sql/test_support.h"

namespace trueno::sql {
namespace {

TEST(Statement, SeveralAreSeparatedBySemicolons) {
  const auto parsed = parse(";; SELECT 1;\n-- nothing\n; SELECT 2 ;");
  ASSERT_TRUE(parsed.has_value());
  ASSERT_EQ(parsed->size(), 2U);
  EXPECT_EQ(parsed->at(0)->span.begin, 3U);
  EXPECT_EQ(parsed->at(0)->span.end, 11U);
}

TEST(Statement, ATextWithoutStatementsIsEmpty) {
  for (const std::string_view text : {"", "  ", ";", "-- comment", "/* */"}) {
    const auto parsed = parse(text);
    ASSERT_TRUE(parsed.has_value());
    EXPECT_TRUE(parsed->empty());
  }
}

TEST(Statement, CreateTableTakesColumnsAndConstraints) {
  EXPECT_EQ(
      canonical("create table if not exists s.t (a int primary key, b varchar(10) not null default 'x' || 'y' check (b <> ''), "
                "c decimal(10, 2) collate nocase unique, d int generated always as (a + 1) stored, e as (a), "
                "constraint k primary key (a, b), foreign key (c) references u (d) on delete cascade on update set null, check (a > 0))"),
      "CREATE TABLE IF NOT EXISTS s.t (a int PRIMARY KEY, b varchar(10) DEFAULT ('x' || 'y') NOT NULL CHECK ((b <> '')), "
      "c decimal(10, 2) COLLATE nocase UNIQUE, d int GENERATED ALWAYS AS ((a + 1)) STORED, e GENERATED ALWAYS AS (a), "
      "CONSTRAINT k PRIMARY KEY (a, b), FOREIGN KEY (c) REFERENCES u (d) ON DELETE CASCADE ON UPDATE SET NULL, CHECK ((a > 0)))");
}

TEST(Statement, CreateTableMayComeFromAQuery) {
  EXPECT_EQ(canonical("CREATE OR REPLACE TEMPORARY TABLE t AS SELECT 1 WITH NO DATA"),
            "CREATE OR REPLACE TEMP TABLE t AS SELECT 1 WITH NO DATA");
  EXPECT_EQ(canonical("CREATE TABLE t (a, b) AS VALUES (1, 2)"), "CREATE TABLE t (a, b) AS VALUES (1, 2)");
}

TEST(Statement, CreatesEverythingElse) {
  EXPECT_EQ(canonical("CREATE VIEW v(a) AS SELECT 1"), "CREATE VIEW v (a) AS SELECT 1");
  EXPECT_EQ(canonical("CREATE SCHEMA IF NOT EXISTS s"), "CREATE SCHEMA IF NOT EXISTS s");
  EXPECT_EQ(canonical("CREATE SEQUENCE q START 5 INCREMENT BY -2 MINVALUE 1 MAXVALUE 10 NO CYCLE"),
            "CREATE SEQUENCE q START WITH 5 INCREMENT BY -2 MINVALUE 1 MAXVALUE 10");
  EXPECT_EQ(canonical("CREATE TYPE mood AS ENUM ('sad', 'happy')"), "CREATE TYPE mood AS ENUM('sad', 'happy')");
  EXPECT_EQ(canonical("CREATE TYPE mood AS ENUM (SELECT x FROM t)"), "CREATE TYPE mood AS ENUM (SELECT x FROM t)");
  EXPECT_EQ(canonical("CREATE MACRO f(a, b := 1) AS a + b, (a) AS a"), "CREATE MACRO f(a, b := 1) AS (a + b), (a) AS a");
  EXPECT_EQ(canonical("CREATE FUNCTION g() AS TABLE SELECT 1"), "CREATE MACRO g() AS TABLE (SELECT 1)");
  EXPECT_EQ(canonical("CREATE UNIQUE INDEX i ON t USING art (a, (b + 1) DESC)"), "CREATE UNIQUE INDEX i ON t USING art (a, (b + 1) DESC)");
}

TEST(Statement, Drops) {
  EXPECT_EQ(canonical("DROP TABLE IF EXISTS a, s.b CASCADE"), "DROP TABLE IF EXISTS a, s.b CASCADE");
  EXPECT_EQ(canonical("DROP FUNCTION f"), "DROP MACRO f");
  EXPECT_EQ(canonical("DROP MACRO TABLE f"), "DROP MACRO TABLE f");
}

TEST(Statement, Alters) {
  EXPECT_EQ(canonical("ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT DEFAULT 1"), "ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT DEFAULT 1");
  EXPECT_EQ(canonical("ALTER TABLE IF EXISTS t DROP a CASCADE"), "ALTER TABLE IF EXISTS t DROP COLUMN a CASCADE");
  EXPECT_EQ(canonical("ALTER TABLE t RENAME a TO b"), "ALTER TABLE t RENAME COLUMN a TO b");
  EXPECT_EQ(canonical("ALTER VIEW v RENAME TO w"), "ALTER VIEW v RENAME TO w");
  EXPECT_EQ(canonical("ALTER TABLE t ALTER a SET DATA TYPE BIGINT USING a + 1"), "ALTER TABLE t ALTER COLUMN a TYPE BIGINT USING (a + 1)");
  EXPECT_EQ(canonical("ALTER TABLE t ALTER COLUMN a SET DEFAULT 5"), "ALTER TABLE t ALTER COLUMN a SET DEFAULT 5");
  EXPECT_EQ(canonical("ALTER TABLE t ALTER a DROP NOT NULL"), "ALTER TABLE t ALTER COLUMN a DROP NOT NULL");
  EXPECT_EQ(canonical("ALTER TABLE t SET SCHEMA s"), "ALTER TABLE t SET SCHEMA s");
  EXPECT_EQ(canonical("ALTER TABLE t ADD CONSTRAINT k UNIQUE (a)"), "ALTER TABLE t ADD CONSTRAINT k UNIQUE (a)");
}

TEST(Statement, Inserts) {
  EXPECT_EQ(canonical("INSERT INTO t (a, b) VALUES (1, DEFAULT), (2, 3)"), "INSERT INTO t (a, b) VALUES (1, DEFAULT), (2, 3)");
  EXPECT_EQ(canonical("INSERT INTO t BY NAME SELECT 1 AS a"), "INSERT INTO t BY NAME SELECT 1 AS a");
  EXPECT_EQ(canonical("INSERT INTO t DEFAULT VALUES RETURNING *"), "INSERT INTO t DEFAULT VALUES RETURNING *");
  EXPECT_EQ(canonical("INSERT OR IGNORE INTO t FROM u"), "INSERT INTO t SELECT * FROM u ON CONFLICT DO NOTHING");
  EXPECT_EQ(canonical("INSERT OR REPLACE INTO t (SELECT 1)"), "INSERT OR REPLACE INTO t SELECT 1");
  EXPECT_EQ(
      canonical("WITH w AS (SELECT 1) INSERT INTO t AS x SELECT * FROM w ON CONFLICT (a) DO UPDATE SET b = excluded.b, (c, d) = (1, 2) "
                "WHERE x.a > 1"),
      "WITH w AS (SELECT 1) INSERT INTO t AS x SELECT * FROM w ON CONFLICT (a) DO UPDATE SET b = excluded.b, c = 1, d = 2 WHERE (x.a > 1)");
}

TEST(Statement, UpdatesDeletesAndTruncates) {
  EXPECT_EQ(canonical("UPDATE t x SET a = a + 1, b = DEFAULT FROM u WHERE x.k = u.k RETURNING a"),
            "UPDATE t AS x SET a = (a + 1), b = DEFAULT FROM u WHERE (x.k = u.k) RETURNING a");
  EXPECT_EQ(canonical("DELETE FROM t USING u WHERE t.k = u.k"), "DELETE FROM t USING u WHERE (t.k = u.k)");
  EXPECT_EQ(canonical("TRUNCATE TABLE t"), "TRUNCATE t");
}

TEST(Statement, Copies) {
  EXPECT_EQ(canonical("COPY t (a, b) FROM 'x.csv' (HEADER, DELIMITER '|', FORMAT csv)"),
            "COPY t (a, b) FROM 'x.csv' (HEADER, DELIMITER '|', \"FORMAT\" csv)");
  EXPECT_EQ(canonical("COPY (SELECT 1) TO 'x.parquet' WITH (FORMAT parquet, partition_by (a, b))"),
            "COPY (SELECT 1) TO 'x.parquet' (\"FORMAT\" parquet, partition_by ROW(a, b))");
  EXPECT_EQ(canonical("COPY t TO $1"), "COPY t TO $1");
}

TEST(Statement, SetsAndShows) {
  EXPECT_EQ(canonical("SET backend = gpu"), "SET backend = gpu");
  EXPECT_EQ(canonical("SET GLOBAL memory_limit TO '1GB'"), "SET GLOBAL memory_limit = '1GB'");
  EXPECT_EQ(canonical("SET VARIABLE x = 1 + 2"), "SET VARIABLE x = (1 + 2)");
  EXPECT_EQ(canonical("SET search_path = a, b"), "SET search_path = [a, b]");
  EXPECT_EQ(canonical("SET TIME ZONE 'UTC'"), "SET timezone = 'UTC'");
  EXPECT_EQ(canonical("RESET backend"), "RESET backend");
  EXPECT_EQ(canonical("SHOW TABLES FROM s"), "SHOW TABLES FROM s");
  EXPECT_EQ(canonical("SHOW ALL TABLES"), "SHOW ALL TABLES");
  EXPECT_EQ(canonical("SHOW ALL"), "SHOW ALL");
  EXPECT_EQ(canonical("SHOW backend"), "SHOW backend");
  EXPECT_EQ(canonical("DESCRIBE"), "SHOW ALL TABLES");
  EXPECT_EQ(canonical("PRAGMA threads = 4"), "PRAGMA threads = 4");
  EXPECT_EQ(canonical("PRAGMA table_info('t')"), "PRAGMA table_info('t')");
}

TEST(Statement, ExplainsPreparesAndExecutes) {
  EXPECT_EQ(canonical("EXPLAIN ANALYZE SELECT 1"), "EXPLAIN ANALYZE SELECT 1");
  EXPECT_EQ(canonical("EXPLAIN (ANALYZE, FORMAT json) SELECT 1"), "EXPLAIN ANALYZE (\"FORMAT\" json) SELECT 1");
  EXPECT_EQ(canonical("PREPARE p (INT, VARCHAR) AS SELECT ? + $2"), "PREPARE p (INT, VARCHAR) AS SELECT ($1 + $2)");
  EXPECT_EQ(canonical("EXECUTE p(1, name := 'x')"), "EXECUTE p(1, \"name\" := 'x')");
  EXPECT_EQ(canonical("DEALLOCATE PREPARE p"), "DEALLOCATE p");
  EXPECT_EQ(canonical("DEALLOCATE ALL"), "DEALLOCATE ALL");
}

TEST(Statement, RunsTransactionsAndMaintenance) {
  EXPECT_EQ(canonical("START TRANSACTION READ ONLY"), "BEGIN TRANSACTION READ ONLY");
  EXPECT_EQ(canonical("BEGIN"), "BEGIN TRANSACTION");
  EXPECT_EQ(canonical("END"), "COMMIT");
  EXPECT_EQ(canonical("ROLLBACK WORK"), "ROLLBACK");
  EXPECT_EQ(canonical("CALL trueno_calibrate()"), "CALL trueno_calibrate()");
  EXPECT_EQ(canonical("USE db.s"), "USE db.s");
  EXPECT_EQ(canonical("FORCE CHECKPOINT"), "FORCE CHECKPOINT");
  EXPECT_EQ(canonical("VACUUM ANALYZE t(a, b)"), "VACUUM ANALYZE t (a, b)");
  EXPECT_EQ(canonical("ANALYZE"), "ANALYZE");
}

TEST(Statement, RefusesWhatIsNotSupportedByName) {
  for (const std::string_view sql :
       {"ATTACH 'x.db'", "DETACH x", "INSTALL httpfs", "LOAD httpfs", "EXPORT DATABASE 'x'", "MERGE INTO t USING u ON a", "PIVOT t ON a",
        "UNPIVOT t ON a", "FROM t PIVOT (sum(a) FOR b IN (1))", "SELECT [x FOR x IN l]", "SELECT a INTO t FROM u", "SELECT 1 FOR UPDATE",
        "FROM t FETCH FIRST 1 ROW WITH TIES", "SELECT (a).* FROM t", "CREATE DATABASE d", "WITH w AS (INSERT INTO t VALUES (1)) SELECT 1",
        "SELECT sum(a) EXPORT_STATE FROM t"}) {
    const auto parsed = parse(sql);
    ASSERT_FALSE(parsed.has_value()) << sql;
    EXPECT_EQ(parsed.error().code(), ErrorCode::kNotSupported) << sql;
    EXPECT_NE(parsed.error().message().find("not supported"), std::string::npos) << sql;
  }
}

TEST(Recovery, GoesOnAfterTheSemicolon) {
  const ParseOutcome outcome = parse_with_recovery("SELECT 1; SELEC 2; SELECT (3; SELECT 4; SELECT 'x; SELECT 5");
  ASSERT_EQ(outcome.statements.size(), 2U);
  EXPECT_EQ(print(*outcome.statements[1]), "SELECT 4");
  ASSERT_EQ(outcome.errors.size(), 3U);
  EXPECT_EQ(outcome.errors[0].span(), (SourceSpan{10, 15}));
  EXPECT_EQ(outcome.errors[2].message(), "unterminated string");
}

TEST(Recovery, SaysWhereTextIsNotUtf8) {
  const ParseOutcome outcome = parse_with_recovery("SELECT 'a\xFF'");
  ASSERT_EQ(outcome.errors.size(), 1U);
  EXPECT_EQ(outcome.errors[0].code(), ErrorCode::kParser);
  EXPECT_EQ(outcome.errors[0].span(), (SourceSpan{9, 10}));
  EXPECT_TRUE(outcome.statements.empty());
}

}  // namespace
}  // namespace trueno::sql

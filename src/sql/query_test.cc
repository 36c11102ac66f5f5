#include <gtest/gtest.h>

#include "sql/test_support.h"

namespace trueno::sql {
namespace {

TEST(Query, ReadsTheClausesInOrder) {
  EXPECT_EQ(canonical("select a, count(*) c from t where b > 1 group by a having count(*) > 2 window w as (order by a) "
                      "qualify row_number() over w = 1 order by c desc, a limit 10 offset 5"),
            "SELECT a, count(*) AS c FROM t WHERE (b > 1) GROUP BY a HAVING (count(*) > 2) WINDOW w AS (ORDER BY a) "
            "QUALIFY (row_number() OVER w = 1) ORDER BY c DESC, a LIMIT 10 OFFSET 5");
}

TEST(Query, ReadsAliasesInEveryForm) {
  EXPECT_EQ(canonical("SELECT a x, b AS y, z: c, d AS 'w w', e AS select"), "SELECT a AS x, b AS y, c AS z, d AS \"w w\", e AS \"select\"");
}

TEST(Query, AllowsTrailingCommas) {
  EXPECT_EQ(canonical("SELECT a, b, FROM t, GROUP BY a, b, ORDER BY a,"), "SELECT a, b FROM t GROUP BY a, b ORDER BY a");
}

TEST(Query, MayBeginWithFrom) {
  EXPECT_EQ(canonical("FROM t"), "SELECT * FROM t");
  EXPECT_EQ(canonical("FROM t SELECT a WHERE b"), "SELECT a FROM t WHERE b");
  EXPECT_EQ(canonical("FROM t WHERE b LIMIT 1"), "SELECT * FROM t WHERE b LIMIT 1");
  EXPECT_EQ(canonical("TABLE s.t"), "SELECT * FROM s.t");
}

TEST(Query, ReadsDistinct) {
  EXPECT_EQ(canonical("SELECT DISTINCT a FROM t"), "SELECT DISTINCT a FROM t");
  EXPECT_EQ(canonical("SELECT DISTINCT ON (a, b) c FROM t"), "SELECT DISTINCT ON (a, b) c FROM t");
  EXPECT_EQ(canonical("SELECT ALL a FROM t"), "SELECT a FROM t");
}

TEST(Query, ReadsEveryTable) {
  EXPECT_EQ(canonical("FROM 'data/x.parquet'"), "SELECT * FROM 'data/x.parquet'");
  EXPECT_EQ(canonical("FROM c.s.t AS x(a, b)"), "SELECT * FROM c.s.t AS x (a, b)");
  EXPECT_EQ(canonical("FROM (SELECT 1) x"), "SELECT * FROM (SELECT 1) AS x");
  EXPECT_EQ(canonical("FROM (VALUES (1, 2), (3, 4)) x(a, b)"), "SELECT * FROM (VALUES (1, 2), (3, 4)) AS x (a, b)");
  EXPECT_EQ(canonical("FROM VALUES (1) x"), "SELECT * FROM (VALUES (1)) AS x");
  EXPECT_EQ(canonical("FROM range(10, step := 2) WITH ORDINALITY r(i, n)"),
            "SELECT * FROM \"range\"(10, step := 2) WITH ORDINALITY AS r (i, n)");
  EXPECT_EQ(canonical("FROM t, LATERAL (SELECT t.a) u"), "SELECT * FROM t, LATERAL (SELECT t.a) AS u");
  EXPECT_EQ(canonical("FROM x: t"), "SELECT * FROM t AS x");
  EXPECT_EQ(canonical("FROM ((SELECT 1) UNION (SELECT 2)) u"), "SELECT * FROM (SELECT 1 UNION SELECT 2) AS u");
  EXPECT_EQ(canonical("FROM ((SELECT 1) x JOIN y ON a)"), "SELECT * FROM (SELECT 1) AS x JOIN y ON a");
}

TEST(Query, ReadsEveryJoin) {
  EXPECT_EQ(canonical("FROM a INNER JOIN b ON x"), "SELECT * FROM a JOIN b ON x");
  EXPECT_EQ(canonical("FROM a LEFT OUTER JOIN b USING (x, y)"), "SELECT * FROM a LEFT JOIN b USING (x, y)");
  EXPECT_EQ(canonical("FROM a RIGHT JOIN b ON x FULL JOIN c ON y"), "SELECT * FROM a RIGHT JOIN b ON x FULL JOIN c ON y");
  EXPECT_EQ(canonical("FROM a NATURAL LEFT JOIN b CROSS JOIN c"), "SELECT * FROM a NATURAL LEFT JOIN b CROSS JOIN c");
  EXPECT_EQ(canonical("FROM a SEMI JOIN b USING (x) ANTI JOIN c ON y"), "SELECT * FROM a SEMI JOIN b USING (x) ANTI JOIN c ON y");
  EXPECT_EQ(canonical("FROM a ASOF LEFT JOIN b ON x >= y POSITIONAL JOIN c"),
            "SELECT * FROM a ASOF LEFT JOIN b ON (x >= y) POSITIONAL JOIN c");
}

TEST(Query, JoinsLeanLeftUnlessAConditionWaits) {
  EXPECT_EQ(canonical("FROM a JOIN b JOIN c ON x ON y"), "SELECT * FROM a JOIN (b JOIN c ON x) ON y");
  EXPECT_EQ(canonical("FROM a JOIN (b JOIN c ON x) ON y"), "SELECT * FROM a JOIN (b JOIN c ON x) ON y");
  EXPECT_EQ(canonical("FROM (a JOIN b ON x) j"), "SELECT * FROM (a JOIN b ON x) AS j");
}

TEST(Query, SetOperationsHaveTheirPrecedence) {
  EXPECT_EQ(canonical("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3"), "SELECT 1 UNION (SELECT 2 INTERSECT SELECT 3)");
  EXPECT_EQ(canonical("SELECT 1 INTERSECT SELECT 2 UNION SELECT 3"), "(SELECT 1 INTERSECT SELECT 2) UNION SELECT 3");
  EXPECT_EQ(canonical("SELECT 1 EXCEPT (SELECT 2 UNION SELECT 3)"), "SELECT 1 EXCEPT (SELECT 2 UNION SELECT 3)");
  EXPECT_EQ(canonical("SELECT 1 UNION ALL BY NAME SELECT 2"), "SELECT 1 UNION ALL BY NAME SELECT 2");
}

TEST(Query, RunsOfOneSetOperatorAreFlat) {
  const auto parsed = parse("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION SELECT 4");
  ASSERT_TRUE(parsed.has_value());
  const SetOperation* outer = parsed->front()->as<QueryStatement>()->query->as<SetOperation>();
  ASSERT_NE(outer, nullptr);
  ASSERT_EQ(outer->inputs.size(), 2U);
  EXPECT_EQ(outer->inputs[0]->as<SetOperation>()->inputs.size(), 3U);
}

TEST(Query, OrderAndLimitBelongToTheWholeSetOperation) {
  EXPECT_EQ(canonical("SELECT 1 UNION SELECT 2 ORDER BY 1 LIMIT 1"), "SELECT 1 UNION SELECT 2 ORDER BY 1 LIMIT 1");
  EXPECT_EQ(canonical("SELECT 1 UNION (SELECT 2 LIMIT 1)"), "SELECT 1 UNION (SELECT 2 LIMIT 1)");
  EXPECT_EQ(canonical("(SELECT 1 LIMIT 2) LIMIT 1"), "SELECT * FROM (SELECT 1 LIMIT 2) LIMIT 1");
  EXPECT_EQ(canonical("(SELECT 1) ORDER BY 1"), "SELECT 1 ORDER BY 1");
}

TEST(Query, ReadsCommonTables) {
  EXPECT_EQ(canonical("WITH a AS (SELECT 1), b(x) AS MATERIALIZED (FROM a) FROM b"),
            "WITH a AS (SELECT 1), b (x) AS MATERIALIZED (SELECT * FROM a) SELECT * FROM b");
  EXPECT_EQ(canonical("WITH RECURSIVE r AS NOT MATERIALIZED (SELECT 1 UNION ALL SELECT n + 1 FROM r) FROM r"),
            "WITH RECURSIVE r AS NOT MATERIALIZED (SELECT 1 UNION ALL SELECT (n + 1) FROM r) SELECT * FROM r");
}

TEST(Query, ReadsGrouping) {
  EXPECT_EQ(canonical("SELECT 1 FROM t GROUP BY ALL"), "SELECT 1 FROM t GROUP BY ALL");
  EXPECT_EQ(canonical("SELECT 1 FROM t GROUP BY ()"), "SELECT 1 FROM t GROUP BY ()");
  EXPECT_EQ(canonical("SELECT 1 FROM t GROUP BY a, (b, c)"), "SELECT 1 FROM t GROUP BY a, (b, c)");
  EXPECT_EQ(canonical("SELECT 1 FROM t GROUP BY ROLLUP (a, (b, c)), CUBE (d)"), "SELECT 1 FROM t GROUP BY ROLLUP (a, (b, c)), CUBE (d)");
  EXPECT_EQ(canonical("SELECT 1 FROM t GROUP BY GROUPING SETS ((a, b), a, (), ROLLUP (c))"),
            "SELECT 1 FROM t GROUP BY GROUPING SETS ((a, b), a, (), ROLLUP (c))");
}

TEST(Query, ReadsOrder) {
  EXPECT_EQ(canonical("FROM t ORDER BY a ASC NULLS FIRST, b DESC NULLS LAST, c + 1"),
            "SELECT * FROM t ORDER BY a ASC NULLS FIRST, b DESC NULLS LAST, (c + 1)");
  EXPECT_EQ(canonical("FROM t ORDER BY ALL DESC"), "SELECT * FROM t ORDER BY ALL DESC");
}

TEST(Query, ReadsLimits) {
  EXPECT_EQ(canonical("FROM t LIMIT 10%"), "SELECT * FROM t LIMIT 10 PERCENT");
  EXPECT_EQ(canonical("FROM t LIMIT 5 + 5 PERCENT"), "SELECT * FROM t LIMIT (5 + 5) PERCENT");
  EXPECT_EQ(canonical("FROM t LIMIT 10 % 3"), "SELECT * FROM t LIMIT (10 % 3)");
  EXPECT_EQ(canonical("FROM t OFFSET 5 ROWS LIMIT ALL"), "SELECT * FROM t OFFSET 5");
  EXPECT_EQ(canonical("FROM t OFFSET 2 ROWS FETCH NEXT 3 ROWS ONLY"), "SELECT * FROM t LIMIT 3 OFFSET 2");
  EXPECT_EQ(canonical("FROM t FETCH FIRST ROW ONLY"), "SELECT * FROM t LIMIT 1");
}

TEST(Query, ReadsSamples) {
  EXPECT_EQ(canonical("FROM t TABLESAMPLE reservoir(10%) REPEATABLE (42)"),
            "SELECT * FROM t TABLESAMPLE reservoir(10 PERCENT) REPEATABLE (42)");
  EXPECT_EQ(canonical("FROM t USING SAMPLE 10% (bernoulli, 7)"), "SELECT * FROM t USING SAMPLE bernoulli(10 PERCENT) REPEATABLE (7)");
  EXPECT_EQ(canonical("FROM t USING SAMPLE 5"), "SELECT * FROM t USING SAMPLE (5 ROWS)");
}

TEST(Query, DescribesAndSummarizes) {
  EXPECT_EQ(canonical("DESCRIBE t"), "DESCRIBE t");
  EXPECT_EQ(canonical("SUMMARIZE SELECT 1"), "SUMMARIZE SELECT 1");
  EXPECT_EQ(canonical("SELECT a FROM (DESCRIBE t)"), "SELECT a FROM (DESCRIBE t)");
  EXPECT_EQ(canonical("SUMMARIZE 'x.csv'"), "SUMMARIZE SELECT * FROM 'x.csv'");
}

TEST(Query, ValuesRowsHaveOneLength) {
  EXPECT_EQ(canonical("VALUES (1, 2), (3, 4)"), "VALUES (1, 2), (3, 4)");
  EXPECT_EQ(canonical("VALUES (1, 2), (3)"), "error: this row of VALUES has 1 values, but the first has 2");
}

}  // namespace
}  // namespace trueno::sql

-- parse and plan
CREATE TABLE t AS SELECT i::INTEGER AS id, i * 2 AS v FROM range(1000) r(i);
CREATE TABLE d AS SELECT i::INTEGER AS id, i % 7 AS g FROM range(100) r(i);
SELECT d.g, count(*), sum(t.v) FROM t JOIN d ON t.id % 100 = d.id WHERE t.v BETWEEN 10 AND 20 AND d.g IN (SELECT max(g) FROM d) GROUP BY d.g HAVING count(*) > 1 ORDER BY 2 DESC LIMIT 3;
-- constant
SELECT 1;
-- point query
CREATE TABLE t AS SELECT i::INTEGER AS id, i * 2 AS v, 'name ' || i AS s FROM range(100000) r(i);
SELECT v, s FROM t WHERE id = 4711;
-- sum
CREATE TABLE t AS SELECT (i * 7919 % 100003)::INTEGER AS a FROM range(300000) r(i);
SELECT sum(a), min(a), max(a) FROM t WHERE a <> 5;
-- filter and sum of decimals
CREATE TABLE t AS SELECT (i * 7919 % 10003 / 100)::DECIMAL(12,2) AS p, (i % 11 / 100)::DECIMAL(12,2) AS d, (i % 50)::INTEGER AS q FROM range(200000) r(i);
SELECT sum(p * d) FROM t WHERE q < 24 AND d BETWEEN 0.05 AND 0.07;
-- exact sum of doubles
CREATE TABLE t AS SELECT (i * 7919 % 100003) / 7 AS x FROM range(200000) r(i);
SELECT sum(x), avg(x) FROM t;
-- group by 10
CREATE TABLE t AS SELECT (i * 7919 % 10)::INTEGER AS g, (i % 100)::INTEGER AS v FROM range(200000) r(i);
SELECT g, count(*), sum(v) FROM t GROUP BY g;
-- group by 100000
CREATE TABLE t AS SELECT (i * 7919 % 1000003 % 100000 * 1000)::BIGINT AS g, (i % 100)::INTEGER AS v FROM range(200000) r(i);
SELECT count(*) FROM (SELECT g, sum(v) AS s FROM t GROUP BY g) WHERE s > 10;
-- group by text
CREATE TABLE t AS SELECT 'key number ' || (i * 7919 % 1000) AS g, (i % 100)::INTEGER AS v FROM range(100000) r(i);
SELECT g, sum(v) FROM t GROUP BY g ORDER BY g LIMIT 5;
-- count distinct
CREATE TABLE t AS SELECT (i * 7919 % 1000003 % 50000)::INTEGER AS g FROM range(100000) r(i);
SELECT count(DISTINCT g) FROM t;
-- join
CREATE TABLE f AS SELECT (i * 7919 % 20000)::INTEGER AS k, (i % 100)::INTEGER AS v FROM range(100000) r(i);
CREATE TABLE d AS SELECT i::INTEGER AS k, i % 10 AS w FROM range(20000) r(i);
SELECT sum(v * w) FROM f JOIN d USING (k) WHERE w > 2;
-- hashed join
CREATE TABLE f AS SELECT (i * 7919 % 20000)::BIGINT * 1000000007 AS k, (i % 100)::INTEGER AS v FROM range(100000) r(i);
CREATE TABLE d AS SELECT i * 1000000007 AS k, i % 10 AS w FROM range(20000) r(i);
SELECT sum(v * w) FROM f JOIN d USING (k);
-- sort
CREATE TABLE t AS SELECT (i * 7919 % 100003)::INTEGER AS a, i AS b FROM range(50000) r(i);
SELECT max(b) FROM (SELECT a, b FROM t ORDER BY a DESC, b LIMIT 40000);
-- top 10
CREATE TABLE t AS SELECT (i * 7919 % 1000003)::INTEGER AS a, i AS b FROM range(200000) r(i);
SELECT a, b FROM t ORDER BY a DESC, b LIMIT 10;
-- like
CREATE TABLE t AS SELECT 'the quick brown fox number ' || (i * 7919 % 100003) AS s FROM range(50000) r(i);
SELECT count(*) FROM t WHERE s LIKE '%fox%77%';
-- parquet
COPY (SELECT (i * 7919 % 100003)::INTEGER AS a, i AS b, 'v' || i % 50 AS s FROM range(100000) r(i)) TO '{folder}/t.parquet';
SELECT s, sum(a), max(b) FROM '{folder}/t.parquet' WHERE a > 1000 GROUP BY s ORDER BY s;
-- csv
COPY (SELECT (i * 7919 % 100003)::INTEGER AS a, i / 8 AS b, 'v' || i % 50 AS s FROM range(20000) r(i)) TO '{folder}/t.csv';
SELECT sum(a), sum(b), count(s) FROM '{folder}/t.csv';

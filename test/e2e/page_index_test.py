#!/usr/bin/env python3
"""Page indexes and Bloom filters of Parquet files: random conditions over random rows give what they give without, and what DuckDB gives;
and over HTTP only the pages that are wanted are fetched.

usage: page_index_test.py TRUENO [--seed N] [--count N]
"""
import argparse
import csv
import datetime
import decimal
import http.server
import io
import math
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import threading
import unittest

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

parser = argparse.ArgumentParser()
parser.add_argument("trueno")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--count", type=int, default=60, help="conditions a file")
ARGUMENTS = parser.parse_args()
TRUENO = str(pathlib.Path(ARGUMENTS.trueno).resolve())
ROWS = 40_000
DAY = datetime.date(2020, 1, 1)


def rows_of(chance):
    """Rows whose values lie in order, in clusters or anywhere, with NULLs alone and in runs."""
    columns = {name: [] for name in ["id", "i", "b", "d", "f", "s", "few", "m", "wide", "day", "t", "u", "gaps"]}
    walk = 0
    for row in range(ROWS):
        walk += chance.randrange(-50, 52)
        near = row // 40 + chance.randrange(5)
        columns["id"].append(row)
        columns["i"].append(None if chance.random() < 0.05 else near)
        columns["b"].append(walk)
        columns["d"].append(chance.choice([math.nan, 0.0, -0.0, math.inf, -math.inf]) if chance.random() < 0.01 else near / 8)
        columns["f"].append(None if chance.random() < 0.3 else -near / 4)
        columns["s"].append(f"the text of row {row // 7:06d}" if chance.random() < 0.9 else None)
        columns["few"].append(f"group {row // 4000} {chance.randrange(3)}")
        columns["m"].append(decimal.Decimal(walk) / 100)
        columns["wide"].append(decimal.Decimal(near) * 10**20)
        columns["day"].append(DAY + datetime.timedelta(days=row // 100))
        columns["t"].append(datetime.datetime(2024, 1, 1) + datetime.timedelta(seconds=60 * row + chance.randrange(600)))
        columns["u"].append(chance.getrandbits(63))
        columns["gaps"].append(None if row // 3000 % 2 else row)
    types = {"id": pa.int64(), "i": pa.int32(), "b": pa.int64(), "d": pa.float64(), "f": pa.float32(), "s": pa.string(), "few": pa.string(),
             "m": pa.decimal128(12, 2), "wide": pa.decimal128(30, 0), "day": pa.date32(), "t": pa.timestamp("us"), "u": pa.uint64(), "gaps": pa.int32()}
    return pa.table({name: pa.array(values, types[name]) for name, values in columns.items()})


def literal(value):
    if isinstance(value, float):
        return f"'{value}'::DOUBLE" if math.isnan(value) or math.isinf(value) else f"{value!r}::DOUBLE"
    if isinstance(value, datetime.datetime):
        return f"TIMESTAMP '{value}'"
    if isinstance(value, datetime.date):
        return f"DATE '{value}'"
    return f"'{value}'" if isinstance(value, str) else str(value)


class Conditions:
    """Random conditions with constants that occur, or nearly do."""

    def __init__(self, table, chance):
        self.chance = chance
        self.values = {name: [v for v in table[name].to_pylist() if v is not None] for name in table.column_names}

    def constant(self, name):
        value = self.chance.choice(self.values[name])
        if self.chance.random() < 0.3:
            if isinstance(value, str):
                return value[:self.chance.randrange(len(value))] + self.chance.choice(["", "x", "~"])
            if isinstance(value, datetime.date):
                return value + datetime.timedelta(days=self.chance.choice([-3, 1, 5000]))
            if not isinstance(value, float) or math.isfinite(value):
                return value + type(value)(self.chance.choice([-1, 1, 10**6]))
        return value

    def simple(self):
        name = self.chance.choice(list(self.values))
        kind = self.chance.randrange(8)
        if kind == 0:
            return f"{name} IS {self.chance.choice(['', 'NOT '])}NULL"
        if kind <= 2:
            return f"{name} = {literal(self.constant(name))}"
        if kind == 3:
            return f"{name} IN ({', '.join(literal(self.constant(name)) for _ in range(self.chance.randrange(1, 6)))})"
        if kind <= 5:
            low, high = literal(self.constant(name)), literal(self.constant(name))
            return f"{name} >= {low} AND {name} <= {high}" if self.chance.random() < 0.5 else f"{name} BETWEEN {high} AND {low}"
        return f"{name} {self.chance.choice(['<', '<=', '>', '>=', '<>'])} {literal(self.constant(name))}"

    def condition(self):
        parts = [self.simple() for _ in range(self.chance.choice([1, 1, 2, 3]))]
        return " AND ".join(f"({part})" for part in parts) if self.chance.random() < 0.9 else " OR ".join(f"({part})" for part in parts)


def trueno(statements, environment=None):
    """Each statement's rows, as text."""
    done = subprocess.run([TRUENO, "--format", "csv", "--no-footer", "-c", ";\n".join(statements)], capture_output=True, text=True, timeout=600,
                          env=environment)
    assert done.returncode == 0, done.stderr
    return list(csv.reader(io.StringIO(done.stdout)))


QUERY = ("SELECT count(*) AS n, sum(id) AS ids, sum(id * id) AS squares, count(i) AS i, sum(b) AS b, count(f) AS f, count(s) AS s, min(s) AS low, max(few) AS few, "
         "sum(m) AS m, max(wide) AS wide, max(day)::VARCHAR AS day, min(t)::VARCHAR AS t, sum(u % 1000) AS u, sum(gaps) AS gaps FROM '{}' WHERE {}")


class PageIndexes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        chance = random.Random(ARGUMENTS.seed)
        cls.table = rows_of(chance)
        cls.files = []
        bloom = {name: {"ndv": 5000, "fpp": 0.02} for name in ["i", "b", "d", "f", "s", "m", "wide", "day", "t", "u"]}
        for number, (dictionary, version, group, page, nullable) in enumerate([
                (False, "1.0", ROWS, 4000, True), (True, "2.0", ROWS, 1500, True), (["few", "s", "i"], "1.0", 9000, 6000, True), (False, "2.0", 17_000, 3000, False)]):
            path = f"{cls.folder.name}/{number}.parquet"
            table = cls.table
            if not nullable:  # columns without levels, where there is no NULL
                fields = [field.with_nullable(table[field.name].null_count != 0) for field in table.schema]
                table = table.cast(pa.schema(fields))
            pq.write_table(table, path, use_dictionary=dictionary, data_page_version=version, row_group_size=group, data_page_size=page, write_batch_size=600,
                           write_page_index=True, compression=["snappy", "none", "zstd", "snappy"][number], bloom_filter_options=bloom if number != 1 else None,
                           column_encoding={"b": "DELTA_BINARY_PACKED"} if number == 3 else None)
            chunk = pq.read_metadata(path).row_group(0).column(0)
            assert chunk.has_column_index and chunk.has_offset_index
            cls.files.append(path)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_random_conditions(self):
        chance = random.Random(ARGUMENTS.seed + 1)
        conditions = Conditions(self.table, chance)
        for path in self.files:
            wanted = [conditions.condition() for _ in range(ARGUMENTS.count)]
            statements = [QUERY.format(path, condition) for condition in wanted]
            with_indexes = trueno(statements)
            self.assertEqual(with_indexes, trueno(["SET statistics_answers = false"] + statements))
            self.assertEqual(with_indexes[:40], trueno(["SET backend = 'scalar'", "SET threads = 1"] + statements[:20]))
            connection = duckdb.connect()
            for condition, statement, got in zip(wanted, statements, with_indexes[1::2], strict=True):
                expected = ["" if cell is None else str(cell) for cell in connection.execute(statement).fetchone()]
                self.assertEqual(got, expected, f"{path}: {condition}")

    def test_rows_keep_their_order_and_their_numbers(self):
        seed = "SELECT setseed(0.5)"  # a random number is a function of the seed and the number of the row

        def same_without_indexes(statement):
            got = trueno([seed, statement])
            self.assertGreater(len(got), 3)
            self.assertEqual(got, trueno(["SET statistics_answers = false", seed, statement]))

        for path in self.files:
            for condition in ["i BETWEEN 500 AND 510", "b = 3000 OR i = 7", "s >= 'the text of row 005000' AND few < 'group 9 1'", "gaps = 12001"]:
                same_without_indexes(f"SELECT id, s, d, random() AS r FROM '{path}' WHERE {condition}")
        files = f"['{self.files[0]}', '{self.files[2]}']"
        same_without_indexes(f"SELECT id, random() AS r FROM read_parquet({files}, filename = true) WHERE i = 321 AND filename LIKE '%parquet'")

    def test_pages_are_skipped_and_the_profile_says_so(self):
        for path in self.files:
            text = "\n".join(cell for row in trueno([f"EXPLAIN ANALYZE SELECT sum(u), count(s) FROM '{path}' WHERE id BETWEEN 20000 AND 20100"]) for cell in row)
            found = re.search(r"(\d+) rows skipped by page indexes", text)
            self.assertTrue(found, text)
            self.assertGreater(int(found[1]), 4000)
        text = "\n".join(cell for row in trueno([f"EXPLAIN ANALYZE SELECT count(*) FROM '{self.files[2]}' WHERE u = 5"]) for cell in row)
        self.assertRegex(text, r"[1-5] parts skipped")  # by Bloom filters: the bounds hold it

    def test_joins_skip_what_their_tables_cannot_match(self):
        chance = random.Random(ARGUMENTS.seed + 2)
        shapes = ["FROM '{file}' f JOIN keys ON f.{column} = keys.k", "FROM keys JOIN '{file}' f ON f.{column} = keys.k AND f.id > 50",
                  "FROM '{file}' f WHERE {column} IN (SELECT k FROM keys)", "FROM '{file}' f WHERE EXISTS (SELECT 1 FROM keys WHERE keys.k = f.{column} AND keys.n <> f.id)",
                  "FROM '{file}' f JOIN keys ON f.{column} = keys.k LEFT JOIN keys more ON more.n = f.id",
                  # these keep rows without a partner
                  "FROM '{file}' f LEFT JOIN keys ON f.{column} = keys.k", "FROM '{file}' f FULL JOIN keys ON f.{column} = keys.k",
                  "FROM '{file}' f WHERE {column} NOT IN (SELECT k FROM keys WHERE k IS NOT NULL)", "FROM '{file}' f JOIN keys ON f.{column} IS NOT DISTINCT FROM keys.k"]
        for path in self.files:
            for column in chance.sample(self.table.column_names, 5):
                values = self.table[column].to_pylist()
                start = chance.randrange(ROWS)
                keys = values[start:start + chance.choice([0, 1, 5, 400])] + chance.choice([[], [None], chance.sample(values, 3)])
                table = pa.table({"k": pa.array(keys, self.table.schema.field(column).type), "n": pa.array(range(len(keys)), pa.int64())})
                pq.write_table(table, f"{self.folder.name}/keys.parquet")
                setup = f"CREATE OR REPLACE TABLE keys AS SELECT * FROM '{self.folder.name}/keys.parquet'"
                connection = duckdb.connect()
                connection.execute(setup)
                wanted = [f"SELECT count(*) AS n, sum(f.id) AS ids, count(f.s) AS s {shape.format(file=path, column=column)}" for shape in shapes]
                got = trueno([setup] + wanted)[1::2]
                self.assertEqual(got, trueno(["SET statistics_answers = false", setup] + wanted)[1::2])
                for statement, row in zip(wanted, got, strict=True):
                    expected = ["" if cell is None else str(cell) for cell in connection.execute(statement).fetchone()]
                    self.assertEqual(row, expected, f"{statement} with {keys[:8]}")

    def test_the_profile_says_what_the_keys_of_a_join_left_out(self):
        setup = "CREATE TABLE keys AS SELECT range AS k FROM range(20000, 20100)"
        for path, few in [(path, few) for path in self.files for few in [" WHERE k % 50 = 0", ""]]:
            statement = f"SELECT count(*), sum(u) FROM '{path}' f JOIN (SELECT k FROM keys{few}) q ON f.id = q.k"
            text = "\n".join(cell for row in trueno([setup, f"EXPLAIN ANALYZE {statement}"]) for cell in row)
            found = re.search(r"(\d+) rows skipped by page indexes", text)
            self.assertTrue(found, text)
            self.assertGreater(int(found[1]), 4000)
            self.assertIn("skips rows whose id is no key of table 0", text)
            off = "\n".join(cell for row in trueno([setup, "SET statistics_answers = false", f"EXPLAIN ANALYZE {statement}"]) for cell in row)
            self.assertNotIn("skip", off)

    def test_duckdb_writes_bloom_filters_that_we_read(self):
        path = f"{self.folder.name}/duckdb.parquet"
        connection = duckdb.connect()
        connection.execute(f"COPY (SELECT (i * 7919) % 30011 * 2 AS k, ((i * 7919) % 30011 * 2)::VARCHAR AS s FROM range(30000) t(i)) TO '{path}' "
                           "(FORMAT parquet, ROW_GROUP_SIZE 10000, DICTIONARY_SIZE_LIMIT 100000, STRING_DICTIONARY_PAGE_SIZE_LIMIT 10000000)")
        assert connection.execute(f"SELECT count(*) FROM parquet_metadata('{path}') WHERE bloom_filter_offset IS NOT NULL").fetchone()[0] > 0
        skipped = 0
        for value in list(range(4000, 4100)) + list(range(30000, 30020)):
            for condition in [f"k = {value}", f"s = '{value}'", f"k IN ({value}, -1)"]:
                statement = f"SELECT count(*), sum(k) FROM '{path}' WHERE {condition}"
                expected = ["" if cell is None else str(cell) for cell in connection.execute(statement).fetchone()]
                rows = trueno([statement, f"EXPLAIN ANALYZE {statement}"]) if value % 10 == 0 else trueno([statement])
                self.assertEqual(rows[1], expected, condition)
                skipped += "parts skipped" in str(rows)
        self.assertGreater(skipped, 20)


class Handler(http.server.BaseHTTPRequestHandler):
    """A folder's files, in ranges; counts the bytes it sends."""
    protocol_version = "HTTP/1.1"
    folder = None
    sent = 0

    def log_message(self, *unused):
        pass

    def do_GET(self):
        data = (self.folder / self.path.lstrip("/")).read_bytes()
        first, last = map(int, re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"]).groups())
        body = data[first:last + 1]
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{first + len(body) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"v1"')
        self.end_headers()
        self.wfile.write(body)
        Handler.sent += len(body)


class OverHttp(unittest.TestCase):
    def test_only_the_wanted_pages_are_fetched(self):
        with tempfile.TemporaryDirectory() as folder:
            Handler.folder = pathlib.Path(folder)
            chance = random.Random(4)
            n = 1_500_000
            table = pa.table({"k": pa.array(range(n), pa.int64()), "v": pa.array([chance.getrandbits(62) for _ in range(n)], pa.int64()),
                              "w": pa.array([chance.getrandbits(62) for _ in range(n)], pa.int64())})
            pq.write_table(table, f"{folder}/t.parquet", use_dictionary=False, compression="none", row_group_size=n, data_page_size=200_000, write_page_index=True)
            size = os.path.getsize(f"{folder}/t.parquet")
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
            statement = f"SELECT count(*) AS n, sum(v) AS v, sum(w) AS w FROM 'http://127.0.0.1:{server.server_port}/t.parquet' WHERE k BETWEEN 700000 AND 700099"
            expected = [str(100)] + [str(sum(table[c].to_pylist()[700000:700100])) for c in "vw"]
            fetched = []
            for before in [[], ["SET statistics_answers = false"]]:
                Handler.sent = 0
                self.assertEqual(trueno(before + [statement], environment)[1], expected)
                fetched.append(Handler.sent)
            server.shutdown()
            server.server_close()
            print(f"of a file of {size} bytes: fetched {fetched[0]}, without page indexes {fetched[1]}", file=sys.stderr)
            self.assertLess(fetched[0], size / 5)
            self.assertGreater(fetched[1], size * 0.9)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

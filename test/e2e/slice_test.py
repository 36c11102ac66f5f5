#!/usr/bin/env python3
"""The main way, end to end through the command line: SQL over values, CSV and Parquet, with Python's exact arithmetic as the oracle.

usage: slice_test.py TRUENO
"""
import csv
import io
import math
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest
from fractions import Fraction

import pyarrow as pa
import pyarrow.parquet as pq

TRUENO = sys.argv.pop(1)
SEED = 20261123


def run(sql, *more):
    return subprocess.run([TRUENO, "--format", "csv", "-c", sql, *more], capture_output=True, text=True, timeout=120)


def rows(sql):
    outcome = run(sql)
    assert outcome.returncode == 0, outcome.stderr
    return list(csv.reader(io.StringIO(outcome.stdout)))[1:]


def adversarial_column(rng, size):
    """Doubles that plain summation gets wrong: cancelling giants, subnormals, signed zeros, values of all magnitudes."""
    values = []
    for _ in range(size):
        kind = rng.randrange(5)
        if kind == 0:
            giant = rng.choice([1e308, 1e300, 1e16]) * rng.random()
            values += [giant, -giant]
        elif kind == 1:
            values.append(struct.unpack("<d", struct.pack("<Q", rng.randrange(1, 1 << 52)))[0])
        elif kind == 2:
            values.append(rng.choice([0.0, -0.0]))
        else:
            values.append(math.ldexp(rng.uniform(-1, 1), rng.randrange(-200, 200)))
    rng.shuffle(values)
    return values


class Slice(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return str(pathlib.Path(self.folder.name) / name)

    def test_sum_and_avg_of_doubles_are_the_rounded_exact_values(self):
        rng = random.Random(SEED)
        for number in range(30):
            values = adversarial_column(rng, 200)
            path = self.path(f"x{number}.parquet")
            pq.write_table(pa.table({"x": values}), path, row_group_size=37)
            exact = sum(map(Fraction, values))
            total, average = rows(f"SELECT sum(x), avg(x) FROM '{path}'")[0]
            self.assertEqual(float(total), float(exact), f"seed {SEED}, column {number}")
            self.assertEqual(float(average), float(exact / len(values)), f"seed {SEED}, column {number}")

    def test_the_bytes_do_not_depend_on_threads_or_morsels(self):
        rng = random.Random(SEED)
        path = self.path("g.parquet")
        count = 5000
        pq.write_table(pa.table({"k": [rng.randrange(50) for _ in range(count)], "x": [rng.gauss(0, 1e6) for _ in range(count)]}), path, row_group_size=999)
        query = f"SELECT k, sum(x), avg(x), min(x), max(x), count(*) FROM '{path}' GROUP BY k"
        wanted = run(query).stdout
        for threads in (1, 2, 7):
            for morsel in (1, 3, 1000):
                self.assertEqual(run(f"SET threads={threads}; SET morsel_rows={morsel}; {query}").stdout, wanted)

    def test_integer_sums_are_exact_beyond_64_bits(self):
        path = self.path("i.parquet")
        values = [2**63 - 1, 2**63 - 1, -5]
        pq.write_table(pa.table({"x": values}), path)
        self.assertEqual(rows(f"SELECT sum(x), avg(x) FROM '{path}'")[0], [str(sum(values)), repr(float(Fraction(sum(values), 3)))])

    def test_filters_groups_and_orders_agree_with_python(self):
        rng = random.Random(SEED + 1)
        data = [(rng.randrange(-100, 100), rng.choice("abc"), rng.choice([None, rng.randrange(10)])) for _ in range(2000)]
        path = self.path("t.csv")
        with open(path, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["n", "s", "m"])
            writer.writerows(data)
        got = rows(f"SELECT s, count(*), sum(n), count(m), min(m) FROM '{path}' WHERE n > 10 AND n % 3 <> 0 GROUP BY s ORDER BY s DESC")
        wanted = []
        for key in "cba":
            kept = [(n, m) for n, s, m in data if s == key and n > 10 and n % 3 != 0]
            known = [m for _, m in kept if m is not None]
            wanted.append([key, str(len(kept)), str(sum(n for n, _ in kept)), str(len(known)), str(min(known))])
        self.assertEqual(got, wanted)
        got = rows(f"SELECT n FROM '{path}' ORDER BY n DESC LIMIT 5 OFFSET 2")
        self.assertEqual(got, [[str(n)] for n in sorted((n for n, _, _ in data), reverse=True)[2:7]])

    def test_inactive_rows_never_fail(self):
        self.assertEqual(rows("SELECT CASE WHEN x = 0 THEN -1 ELSE 10 // x END FROM (VALUES (0), (5)) t(x)"), [["-1"], ["2"]])
        self.assertEqual(rows("SELECT x <> 0 AND 10 // x > 1 FROM (VALUES (0), (5)) t(x)"), [["false"], ["true"]])
        self.assertEqual(rows("SELECT x FROM (VALUES (0), (5)) t(x) WHERE x <> 0 AND 10 // x = 2"), [["5"]])

    def test_mistakes_are_typed_errors(self):
        for sql, text in [
            ("SELECT categry FROM (VALUES (1)) t(category)", 'did you mean "category"?'),
            ("SELECT 1 // 0", "Division by zero error"),
            ("SELECT 2147483647 + 1", "Out of range error"),
            ("SELECT 'x'::INTEGER", "Conversion error"),
            ("SELECT FROM WHERE", "Parser error"),
            ("SELECT x FROM nowhere", "no table nowhere"),
            ("SELECT * FROM 'absent.parquet'", "File not found"),
            ("SELECT * FROM '/tmp/x.csv/'", "trueno"),
            ("SELECT a, count(*) FROM (VALUES (1)) t(a)", "must appear in GROUP BY"),
            ("SET threads = many", "cannot be 'many'"),
        ]:
            outcome = run(sql)
            self.assertEqual(outcome.returncode, 1, sql)
            if text != "trueno":
                self.assertIn(text, outcome.stderr)

    def test_a_truncated_file_is_corrupt_and_not_a_crash(self):
        path = self.path("whole.parquet")
        pq.write_table(pa.table({"x": list(range(1000))}), path)
        bytes_ = pathlib.Path(path).read_bytes()
        pathlib.Path(path).write_bytes(bytes_[: len(bytes_) // 2])
        outcome = run(f"SELECT sum(x) FROM '{path}'")
        self.assertEqual(outcome.returncode, 1)
        self.assertIn("Corrupt file error", outcome.stderr)

    def test_tables_are_created_filled_and_dropped(self):
        sql = "CREATE TABLE t(a INTEGER, b VARCHAR NOT NULL); INSERT INTO t VALUES (1, 'x'), (2, 'y'); INSERT INTO t(b) VALUES ('z'); SELECT a, b FROM t"
        self.assertEqual(rows(sql), [["1", "x"], ["2", "y"], ["", "z"]])
        outcome = run("CREATE TABLE t(a INTEGER NOT NULL); INSERT INTO t VALUES (NULL)")
        self.assertIn("Constraint error", outcome.stderr)


if __name__ == "__main__":
    unittest.main()

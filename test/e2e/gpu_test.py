"""SQL on a GPU played by the CPU: the same bytes as the reference, said in the placement. Skipped, with the reason, where no WebGPU
library is found.

usage: gpu_test.py TRUENO
"""

import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

TRUENO = sys.argv.pop(1)
TABLE = """CREATE TABLE t AS SELECT (i % 4)::INTEGER AS k, (i * 7919 % 100003 - 50000)::INTEGER AS a, (i * 104729 % 1000003)::BIGINT AS b,
    (i % 1000)::DECIMAL(15,2) AS d, CASE WHEN i % 11 = 0 THEN NULL ELSE (i * 31 % 977)::DOUBLE / 8 END AS f, CASE i % 3 WHEN 0 THEN 'A' WHEN 1 THEN 'B' ELSE 'C' END AS s
    FROM range(20000) r(i);
    CREATE TABLE d AS SELECT i::INTEGER AS k, (i % 7)::INTEGER AS y, CASE WHEN i % 5 = 0 THEN NULL ELSE (i * i % 50)::INTEGER END AS w, 'name ' || (i % 2) AS name FROM range(3) r(i);
    CREATE TABLE m AS SELECT (i % 900)::BIGINT * 1000000007 AS b, (i % 13)::INTEGER AS w FROM range(2000) r(i);"""
QUERIES = [
    "SELECT count(*), sum(a), min(a), max(a) FROM t WHERE a > 100",
    "SELECT sum(b), avg(b), count(b) FROM t WHERE a BETWEEN -1000 AND 30000 AND b % 2 = 0",
    "SELECT sum(d * (1 - 0.05)), avg(d) FROM t WHERE d < 500",
    "SELECT k, count(*), sum(a), sum(d), avg(a) FROM t WHERE b > 1000 GROUP BY k ORDER BY k",
    "SELECT s, k, count(*), sum(b) FROM t GROUP BY s, k ORDER BY s, k",
    "SELECT s, k, a > 0 AS up, count(*), count(f), sum(f), avg(f), min(a), max(b) FROM t GROUP BY s, k, up",
    "SELECT w, y, count(*), sum(d.k), avg(t.d), sum(t.b) FROM t LEFT JOIN d USING (k) GROUP BY w, y",
    "SELECT a % 20011 AS g, count(*), sum(b), avg(d), sum(f), max(k) FROM t WHERE a >= 0 GROUP BY g",
    "SELECT k, sum((b * 9223372036854)::HUGEINT * 1000000000) FROM t GROUP BY k",
    "SELECT sum(f), avg(f), count(f) FROM t WHERE f > 3.5",
    "SELECT count(*), sum(b), min(w) FROM t JOIN d USING (k) WHERE d.y > 0",
    "SELECT d.y, count(*), sum(b) FROM t JOIN d USING (k) GROUP BY d.y ORDER BY d.y",
    "SELECT name, s, count(*), sum(b) FROM t LEFT JOIN d USING (k) GROUP BY name, s ORDER BY name, s",
    "SELECT count(*), sum(t.b), sum(w), count(w) FROM t LEFT JOIN d USING (k)",
    "SELECT count(*), sum(w) FROM t JOIN m ON t.b * 1000000007 % 1000000007000 = m.b",
    "SELECT count(*) FROM t WHERE k IN (SELECT k FROM d WHERE y > 0)",
    "SELECT a, b, d, f, s, a > 0, -f FROM t WHERE a > 49000",
    "SELECT a + k, NULL::INTEGER, b FROM t",
    "SELECT t.a, d.name, d.w FROM t LEFT JOIN d USING (k) WHERE t.b < 20000",
    "SELECT t.a, m.w FROM t JOIN m ON t.b * 1000000007 % 1000000007000 = m.b WHERE t.a < -49000",
    "SELECT count(*), sum(x.a), max(y.d) FROM t x JOIN t y ON x.a = y.a AND x.k = y.k WHERE x.b > 500000 AND y.s = 'B'",
    "SELECT a, s FROM t WHERE b > 900000 LIMIT 7 OFFSET 3",
    "SELECT count(*), sum(a) FROM t WHERE NOT EXISTS (SELECT 1 FROM d WHERE d.k = t.k AND d.w > t.a)",
]


def run(sql, backend, fallback="silent"):
    settings = f"SET backend = '{backend}'; SET gpu_adapter = 'software'; SET gpu_fallback = '{fallback}';"
    return subprocess.run([TRUENO, "--format", "csv", "-c", f"{TABLE} {settings} {sql}"], capture_output=True, text=True)


class Gpu(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        outcome = run("SELECT sum(a) FROM t WHERE a > 100", "gpu", "error")
        if outcome.returncode != 0:
            print(f"SKIPPED: {outcome.stderr.splitlines()[0]}")
            sys.exit(77)

    def test_every_query_gives_the_bytes_of_the_reference(self):
        placed = 0
        for sql in QUERIES:
            with self.subTest(sql=sql):
                expected, found = run(sql, "scalar"), run(sql, "gpu")
                self.assertEqual((expected.returncode, found.returncode), (0, 0), expected.stderr + found.stderr)
                self.assertEqual(found.stdout, expected.stdout)
                placed += "webgpu" in found.stderr  # the footer says where it ran
        self.assertGreaterEqual(placed, 14)

    def test_a_sum_out_of_range_is_the_same_error(self):
        sql = "SELECT * FROM (SELECT k, sum(h)::HUGEINT FROM (SELECT k, (170141183460469231731687303715884105727 - b::HUGEINT) AS h FROM t) x GROUP BY k) y"
        expected, found = run(sql, "scalar"), run(sql, "gpu")
        self.assertEqual((expected.returncode, found.returncode), (1, 1), expected.stderr + found.stderr)
        self.assertIn("out of range", expected.stderr)
        self.assertEqual(found.stderr, expected.stderr)

    def test_a_failing_row_is_the_same_error(self):
        sql = "SELECT sum((a + 2147483640)::INTEGER + 100) FROM t"
        expected, found = run(sql, "scalar"), run(sql, "gpu")
        self.assertEqual((expected.returncode, found.returncode), (1, 1))
        if "declined" not in found.stderr:
            self.assertEqual(found.stderr, expected.stderr)

    def test_moving_rows_to_the_gpu_takes_time_and_to_the_cpu_none(self):
        explain = "EXPLAIN (ANALYZE, FORMAT json) SELECT sum(a) FROM t WHERE a > 100"
        moved = {}
        for backend in ("gpu", "simd"):
            outcome = run(explain, backend, "error")
            self.assertEqual(outcome.returncode, 0, outcome.stderr)
            (row,) = list(csv.DictReader(io.StringIO(outcome.stdout)))
            report = json.loads(list(row.values())[-1])
            (measured,) = [pipeline["measured"] for pipeline in report["pipelines"]]
            self.assertLess(measured["transfer_us"], measured["us"])
            moved[backend] = measured["transfer_us"]
        self.assertGreater(moved["gpu"], 0)
        self.assertEqual(moved["simd"], 0)

    def test_a_device_is_measured_and_every_decision_is_listed(self):
        settings = "SET gpu_adapter = 'software'; SELECT count(*) FROM trueno_calibrate();"
        asked = "SELECT sum(a) FROM t WHERE a > 100; SELECT device, others, predicted_us, pipeline, rows FROM trueno_decisions() WHERE pipeline = 'scan, reduce' AND rows = 20000"
        with tempfile.TemporaryDirectory() as folder:
            command = [TRUENO, "--format", "csv", "-c", f"{TABLE} {settings} {asked}"]
            outcome = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "TRUENO_CACHE_DIR": folder})
            self.assertEqual(outcome.returncode, 0, outcome.stderr)
            self.assertEqual(sorted(name.split("-")[0] for name in os.listdir(folder)), ["simd", "webgpu"])
        last = list(csv.DictReader(io.StringIO("device" + outcome.stdout.rsplit("device", 1)[1])))[-1]
        # The least prediction wins: simd's, but for a build that is not optimised. A CPU that plays a GPU is slower than one that does not.
        others = {name: float(us) for name, us in re.findall(r"([a-z ]+\w) (\d+) us", last["others"])}
        self.assertEqual({last["device"], *(name.strip() for name in others)}, {"simd", "scalar", "webgpu software"})
        self.assertNotEqual(last["device"], "webgpu software")
        self.assertLessEqual(float(last["predicted_us"]), min(others.values()) + 1)


if __name__ == "__main__":
    unittest.main()

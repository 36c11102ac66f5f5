#!/usr/bin/env python3
"""memory_limit: queries put states aside on disk and give the same bytes, memory stays below the limit, and what cannot be put aside is refused.

usage: memory_limit_test.py TRUENO
"""
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import unittest

TRUENO = sys.argv.pop(1)
MIB = 1 << 20

# Every key twice, far apart; so a group by has half as many groups as rows.
ROWS = 10_000_000
DATA = f"SELECT (i * 7919) % {ROWS // 2} AS k, i % 1000 / 8 AS x, 'name of ' || (i * 7919) % {ROWS // 2} AS s FROM range({ROWS}) r(i)"


def run(sql, *arguments, check=True):
    """Standard output, errors, and the most memory the process had, in bytes."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen([TRUENO, "--format", "csv", "--no-footer", *arguments, "-c", sql], stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), err.seek(0)
        text, errors = out.read(), err.read()
    if check and process.returncode != 0:
        raise AssertionError(errors)
    return text, errors, usage.ru_maxrss * 1024


class MemoryLimit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.spill = pathlib.Path(cls.folder.name) / "spill"
        cls.file = f"{cls.folder.name}/t.parquet"
        run(f"COPY ({DATA}) TO '{cls.file}' (ROW_GROUP_SIZE 500000)")
        _, _, cls.idle = run(f"SELECT sum(x) FROM '{cls.file}'")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def limited(self, query, megabytes, threads=2):
        return f"SET threads = {threads}; SET memory_limit = '{megabytes}MiB'; SET temp_directory = '{self.spill}'; {query}"

    def spilled(self, query, megabytes):
        text, _, _ = run(self.limited(f"EXPLAIN (ANALYZE, FORMAT json) {query}", megabytes), "--format", "json")
        plan = json.loads(json.loads(text)[0]["explain_value"])
        return sum(p["measured"]["spilled_bytes"] for p in plan["pipelines"])

    def same_within(self, query, megabytes):
        expected, _, unlimited = run(query)
        text, _, most = run(self.limited(query, megabytes))
        self.assertEqual(text, expected)
        self.assertGreater(unlimited - self.idle, megabytes * MIB, "the query needs so much without a limit")
        self.assertLess(most - self.idle, megabytes * MIB * 1.15, f"idle {self.idle / MIB:.0f} MiB, at most {most / MIB:.0f} MiB")
        self.assertGreater(self.spilled(query, megabytes), 0)
        self.assertEqual(list(self.spill.iterdir()), [], "temporary files have no names")

    def test_groups_by_integer(self):
        self.same_within(f"SELECT count(*), sum(n), min(k), max(a) FROM (SELECT k, count(*) AS n, sum(x) AS a FROM '{self.file}' GROUP BY k)", 250)

    def test_groups_by_text(self):
        self.same_within(f"SELECT count(*), sum(n), min(s), max(a) FROM (SELECT s, count(*) AS n, sum(x) AS a FROM '{self.file}' GROUP BY s)", 700)

    def test_what_cannot_be_put_aside_is_refused_and_the_database_goes_on(self):
        query = f"SELECT count(*) FROM '{self.file}' a JOIN '{self.file}' b ON a.s = b.s WHERE a.x + b.x > 1"
        text, errors, _ = run(self.limited(query, 64), check=False)
        self.assertRegex(errors, "Out of memory.*memory_limit")
        self.assertIn("SET memory_limit", errors)

    def test_tables_are_given_up_when_nothing_reads_them(self):
        build = "SELECT i * 7919 % 3000001 AS k, i % {} AS x, i AS y FROM range(3000000) r(i)"
        one = f"SELECT count(*) AS n FROM range(3000000) a(i) JOIN ({build}) b ON a.i = b.k WHERE b.x + b.y % 3 < 2 + a.i % 2"
        _, _, most_of_one = run(f"SELECT sum(n) FROM ({one.format(5)})")
        _, _, most_of_six = run("SELECT sum(n) FROM (" + " UNION ALL ".join(one.format(m) for m in (3, 5, 7, 11, 13, 17)) + ")")
        self.assertGreater(most_of_one - self.idle, 50 * MIB, "a table of some size")
        self.assertLess(most_of_six - self.idle, 1.5 * (most_of_one - self.idle))

    def test_values_of_the_setting(self):
        for value in ["512MB", "0.5GiB", "50%", "100000000", "1 tb"]:
            run(f"SET memory_limit = '{value}'; SELECT 1")
        for value in ["", "MB", "-1", "101%", "5 parsecs", "0"]:
            _, errors, _ = run(f"SET memory_limit = '{value}'", check=False)
            self.assertIn("memory_limit cannot be", errors, value)

    def test_a_directory_that_cannot_be_written_is_an_error(self):
        query = f"SELECT count(*) FROM (SELECT k, sum(x) FROM '{self.file}' GROUP BY k)"
        _, errors, _ = run(f"SET memory_limit = '100MiB'; SET temp_directory = '/proc/nowhere'; {query}", check=False)
        self.assertIn("/proc/nowhere", errors)
        self.assertIn("temp_directory", errors)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    unittest.main()

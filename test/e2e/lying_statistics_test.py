#!/usr/bin/env python3
"""Whole Parquet files whose footers lie about bounds and NULL counts: answers are those of the rows, which Python computes.

What does hold: a claimed bound is checked while rows are decoded before anything relies on it, and MIN, MAX and COUNT are never answered
from claims. What cannot hold: a row group that a claimed bound excludes is not read, so a lie that hides rows from a comparison hides them;
the last test says so, and that SET statistics_answers = false does not believe footers at all.

usage: lying_statistics_test.py TRUENO
"""
import csv
import io
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import unittest

import pyarrow as pa
import pyarrow.parquet as pq

TRUENO = sys.argv.pop(1)
ROWS, GROUP = 6000, 2000
KEYS = [(i * 7) % 11 + 1000 for i in range(ROWS)]
VALUES = [None if i % 41 == 0 else (i * 7919) % 100_003 - 50_000 for i in range(ROWS)]
FLOATS = [((i * 31) % 997) / 8 - 20 for i in range(ROWS)]
# Statistics of an 8-byte column as pyarrow writes them: 1 max, 2 min, 3 null_count, then the newer 5 max_value, 6 min_value.
STATISTICS = re.compile(rb"\x18\x08(.{8})\x18\x08(.{8})\x16(.)\x28\x08(.{8})\x18\x08(.{8})", re.DOTALL)


def lie(honest, claims):
    """The file with other statistics: `claims[column]` is (struct format, min, max, NULL count), in every row group."""
    size = struct.unpack("<I", honest[-8:-4])[0]
    body, footer = honest[: -8 - size], honest[-8 - size:]
    count = 0

    def replace(match):
        nonlocal count
        form, low, high, nulls = claims[count % len(claims)]
        count += 1
        low, high = struct.pack(form, low), struct.pack(form, high)
        return b"\x18\x08" + high + b"\x18\x08" + low + b"\x16" + bytes([nulls << 1]) + b"\x28\x08" + high + b"\x18\x08" + low

    lying = STATISTICS.sub(replace, footer)
    assert count == len(claims) * (ROWS // GROUP), count
    assert lying != footer and len(lying) == len(footer)
    return body + lying


def rows(sql):
    done = subprocess.run([TRUENO, "--format", "csv", "-c", sql], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return list(csv.reader(io.StringIO(done.stdout)))[1:]


LIES = {
    "bounds too narrow": [("<q", 1003, 1004, 0), ("<q", -1, 1, 20), ("<d", 0.0, 0.5, 0)],
    "bounds elsewhere": [("<q", -2**62, -2**61, 0), ("<q", 2**61, 2**62, 0), ("<d", 1e300, 1e301, 0)],
    "bounds the wrong way round": [("<q", 1010, 1000, 0), ("<q", 50_000, -50_000, 0), ("<d", 100.0, -100.0, 0)],
    "a value for all": [("<q", 1000, 1000, 0), ("<q", 0, 0, 0), ("<d", 0.0, 0.0, 0)],
    "no NULLs": [("<q", 1000, 1010, 0), ("<q", -50_000, 50_003, 0), ("<d", -20.0, 105.0, 0)],
    "NULLs that are not there": [("<q", 1000, 1010, 63), ("<q", -50_000, 50_003, 63), ("<d", -20.0, 105.0, 63)],
}


class LyingStatistics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.files = {}
        for pages, dictionary in [("plain", False), ("codes", True)]:
            honest = pathlib.Path(cls.folder.name) / f"{pages}.parquet"
            table = pa.table({"k": pa.array(KEYS, pa.int64()), "v": pa.array(VALUES, pa.int64()), "f": pa.array(FLOATS, pa.float64())})
            pq.write_table(table, honest, row_group_size=GROUP, use_dictionary=dictionary, store_schema=False)
            cls.files["honest", pages] = str(honest)
            for number, (name, claims) in enumerate(LIES.items()):
                path = pathlib.Path(cls.folder.name) / f"{pages}-{number}.parquet"
                path.write_bytes(lie(honest.read_bytes(), claims))
                claimed = pq.read_metadata(path).row_group(1).column(1).statistics
                assert claimed.null_count == claims[1][3], name  # another reader sees the lie too
                cls.files[name, pages] = str(path)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def expect(self, query, expected, names=None):
        for (name, pages), path in self.files.items():
            if names and name not in names:
                continue
            for before in ["", "SET statistics_answers = false;", "SET threads = 1; SET backend = 'scalar';"]:
                got = rows(f"{before} {query.replace(' T', ' ' + repr(path))}")
                self.assertEqual(got, [[str(cell) for cell in row] for row in expected], f"{name}, {pages}, {before or 'as set'}: {query}")

    def test_sums_and_counts(self):
        known = [v for v in VALUES if v is not None]
        self.expect("SELECT count(*), count(v), sum(v), sum(k), sum(k * v) FROM T",
                    [[ROWS, len(known), sum(known), sum(KEYS), sum(k * v for k, v in zip(KEYS, VALUES) if v is not None)]])

    def test_extremes(self):
        known = [v for v in VALUES if v is not None]
        self.expect("SELECT min(v), max(v), min(k), max(k), min(f), max(f) FROM T",
                    [[min(known), max(known), min(KEYS), max(KEYS), min(FLOATS), max(FLOATS)]])

    def test_groups(self):
        expected = []
        for key in sorted(set(KEYS)):
            mine = [v for k, v in zip(KEYS, VALUES) if k == key]
            known = [v for v in mine if v is not None]
            expected.append([key, len(mine), len(known), sum(known)])
        self.expect("SELECT k, count(*), count(v), sum(v) FROM T GROUP BY k ORDER BY k", expected)

    def test_float_sums(self):
        self.expect("SELECT sum(f), sum(f * 2) FROM T", [[sum(FLOATS), 2 * sum(FLOATS)]])  # multiples of 1/8: Python's sum is exact

    def test_filters_that_no_claim_excludes(self):
        names = ["honest", "bounds too narrow", "no NULLs", "NULLs that are not there"]
        self.expect("SELECT count(*), sum(v) FROM T WHERE v < 40 AND k >= 1002",
                    [[sum(1 for k, v in zip(KEYS, VALUES) if v is not None and v < 40 and k >= 1002),
                      sum(v for k, v in zip(KEYS, VALUES) if v is not None and v < 40 and k >= 1002)]], names)
        self.expect("SELECT count(*) FROM T WHERE v IS NULL", [[sum(v is None for v in VALUES)]])

    def test_a_claim_that_excludes_a_row_group_is_believed_unless_statistics_are_off(self):
        above = sum(1 for v in VALUES if v is not None and v > 1000)
        path = self.files["bounds too narrow", "plain"]
        self.assertEqual(rows(f"SELECT count(*) FROM '{path}' WHERE v > 1000"), [["0"]])
        self.assertEqual(rows(f"SET statistics_answers = false; SELECT count(*) FROM '{path}' WHERE v > 1000"), [[str(above)]])


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""TPC-H's queries with less and less memory: what finishes gives the bytes of a run without a limit, the rest is refused by name.

For each query the least memory_limit with which it finishes is searched by halving; just above it groupings and sorts put their states
aside. Every run on the way is compared. Then all of it is put aside after each morsel, whatever memory there is.

usage: tpch_memory_test.py TRUENO QUERIES     QUERIES: a folder of q01.sql to q22.sql; exit 77 where it or the generator is not there
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SKIPPED = 77
SCALE = "0.1"
MOST_KIB = 64 << 10
STEP_KIB = 256
PUT_ASIDE = "SET spill_morsels = 1; SET morsel_rows = 20000;"


def run(sql, output_format="csv"):
    done = subprocess.run([TRUENO, "--format", output_format, "--no-footer", "-c", VIEWS + sql], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def limited(kib):
    return f"SET threads = 2; SET memory_limit = '{kib}KiB';"


def spilled(settings, query):
    """Bytes that a run put aside; nothing where it was refused."""
    status, text, _ = run(f"{settings} EXPLAIN (ANALYZE, FORMAT json) {query}", "json")
    if status != 0:
        return 0
    return sum(p["measured"]["spilled_bytes"] for p in json.loads(json.loads(text)[0]["explain_value"])["pipelines"])


class TpchMemory(unittest.TestCase):
    def finishes(self, kib, query, expected):
        status, text, errors = run(limited(kib) + query)
        if status == 0:
            self.assertEqual(text, expected, f"{kib} KiB")
            return True
        self.assertRegex(errors, r"Out of memory.*memory_limit", f"{kib} KiB")
        return False

    def least(self, query, expected):
        """The least multiple of STEP_KIB with which the query finishes."""
        self.assertTrue(self.finishes(MOST_KIB, query, expected))
        refused, enough = 0, MOST_KIB // STEP_KIB
        while enough - refused > 1:
            middle = (refused + enough) // 2
            if self.finishes(middle * STEP_KIB, query, expected):
                enough = middle
            else:
                refused = middle
        return enough * STEP_KIB

    def test_the_bytes_do_not_depend_on_memory(self):
        refused, put_aside = 0, []
        for name, query in QUERIES.items():
            with self.subTest(query=name):
                status, expected, errors = run(query)
                self.assertEqual(status, 0, errors)
                kib = self.least(query, expected)
                refused += kib > STEP_KIB
                if spilled(limited(kib), query) > 0:
                    put_aside.append(name)
        print(f"{refused} of {len(QUERIES)} queries were refused with less memory; put aside on the edge: {' '.join(put_aside)}")
        self.assertGreater(refused, 10)
        self.assertGreater(len(put_aside), 0)

    def test_the_bytes_do_not_depend_on_putting_states_aside(self):
        put_aside = []
        for name, query in QUERIES.items():
            with self.subTest(query=name):
                _, expected, _ = run(query)
                self.assertEqual(run(PUT_ASIDE + query)[:2], (0, expected))
                if spilled(PUT_ASIDE, query) > 0:
                    put_aside.append(name)
        print(f"put aside after every morsel: {' '.join(put_aside)}")
        self.assertGreater(len(put_aside), 10)


if __name__ == "__main__":
    TRUENO, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    generator = pathlib.Path(sys.executable).parent / "tpchgen-cli"
    if not folder.is_dir() or not generator.exists():
        print(f"skipped: {folder} or {generator} is not there")
        sys.exit(SKIPPED)
    QUERIES = {path.stem: path.read_text().rstrip().rstrip(";") for path in sorted(folder.glob("*.sql"))}
    with tempfile.TemporaryDirectory() as data:
        subprocess.run([generator, "parquet", "-s", SCALE, f"--output-dir={data}"], check=True, capture_output=True)
        VIEWS = "".join(f"CREATE VIEW {path.stem} AS FROM '{path}';" for path in pathlib.Path(data).glob("*.parquet"))
        unittest.main(argv=sys.argv[:1])

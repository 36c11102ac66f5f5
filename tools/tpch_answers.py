#!/usr/bin/env python3
"""TPC-H queries over Parquet files, compared with a folder of answers: numbers as numbers (DOUBLE to 1e-12 of each other), all else exactly.

usage: tpch_answers.py TRUENO FOLDER DATA [SCALE]
  FOLDER has queries/qNN.sql and answers/sfSCALE/qNN.csv (fields between `|`, names first); SCALE is 0.01 unless given.
  DATA: where the generated files are, made with tpchgen-cli when they are not there.
"""
import csv
import decimal
import io
import pathlib
import subprocess
import sys
import time

TABLES = "customer lineitem nation orders part partsupp region supplier".split()


def same(wanted, got):
    if wanted == got:
        return True
    try:
        a, b = decimal.Decimal(wanted), decimal.Decimal(got)
    except decimal.InvalidOperation:
        return False
    return a == b or ("." in wanted and abs(a - b) <= decimal.Decimal("1e-12") * max(abs(a), abs(b)))


def rows_of(text, delimiter):
    return [row or [""] for row in csv.reader(io.StringIO(text), delimiter=delimiter)][1:]


def difference(wanted, got):
    if len(wanted) != len(got):
        return f"{len(got)} rows, not {len(wanted)}"
    for number, (a, b) in enumerate(zip(wanted, got), 1):
        if len(a) != len(b) or not all(map(same, a, b)):
            return f"row {number}: {b}, not {a}"
    return None


def main():
    trueno, folder, data = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    scale = sys.argv[4] if len(sys.argv) > 4 else "0.01"
    if not (data / "lineitem.parquet").exists():
        generator = pathlib.Path(sys.executable).parent / "tpchgen-cli"
        subprocess.run([generator, "parquet", "-s", scale, f"--output-dir={data}"], check=True, capture_output=True)
    views = "".join(f"CREATE VIEW {table} AS FROM '{data}/{table}.parquet';\n" for table in TABLES)
    passed = failed = 0
    for query in sorted((folder / "queries").glob("q*.sql")):
        began = time.monotonic()
        done = subprocess.run([trueno, "--format", "csv", "-c", views + query.read_text()], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            why = done.stderr.strip()
        else:
            answer = (folder / "answers" / f"sf{scale}" / f"{query.stem}.csv").read_text()
            why = difference(rows_of(answer, "|"), rows_of(done.stdout, ","))
        passed, failed = passed + (why is None), failed + (why is not None)
        print(f"{query.stem}  {'same' if why is None else 'FAILED: ' + why}  {(time.monotonic() - began) * 1000:.0f} ms", flush=True)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed or not passed else 0


sys.exit(main())

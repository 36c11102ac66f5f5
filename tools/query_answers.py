#!/usr/bin/env python3
"""The queries of TPC-H or TPC-DS, compared with answers: numbers as numbers (DOUBLE to 1e-12 of each other), all else exactly.

usage: query_answers.py TRUENO FOLDER [SCALE] [--source parquet,tables] [--backend simd,scalar] [--only 04,q14]
  FOLDER has queries/*.sql and answers/sfSCALE/*.csv (fields between `|`, names first); SCALE is 0.01 unless given.

TPC-H's data come from tpchgen-cli, whose data the answers are of. TPC-DS's come from DuckDB's generator, of which there are several
that differ, so what counts is what the pinned DuckDB answers over the very same files; how many of the given answers equal that is
said at the end. Rows that only differ in an order which ORDER BY leaves open are the same. A query that needs a window function is
skipped, with what the engine said, as long as the engine refuses it.
"""
import argparse
import csv
import decimal
import io
import json
import pathlib
import re
import subprocess
import sys

BIN = pathlib.Path(sys.executable).parent
TPCDS_PACKAGES = ["duckdb==1.5.5", "duckdb-extension-tpcds==1.5.5"]
WINDOW = re.compile(r"\bover\s*\(", re.IGNORECASE)


def same_cell(wanted, got):
    if wanted == got or (wanted == "NULL" and got == ""):
        return True
    try:
        a, b = decimal.Decimal(wanted), decimal.Decimal(got)
    except decimal.InvalidOperation:
        return False
    return a == b or ("." in wanted and abs(a - b) <= decimal.Decimal("1e-12") * max(abs(a), abs(b)))


def same_row(wanted, got):
    return len(wanted) == len(got) and all(map(same_cell, wanted, got))


def canonical(row):
    """A key by which equal rows sort alike, whatever their numbers look like."""
    cells = []
    for cell in row:
        try:
            cells.append(f"{decimal.Decimal(cell):.9e}")
        except decimal.InvalidOperation:
            cells.append("" if cell == "NULL" else cell)
    return cells


def difference(wanted, got):
    if len(wanted) != len(got):
        return f"{len(got)} rows, not {len(wanted)}"
    for number, (a, b) in enumerate(zip(wanted, got), 1):
        if not same_row(a, b):
            return f"row {number}: {b}, not {a}"
    return None


def difference_beyond_ties(wanted, got):
    """None also for rows in another order. Where a LIMIT cuts through ties the rows differ and that is reported."""
    return difference(wanted, got) and difference(sorted(wanted, key=canonical), sorted(got, key=canonical))


def rows_of(text, delimiter):
    return [row or [""] for row in csv.reader(io.StringIO(text), delimiter=delimiter)][1:]


class TpcH:
    tables = "customer lineitem nation orders part partsupp region supplier".split()

    def __init__(self, folder, scale):
        self.data = pathlib.Path(f".cache/bench/tpch-{scale}")
        self.answers = folder / "answers" / f"sf{scale}"
        if not (self.data / "lineitem.parquet").exists():
            subprocess.run([BIN / "tpchgen-cli", "parquet", "-s", scale, f"--output-dir={self.data}"], check=True, capture_output=True)

    def wanted(self, query):
        return rows_of((self.answers / f"{query.stem}.csv").read_text(), "|")

    def remarks(self):
        return []


class TpcDs:
    def __init__(self, folder, scale):
        self.data = pathlib.Path(f".cache/bench/tpcds-{scale}")
        self.given = folder / "answers" / f"sf{scale}"
        if not (self.data / "web_site.parquet").exists():
            self.generate(scale)
        self.tables = [file.stem for file in sorted(self.data.glob("*.parquet"))]
        oracle = self.data / "answers.jsonl"
        if not oracle.exists():
            done = subprocess.run(
                [sys.executable, "tools/tpcds_data.py", "answer", self.data, *sorted((folder / "queries").glob("*.sql"))],
                check=True, capture_output=True, text=True)
            oracle.write_text(done.stdout)
        self.oracle = {name: (elapsed, rows) for name, elapsed, rows in map(json.loads, oracle.read_text().splitlines())}

    def generate(self, scale):
        """In an environment of its own: the generator comes for an older DuckDB than the one that answers."""
        python = pathlib.Path(".cache/tpcds/bin/python")
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", ".cache/tpcds"], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *TPCDS_PACKAGES], check=True)
        subprocess.run([python, "tools/tpcds_data.py", "make", self.data, scale], check=True)

    def wanted(self, query):
        return self.oracle[query.stem][1]

    def remarks(self):
        if not self.given.is_dir():
            return []
        files = sorted(self.given.glob("*.csv"))
        equal = [file.stem for file in files
                 if difference_beyond_ties(rows_of(file.read_text(), "|"), self.oracle[file.stem][1]) is None]
        return [f"{len(equal)} of the {len(files)} given answers equal DuckDB's over these data; the others are of another generator"]


def run(trueno, backend, source, benchmark, query):
    """What the query gave: (rows or None, milliseconds of the query alone, error)."""
    text = query.read_text().strip()
    text += "" if text.endswith(";") else ";"
    kind = "VIEW" if source == "parquet" else "TABLE"
    mentioned = [table for table in benchmark.tables if re.search(rf"\b{table}\b", text, re.IGNORECASE)]
    made = "".join(f"CREATE {kind} {table} AS FROM '{benchmark.data}/{table}.parquet';\n" for table in mentioned)
    done = subprocess.run([trueno, "--backend", backend, "--format", "csv", "--timer", "-c", made, "-c", text],
                          capture_output=True, text=True, check=False)
    times = re.findall(r"^time: total ([0-9.]+) (ms|s)", done.stderr, re.MULTILINE)
    elapsed = float(times[-1][0]) * (1000 if times[-1][1] == "s" else 1) if times else 0.0
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if line and not line.startswith("time:")]
        return None, elapsed, " ".join(errors[:1]) or f"exit code {done.returncode}"
    return rows_of(done.stdout, ","), elapsed, None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("trueno")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("scale", nargs="?", default="0.01")
    parser.add_argument("--source", default="parquet,tables")
    parser.add_argument("--backend", default="simd,scalar")
    parser.add_argument("--only", default="")
    options = parser.parse_args()

    queries = sorted((options.folder / "queries").glob("*.sql"))
    is_tpcds = any("store_sales" in query.read_text() for query in queries)
    benchmark = (TpcDs if is_tpcds else TpcH)(options.folder, options.scale)
    compare = difference_beyond_ties if is_tpcds else difference
    passed, failed, skipped, slowest = 0, 0, {}, (0.0, "")
    for backend in options.backend.split(","):
        for source in options.source.split(","):
            for query in queries:
                if options.only and query.stem not in options.only.split(","):
                    continue
                got, elapsed, error = run(options.trueno, backend, source, benchmark, query)
                if error and WINDOW.search(query.read_text()):
                    skipped[query.stem] = error
                    continue
                why = error or compare(benchmark.wanted(query), got)
                passed, failed = passed + (why is None), failed + (why is not None)
                slowest = max(slowest, (elapsed, f"{query.stem}, {backend}, {source}"))
                beside = f" (DuckDB {benchmark.oracle[query.stem][0]:.0f} ms)" if is_tpcds else ""
                verdict = "same" if why is None else f"FAILED: {why}"
                print(f"{query.stem}  {backend} {source}  {elapsed:.0f} ms{beside}  {verdict}", flush=True)
    for name, why in skipped.items():
        print(f"{name}  skipped: a window function: {why}")
    for remark in benchmark.remarks():
        print(remark)
    print(f"slowest: {slowest[1]}: {slowest[0]:.0f} ms")
    print(f"{passed} passed, {failed} failed, {len(skipped)} skipped")
    return 1 if failed or not passed else 0


sys.exit(main())

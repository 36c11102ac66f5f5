#!/usr/bin/env python3
"""TPC-DS data as Parquet files, written by DuckDB's generator, and a check that DuckDB's answers over them are the given ones.

usage: tpcds_data.py make DATA [SCALE]         needs the packages duckdb and duckdb-extension-tpcds of one version
       tpcds_data.py answer DATA QUERY...      runs each file's query and prints NAME, milliseconds and rows as JSON, one line a query
"""
import glob
import json
import pathlib
import sys
import time

import duckdb


def make(data, scale):
    import duckdb_extension_tpcds  # only here: the other verb runs with any DuckDB

    [extension] = glob.glob(str(pathlib.Path(duckdb_extension_tpcds.__file__).parent / "extensions" / "*" / "tpcds.duckdb_extension"))
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    connection.execute(f"LOAD '{extension}'")
    connection.execute(f"CALL dsdgen(sf = {scale})")
    data.mkdir(parents=True, exist_ok=True)
    for (table,) in connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall():
        unfinished = data / f"{table}.unfinished"
        connection.execute(f"COPY {table} TO '{unfinished}' (FORMAT parquet)")
        unfinished.rename(data / f"{table}.parquet")


def answer(data, queries):
    connection = duckdb.connect()
    for file in sorted(data.glob("*.parquet")):
        connection.execute(f"CREATE TABLE {file.stem} AS FROM '{file}'")
    for query in queries:
        began = time.monotonic()
        rows = connection.execute(query.read_text()).fetchall()
        elapsed = (time.monotonic() - began) * 1000
        text = [["NULL" if cell is None else str(cell) for cell in row] for row in rows]
        print(json.dumps([query.stem, elapsed, text]), flush=True)


verb, data = sys.argv[1], pathlib.Path(sys.argv[2])
if verb == "make":
    make(data, sys.argv[3] if len(sys.argv) > 3 else "0.01")
else:
    answer(data, map(pathlib.Path, sys.argv[3:]))

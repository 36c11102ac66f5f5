"""One other engine as a process that answers a query a line, so that engines do not share a heap.

usage: peers.py ENGINE    first line in: {"files": {table: file}, "source": "memory" | "parquet", "threads":, "kept":, "settings": [SQL], "compared": [SQL]}, out: {}
                          then a query a line in, {"ms":, "row_count":, "rows":} or {"error":} a line out

An engine is a function that sets up and returns another, which runs a query and returns a third: the rows of the result, from what the
engine holds them in. Only the second is timed. `kept`: results may be large, and stay in the engine's own form.
Where `compared` names statements, only their rows are read out. `settings`: statements that come first, where the engine takes them.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time

LARGE = 20_000  # of more rows only every STEP-th is compared
STEP = 997


def duckdb_engine(threads, files, source, kept, settings=()):
    import duckdb

    connection = duckdb.connect(config={"threads": threads})
    connection.execute("set enable_progress_bar = false")
    for setting in settings:
        connection.execute(setting)
    for name, file in files.items():
        connection.execute(f"create {'table' if source == 'memory' else 'view'} {name} as select * from '{file}'")

    def keep(sql):
        connection.execute(f"create or replace temp table answer as {sql}")
        return lambda: connection.execute("from answer").fetchall()

    def run(sql):
        rows = connection.execute(sql).fetchall()
        return lambda: rows

    return keep if kept else run


def polars_engine(threads, files, source, kept):
    import polars

    frames = {name: polars.read_parquet(f).lazy() if source == "memory" else polars.scan_parquet(f) for name, f in files.items()}
    context = polars.SQLContext(frames)
    faster = {}

    def timed(sql, engine):
        start = time.perf_counter()
        frame = context.execute(sql, eager=False).collect(engine=engine)
        return time.perf_counter() - start, frame

    def run(sql):
        if sql not in faster:  # the warm-up chooses between its two ways
            faster[sql] = min(("streaming", "in-memory"), key=lambda engine: timed(sql, engine)[0])
        return timed(sql, faster[sql])[1].rows

    return run


def datafusion_engine(threads, files, source, kept):
    import datafusion

    config = datafusion.SessionConfig().with_target_partitions(threads)
    # Skips row groups whose bounds cannot change a MIN or MAX: an answer from statistics, which are off, and one that loses NaN, which
    # Parquet's bounds leave out.
    config = config.set("datafusion.optimizer.enable_aggregate_dynamic_filter_pushdown", "false")
    context = datafusion.SessionContext(config)
    for name, file in files.items():
        context.register_parquet(name if source != "memory" else f"file_{name}", str(file))
        if source == "memory":
            batches = context.sql(f"select * from file_{name}").collect()
            half = max(1, (len(batches) + threads - 1) // threads)
            context.register_record_batches(name, [batches[i : i + half] for i in range(0, len(batches), half)])

    def run(sql):
        batches = context.sql(sql).collect()
        return lambda: [row for batch in batches for row in zip(*(column.to_pylist() for column in batch.columns))]

    return run


def chdb_engine(threads, files, source, kept):
    from chdb import session as chdb_session

    session = chdb_session.Session()
    # No column holds a NULL, and Parquet's "optional" would make it do work for them.
    session.query(f"set max_threads = {threads}, max_insert_threads = {threads}, join_use_nulls = 1")
    session.query("set min_count_to_compile_expression = 0, min_count_to_compile_aggregate_expression = 0, min_count_to_compile_sort_description = 0")
    for name, file in files.items():
        described = str(session.query(f"describe table file('{file}', Parquet)", "JSONCompactEachRow")).splitlines()
        plain = [(column, re.sub(r"Nullable.(.*).", r"\1", kind)) for column, kind, *_ in map(json.loads, described)]
        columns = ", ".join(map(" ".join, plain))
        if source == "memory":
            session.query(f"create table {name} ({columns}) engine = Memory as select * from file('{file}', Parquet)")
        else:
            session.query(f"create table {name} ({columns}) engine = File(Parquet, '{file}')")

    def read(sql):
        return [json.loads(line) for line in str(session.query(sql, "JSONCompactEachRow")).splitlines()]

    def run(sql):
        rows = read(sql)
        return lambda: rows

    def keep(sql):
        one = " settings max_insert_threads = 1" if "order by" in sql else ""  # keeps the order
        session.query(f"create table answer engine = Memory as {sql}{one}")
        return lambda: read("select * from answer settings max_threads = 1")

    return keep if kept else run, lambda: session.query("drop table if exists answer sync")


ENGINES = {"duckdb": duckdb_engine, "polars": polars_engine, "datafusion": datafusion_engine, "chdb": chdb_engine}


def main():
    engine = sys.argv[1]
    setup = json.loads(sys.stdin.readline())
    for name in ("POLARS_MAX_THREADS", "TOKIO_WORKER_THREADS", "RAYON_NUM_THREADS"):
        os.environ[name] = str(setup["threads"])
    settings = {"settings": setup["settings"]} if setup.get("settings") else {}
    run = ENGINES[engine](setup["threads"], setup["files"], setup["source"], setup["kept"], **settings)
    run, clear = run if isinstance(run, tuple) else (run, lambda: None)
    print("{}", flush=True)
    ran = set()
    for line in sys.stdin:
        sql = line.strip()
        try:
            clear()
            if sql not in ran:
                run(sql)  # chooses, compiles
                clear()
            start = time.perf_counter()
            rows = run(sql)
            answer = {"ms": (time.perf_counter() - start) * 1000}
            if sql not in ran and (not setup["compared"] or sql in setup["compared"]):  # the first is compared, the others are timed
                rows = rows()
                answer["row_count"] = len(rows)
                rows = rows if len(rows) <= LARGE else rows[::STEP]
                answer["rows"] = [[None if v is None else str(v) for v in row] for row in rows]
            del rows
            ran.add(sql)
        except Exception as failure:  # an engine that cannot run a query is reported, not hidden
            answer = {"error": f"{type(failure).__name__}: {str(failure)[:200]}"}
        print(json.dumps(answer), flush=True)
    os._exit(0)  # some engines' threads do not end


if __name__ == "__main__":
    main()

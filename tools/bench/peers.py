"""One other engine as a process that answers a query a line, so that engines do not share a heap.

usage: peers.py ENGINE    first line in: {"table":, "file":, "source": "memory" | "parquet", "threads":}, out: {}
                          then a query a line in, {"ms":, "rows":} or {"error":} a line out
"""

from __future__ import annotations

import json
import os
import sys
import time


def duckdb_engine(threads, table, file, source):
    import duckdb

    connection = duckdb.connect(config={"threads": threads})
    kind = "table" if source == "memory" else "view"
    connection.execute(f"create {kind} {table} as select * from '{file}'")
    return lambda sql: connection.execute(sql).fetchall()


def polars_engine(threads, table, file, source):
    import polars

    frame = polars.read_parquet(file).lazy() if source == "memory" else polars.scan_parquet(file)
    context = polars.SQLContext({table: frame})
    return lambda sql: context.execute(sql, eager=False).collect().rows()


def datafusion_engine(threads, table, file, source):
    import datafusion

    config = datafusion.SessionConfig().with_target_partitions(threads)
    # Skips row groups whose bounds cannot change a MIN or MAX: an answer from statistics, which are off, and one that loses NaN, which
    # Parquet's bounds leave out.
    config = config.set("datafusion.optimizer.enable_aggregate_dynamic_filter_pushdown", "false")
    context = datafusion.SessionContext(config)
    context.register_parquet(table if source != "memory" else "file", str(file))
    if source == "memory":
        batches = context.sql("select * from file").collect()
        half = max(1, (len(batches) + threads - 1) // threads)
        context.register_record_batches(table, [batches[i : i + half] for i in range(0, len(batches), half)])

    def run(sql):
        rows = []
        for batch in context.sql(sql).collect():
            rows += list(zip(*(column.to_pylist() for column in batch.columns)))
        return rows

    return run


def chdb_engine(threads, table, file, source):
    from chdb import session as chdb_session

    session = chdb_session.Session()
    if source == "memory":
        session.query(f"create table {table} engine = Memory as select * from file('{file}', Parquet) settings max_threads = {threads}")
    else:
        session.query(f"create view {table} as select * from file('{file}', Parquet)")

    def run(sql):
        text = str(session.query(f"{sql} settings max_threads = {threads}", "JSONCompactEachRow"))
        return [json.loads(line) for line in text.splitlines()]

    return run


ENGINES = {"duckdb": duckdb_engine, "polars": polars_engine, "datafusion": datafusion_engine, "chdb": chdb_engine}


def main():
    engine = sys.argv[1]
    setup = json.loads(sys.stdin.readline())
    for name in ("POLARS_MAX_THREADS", "TOKIO_WORKER_THREADS", "RAYON_NUM_THREADS"):
        os.environ[name] = str(setup["threads"])
    run = ENGINES[engine](setup["threads"], setup["table"], setup["file"], setup["source"])
    print("{}", flush=True)
    for line in sys.stdin:
        try:
            start = time.perf_counter()
            rows = run(line.strip())
            answer = {"ms": (time.perf_counter() - start) * 1000, "rows": [[None if v is None else str(v) for v in row] for row in rows]}
        except Exception as failure:  # an engine that cannot run a query is reported, not hidden
            answer = {"error": f"{type(failure).__name__}: {str(failure)[:200]}"}
        print(json.dumps(answer), flush=True)
    os._exit(0)  # some engines' threads do not end


if __name__ == "__main__":
    main()

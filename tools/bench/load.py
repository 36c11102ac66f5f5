#!/usr/bin/env python3
"""Reading CSV into a table, and writing a table as Parquet: Trueno beside DuckDB, Polars, chDB and DataFusion, by turns.

usage: ./dev bench load [--scale 1.4] [--threads 2] [--rounds 3] [--engines duckdb,polars,chdb,datafusion] [--data DIR] [--trueno PATH] [--write]

The CSV file is TPC-H's lineitem with a header, about 1 GB at scale 1.4; columns and types are found by each engine itself. Parquet is written from
the table in memory, compressed with Zstandard at level 3. Every engine is a process of its own, pinned to its cores; the median of the rounds
counts. Row counts and sums of what was read, and of what was written, are compared. --write replaces docs/benchmarks_load.md."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time

import versus
import work

CHECK = "count(*), sum(l_quantity), max(l_shipdate), min(l_comment)"


def other_engine(name: str, csv: str, parquet: str, threads: int):
    """Reads, writes and describes: three functions without arguments."""
    if name == "duckdb":
        import duckdb

        connection = duckdb.connect(config={"threads": threads})
        connection.execute("set enable_progress_bar = false; set preserve_insertion_order = true")
        read = lambda: connection.execute(f"create or replace table t as from read_csv('{csv}')")
        write = lambda: connection.execute(f"copy t to '{parquet}' (format parquet, compression zstd, compression_level 3)")
        return read, write, lambda: connection.execute(f"select {CHECK} from t").fetchone()
    if name == "polars":
        import polars

        kept = {}
        read = lambda: kept.update(t=polars.read_csv(csv, try_parse_dates=True))
        write = lambda: kept["t"].write_parquet(parquet, compression="zstd", compression_level=3)

        def describe():
            t = kept["t"]
            return t.height, t["l_quantity"].sum(), t["l_shipdate"].max(), t["l_comment"].min()

        return read, write, describe
    if name == "datafusion":
        import datafusion

        context = datafusion.SessionContext(datafusion.SessionConfig().with_target_partitions(threads))
        context.register_csv("source", csv)
        kept = {}

        def read():
            kept["parts"] = context.sql("select * from source").collect_partitioned()

        def write():
            context.deregister_table("t")
            context.register_record_batches("t", kept["parts"])
            context.sql("select * from t").write_parquet(parquet, compression="zstd", compression_level=3)

        def describe():
            context.deregister_table("t")
            context.register_record_batches("t", kept["parts"])
            batch = context.sql(f"select {CHECK} from t").collect()[0]
            return tuple(column.to_pylist()[0] for column in batch.columns)

        return read, write, describe
    from chdb import session as chdb_session

    session = chdb_session.Session()
    session.query(f"set max_threads = {threads}, max_insert_threads = {threads}, output_format_parquet_compression_method = 'zstd', engine_file_truncate_on_insert = 1")

    def read():
        session.query("drop table if exists t sync")
        session.query(f"create table t engine = Memory as select * from file('{csv}', CSVWithNames)")

    write = lambda: session.query(f"insert into function file('{parquet}', Parquet) select * from t")
    return read, write, lambda: json.loads(str(session.query(f"select {CHECK} from t", "JSONCompactEachRow")))


def serve(name: str, csv: str, parquet: str, threads: int):
    """Answers "read", "write" and "describe", a line each."""
    for variable in ("POLARS_MAX_THREADS", "TOKIO_WORKER_THREADS", "RAYON_NUM_THREADS"):
        os.environ[variable] = str(threads)
    steps = dict(zip(("read", "write", "describe"), other_engine(name, csv, parquet, threads)))
    for line in sys.stdin:
        start = time.perf_counter()
        answer = steps[line.strip()]()
        ms = (time.perf_counter() - start) * 1000
        print(json.dumps({"ms": ms, "rows": [list(map(str, answer))] if line.strip() == "describe" else []}), flush=True)
    os._exit(0)


class Trueno:
    """The same three steps in statements of `trueno bench -`, each of which is run once where it changes something."""

    def __init__(self, csv: str, parquet: str, options):
        lines = [f"set threads = {options.threads}", "set backend = 'simd'"]
        self.engine = versus.Engine("trueno", [str(options.trueno), "bench", "-"], options.threads, lines)
        self.steps = {
            "read": f"create or replace table t as select * from '{csv}'",
            "write": f"copy t to '{parquet}' (format parquet, compression zstd, compression_level 3)",
            "describe": f"select {CHECK} from t",
        }

    def ask(self, step: str) -> dict:
        answer = self.engine.ask(self.steps[step])
        if "error" in answer:
            raise RuntimeError(answer["error"])
        if step == "describe":
            answer["rows"] = [list(row.values()) if isinstance(row, dict) else row for row in answer["rows"]]
        return answer

    def close(self):
        self.engine.close()


def main():
    if len(sys.argv) > 1 and sys.argv[1] == "serve":
        return serve(sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5]))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", default="1.4")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engines", default=",".join(versus.PEERS))
    parser.add_argument("--data", type=pathlib.Path, default=versus.ROOT / ".cache" / "bench")
    parser.add_argument("--trueno", type=pathlib.Path, default=versus.TRUENO)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    csv = options.data / f"lineitem-{options.scale}.csv"
    if not csv.exists():
        import duckdb

        lineitem = work.make(options.data, {"lineitem"}, {}, options.scale)["lineitem"]
        duckdb.connect().execute(f"copy (from '{lineitem}') to '{csv}.part' (format csv, header)")
        os.rename(f"{csv}.part", csv)
    folder = tempfile.TemporaryDirectory(dir=options.data)
    engines, problems = {}, {}
    names = ["trueno", *options.engines.split(",")]
    for name in names:
        parquet = f"{folder.name}/{name}.parquet"
        if name == "trueno":
            engines[name] = Trueno(str(csv), parquet, options)
        else:
            command = [sys.executable, __file__, "serve", name, str(csv), parquet, str(options.threads)]
            engines[name] = versus.Engine(name, command, options.threads, [])
    times = {step: {name: [] for name in names} for step in ("read", "write")}
    for turn in range(options.rounds + 1):  # the first is the warm-up
        for step in ("read", "write"):
            for name in list(engines):
                try:
                    ms = engines[name].ask(step)["ms"]
                    if turn > 0:
                        times[step][name].append(ms)
                except RuntimeError as failure:
                    problems[name] = str(failure)
                    engines.pop(name)
    said = {name: engine.ask("describe")["rows"][0] for name, engine in engines.items()}
    import duckdb

    for name in engines:
        if not versus.same([said[name]], [said["trueno"]]):
            problems[name] = f"read {said[name]}, Trueno {said['trueno']}"
        written = duckdb.connect().execute(f"select {CHECK} from '{folder.name}/{name}.parquet'").fetchone()
        if not versus.same([list(map(str, written))], [said["trueno"]]):
            problems[name] = f"wrote {written}, Trueno read {said['trueno']}"
    sizes = {name: pathlib.Path(f"{folder.name}/{name}.parquet").stat().st_size for name in engines}
    for engine in engines.values():
        engine.close()
    gigabytes = csv.stat().st_size / 1e9
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
    out = [
        "# CSV in, Parquet out",
        "",
        f"{datetime.date.today()}, {options.threads} threads of {cpu} in a shared virtual machine: read ratios. {versus.versions()}.",
        f"Made by `./dev bench load --write`: TPC-H's lineitem at scale {options.scale}, {gigabytes:.2f} GB of CSV; median of {options.rounds} rounds by turns after a warm-up, compared.",
        "",
        "| step | " + " | ".join(name if name != "trueno" else "Trueno" for name in names) + " | Trueno ÷ best |",
        "|---|" + "---:|" * (len(names) + 1),
    ]
    for step, title in (("read", "CSV into a table, ms"), ("write", "Parquet, ms")):
        medians = {name: statistics.median(times[step][name]) for name in names if times[step][name]}
        best = min(ms for name, ms in medians.items() if name != "trueno")
        cells = [f"{medians[name]:.0f}" if name in medians else "–" for name in names]
        out.append(f"| {title} | {' | '.join(cells)} | {medians['trueno'] / best:.2f} |")
    out.append("| Parquet, MB | " + " | ".join(f"{sizes[name] / 1e6:.0f}" if name in sizes else "–" for name in names) + " | |")
    out += [f"- {name}: {problem}" for name, problem in problems.items()]
    report = "\n".join(out) + "\n"
    if options.write:
        (versus.ROOT / "docs" / "benchmarks_load.md").write_text(report)
    print(report)


if __name__ == "__main__":
    main()

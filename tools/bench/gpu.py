#!/usr/bin/env python3
"""Trueno's GPU through SQL, beside the device's memory limit, CuPy on the same card and Trueno's own CPU: the same answers, the time of each.

usage: ./dev bench gpu [--rows 100000000] [--repeat 21] [--trueno PATH] [--only TEXT] [--write]
       ./dev bench gpu --ssb SCALE [--repeat 21] [--trueno PATH] [--data DIR] [--write]

Columns are in memory and, for the GPU, on the device; times are of whole statements in a warm process, median of --repeat. The limit is the
bytes a query reads divided by the rate at which the device sums a large array of its own (CuPy; without it, no limit is shown). Every answer
of the GPU is compared with the CPU's, byte for byte. Columns are moved and kernels compiled first; then the engine chooses a device for each
pipeline, by cost, as it does by itself. A query whose pipeline over t does not run on the GPU has the reason in its row, and what else the CPU
does is said below. --ssb: the Star Schema Benchmark instead, see gpu_ssb.py; needs numpy and pyarrow.
--write replaces docs/benchmarks_gpu.md, with --ssb docs/benchmarks_gpu_ssb.md."""
from __future__ import annotations

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import typing

import placement
import versus

ROOT = pathlib.Path(__file__).resolve().parents[2]



class Query(typing.NamedTuple):
    name: str
    sql: str
    row_bytes: float  # of the columns of t that it reads, a row, as they are stored
    dimension: int = 0  # rows of the dimension that it reads
    cupy: typing.Callable | None = None  # what CuPy does instead


QUERIES = [
    Query("SUM int32", "select sum(a) from t", 4, cupy=lambda cp, t: cp.sum(t["a"], dtype=cp.int64)),
    Query("SUM int64, exact in 128 bits", "select sum(b) from t", 6.625, cupy=lambda cp, t: cp.sum(t["b"])),
    Query("SUM double, exact", "select sum(d) from t", 8, cupy=lambda cp, t: cp.sum(t["d"])),
    Query("SUM of a 12-bit packed column", "select sum(c) from t", 1.5, cupy=lambda cp, t: cp.sum(t["c"], dtype=cp.int64)),
    Query("MIN, MAX int32", "select min(a), max(a) from t", 4, cupy=lambda cp, t: (cp.min(t["a"]), cp.max(t["a"]))),
    Query("filter + SUM + COUNT", "select sum(a), count(*) from t where c < 2048", 5.5,
          cupy=lambda cp, t: (cp.sum(cp.where(t["c"] < 2048, t["a"], 0), dtype=cp.int64), cp.count_nonzero(t["c"] < 2048))),
    Query("GROUP BY 16", "select k16, sum(b), count(*) from t group by k16", 7.125),
    Query("GROUP BY 1000", "select k1k, sum(b), count(*) from t group by k1k", 7.875),
    Query("GROUP BY 65,536", "select k64k, sum(b), count(*) from t group by k64k", 8.625),
    Query("GROUP BY 1M", "select j1m, sum(b), count(*) from t group by j1m", 9.125),
    Query("join with 64k rows + SUM", "select sum(t.c * dim64k.w) from t join dim64k on t.j64k = dim64k.id", 3.5, 65_536),
    Query("join with 1M rows + SUM", "select sum(t.c * dim1m.w) from t join dim1m on t.j1m = dim1m.id", 4, 1_000_000),
    Query("join with 16M rows + SUM", "select sum(t.c * dim16m.w) from t join dim16m on t.j16m = dim16m.id", 4.5, 16_000_000),
    Query("join whose build side is 1 % of t", "select count(*), sum(dim16m.w) from dim16m join t on dim16m.id = t.j16m where t.c < 41", 4.5, 16_000_000),
    Query("COUNT DISTINCT of 1M", "select count(distinct j1m) from t", 2.5),
    Query("top 10", "select a, b from t order by a desc limit 10", 4),
]
DIMENSIONS = {"64k": 65_536, "1m": 1_000_000, "16m": 16_000_000}  # never more rows than t has
TABLE = """create table t as select (i*2654435761 % 4294967291 - 2147483648)::int a, (i*81233720363 % 8123372036854785) - 4123372036854785 b,
 (i*7919 % 4096)::int c, ((i*104729) % 9999991)/100.0::double d, (i*31 % 16)::int k16, (i*7919 % 1000)::int k1k, (i*7919 % 65536)::int k64k,
 {keys} from range({rows}) r(i)"""


def dimension_bytes(rows):
    """id, packed to as many bits as it needs, and w in 7."""
    return rows * (max(1, (rows - 1).bit_length()) + 7) / 8


def tables(rows):
    """Keys are uniform and jump about: a multiple of the row number, modulo a prime."""
    sizes = {name: min(size, rows) for name, size in DIMENSIONS.items()}
    keys = ", ".join(f"(i*2971215073 % 4294967291 % {size})::int j{name}" for name, size in sizes.items())
    fact = " ".join(TABLE.format(rows=rows, keys=keys).split())
    return [fact] + [f"create table dim{name} as select i::int id, (i*7919 % 101)::int w from range({size}) r(i)" for name, size in sizes.items()]


def open_engine(args, device, rows):
    lines = tables(rows) + placement.settings(device, args.software)
    return versus.Engine(device, [args.trueno, "bench", "-"], len(os.sched_getaffinity(0)), lines + placement.measured(device))


def run(args, device, places):
    """Median ms by query; for the GPU, `places` gets where each runs."""
    engine, times = open_engine(args, device, args.rows), {}
    for query in args.queries:
        if device == "gpu":
            places[query.name] = placement.find(engine, query.sql, "t")
            if places[query.name].why_not:
                continue
            places[query.name] = placement.prepare(engine, query.sql, "t")
        answer = engine.ask_again(query.sql)  # the warm-up
        if device == "gpu" and (why := placement.failure(answer)):
            places[query.name] = placement.Placement(why)
            continue
        if "error" in answer or device == "simd" and not answer["devices"].startswith(("simd", "scalar")):
            sys.exit(f"{query.sql} on {device}: {answer.get('error', answer.get('devices'))}")
        placement.warm_up(engine, query.sql)
        times[query.name] = statistics.median(engine.ask(query.sql)["ms"] for _ in range(args.repeat))
    engine.close()
    return times


def answers(args, device, queries):
    """All rows of all answers, in no order."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        lines = tables(args.rows) + placement.settings(device, args.software) + ["set gpu_fallback='silent'"]
        file.write(";\n".join(lines + [query.sql for query in queries]) + ";\n")
        file.flush()
        shell = subprocess.run([args.trueno, "--format", "csv", "-f", file.name], capture_output=True, text=True, check=False)
    if shell.returncode != 0:
        sys.exit(f"{device}: {shell.stderr.strip()}")
    return sorted(shell.stdout.split("\n"))


def cupy_times(args):
    """Name of the card, GB/s it reads at, ms by query; nothing where CuPy is not there."""
    try:
        import cupy as cp
        name = cp.cuda.runtime.getDeviceProperties(0)["name"].decode()
    except Exception:  # noqa: BLE001: no CuPy, no CUDA, no card: all the same here
        return None, None, {}
    i = cp.arange(args.rows, dtype=cp.int64)
    table = {"a": (i * 2654435761 % 4294967291 - 2147483648).astype(cp.int32), "b": i * 81233720363 % 8123372036854785 - 4123372036854785,
             "c": (i * 7919 % 4096).astype(cp.int32), "d": (i * 104729 % 9999991) / 100.0}
    del i

    def median_ms(work):
        times = []
        for _ in range(args.repeat + 2):
            cp.cuda.Device().synchronize()
            begin = time.perf_counter()
            work()
            cp.cuda.Device().synchronize()
            times.append((time.perf_counter() - begin) * 1000)
        return statistics.median(times[2:])

    large = cp.zeros(1 << 28, dtype=cp.float64)
    rate = large.nbytes / 1e6 / median_ms(lambda: cp.sum(large))
    del large
    return name, rate, {query.name: median_ms(lambda: query.cupy(cp, table)) for query in args.queries if query.cupy}


def publish(args, name, text, ran):
    print(text)
    if args.write and ran == 0:
        sys.exit(f"nothing ran on the GPU: docs/{name} stays as it was")
    if args.write:
        (ROOT / "docs" / name).write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--repeat", type=int, default=21)
    parser.add_argument("--trueno", default=str(ROOT / "build/release/trueno"))
    parser.add_argument("--only", default="")
    parser.add_argument("--software", action="store_true", help="a software adapter: says that it runs, not how fast")
    parser.add_argument("--ssb", metavar="SCALE", help="the Star Schema Benchmark at this scale instead")
    parser.add_argument("--data", help="folder of the Star Schema Benchmark's files; left out, one of the system's temporary folder")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    os.environ["TRUENO_CACHE_DIR"] = tempfile.mkdtemp(prefix="trueno-bench")  # rates are measured, not remembered
    doctor = subprocess.run([args.trueno, "doctor"], capture_output=True, text=True, check=False).stdout
    adapter = next((line.split(":", 1)[1].strip() for line in doctor.split("\n") if "adapter" in line.lower() and ":" in line), "a GPU")
    if args.ssb:
        import gpu_ssb

        text, ran = gpu_ssb.report(args, adapter)
        publish(args, "benchmarks_gpu_ssb.md", text, ran)
        return
    args.queries = [query for query in QUERIES if args.only in query.name]
    places = {}
    gpu = run(args, "gpu", places)
    cpu = run(args, "simd", places)
    ran = [query for query in args.queries if query.name in gpu]
    if answers(args, "gpu", ran) != answers(args, "simd", ran):
        sys.exit("the GPU's answers are not the CPU's")
    card, rate, peer = cupy_times(args)
    lines = ["# The GPU, measured", "", f"{args.rows:,} rows on {card or adapter}, columns on the device; whole statements, median of {args.repeat} after a second of them, ms. "
             + (f"The card sums an array of its own at {rate:,.0f} GB/s." if rate else "No CuPy there: no limit is known."),
             "Made by `./dev bench gpu --write`. Every answer equals the CPU's, byte for byte.", "",
             "| query | GPU | limit | GPU ÷ (limit + 0.06) | CuPy | our CPU |", "|---|---:|---:|---:|---:|---:|"]
    for query in args.queries:
        on_gpu = gpu.get(query.name)
        limit = (query.row_bytes * args.rows + dimension_bytes(min(query.dimension, args.rows))) / 1e6 / rate if rate else None
        bound = f"{limit:.3f}" if limit else "–"
        share = f"{on_gpu / (limit + 0.06):.2f}" if limit and on_gpu else "–"
        beside = f"{peer[query.name]:.3f}" if query.name in peer else "–"
        place = places[query.name]
        measured = f"{on_gpu:.3f}{'*' if place.elsewhere else ''}" if on_gpu else place.why_not
        lines.append(f"| {query.name} | {measured} | {bound} | {share} | {beside} | {cpu[query.name]:.2f} |")
    text = "\n".join(lines + placement.notes(places)) + "\n"
    publish(args, "benchmarks_gpu.md", text, len(gpu))


if __name__ == "__main__":
    try:
        main()
    except RuntimeError as failure:  # an engine's process that ended where it must not
        sys.exit(str(failure))

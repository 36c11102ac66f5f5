"""The Star Schema Benchmark on the GPU, beside Trueno's CPU and, where Python has it, DuckDB: `./dev bench gpu --ssb SCALE`.

Tables are in memory and, for the GPU, on the device; of lineorder the nine columns that the queries read. Each engine is a process of its
own; all answers are compared. A query whose pipeline over lineorder cannot run on the GPU has the engine's
reason in its row.
"""

from __future__ import annotations

import importlib.util
import json
import math
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import placement
import ssb
import versus

HERE = Path(__file__).resolve().parent


def open_trueno(args, device: str, files: dict[str, str]) -> versus.Engine:
    tables = [f"create table {name} as select * from '{file}'" for name, file in files.items()]
    return versus.Engine(device, [args.trueno, "bench", "-"], len(os.sched_getaffinity(0)), tables + placement.settings(device, args.software) + placement.measured(device))


def open_duckdb(files: dict[str, str]) -> versus.Engine | None:
    if importlib.util.find_spec("duckdb") is None:
        return None
    cores = len(os.sched_getaffinity(0))
    setup = {"files": files, "source": "memory", "threads": cores, "kept": False, "compared": []}
    return versus.Engine("duckdb", [sys.executable, str(HERE / "peers.py"), "duckdb"], cores, [json.dumps(setup)])


def rows_of(answer: dict) -> list:
    return sorted(map(versus.repr_row, versus.rows_of(answer)))


def measure(args, engines: dict[str, versus.Engine], sql: str, places: dict[str, placement.Placement], name: str) -> dict[str, float]:
    """Median ms by engine; `places` gets where the GPU runs it."""
    times, answers = {}, {}
    for engine in engines.values():
        if engine.name == "gpu":
            places[name] = placement.find(engine, sql, "lineorder")
            if places[name].why_not:
                continue
            places[name] = placement.prepare(engine, sql, "lineorder")
        answer = engine.ask_again(sql)  # moves columns to the device and compiles
        if "error" not in answer:
            answers[engine.name] = answer
        why = placement.failure(answer) if engine.name == "gpu" else answer.get("error")
        if why and engine.name != "gpu":
            sys.exit(f"{name} on {engine.name}: {why}")
        if why:
            places[name] = placement.Placement(why)
        else:
            times[engine.name] = []
    # Each engine's runs follow one another: a query of a few milliseconds would otherwise be measured with caches full of another engine's data.
    for engine in list(times):
        placement.warm_up(engines[engine], sql)
        times[engine] = [engines[engine].ask(sql)["ms"] for _ in range(args.repeat)]
    cpu = rows_of(answers["simd"])
    if "gpu" in times and rows_of(answers["gpu"]) != cpu:
        sys.exit(f"{name}: the GPU's answer is not the CPU's: {versus.difference(rows_of(answers['gpu']), cpu)}")
    if "duckdb" in times and not versus.same(rows_of(answers["duckdb"]), cpu):
        sys.exit(f"{name}: DuckDB's answer is another: {versus.difference(rows_of(answers['duckdb']), cpu)}")
    return {engine: statistics.median(list_) for engine, list_ in times.items()}


def mean(ratios: list[float]) -> str:
    return f"{math.exp(sum(map(math.log, ratios)) / len(ratios)):.2f}" if ratios else "–"


def report(args, adapter: str) -> tuple[str, int]:
    """The page, and how many queries ran on the GPU."""
    folder = Path(args.data) if args.data else Path(tempfile.gettempdir()) / "trueno-ssb"
    began = time.perf_counter()
    files = ssb.make_measured(folder / f"ssb-sf{args.ssb}", args.ssb)
    print(f"tables made or found in {time.perf_counter() - began:.1f} s", flush=True)
    places = {}
    began = time.perf_counter()
    opened = [open_trueno(args, "gpu", files), open_trueno(args, "simd", files), open_duckdb(files)]
    engines = {engine.name: engine for engine in opened if engine}
    print(f"loaded in {time.perf_counter() - began:.1f} s", flush=True)
    rows = engines["simd"].ask("select count(*) n from lineorder")["rows"][0]["n"]
    beside = "DuckDB" if "duckdb" in engines else "no DuckDB (its package is not there)"
    lines = [
        "# The Star Schema Benchmark on the GPU", "",
        f"Scale {args.ssb}, {int(rows):,} rows of lineorder, on {adapter}, beside {len(os.sched_getaffinity(0))} cores: our CPU and {beside}. Tables in memory and on the",
        f"device; whole statements, each engine's runs after one another, median of {args.repeat} after a second of them, ms. Made by `./dev bench gpu --ssb {args.ssb} --write`. Answers of GPU and CPU are the same bytes,",
        "DuckDB's equal.", "",
        "| query | GPU | our CPU | DuckDB | GPU ÷ CPU | GPU ÷ DuckDB |", "|---|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    ratios = {"simd": [], "duckdb": []}
    for name, sql in ssb.QUERIES.items():
        ms = measure(args, engines, sql, places, name)
        cells = [f"{ms['gpu']:.3f}{'*' if places[name].elsewhere else ''}" if "gpu" in ms else places[name].why_not]
        cells += [f"{ms[engine]:.2f}" if engine in ms else "-" for engine in ratios]
        for engine, list_ in ratios.items():
            if "gpu" in ms and engine in ms:
                list_.append(ms["gpu"] / ms[engine])
                cells.append(f"{list_[-1]:.3f}")
            else:
                cells.append("-")
        lines.append(f"| {name} | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    lines.append(f"| *geometric mean of {len(ratios['simd'])}* | | | | **{mean(ratios['simd'])}** | **{mean(ratios['duckdb'])}** |")
    for engine in engines.values():
        engine.close()
    return "\n".join(lines + placement.notes(places)) + "\n", len(ratios["simd"])

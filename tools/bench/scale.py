#!/usr/bin/env python3
"""Time and memory of TPC-H as the data grows, and under a memory limit: Trueno beside other engines, from Parquet, by turns.

usage: ./dev bench scale --queries DIR [--scales 0.1,0.3,1,3,10] [--memory-limit 512MB] [--threads 2] [--rounds 3] [--engines duckdb]
                         [--only TEXT] [--data DIR] [--trueno PATH] [--write]

Every engine gets a process of its own for each query, whose private memory (anonymous pages, without those of mapped files) is read every two
milliseconds; what it held before the query is subtracted. Each query runs once to warm up, then --rounds times; the median time and the
most memory of all turns count. Results are compared at every scale. With several scales a power of the scale is fitted to time and memory of each
query: 1 is linear. --memory-limit: of Trueno and DuckDB; other engines are left out then.
--write replaces docs/benchmarks_scale.md and its plot, with --memory-limit docs/benchmarks_memory.md."""

from __future__ import annotations

import argparse
import datetime
import math
import os
import pathlib
import shutil
import statistics
import tempfile
import threading
import time

import versus
import work

DOCS = versus.ROOT / "docs"
MIB = 1 << 20
LEAST_MEMORY = 4 * MIB  # less is noise, not growth


def private_bytes(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/status") as status:
            return next((int(line.split()[1]) * 1024 for line in status if line.startswith("RssAnon")), 0)
    except (FileNotFoundError, ProcessLookupError):
        return 0


class PeakMemory:
    """The most private memory of a process while the block runs."""

    def __init__(self, pid: int):
        self.pid, self.most, self.done = pid, 0, threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        while not self.done.is_set():
            self.most = max(self.most, private_bytes(self.pid))
            time.sleep(0.002)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()


class Turn:
    """One query on one engine at one scale."""

    def __init__(self, ms: float = math.nan, peak: int = 0, rows: list | None = None, problem: str = ""):
        self.ms, self.peak, self.rows, self.problem = ms, peak, rows, problem


def first_lines(engine: str, options, spill: str) -> list[str]:
    if not options.memory_limit:
        return []
    if engine in ("trueno", "duckdb"):
        return [f"set memory_limit = '{options.memory_limit}'", f"set temp_directory = '{spill}'"]
    raise SystemExit(f"no memory limit is set for {engine}")


def ask(group: work.Group, query: str, files: dict, engine: str, options) -> Turn:
    spill = tempfile.mkdtemp(prefix="spill-", dir=options.data)
    try:
        process = versus.start(engine, group, files, "parquet", options.threads, options.trueno, first_lines(engine, options, spill))
    except Exception as failure:  # reported, not hidden
        return Turn(problem=str(failure))
    try:
        idle = private_bytes(process.process.pid)
        with PeakMemory(process.process.pid) as memory:
            answer = process.ask(group.queries[query])
            if "error" in answer:
                return Turn(problem=answer["error"])
            times = [process.ask(group.queries[query])["ms"] for _ in range(options.rounds)]
        return Turn(statistics.median(times), max(0, memory.most - idle), sorted(map(versus.repr_row, versus.rows_of(answer))))
    except Exception as failure:
        return Turn(problem=str(failure))
    finally:
        process.close()
        shutil.rmtree(spill)


def growth(scales: list[float], values: list[float]) -> float:
    """The power of the scale that fits best, by least squares of logarithms."""
    points = [(math.log(s), math.log(v)) for s, v in zip(scales, values) if v > 0 and not math.isnan(v)]
    if len(points) < 2:
        return math.nan
    mean_x, mean_y = (statistics.mean(p[i] for p in points) for i in (0, 1))
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


def mean_ratio(pairs: list[tuple[float, float]]) -> float:
    logs = [math.log(a / b) for a, b in pairs if a > 0 and b > 0]
    return math.exp(statistics.mean(logs)) if logs else math.nan


def table(scale: str, names: list[str], turns: dict[str, dict[str, Turn]]) -> str:
    heads = " | ".join(f"{name} ms | {name} MiB" for name in names)
    out = [f"### SF{scale}", "", f"| query | {heads} | time ÷ best | memory ÷ best |", "|---|" + "---:|" * (2 * len(names) + 2)]
    ratios = {"ms": [], "peak": []}
    for query, by_engine in turns.items():
        cells, others = [], [by_engine[name] for name in names[1:] if not by_engine[name].problem]
        for name in names:
            turn = by_engine[name]
            cells += ["–", "–"] if turn.problem else [versus.shown(turn.ms), f"{turn.peak / MIB:.0f}"]
        ours = by_engine["trueno"]
        for what in ratios:
            best = min((getattr(turn, what) for turn in others), default=math.nan)
            if what == "peak":
                best = max(best, LEAST_MEMORY)
            value = getattr(ours, what) if what == "ms" else max(ours.peak, LEAST_MEMORY)
            cells.append("–" if ours.problem or math.isnan(best) else f"{value / best:.2f}")
            if cells[-1] != "–":
                ratios[what].append((value, best))
        out.append(f"| {query} | {' | '.join(cells)} |")
    means = [mean_ratio(ratios[what]) for what in ("ms", "peak")]
    out.append("| *geometric mean* |" + " |" * (2 * len(names)) + "".join(f" **{mean:.2f}** |" for mean in means))
    for query, by_engine in turns.items():
        out += [f"- {query}, {name}: {turn.problem}" for name, turn in by_engine.items() if turn.problem]
    return "\n".join(out) + "\n"


def growth_table(scales: list[str], queries: list[str], results: dict) -> str:
    numbers = [float(scale) for scale in scales]
    out = ["### Growth", "", "| query | time | memory |", "|---|---:|---:|"]
    for query in queries:
        turns = [results[scale][query]["trueno"] for scale in scales]
        time_power = growth(numbers, [turn.ms for turn in turns])
        memory_power = growth(numbers, [max(turn.peak, LEAST_MEMORY) for turn in turns if not turn.problem])
        out.append(f"| {query} | {time_power:.2f} | {memory_power:.2f} |")
    return "\n".join(out) + "\n"


def plot(file: pathlib.Path, scales: list[str], names: list[str], queries: list[str], results: dict):
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "trueno"  # the same file for the same figures
    from matplotlib import pyplot

    numbers = [float(scale) for scale in scales]
    figure, axes = pyplot.subplots(1, 2, figsize=(11, 4.5))
    for axis, what, unit, divisor in ((axes[0], "ms", "time, ms", 1), (axes[1], "peak", "private memory, MiB", MIB)):
        for name, colour in zip(names, ("tab:blue", "tab:orange", "tab:green", "tab:red", "tab:purple")):
            sums = []
            for scale in scales:
                turns = [results[scale][query][name] for query in queries]
                sums.append(math.nan if any(turn.problem for turn in turns) else sum(getattr(turn, what) for turn in turns) / divisor)
            axis.plot(numbers, sums, "o-", color=colour, label=name)
            if name == "trueno":
                anchor = sums[-1] / numbers[-1]
                axis.plot(numbers, [anchor * number for number in numbers], ":", color="grey", label="linear")
        axis.set(xscale="log", yscale="log", xlabel="TPC-H scale factor", ylabel=f"{unit}, sum of {len(queries)} queries")
        axis.legend()
    figure.tight_layout()
    file.parent.mkdir(exist_ok=True)
    figure.savefig(file, metadata={"Date": None})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=pathlib.Path, required=True)
    parser.add_argument("--scales", default="0.1,0.3,1,3,10")
    parser.add_argument("--memory-limit")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engines", default="duckdb")
    parser.add_argument("--only", default="")
    parser.add_argument("--data", type=pathlib.Path, default=versus.ROOT / ".cache" / "bench")
    parser.add_argument("--trueno", type=pathlib.Path, default=versus.TRUENO)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    group = work.queries_of(options.queries)
    names = ["trueno", *options.engines.split(",")]
    scales = options.scales.split(",")
    queries = [query for query in group.queries if options.only.lower() in query.lower()]
    results, sections = {}, []
    for scale in scales:
        files = work.make(options.data, set(group.tables), {}, scale)
        turns = results[scale] = {}
        print(f"SF{scale}", flush=True)
        for query in queries:
            turns[query] = {name: ask(group, query, files, name, options) for name in names}
            done = [(name, turn) for name, turn in turns[query].items() if not turn.problem]
            for name, turn in done[1:]:
                if not versus.same(turn.rows, done[0][1].rows):
                    turn.problem = f"another result than {done[0][0]}'s: {versus.difference(turn.rows, done[0][1].rows)}"
            shown = [f"{name} {turn.ms:9.1f} ms {turn.peak / MIB:6.0f} MiB" if not turn.problem else f"{name}: {turn.problem}" for name, turn in turns[query].items()]
            print(f"  {query}  {'   '.join(shown)}", flush=True)
        sections.append(table(scale, names, turns))
    limit = f" with a memory limit of {options.memory_limit}" if options.memory_limit else ""
    head = (
        f"# TPC-H from Parquet{limit}, {options.threads} threads\n\n{datetime.date.today()}, {os.cpu_count()} cores of a shared virtual machine: read ratios. {versus.versions()}.\n"
        f"Made by `./dev bench scale --write`: a process a query, median of {options.rounds} turns after a warm-up, by turns; memory is the most of private pages above an\n"
        f"idle process. Memory below {LEAST_MEMORY // MIB} MiB counts as that. Results are compared.\n"
    )
    name = "memory" if options.memory_limit else "scale"
    if len(scales) > 1:
        sections.insert(0, growth_table(scales, queries, results))
        if options.write:
            plot(DOCS / "plots" / f"{name}.svg", scales, names, queries, results)
            head += f"\n![time and memory by scale](plots/{name}.svg)\n"
    report = head + "\n" + "\n".join(sections)
    if options.write:
        (DOCS / f"benchmarks_{name}.md").write_text(report)
    print("\n" + report)


if __name__ == "__main__":
    main()

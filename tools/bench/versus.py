"""Trueno beside DuckDB, Polars, chDB and DataFusion: the same queries over the same data on the same cores, by turns, results compared.

usage: ./dev bench versus [--threads 1,2] [--groups scan,groupby,join,sort,tpch,ssb,h2ogroup,h2ojoin] [--sources memory,parquet] [--rounds 5]
                          [--scan-rows N] [--group-rows N] [--fact-rows N] [--h2o-rows N] [--scale SF] [--data DIR] [--queries DIR]
                          [--only TEXT] [--engines NAMES] [--trueno PATH] [--write]

Every engine is a process of its own, pinned to the cores it may use, with its tables loaded once. A round runs the query once on each
engine in turn, so that what else the machine does hits all alike; the median of the rounds counts. Statistics answers are off in Trueno.
--queries: a folder of TPC-H's queries, which the group tpch then runs instead of Q1 and Q6. --scale: of the groups tpch and ssb.
A statement that Trueno cannot run is reported, and it starts again: an engine whose process ends is started anew for the next query.
--write replaces docs/benchmarks.md; without it the tables go to standard output only.
"""

from __future__ import annotations

import argparse
import datetime
import decimal
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import work

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TRUENO = ROOT / "build" / "release" / "trueno"
PEERS = ["duckdb", "polars", "chdb", "datafusion"]
TOLERANCE = 1e-9  # sums of floats: the others round on the way


def one_line(sql: str) -> str:
    return " ".join(sql.split())


class Engine:
    """A process that answers one query a line."""

    def __init__(self, name: str, command: list[str], threads: int, first_lines: list[str]):
        cores = set(sorted(os.sched_getaffinity(0))[:threads])
        self.name, self.command, self.cores, self.first_lines = name, command, cores, first_lines
        self.start()

    def start(self):
        self.said = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said, text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, self.cores),
        )  # fmt: skip
        for line in self.first_lines:
            self.ask(line)

    def ask(self, line: str) -> dict:
        """The answer, which may be {"error":}; RuntimeError where the process ended, with what it said last."""
        try:
            self.process.stdin.write(one_line(line) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            self.process.wait()
            self.said.seek(0)
            said = self.said.read().strip().split("\n")[-1] or f"exit code {self.process.returncode}"
            raise RuntimeError(f"{said[:300]} (while it ran: {one_line(line)[:100]})")
        return json.loads(answer)

    def ask_again(self, line: str) -> dict:
        """As `ask`, but a process that ends is an error too, after which another one is there."""
        try:
            return self.ask(line)
        except RuntimeError as failure:
            self.start()
            return {"error": str(failure)}

    def close(self):
        self.process.kill()
        self.process.wait()


def start(name: str, group: work.Group, files: dict[str, Path], source: str, threads: int, trueno: Path = TRUENO, settings: list[str] | None = None) -> Engine:
    """`settings`: statements that come first."""
    if name == "trueno":
        kind = "table" if source == "memory" else "view"
        tables = [f"create {kind} {table} as select * from '{file}'" for table, file in files.items()]
        lines = ["set statistics_answers = false", f"set threads = {threads}", "set backend = 'simd'", *(settings or [])] + tables
        return Engine(name, [str(trueno), "bench", "-"], threads, lines)
    named = {table: str(file) for table, file in files.items()}
    setup = json.dumps({"files": named, "source": source, "threads": threads, "kept": group.kept, "settings": settings or [], "compared": [one_line(sql) for sql in group.checks.values()]})
    return Engine(name, [sys.executable, str(HERE / "peers.py"), name], threads, [setup])


def number(cell):
    if cell is None or cell == "NULL":
        return None
    try:
        return decimal.Decimal(str(cell))
    except decimal.InvalidOperation:
        return str(cell)


def same(left, right) -> bool:
    """Whether two results agree: texts and whole numbers exactly, others relatively."""
    if len(left) != len(right):
        return False
    for a, b in zip(left, right):
        for x, y in zip(map(number, a), map(number, b)):
            if x == y:
                continue
            if isinstance(x, str) or isinstance(y, str) or x is None or y is None:
                return False
            if abs(x - y) > decimal.Decimal(TOLERANCE) * max(abs(x), abs(y)):
                return False
    return True


def rows_of(answer) -> list[list]:
    """The rows that came, and before them how many there are."""
    rows = [list(row.values()) if isinstance(row, dict) else row for row in answer["rows"]]
    return [[answer["row_count"]], *rows]


def difference(left: list, right: list) -> str:
    """The first rows that differ, and where."""
    if len(left) != len(right):
        return f"{len(left) - 1} and {len(right) - 1} rows"
    return next((f"row {i}: {a} and {b}" for i, (a, b) in enumerate(zip(left, right)) if not same([a], [b])), "")


def first_answer(engine: Engine, sql: str, check: str | None) -> dict:
    """The answer whose rows are compared: the check's where there is one."""
    answer = engine.ask_again(sql)
    return answer if check is None or "error" in answer else engine.ask_again(check)


def measure(group: work.Group, files: dict[str, Path], source: str, threads: int, options) -> list[dict]:
    files = {table.split(".")[-1]: files[table] for table in group.tables}
    engines, failed = [], {}
    for name in ["trueno", *options.engines.split(",")]:
        try:
            engines.append(start(name, group, files, source, threads, options.trueno))
        except Exception as failure:
            failed[name] = str(failure)
    lines = []
    for query, sql in group.queries.items():
        if options.only and options.only.lower() not in query.lower():
            continue
        times, results, problems = {}, {}, dict(failed)
        for engine in engines:  # the warm-up gives the results
            answer = first_answer(engine, sql, group.checks.get(query))
            if "error" in answer:
                problems[engine.name] = answer["error"]
            else:
                results[engine.name], times[engine.name] = rows_of(answer), []
        for _ in range(options.rounds):
            for engine in engines:
                if engine.name in times:
                    times[engine.name].append(engine.ask(sql)["ms"])
        ordered = (lambda rows: list(map(repr_row, rows))) if group.kept else (lambda rows: sorted(map(repr_row, rows)))
        first = next(iter(results), None)  # Trueno, but where it cannot run this
        for name, rows in results.items():
            if not same(ordered(rows), ordered(results[first])):
                problems[name] = f"another result than {first}'s: {difference(ordered(rows), ordered(results[first]))}"
        medians = {name: statistics.median(list_) for name, list_ in times.items()}
        lines.append({"query": query, "median_ms": medians, "min_ms": {n: min(l) for n, l in times.items()}, "problems": problems})
        print_line(lines[-1])
    for engine in engines:
        engine.close()
    return lines


def repr_row(row):
    return [str(cell) if isinstance(number(cell), str) else cell if cell is None else str(cell) for cell in row]


def ratio(line: dict) -> float:
    others = [ms for name, ms in line["median_ms"].items() if name != "trueno"]
    return line["median_ms"]["trueno"] / min(others) if others and "trueno" in line["median_ms"] else math.nan


def print_line(line: dict):
    cells = "  ".join(f"{name} {ms:9.3f}" for name, ms in line["median_ms"].items())
    print(f"  {line['query']:<30} {cells}  ratio {ratio(line):5.2f}", flush=True)
    for name, problem in line["problems"].items():
        print(f"    {name}: {problem}", flush=True)


def shown(ms: float) -> str:
    return f"{ms:.1f}" if ms >= 1 else f"{ms:.3f}"


def table(title: str, lines: list[dict]) -> str:
    names = ["trueno", *PEERS]
    out = [f"### {title}", "", "| query | Trueno | DuckDB | Polars | chDB | DataFusion | Trueno ÷ best |", "|---|---:|---:|---:|---:|---:|---:|"]
    for line in lines:
        best = min(line["median_ms"].values(), default=None)
        cells = []
        for name in names:
            ms = line["median_ms"].get(name)
            cells.append("–" if ms is None else f"**{shown(ms)}**" if ms == best else shown(ms))
        out.append(f"| {line['query']} | {' | '.join(cells)} | {ratio(line):.2f} |")
    ratios = [max(0.25, ratio(line)) for line in lines if not math.isnan(ratio(line))]
    if ratios:
        out.append(f"| *geometric mean* | | | | | | **{math.exp(sum(map(math.log, ratios)) / len(ratios)):.2f}** |")
    for line in lines:
        out += [f"- {line['query']}, {name}: {problem}" for name, problem in line["problems"].items()]
    return "\n".join(out) + "\n"


def versions() -> str:
    import importlib.metadata as metadata

    return ", ".join(f"{name} {metadata.version(name)}" for name in PEERS)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", default="2,1")
    parser.add_argument("--groups", default="scan,groupby,join,sort,small,tpch,ssb,h2ogroup,h2ojoin")
    parser.add_argument("--sources", default="memory,parquet")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scan-rows", type=int, default=100_000_000)
    parser.add_argument("--group-rows", type=int, default=10_000_000)
    parser.add_argument("--fact-rows", type=int, default=100_000_000)
    parser.add_argument("--h2o-rows", type=int, default=10_000_000)
    parser.add_argument("--scale", default="1")
    parser.add_argument("--engines", default=",".join(PEERS))
    parser.add_argument("--data", type=Path, default=ROOT / ".cache" / "bench")
    parser.add_argument("--queries", type=Path)
    parser.add_argument("--only")
    parser.add_argument("--trueno", type=Path, default=TRUENO)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    sizes = {name: getattr(options, name) for name in ("scan_rows", "group_rows", "fact_rows", "h2o_rows")}
    chosen = [group for group in work.GROUPS if group.name in options.groups.split(",")]
    if options.queries:
        chosen = [work.queries_of(options.queries) if group.name == "tpch" else group for group in chosen]
    files = work.make(options.data, {table for group in chosen for table in group.tables}, sizes, options.scale)
    sections = []
    for group in chosen:
        named = {name: f"{rows // 1_000_000}M" if rows >= 1_000_000 else rows for name, rows in sizes.items()}
        title = group.title.format(scale=options.scale, **named)
        for source in options.sources.split(","):
            for threads in map(int, options.threads.split(",")):
                heading = f"{title}, {'in memory' if source == 'memory' else 'Parquet'}, {threads} thread{'s' if threads > 1 else ''}, median ms"
                print(heading, flush=True)
                lines = measure(group, files, source, threads, options)
                if lines:
                    sections.append(table(heading, lines))
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    head = (
        f"# Benchmarks\n\n{datetime.date.today()}, {os.cpu_count()} cores of {cpu} in a shared virtual machine: read ratios, not milliseconds. {versions()}.\n"
        f"Made by `./dev bench versus --write`; all engines by turns, median of {options.rounds} rounds after a warm-up, results compared.\n"
        "Statistics answers are off, in DataFusion the MIN and MAX that skip row groups by their bounds (they lose NaN). SUM of FLOAT and DOUBLE is the correctly rounded exact sum in Trueno and an ordinary sum elsewhere.\n"
    )
    report = head + "\n" + "\n".join(sections)
    if options.write:
        (ROOT / "docs" / "benchmarks.md").write_text(report)
    print("\n" + report)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Dispatch regret: how much slower the device that was chosen is than the best one, over a grid of shapes, sizes and residency.

usage: ./dev bench regret [--most 100000000] [--repeat 21] [--trueno PATH] [--software] [--write]

Regret = max(0, chosen - best - 50 us) / best, of whole statements in a warm process, by turns, median of --repeat (of five where a statement takes
longer than 0.2 s), against each single device. Devices are measured first (`trueno_calibrate()`), and earlier runs teach nothing
(`SET dispatch_learning = false`), so that it is the prediction that is judged. "cold": over a table that was just made, of which the device holds
nothing; median of five. A shape that the GPU declines is not of the grid. --write replaces docs/benchmarks_regret.md."""
from __future__ import annotations

import argparse
import os
import pathlib
import statistics
import sys
import tempfile
import typing

import versus

ROOT = pathlib.Path(__file__).resolve().parents[2]
ALLOWANCE_MS = 0.05
GOAL_MEAN, GOAL_WORST = 0.15, 0.60
COLD_ROUNDS = 5
WARM_UPS = 2
SLOW_MS = 200
MOST_COLD_ROWS = 10_000_000
SHAPES = {
    "SUM of integers": "select sum(a) from {t}",
    "exact SUM of doubles": "select sum(d) from {t}",
    "MIN, MAX": "select min(a), max(b) from {t}",
    "filter of 1 %, COUNT": "select count(*) from {t} where c < 41",
    "filter of half, SUM": "select sum(a), count(*) from {t} where c < 2048",
    "arithmetic": "select sum((a::bigint * 3 + c) * 5 - b % 1000) from {t} where a % 7 <> 3",
    "decimals": "select sum(p * (1 - e)) from {t} where e < 0.05",
    "eight sums": "select sum(a), sum(b), sum(c), min(a), max(b), avg(c), count(*), sum(a::bigint + c) from {t}",
    "16 groups": "select k16, sum(b), count(*) from {t} group by k16",
    "1,000 groups": "select k1k, sum(b), count(*) from {t} group by k1k",
    "65,536 groups": "select k64k, sum(b), count(*) from {t} group by k64k",
    "groups of texts": "select s, sum(a), count(*) from {t} group by s",
    "join with 1,000 rows": "select sum({t}.c * dim1k.w) from {t} join dim1k on {t}.k1k = dim1k.id",
    "join with 65,536 rows": "select sum({t}.c * dim64k.w) from {t} join dim64k on {t}.k64k = dim64k.id",
    "join with 1,000,000 rows": "select sum({t}.c * dim1m.w) from {t} join dim1m on {t}.j1m = dim1m.id",
}
COLD_SHAPES = ("SUM of integers", "exact SUM of doubles", "filter of half, SUM", "1,000 groups", "join with 1,000 rows")
TABLE = """create table {name} as select (i*2654435761 % 4294967291 - 2147483648)::int a, (i*81233720363 % 8123372036854785) - 4123372036854785 b,
 (i*7919 % 4096)::int c, ((i*104729) % 9999991)/100.0::double d, (i % 10000)::decimal(9,2) p, (i % 10 * 0.01)::decimal(9,2) e, (i*31 % 16)::int k16,
 (i*7919 % 1000)::int k1k, (i*7919 % 65536)::int k64k, (i*2971215073 % 4294967291 % 1000000)::int j1m,
 case i % 5 when 0 then 'north' when 1 then 'south' when 2 then 'east' when 3 then 'west' else 'nowhere' end s from range({rows}) r(i)"""
DIMENSIONS = {"1k": 1000, "64k": 65_536, "1m": 1_000_000}


class Cell(typing.NamedTuple):
    shape: str
    rows: int
    cold: bool
    chosen: str  # the device
    chosen_ms: float
    times: dict[str, float]  # ms by device

    @property
    def best(self) -> str:
        return min(self.times, key=self.times.get)

    @property
    def regret(self) -> float:
        best = self.times[self.best]
        return max(0.0, self.chosen_ms - best - ALLOWANCE_MS) / best


def ask(engine, line):
    answer = engine.ask(line)
    if "error" in answer:
        raise RuntimeError(f"{answer['error']} ({line[:80]})")
    return answer


def measure(engine, shape, rows, cold):
    """None where the GPU declines."""
    sql = SHAPES[shape].format(t="cold" if cold else f"t{rows}")
    times, chosen = {"gpu": [], "simd": [], "cost": []}, []
    slow = False
    for turn in range(-WARM_UPS, COLD_ROUNDS if cold else measure.repeat):
        for backend in times:
            ask(engine, f"set backend = '{backend}'")
            if cold:
                ask(engine, f"create or replace table cold as select * from t{rows}")
            answer = ask(engine, sql)
            if backend == "gpu" and "webgpu" not in answer["devices"]:  # small build sides of joins are the CPU's in any case
                return None
            if turn >= 0:
                times[backend].append(answer["ms"])
            if backend == "cost":
                chosen.append("GPU" if "webgpu" in answer["devices"] else "CPU")
            slow |= turn < 0 and answer["ms"] > SLOW_MS
        if slow and turn == COLD_ROUNDS:
            break
    median = {backend: statistics.median(ms) for backend, ms in times.items()}
    return Cell(shape, rows, cold, statistics.mode(chosen), median["cost"], {"GPU": median["gpu"], "CPU": median["simd"]})


def text_of(ms):
    return f"{ms * 1000:.0f} us" if ms < 1 else f"{ms:.1f} ms"


def report(cells, declined, adapter, rates):
    regrets = [cell.regret for cell in cells]
    worst = max(cells, key=lambda cell: cell.regret)
    mean = statistics.fmean(regrets)
    lines = ["# Dispatch regret", "",
             f"{adapter}. Made by `./dev bench regret --write`: what was chosen, its time, and the other device's, of {len(cells)} combinations of shape, size and "
             "residency; regret where there is any.", "",
             f"**Mean {mean:.1%} (goal {GOAL_MEAN:.0%}), worst {worst.regret:.1%} (goal {GOAL_WORST:.0%}): {worst.shape}, {worst.rows:,} rows"
             f"{', cold' if worst.cold else ''}.** The best device was chosen {sum(c.chosen == c.best for c in cells)} times of {len(cells)}.", ""]
    told = [cell.chosen_ms - cell.times["CPU"] for cell in cells if cell.chosen == "CPU" and not cell.cold]
    lines += [f"Where the CPU was chosen, choosing took {statistics.median(told) * 1000:.0f} us in the middle and {max(told) * 1000:.0f} us at most, beside being told.", ""]
    if declined:
        lines += [f"Declined by the GPU, so not of the grid: {', '.join(sorted(declined))}.", ""]
    for cold in (False, True):
        part = [cell for cell in cells if cell.cold == cold]
        sizes = sorted({cell.rows for cell in part})
        if not part:
            continue
        lines += [f"## {'Nothing on the device' if cold else 'Columns on the device'}", "",
                  "| shape | " + " | ".join(f"{rows:,} rows" for rows in sizes) + " |", "|---|" + "---:|" * len(sizes)]
        for shape in SHAPES:
            row = {cell.rows: cell for cell in part if cell.shape == shape}
            if not row:
                continue
            texts = []
            for rows in sizes:
                cell = row.get(rows)
                other = "CPU" if cell and cell.chosen == "GPU" else "GPU"
                texts.append("–" if cell is None else f"{cell.chosen} {text_of(cell.chosen_ms)}, {other} {text_of(cell.times[other])}"
                             + (f" **{cell.regret:.0%}**" if cell.regret > 0.005 else ""))
            lines.append(f"| {shape} | " + " | ".join(texts) + " |")
        lines.append("")
    lines += ["## Rates that were measured", "", "| | " + " | ".join(row["name"] for row in rates) + " |", "|---|" + "---:|" * len(rates)]
    for key in rates[0]:
        if key not in ("name", "kind", "description", "memory_bytes"):
            lines.append(f"| {key} | " + " | ".join(f"{row[key]:.4g}" if isinstance(row[key], (int, float)) else str(row[key]) for row in rates) + " |")
    return "\n".join(lines) + "\n", mean, worst.regret


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=100_000_000)
    parser.add_argument("--repeat", type=int, default=21)
    parser.add_argument("--trueno", default=str(ROOT / "build/release/trueno"))
    parser.add_argument("--software", action="store_true", help="a software adapter: says that it runs, not how well it chooses")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    measure.repeat = args.repeat
    os.environ["TRUENO_CACHE_DIR"] = tempfile.mkdtemp(prefix="trueno-regret")
    sizes = [10**power for power in range(3, 10) if 10**power <= args.most]
    lines = ["set statistics_answers = false", "set dispatch_learning = false", "set cache_size_mb = 65536", "set gpu_fallback = 'silent'"]
    lines += ["set gpu_adapter = 'software'"] if args.software else []
    lines += [f"create table dim{name} as select i::int id, (i*7919 % 101)::int w from range({size}) r(i)" for name, size in DIMENSIONS.items()]
    lines += [" ".join(TABLE.format(name=f"t{rows}", rows=rows).split()) for rows in sizes]
    engine = versus.Engine("trueno", [args.trueno, "bench", "-"], len(os.sched_getaffinity(0)), lines)
    rates = [row for row in ask(engine, "select * from trueno_calibrate()")["rows"] if row["measured"]]
    gpu = next((row for row in rates if row["kind"] == "gpu"), None)
    if gpu is None:
        sys.exit("no GPU: " + str([row for row in ask(engine, "select name, description from trueno_devices()")["rows"]]))
    cells, declined = [], set()
    for cold in (False, True):
        for shape in COLD_SHAPES if cold else SHAPES:
            for rows in sizes:
                if cold and not 100_000 <= rows <= MOST_COLD_ROWS:
                    continue
                cell = measure(engine, shape, rows, cold)
                if cell is None:
                    declined.add(shape)
                    continue
                cells.append(cell)
                print(f"{'cold' if cold else 'warm'}  {shape:26} {rows:>11,}  chosen {cell.chosen} {cell.chosen_ms:9.3f} ms"
                      f"  GPU {cell.times['GPU']:9.3f}  CPU {cell.times['CPU']:9.3f}  regret {cell.regret:6.1%}", file=sys.stderr)
    engine.close()
    text, mean, worst = report(cells, declined, gpu["description"], rates)
    print(text)
    if args.write:
        (ROOT / "docs" / "benchmarks_regret.md").write_text(text)
    sys.exit(mean > GOAL_MEAN or worst > GOAL_WORST)


if __name__ == "__main__":
    try:
        main()
    except RuntimeError as failure:  # an engine's process that ended where it must not
        sys.exit(str(failure))

"""Does this tree need more instructions, or more time, than another commit?

usage: ./dev bench regress [BASE] [--rounds N] [--only TEXT]      beside the commit BASE (built in build/regress), with paired times
       ./dev bench regress --check                               beside the counts in regress.json; more than 5 % more fails
       ./dev bench regress --write                               writes regress.json from this tree

Instructions of one execution of a statement, warm, on one thread: counted by valgrind as the difference between few and many repetitions of
`trueno bench`, divided by how many more there were. Valgrind knows no AVX-512, so AVX2 is counted. Counts hardly depend on what else the
machine does; times do, so they are taken in pairs, one commit after the other, and only the median of the ratios is shown.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COUNTS = Path(__file__).with_suffix(".json")
CASES = Path(__file__).with_suffix(".sql")
FEW, MANY, MOST_REPEATS = 1, 4, 2500  # repetitions; more than MANY where these do not come to ENOUGH instructions
ENOUGH = 200_000_000
MOST = 1.05  # instructions, beside the base


def read_cases(only: str) -> dict[str, str]:
    """`-- name` begins a case: statements that run once, and a query as the last one."""
    cases = {}
    for part in re.split(r"^-- ", CASES.read_text(), flags=re.M)[1:]:
        name, sql = part.split("\n", 1)
        if only in name:
            cases[name.strip()] = sql.strip()
    return cases


class Binary:
    def __init__(self, path: Path):
        self.path = path

    def _bench(self, sql: str, repeat: int, before: list[str], **environment: str) -> subprocess.CompletedProcess:
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder, "case.sql")
            script.write_text(sql.replace("{folder}", folder))
            command = [*before, str(self.path), "bench", "--json", "--threads", "1", "--repeat", str(repeat), str(script)]
            return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, check=False)

    def instructions(self, sql: str) -> int:
        def total(repeat: int) -> int:
            valgrind = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
            ran = self._bench(sql, repeat, valgrind, TRUENO_SIMD="avx2")
            found = re.search(r"I\s+refs:\s+([\d,]+)", ran.stderr)
            if ran.returncode != 0 or not found:
                raise RuntimeError(f"{self.path}: {ran.stderr[-1000:]}")
            return int(found[1].replace(",", ""))

        few = total(FEW)
        count = (total(MANY) - few) // (MANY - FEW)
        # What the process does besides (Highway looks at the machine) differs by up to two million instructions from run to run.
        many = min(MOST_REPEATS, ENOUGH // max(count, 1))
        return count if many <= MANY else (total(many) - few) // (many - FEW)

    def milliseconds(self, sql: str) -> float:
        ran = self._bench(sql, 5, [])
        if ran.returncode != 0:
            raise RuntimeError(f"{self.path}: {ran.stderr[-1000:]}")
        return json.loads(ran.stdout)[-1]["min_ms"]


def count_all(binaries: list[Binary], cases: dict[str, str]) -> list[dict[str, int]]:
    jobs = [(binary, sql) for binary in binaries for sql in cases.values()]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = []
        for done, count in enumerate(pool.map(lambda job: job[0].instructions(job[1]), jobs), 1):
            counts.append(count)
            if sys.stderr.isatty():
                print(f"\rcounting {done} of {len(jobs)}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    size = len(cases)
    return [dict(zip(cases, counts[n * size : (n + 1) * size], strict=True)) for n in range(len(binaries))]


def build_base(base: str) -> Path:
    commit = subprocess.run(["git", "rev-parse", "--short=12", base], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    tree = ROOT / "build" / "regress" / commit
    if not tree.exists():
        subprocess.run(["git", "worktree", "add", "--detach", "--force", str(tree), commit], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        (tree / ".venv").symlink_to(ROOT / ".venv")
        (tree / ".cache").mkdir(exist_ok=True)
        for folder in (ROOT / ".cache").iterdir():
            (tree / ".cache" / folder.name).symlink_to(folder)
    for target in ("trueno_cli", "trueno_arrow"):
        subprocess.run(["./dev", "build", "release", target], cwd=tree, check=True)
    return tree / "build" / "release" / "trueno"


def compiler() -> str:
    cache = (ROOT / "build" / "release" / "CMakeCache.txt").read_text()
    path = re.search(r"CMAKE_CXX_COMPILER:\w+=(.*)", cache)[1]
    return subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]


def show(now: dict[str, int], before: dict[str, int], times: dict[str, float]) -> int:
    """The table; how many cases need too much."""
    width = max(map(len, now))
    print(f"{'':{width}}  {'instructions':>14}  {'before':>14}  ratio" + ("   time" if times else ""))
    worse = 0
    for name, count in now.items():
        ratio = count / before[name] if before.get(name) else None
        too_many = ratio is not None and ratio > MOST
        worse += too_many
        beside = f"{before[name]:>14,}  {ratio:5.3f}" if ratio is not None else f"{'new':>14}       "
        print(f"{name:{width}}  {count:>14,}  {beside}" + (f"  {times[name]:5.2f}" if times else "") + ("  TOO MANY" if too_many else ""))
    return worse


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench regress", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", nargs="?", help="a commit")
    parser.add_argument("--rounds", type=int, default=7, help="pairs of times")
    parser.add_argument("--only", default="", help="cases whose name holds this")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if not (options.base or options.check or options.write):
        parser.error("which commit? or --check, or --write")
    cases = read_cases(options.only)
    here = Binary(ROOT / "build" / "release" / "trueno")
    if options.base:
        base = Binary(build_base(options.base))
        now, before = count_all([here, base], cases)
        times = {}
        for name, sql in cases.items():
            pairs = [(here.milliseconds(sql), base.milliseconds(sql)) for _ in range(options.rounds)]
            times[name] = statistics.median(a / b for a, b in pairs)
        worse = show(now, before, times)
    elif options.write:
        (now,) = count_all([here], cases)
        COUNTS.write_text(json.dumps({"compiler": compiler(), "instructions": now}, indent=1) + "\n")
        print(f"{COUNTS.relative_to(ROOT)}: {len(now)} counts")
        return 0
    else:
        known = json.loads(COUNTS.read_text())
        if known["compiler"] != compiler():
            print(f"the counts are of {known['compiler']}, this is {compiler()}: not to be compared\n0 passed, 0 failed, 1 skipped")
            return 0
        (now,) = count_all([here], cases)
        # Threads that wait for one another spin, more of it on a busy machine: what looks like too much is counted twice more.
        for name in [name for name, count in now.items() if count > MOST * known["instructions"].get(name, count)]:
            now[name] = int(statistics.median([now[name], here.instructions(cases[name]), here.instructions(cases[name])]))
        worse = show(now, known["instructions"], {})
        print("more instructions than 5 % over the counts fail; where that is right, ./dev bench regress --write and say why in the commit")
    print(f"{len(now) - worse} passed, {worse} failed, 0 skipped")
    return worse != 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""What is too long for CI, step by step; writes docs/nightly.md, dated. A step that fails is in the table as such: nothing is left out.
usage: nightly.py [STEP...]   (default: all)"""
import datetime
import os
import pathlib
import platform
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
REPORT = ROOT / "docs/nightly.md"
COUNTS = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", re.MULTILINE)
COVERED = re.compile(r"^src: ([\d.]+ % of \d+ lines)", re.MULTILINE)
FUZZED = re.compile(r"number_of_executed_units:\s*(\d+)")

# name: (what it shows, command)
STEPS = {
    "gcc": ("g++ builds everything with -Werror, its tests pass", "./dev test --preset gcc"),
    "tsan": ("no data race in unit tests and SQL files", "./dev tsan"),
    "coverage": ("more than 90 % of the lines of src/ run in tests", "./dev coverage"),
    "arm64": ("unit tests and SQL files on 64-bit Arm, under qemu", "./dev test --arch arm64"),
    "equivalence": ("full equivalence grids", "./dev test -L full"),
    "fuzz-sql": ("ten minutes of fuzzing SQL", "./dev fuzz sql 600"),
    "fuzz-csv": ("ten minutes of fuzzing CSV", "./dev fuzz csv 600"),
    "fuzz-parquet-page": ("ten minutes of fuzzing Parquet pages", "./dev fuzz parquet_page 600"),
}


def run(name):
    what, command = STEPS[name]
    began = time.monotonic()
    print(f"=== {name}: {command}", flush=True)
    process = subprocess.run(command.split(), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    minutes = (time.monotonic() - began) / 60
    log = ROOT / "build" / f"nightly-{name}.log"
    log.write_text(process.stdout)
    counts = COUNTS.findall(process.stdout)
    figure = "{} passed, {} failed, {} skipped".format(*counts[-1]) if counts else f"ended with {process.returncode} and no count"
    for pattern, words in ((COVERED, "{}"), (FUZZED, "{} inputs")):
        if found := pattern.findall(process.stdout):
            figure += "; " + words.format(found[-1])
    result = "holds" if process.returncode == 0 else "**does not hold**"
    print(f"    {figure} ({minutes:.1f} min)", flush=True)
    date = datetime.date.today().isoformat()
    return f"| {name} | {what} | `{command}` | {result} | {figure} | {minutes:.1f} | {date} |"


def machine():
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text()) if platform.system() == "Linux" else None
    return f"{os.cpu_count()} cores{', ' + model.group(1) if model else ''}, {platform.system()} {platform.machine()}"


def main():
    names = sys.argv[1:] or list(STEPS)
    # Steps that are not run now keep the line of their last run.
    kept = dict(re.findall(r"^\| ([a-z0-9-]+) (\|.*)$", REPORT.read_text(), re.MULTILINE)) if REPORT.exists() else {}
    lines = {name: f"| {name} {kept[name]}" for name in STEPS if name in kept}
    (ROOT / "build").mkdir(exist_ok=True)
    for name in names:
        lines[name] = run(name)
        commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
        table = "\n".join(lines[n] for n in STEPS if n in lines)
        REPORT.write_text(
            "# The nightly run\n"
            "Written by `./dev nightly`: what is too long for `.ci/run`. Every line is the last run of its step, whether it holds or not.\n\n"
            f"Last machine: {machine()}. Last commit: {commit}.\n\n"
            "| step | what it shows | command | result | figure | minutes | date |\n|---|---|---|---|---|---|---|\n"
            f"{table}\n")
    return 0 if all("**does not hold**" not in lines[n] for n in names) else 1


if __name__ == "__main__":
    sys.exit(main())

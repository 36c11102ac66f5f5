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
EQUAL = re.compile(r"(\d+ cases of seed \d+ in \d+ runs)")
ROW = re.compile(r"^\| ([a-z0-9-]+) (\|.*\| (\d{4}-\d\d-\d\d) \|)$", re.MULTILINE)

# name: (what it shows, command)
STEPS = {
    "gcc": ("g++ builds everything with -Werror, its tests pass", "./dev test --preset gcc"),
    "asan": ("address and undefined sanitizers over what takes minutes under them", "./dev asan long"),
    "tsan": ("no data race in unit tests and SQL files", "./dev tsan"),
    "coverage": ("more than 90 % of the lines of src/ run in tests", "./dev coverage"),
    "arm64": ("unit tests and SQL files on 64-bit Arm, under qemu", "./dev test --arch arm64"),
    "equivalence": ("20,000 random cases of four oracles: every device, split and rule gives the same bytes; NoREC; TLP", "./dev test -R equivalence/full -V"),
    "gpu-sql": ("every SQL file on a software GPU, on both providers", "./dev test -R sql/gpu"),
    "faults": ("ten thousand queries after a GPU that failed in every way", "env TRUENO_QUERIES_AFTER_FAULTS=10000 ./dev test -R faults/gpu"),
    "fuzz-sql": ("ten minutes of fuzzing SQL", "./dev fuzz sql 600"),
    "fuzz-csv": ("ten minutes of fuzzing CSV", "./dev fuzz csv 600"),
    "fuzz-json": ("ten minutes of fuzzing JSON", "./dev fuzz json 600"),
    "fuzz-parquet-page": ("ten minutes of fuzzing Parquet pages", "./dev fuzz parquet_page 600"),
    "fuzz-parquet-index": ("ten minutes of fuzzing Parquet page indexes and Bloom filters", "./dev fuzz parquet_index 600"),
}


def run(name):
    what, command = STEPS[name]
    began = time.monotonic()
    print(f"=== {name}: {command}", flush=True)
    process = subprocess.run(command.split(), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    seconds = time.monotonic() - began
    log = ROOT / "build" / f"nightly-{name}.log"
    log.write_text(process.stdout)
    counts = COUNTS.findall(process.stdout)
    figure = "{} passed, {} failed, {} skipped".format(*counts[-1]) if counts else f"ended with {process.returncode} and no count"
    for pattern, words in ((COVERED, "{}"), (FUZZED, "{} inputs"), (EQUAL, "{}")):
        if found := pattern.findall(process.stdout):
            figure += "; " + words.format(found[-1])
    result = "holds" if process.returncode == 0 else "**does not hold**"
    print(f"    {figure} ({seconds:.0f} s)", flush=True)
    return f"| {what} | `{command}` | {result} | {figure} | {seconds:.0f} | {datetime.date.today().isoformat()} |"


def machine():
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text()) if platform.system() == "Linux" else None
    return f"{os.cpu_count()} cores{', ' + model.group(1) if model else ''}, {platform.system()} {platform.machine()}"


def commit():
    said = subprocess.run(["git", "describe", "--always", "--dirty", "--exclude=*"], cwd=ROOT, capture_output=True, text=True, check=True)
    return said.stdout.strip()


def write_report(lines, at):
    """lines: name -> the row of its last run. What has no row today says so."""
    today = datetime.date.today().isoformat()
    dates = {name: line.split("|")[-2].strip() for name, line in lines.items()}
    old = [f"{name} ({'last ' + dates[name] if name in dates else 'never run to its end'})" for name in STEPS if dates.get(name) != today]
    table = "\n".join(f"| {name} {lines[name]}" for name in STEPS if name in lines)
    REPORT.write_text(
        "# The nightly run\n"
        "Written by `./dev nightly`: what is too long for `.ci/run`. Every line is the last run of its step, whether it holds or not.\n\n"
        f"Last run {today} at {at}, on {machine()}. Not run that day: {', '.join(old) or 'nothing'}.\n\n"
        "| step | what it shows | command | result | figure | seconds, with building what was not built | date |\n|---|---|---|---|---|---|---|\n"
        f"{table}\n")


def main():
    names = sys.argv[1:] or list(STEPS)
    if unknown := [name for name in names if name not in STEPS]:
        sys.exit(f"no step {', '.join(unknown)}; there are: {' '.join(STEPS)}")
    (ROOT / "build").mkdir(exist_ok=True)
    at = commit()  # before the report itself changes the tree
    results = []
    for name in names:
        line = run(name)
        results.append("**does not hold**" not in line)
        # Steps that are not run now keep the line of their last run; read late, since another step may have ended meanwhile.
        kept = ROW.findall(REPORT.read_text()) if REPORT.exists() else []
        write_report({other: row for other, row, _ in kept if other in STEPS} | {name: line}, at)
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())

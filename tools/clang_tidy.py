#!/usr/bin/env python3
"""Runs clang-tidy over the sources of src/, apps/ and tools/. A file that was clean is not looked at again until it, a header, the checks
or the compiler's arguments change (.cache/clang-tidy remembers)."""
import argparse
import concurrent.futures
import hashlib
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "clang-tidy"
FOLDERS = ("src/", "apps/", "tools/")


def digest(*parts):
    return hashlib.sha256(b"\0".join(p if isinstance(p, bytes) else p.encode() for p in parts)).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clang-tidy", default="clang-tidy-22")
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("paths", nargs="*", help="only sources whose path contains one of these")
    options = parser.parse_args()

    headers = sorted(p for folder in ("src", "include", "apps") for p in (ROOT / folder).rglob("*.h"))
    common = digest((ROOT / ".clang-tidy").read_bytes(), *(digest(h.read_bytes()) for h in headers))
    commands = json.loads((ROOT / options.build / "compile_commands.json").read_text())
    todo, seen = [], set()
    for command in commands:
        name = str(pathlib.Path(command["file"]).resolve().relative_to(ROOT)) if command["file"].startswith(str(ROOT)) else ""
        # Tests are spared: they repeat themselves on purpose, and macros of the test library make most of the noise.
        if not name.startswith(FOLDERS) or name.endswith("_test.cc") or name in seen:
            continue
        if options.paths and not any(part in name for part in options.paths):
            continue
        seen.add(name)
        arguments = re.sub(r" -o \S+", "", command["command"])
        stamp = CACHE / digest(common, name, arguments, (ROOT / name).read_bytes())
        if not stamp.exists():
            todo.append((name, stamp))

    def run(job):
        name, stamp = job
        result = subprocess.run([options.clang_tidy, "-p", options.build, "--quiet", "--warnings-as-errors=*", name],
                                cwd=ROOT, capture_output=True, text=True, check=False)
        if result.returncode == 0:
            stamp.touch()
        return name, result

    CACHE.mkdir(parents=True, exist_ok=True)
    failed, shown = 0, set()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, result in pool.map(run, todo):
            if result.returncode != 0:
                failed += 1
                if result.stdout not in shown:
                    print(result.stdout.replace(str(ROOT) + "/", "").strip() or result.stderr[-2000:])
                shown.add(result.stdout)
    print(f"clang-tidy: {len(seen)} files, {len(todo)} looked at, {failed} with findings")
    return 1 if failed or not seen else 0


if __name__ == "__main__":
    sys.exit(main())

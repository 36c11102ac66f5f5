#!/usr/bin/env python3
"""Runs clang-tidy over the sources of src/, apps/ and tools/. A file that was clean is not looked at again until it, a header that it
includes, the checks or the compiler's arguments change: the user's cache folder remembers, for all checkouts."""
import argparse
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "trueno" / "clang-tidy"
FOLDERS = ("src/", "apps/", "tools/")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def digest(*parts):
    return hashlib.sha256(b"\0".join(p if isinstance(p, bytes) else p.encode() for p in parts)).hexdigest()


@functools.cache
def included(path):
    """The files of ours that `path` includes, itself among them, however deeply."""
    found, todo = set(), [path]
    while todo:
        file = todo.pop()
        if file in found:
            continue
        found.add(file)
        for name in INCLUDE.findall(file.read_text()):
            todo += [p for p in (file.parent / name, ROOT / "src" / name, ROOT / "include" / name) if p.is_file()][:1]
    return found


@functools.cache
def contents(path):
    return digest(path.read_bytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clang-tidy", default="clang-tidy-22")
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("paths", nargs="*", help="only sources whose path contains one of these")
    options = parser.parse_args()

    version = subprocess.run([options.clang_tidy, "--version"], capture_output=True, text=True, check=True).stdout
    common = digest((ROOT / ".clang-tidy").read_bytes(), version)
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
        arguments = re.sub(r" -o \S+", "", command["command"]).replace(str(ROOT), "")
        files = sorted(included(ROOT / name))
        stamp = CACHE / digest(common, name, arguments, *(contents(file) for file in files))
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

#!/usr/bin/env python3
"""Looks at every source of src/, apps/, tools/ and bench/ with another tool than the compiler that builds them.

usage: check_sources.py tidy|gcc [--jobs N] [PART...]     (PART: only sources whose path contains one of these)

tidy: clang-tidy.   gcc: g++ -fsyntax-only.   Both with the arguments of build/syntax, which has a folder of src/ at a time: that takes a quarter
of the time, and finds names that two files of one folder define. What clang-tidy sees only in files by themselves is looked for here: a
`using` or an alias of a namespace that its file does not need, and headers of C under their old names.
A file that was clean is not looked at again until it, a header that it includes, the checks or the arguments change: the user's cache folder
remembers, for all checkouts."""
import argparse
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "trueno"
BUILD = "build/syntax"
FOLDERS = ("src/", "apps/", "tools/", "bench/", f"{BUILD}/unity/")
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
USING = re.compile(r"^using (?:\w*::)+(\w+);|^namespace (\w+) = [\w:]+;", re.MULTILINE)
C_HEADER = re.compile(r"^#include <(assert|ctype|errno|float|inttypes|limits|locale|math|setjmp|signal|stdarg|stddef|stdint|stdio|stdlib|string|time|wchar)\.h>", re.MULTILINE)


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


def sources(path):
    """The files of code that are read with `path`: itself, or those of a folder."""
    return [file for file in included(path) if file.suffix == ".cc" and not file.is_relative_to(ROOT / BUILD)]


@functools.cache
def contents(path):
    return digest(path.read_bytes())


def compiler_arguments(command):
    """Those of a compile command: without a launcher before the compiler, and without what it would write."""
    words, out = shlex.split(command), []
    first = next(i for i, word in enumerate(words) if re.search(r"(^|/)(clang\+\+|g\+\+)[-\d]*$", word))
    words = iter(words[first:])
    for word in words:
        if word == "-o":
            next(words)
        elif word != "-c":
            out.append(word)
    return out


class Tidy:
    label = "clang-tidy"

    def __init__(self):
        self.program = f"clang-tidy-{os.environ.get('LLVM', '22')}"
        self.known_by = digest((ROOT / ".clang-tidy").read_bytes(), version_of(self.program))

    def takes(self, name):  # tests are spared: they repeat themselves on purpose, and macros of the test library make most of the noise
        return not name.endswith("_test.cc") and not name.startswith("bench/")

    def command(self, name, _):
        return [self.program, "-p", BUILD, "--quiet", "--warnings-as-errors=*", "--extra-arg=-Wno-unknown-warning-option", name], ROOT

    def findings(self, source):
        """What clang-tidy does not say of a file that another one includes."""
        text, name, found = source.read_text(), source.relative_to(ROOT), []
        for match in USING.finditer(text):
            if len(re.findall(rf"\b{match[1] or match[2]}\b", text)) == 1:
                found.append(f"{name}: {match[0].strip()} is not used")
        return found + [f"{name}: <{match[1]}.h> is <c{match[1]}> in C++" for match in C_HEADER.finditer(text)]


class Gcc:
    label = "g++ -fsyntax-only"
    header = ROOT / "cmake/precompiled_source.h"  # a third of the time would go into parsing it; the preset gcc finds a forgotten include

    def __init__(self):
        self.known_by = digest(version_of("g++"), self.header.read_bytes())
        self.lock, self.precompiled = threading.Lock(), {}

    def takes(self, _):
        return True

    def findings(self, _):
        return []

    def prefix(self, arguments, folder):
        """The header, precompiled for these options: g++ takes no other, and reads the header itself where there is none."""
        options = tuple(word for word in arguments if word.startswith(("-std=", "-O", "-g", "-f", "-W", "-D", "-m", "-p")))
        with self.lock:
            if options not in self.precompiled:
                made = ROOT / BUILD / "precompiled" / digest(*options)[:16] / self.header.name
                made.parent.mkdir(parents=True, exist_ok=True)
                made.write_bytes(self.header.read_bytes())
                words = [*arguments[:1], *(w for w in arguments[1:] if w.startswith("-I")), *options]
                subprocess.run([*words, "-x", "c++-header", made, "-o", f"{made}.gch"], cwd=folder, capture_output=True, check=False)
                self.precompiled[options] = made
        return ["-include", str(self.precompiled[options])]

    def command(self, _, entry):
        arguments, folder = compiler_arguments(entry["command"]), entry["directory"]
        return arguments + self.prefix(arguments, folder) + ["-fsyntax-only"], folder


def version_of(program):
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool", choices=["tidy", "gcc"])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("paths", nargs="*", metavar="PART")
    options = parser.parse_args()

    tool = Tidy() if options.tool == "tidy" else Gcc()
    stamps = CACHE / options.tool
    stamps.mkdir(parents=True, exist_ok=True)
    todo, seen, files = [], set(), set()
    for entry in json.loads((ROOT / BUILD / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["file"]).resolve()
        name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else ""
        if not name.startswith(FOLDERS) or name in seen or not tool.takes(name):
            continue
        if options.paths and not any(part in str(source) for part in options.paths for source in sources(path)):
            continue
        seen.add(name)
        files.update(sources(path))
        arguments = " ".join(compiler_arguments(entry["command"])).replace(str(ROOT), "")
        stamp = stamps / digest(tool.known_by, name, arguments, *(contents(file) for file in sorted(included(path))))
        if not stamp.exists():
            todo.append((name, entry, stamp))

    def look(job):
        name, entry, stamp = job
        command, folder = tool.command(name, entry)
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if result.returncode == 0:
            stamp.touch()
        return result

    failed, shown = 0, set()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for result in pool.map(look, todo):
            if result.returncode == 0:
                continue
            failed += 1
            said = result.stdout.strip() or result.stderr[-4000:].strip()
            if said not in shown:
                print(said.replace(str(ROOT) + "/", ""))
            shown.add(said)
    more = [finding for file in sorted(files) for finding in tool.findings(file)]
    print("\n".join([*more, f"{tool.label}: {len(files)} files in {len(seen)} units, {len(todo)} looked at, {failed + len(more)} with findings"]))
    return 1 if failed or more or not seen else 0


if __name__ == "__main__":
    sys.exit(main())

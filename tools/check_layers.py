#!/usr/bin/env python3
"""Checks that every #include of src/ is allowed by layers.txt, and that the folders form no cycle. Prints the offending chain."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#include "([a-z_0-9/]+)/[a-z_0-9]+\.h"')


def layers():
    allowed = {}
    for line in (ROOT / "layers.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            folder, _, lower = line.partition(":")
            allowed[folder.strip()] = lower.split()
    return allowed


def folder_of(path, allowed):
    """The layer a path below src/ belongs to: the longest one that is a prefix."""
    while path and path not in allowed:
        path = path.rpartition("/")[0]
    return path


def find_cycle(graph):
    done, trail = set(), []

    def visit(node):
        if node in trail:
            return trail[trail.index(node):] + [node]
        if node in done:
            return None
        trail.append(node)
        for lower in sorted(graph.get(node, ())):
            if cycle := visit(lower):
                return cycle
        trail.pop()
        done.add(node)
        return None

    for node in sorted(graph):
        if cycle := visit(node):
            return cycle
    return None


def main():
    allowed, graph, problems = layers(), {}, []
    # Tests may reach across: they are linked into programs of their own.
    files = [f for pattern in ("*.h", "*.cc") for f in sorted((ROOT / "src").rglob(pattern)) if not f.name.endswith(("_test.cc", "test_support.h"))]
    for file in files:
        folder = folder_of(str(file.parent.relative_to(ROOT / "src")), allowed)
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if not (match := INCLUDE.match(line)):
                continue
            target = folder_of(match.group(1), allowed)
            if not target or target == folder:
                continue
            graph.setdefault(folder, set()).add(target)
            if target not in allowed[folder]:
                problems.append(f"{file.relative_to(ROOT)}:{number}: {folder} -> {target} is not allowed")
    if cycle := find_cycle(graph):
        problems.append("cycle: " + " -> ".join(cycle))
    print("\n".join(problems) or f"layers: {len(files)} files, {sum(map(len, graph.values()))} edges, 0 upward includes, 0 cycles")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

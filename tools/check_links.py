#!/usr/bin/env python3
"""Checks that every file a document names exists: Markdown links to paths, and paths in backticks that begin with a folder of ours."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
NAMED = re.compile(r"`((?:src|include|apps|test|tools|docs|cmake|examples|bindings)/[A-Za-z0-9_./-]+)`")
# Documents that speak of the past or of plans.
SPARED = {"CHANGELOG.md"}


def main():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    problems, count = [], 0
    for name in listed.stdout.split():
        file = ROOT / name
        if name in SPARED or not file.exists():
            continue
        count += 1
        text = file.read_text()
        for target in LINK.findall(text):
            if not (file.parent / target).exists() and not (ROOT / target).exists():
                problems.append(f"{name}: link to {target}")
        for target in NAMED.findall(text):
            if not (ROOT / target.rstrip(".")).exists():
                problems.append(f"{name}: names {target}, which is not there")
    print("\n".join(problems) or f"links: {count} documents name only files that exist")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

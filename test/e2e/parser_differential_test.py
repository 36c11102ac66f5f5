#!/usr/bin/env python3
"""Accept and reject as PostgreSQL's own parser (libpg_query) does, but for what the dialect adds or leaves out.

The statements are those of test/sql and, where they are there, of the conformance suites. A statement that one parser takes and the other
does not must fit an entry of parser_differences.txt, which has a reason for each family; an entry that nothing fits is out of date.

usage: parser_differential_test.py PARSE_STATEMENTS [--suites DIR] [--show N]
"""
import argparse
import collections
import pathlib
import re
import subprocess
import sys

try:
    import pglast
except ImportError:
    print("skipped: the Python package pglast is not installed")
    sys.exit(77)

HERE = pathlib.Path(__file__).parent
MOST_OF_A_FILE = 1500  # sqllogictest files repeat a few forms ten thousand times


def statements_of(path):
    """The SQL of the records of a .test file; what a loop makes up is left out."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    at = 0
    count = 0
    while at < len(lines) and count < MOST_OF_A_FILE:
        word = lines[at].split()[:1]
        at += 1
        if word not in (["statement"], ["query"]):
            continue
        sql = []
        while at < len(lines) and lines[at].strip() and lines[at].strip() != "----":
            sql.append(lines[at])
            at += 1
        text = "\n".join(sql)
        if text and not re.search(r"\$?\{\w+\}", text) and "\0" not in text:
            count += 1
            yield text


def postgres_takes(sql):
    """Nothing, or what is wrong."""
    try:
        pglast.parser.parse_sql(sql)
    except pglast.parser.ParseError as problem:
        return str(problem.args[0])
    return None


def known_differences():
    """(who takes it, pattern of the statement, reason) of each entry."""
    entries = []
    for line in (HERE / "parser_differences.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        side, pattern, reason = (part.strip() for part in line.split(" | "))
        assert side in ("ours", "postgres"), line
        entries.append((side, re.compile(pattern, re.I | re.S), reason))
    return entries


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("parse_statements")
    parser.add_argument("--suites", default=str(HERE.parent.parent.parent / "shared" / "suites"))
    parser.add_argument("--show", type=int, default=20, help="how many differences of no family are printed")
    options = parser.parse_args()
    files = sorted((HERE.parent / "sql").rglob("*.test"))
    suites = pathlib.Path(options.suites)
    if suites.is_dir():
        files += sorted(suites.rglob("*.test"))
    else:
        print(f"the conformance suites are not at {suites}: only test/sql is compared")
    found = {}
    for path in files:
        for sql in statements_of(path):
            found.setdefault(sql, path)
    texts = list(found)
    ours = subprocess.run([options.parse_statements], input="\0".join(texts) + "\0", capture_output=True, text=True, timeout=300)
    said = ours.stdout.splitlines()
    assert ours.returncode == 0 and len(said) == len(texts), (ours.returncode, len(said), len(texts), ours.stderr[:500])
    entries = known_differences()
    counts = collections.Counter()
    used = collections.Counter()
    unknown = []
    for sql, answer in zip(texts, said):
        wrong = postgres_takes(sql)
        we_take = not answer.startswith("error")
        if we_take == (wrong is None):
            counts["both take" if we_take else "both reject"] += 1
            continue
        side = "ours" if we_take else "postgres"
        counts[f"only {side}"] += 1
        entry = next((e for e in entries if e[0] == side and e[1].search(sql)), None)
        if entry:
            used[entry] += 1
        else:
            unknown.append(f"only {side}: {sql}\n    {wrong if we_take else answer}\n    {found[sql]}")
    for text in unknown[: options.show]:
        print(text)
    stale = [e for e in entries if not used[e]] if suites.is_dir() else []
    for side, pattern, _ in stale:
        print(f"nothing fits the entry: {side} | {pattern.pattern}")
    print(f"{len(texts)} statements of {len(files)} files: " + ", ".join(f"{counts[key]} {key}" for key in sorted(counts)))
    print(f"{sum(used.values())} differences of {len(used)} families, {len(unknown)} of none")
    return 1 if unknown or stale else 0


if __name__ == "__main__":
    sys.exit(main())

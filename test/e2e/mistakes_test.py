#!/usr/bin/env python3
"""The mistakes of mistakes.txt: each ends in the error, the place and the words that the file asks for.

usage: mistakes_test.py TRUENO [--show]
"""
import argparse
import collections
import concurrent.futures
import pathlib
import re
import subprocess
import sys

FILE = pathlib.Path(__file__).parent / "mistakes.txt"

TABLES = "\n".join(
    [
        "CREATE TABLE events(id INTEGER, category VARCHAR, value DOUBLE, at TIMESTAMP, day DATE);",
        "INSERT INTO events VALUES (1, 'news', 1.5, '2024-01-01 10:00:00', '2024-01-01'), (2, 'sport', 2.5, NULL, '2024-02-01');",
        "CREATE TABLE users(id INTEGER PRIMARY KEY, name VARCHAR NOT NULL, age INTEGER, email VARCHAR);",
        "INSERT INTO users VALUES (1, 'Ann', 33, NULL), (2, 'Bob', 44, 'bob@example.org');",
        "CREATE TABLE orders(id INTEGER, user_id INTEGER, amount DECIMAL(10,2), day DATE, note VARCHAR);",
        "",
    ]
)
KINDS = re.compile(r"(Parser|Binder|Catalog|Conversion|Out of range|Division by zero|Invalid input|Constraint|Transaction) error|Not supported|File not found")

Mistake = collections.namedtuple("Mistake", "line sql caret kind says")


def mistakes():
    """The blocks of the file. `caret`: (line of the statement, from 0; the marker), or nothing."""
    text = FILE.read_text(encoding="utf-8")
    line = 1
    for block in re.split(r"\n\n+", text):
        number = line
        line += block.count("\n") + 2
        lines = block.rstrip("\n").split("\n")
        if not block.strip() or lines[0].startswith("#"):
            continue
        kind = next(i for i, words in enumerate(lines) if KINDS.fullmatch(words))
        sql, caret = [], None
        for words in lines[:kind]:
            if re.fullmatch(r" *\^+", words):
                caret = (len(sql) - 1, words)
            else:
                sql.append(words)
        yield Mistake(number, "\n".join(sql), caret, lines[kind], lines[kind + 1 :])


def what_is_wrong(trueno, mistake):
    """Nothing, or why the answer is not the one asked for."""
    ran = subprocess.run([trueno, "--no-footer", "-c", TABLES + mistake.sql], capture_output=True, text=True, encoding="utf-8", timeout=60)
    answer = ran.stderr.rstrip("\n")
    if ran.returncode != 1:
        return f"exit code {ran.returncode}: {ran.stdout[:200]}{answer}"
    message, _, place = answer.partition("\nLINE ")
    if not message.startswith(mistake.kind + ": "):
        return f"not a {mistake.kind}: {answer}"
    for words in mistake.says:
        if words not in message:
            return f"does not say {words!r}: {answer}"
    if mistake.caret is None:
        return f"has a place: {answer}" if place else None
    if not place:
        return f"has no place: {answer}"
    first = TABLES.count("\n") + 1
    number, _, rest = place.partition(": ")
    shown, _, caret = rest.partition("\n")
    line = mistake.sql.split("\n")[mistake.caret[0]]
    marked = caret[len(f"LINE {number}: ") :]
    if shown.startswith("..."):  # the beginning of a long line is left out
        left_out = len(line) - (len(shown) - len("..."))
        shown, marked = line[:left_out] + shown[len("...") :], " " * left_out + marked[len("...") :]
    if (int(number), marked, shown) != (first + mistake.caret[0], mistake.caret[1], line):
        return f"the caret is elsewhere: {answer}"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("trueno")
    parser.add_argument("--show", action="store_true", help="print what each mistake is told")
    options = parser.parse_args()
    all_mistakes = list(mistakes())
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda mistake: what_is_wrong(options.trueno, mistake), all_mistakes))
    failed = 0
    for mistake, wrong in zip(all_mistakes, answers):
        if wrong:
            failed += 1
            print(f"FAILED {FILE.name}:{mistake.line}\n  {mistake.sql}\n  {wrong}\n")
        elif options.show:
            print(f"{mistake.sql}\n")
    print(f"{len(all_mistakes) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed or len(all_mistakes) < 150 else 0


if __name__ == "__main__":
    sys.exit(main())

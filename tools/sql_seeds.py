#!/usr/bin/env python3
"""Writes each statement of the SQL test files as a file of its own, for the fuzzer to begin from: sql_seeds.py FOLDER CORPUS"""
import hashlib
import pathlib
import sys


def statements(text):
    """The SQL of each record: what follows its `statement` or `query` line, up to `----` or a blank line."""
    lines, taking = [], False
    for line in text.splitlines() + [""]:
        if line.startswith(("statement ", "query ")):
            taking = True
        elif not line.strip() or line.startswith("----"):
            if lines:
                yield "\n".join(lines)
            lines, taking = [], False
        elif taking and not line.startswith("#"):
            lines.append(line)


def main():
    folder, corpus = map(pathlib.Path, sys.argv[1:3])
    for file in sorted(folder.rglob("*.test")):
        for sql in statements(file.read_text()):
            (corpus / hashlib.sha1(sql.encode()).hexdigest()).write_text(sql)


if __name__ == "__main__":
    main()

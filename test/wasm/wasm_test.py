#!/usr/bin/env python3
"""Runs the SQL files on the WebAssembly module under node and on the native reference backend, and compares every answer byte for byte.
usage: wasm_test.py LOADER.mjs MODULE.wasm NATIVE SQL_FOLDER"""
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))
from sql_seeds import statements  # noqa: E402

# Beyond what the files hold: 128-bit division, exact sums, the parser's depth.
EXTRA = [
    "SELECT sum(x), avg(x) FROM (VALUES (1e308), (1::DOUBLE), (-1e308), (5e-324)) t(x)",
    "SELECT 170141183460469231731687303715884105727::HUGEINT // 7, 12345678901234567890123456789.12::DECIMAL(38,2) * 3",
    "SELECT " + "(" * 400 + "1" + ")" * 400,
    "SELECT * FROM 'absent.csv'",
]

# What names the device or the machine's file system, or asks the clock (its answer stands in the names of columns), differs for good reason.
DIFFERS = ("explain", "trueno_", "now()", "today()", "current_date", "current_timestamp", "current_time", "localtime")


# What the module is built without.
REQUIRES = ("require regular_expressions", "require parquet", "require compression")


def main():
    with tempfile.TemporaryDirectory() as scratch:  # in the module's memory there is a folder of every name
        return compare(scratch, *sys.argv[1:5])


def compare(scratch, loader, module, native, folder):
    asked = []
    for file in sorted(pathlib.Path(folder).rglob("*.test")):
        text = file.read_text()
        if any(requirement in text for requirement in REQUIRES):
            continue
        asked.append("")
        asked += [sql.replace("__TEST_DIR__", scratch) for sql in statements(text) if not any(word in sql.lower() for word in DIFFERS)]
    asked += [""] + EXTRA
    text = "".join(sql + "\0" for sql in asked).encode()
    here, there = (subprocess.run(command, input=text, capture_output=True, check=True).stdout.decode().split("\0")[:-1]
                   for command in ([native], ["node", str(ROOT / "test/wasm/run.mjs"), loader, module]))
    assert len(here) == len(there) == len(asked), (len(here), len(there), len(asked))
    failed = 0
    for sql, expected, got in zip(asked, here, there):
        # The module's files are in its memory: what is wrong with one is said there in other words.
        if expected != got and not ("error" in expected and "error" in got and (".csv" in sql or scratch in sql)):
            failed += 1
            print(f"differs: {sql}\n  native: {expected!r}\n  wasm:   {got!r}")
    results = sum(1 for answer in here if answer and not answer.startswith("error"))
    print(f"{len(asked) - failed} statements equal ({results} with rows), {failed} differ")
    return 1 if failed or results < 20 else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Bad input of every kind ends in a typed error, and what runs after it runs right. Through the command line, as users meet it.

usage: bad_input_test.py TRUENO
"""
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
import unittest

from program import LONG_QUERY, TRUENO, FolderTest, main, run, sql

AFTER = "SELECT 'still here' AS a"


class BadInput(FolderTest):
    def failure(self, statement, *arguments, **more):
        """The error text of a statement that must fail. A crash or a hang is none."""
        outcome = sql(statement, *arguments, **more)
        self.assertEqual(outcome.returncode, 1, f"{statement[:200]}\n{outcome.stdout[:200]}{outcome.stderr[:500]}")
        self.assertNotIn("Internal error", outcome.stderr)
        return outcome.stderr

    def session(self, *statements):
        """The statements at a prompt, so that each runs whether the one before failed or not; standard output and errors."""
        # The prompt needs a terminal; several scripts in one process do not. A database outlives a failed statement there.
        from terminal import Terminal

        with Terminal([TRUENO, "--no-history", "--format", "csv", "--no-footer", "--no-progress"]) as terminal:
            terminal.wait_for("trueno> ")
            shown = ""
            for statement in statements:
                terminal.type(statement + ";\n")
                shown += terminal.wait_for("\ntrueno> ")
            terminal.type(".quit\n")
            self.assertEqual(terminal.wait(), 0)
            return shown


class Sql(BadInput):
    def test_malformed_sql_shows_the_line_a_caret_and_a_hint(self):
        text = self.failure("SELECT 1\n  FORM t")
        self.assertIn("Parser error", text)
        self.assertIn("LINE 2:   FORM t\n          ^^^^", text)
        text = self.failure("SELEC 1")
        self.assertIn("SELECT", text)
        self.assertIn("LINE 1: SELEC 1\n        ^^^^^", text)

    def test_unknown_names_get_the_nearest(self):
        table = "CREATE TABLE measurements(temperature DOUBLE); "
        for statement, hint in [
            (table + "SELECT temprature FROM measurements", 'no column "temprature" in table measurements; did you mean "temperature"?'),
            (table + "SELECT * FROM measurments", "no table measurments; did you mean measurements?"),
            (table + "INSERT INTO measurements(temperatur) VALUES (1)", 'did you mean "temperature"?'),
            (table + "DROP TABLE measurement", "did you mean measurements?"),
            ("SELECT lenght('x')", "did you mean length?"),
            ("SELECT * FROM generate_serie(3)", "did you mean generate_series?"),
            ("SET thread = 2", "did you mean threads?"),
            ("SELECT 1::INTEGR", "did you mean INTEGER?"),
        ]:
            text = self.failure(statement)
            self.assertIn(hint, text)
            self.assertIn("^", text)

    def test_type_errors(self):
        for statement in ["SELECT 1 + 'x'::BLOB", "SELECT sum('x')", "SELECT 1 WHERE 'x'::BLOB", "SELECT DATE '2025-01-01' * 2"]:
            self.assertRegex(self.failure(statement), "Binder error|Conversion error")

    def test_overflow(self):
        for statement in [
            "SELECT x + 1 FROM (VALUES (9223372036854775807)) t(x)",
            "SELECT 2147483647 + 1",
            "SELECT 300::TINYINT",
            "SELECT 99999.99::DECIMAL(4,2)",
            "SELECT sum(x) FROM (VALUES (170141183460469231731687303715884105727::HUGEINT), (1::HUGEINT)) t(x)",
        ]:
            self.assertRegex(self.failure(statement), "Out of range error|Conversion error")

    def test_a_bad_cast_shows_the_value(self):
        text = self.failure("SELECT x::INTEGER FROM (VALUES ('12'), ('twelve')) t(x)")
        self.assertIn("Conversion error", text)
        self.assertIn("twelve", text)

    def test_bad_utf8(self):
        outcome = run("-f", self.write("bad.sql", b"SELECT '\xff\xfe'"), binary=True)
        self.assertEqual(outcome.returncode, 1)
        self.assertIn(b"UTF-8", outcome.stderr)

    def test_ten_megabytes_of_sql(self):
        many = "CREATE TABLE t(a INTEGER);" + "INSERT INTO t VALUES " + ", ".join(["(1)"] * 10) + ";"
        path = self.write("big.sql", many + "SELECT count(*) AS n FROM t WHERE a IN (" + ", ".join(str(i) for i in range(1_400_000)) + ");")
        self.assertGreater(os.path.getsize(path), 10_000_000)
        outcome = run("--format", "csv", "--no-footer", "-f", path, timeout=300)
        # What counts is a clear end within limits of time and memory: a result, or a typed error.
        if outcome.returncode == 0:
            self.assertEqual(outcome.stdout, "n\n10\n")
        else:
            self.assertEqual(outcome.returncode, 1)
            self.assertIn("Not supported: an IN list of more than", outcome.stderr)

    def test_ten_megabytes_of_text(self):
        path = self.write("long.sql", "SELECT length('" + "x" * 10_000_000 + "') AS n")
        self.assertEqual(run("--format", "csv", "--no-footer", "-f", path).stdout, "n\n10000000\n")

    def test_ten_thousand_parentheses(self):
        for text in ["(" * 10_000 + "1" + ")" * 10_000, "(" * 10_000, "[" * 10_000, "CASE WHEN " * 10_000, "- " * 10_000 + "1", "NOT " * 10_000 + "true"]:
            outcome = run("-f", self.write("deep.sql", "SELECT " + text))
            self.assertEqual(outcome.returncode, 1, text[:20])
            self.assertIn("Parser error", outcome.stderr)

    def test_nine_hundred_joins_are_planned_in_seconds(self):
        table = "CREATE TABLE t AS SELECT i AS k FROM range(3) r(i); "
        for kind in ["JOIN", "LEFT JOIN"]:
            for left in ["t0", "t{before}"]:
                joins = " ".join(f"{kind} t t{n} ON t{n}.k = {left.format(before=n - 1)}.k" for n in range(1, 900))
                path = self.write("joins.sql", f"{table}EXPLAIN SELECT count(*) AS n FROM t t0 {joins}")
                outcome = run("-f", path, timeout=60)
                self.assertEqual(outcome.returncode, 0, f"{kind} {left}: {outcome.stderr[-500:]}")

    def test_a_join_of_more_than_a_thousand_tables_answers_or_is_refused(self):
        for tables in [1000, 1500]:
            joins = " ".join(f"JOIN t t{n} ON t{n}.k = t{n - 1}.k" for n in range(1, tables))
            path = self.write("joins.sql", f"CREATE TABLE t AS SELECT i AS k FROM range(3) r(i); SELECT count(*) AS n FROM t t0 {joins}")
            outcome = run("--format", "csv", "--no-footer", "-f", path, timeout=60)
            if outcome.returncode == 0:
                self.assertEqual(outcome.stdout, "n\n3\n")
            else:
                self.assertRegex(outcome.stderr, "^(Parser|Binder|Not supported) error: .*(nested|deep|joins|tables)")

    def test_a_table_of_ten_thousand_columns(self):
        columns = range(10_000)
        path = self.write("wide.csv", ",".join(f"c{n}" for n in columns) + "\n" + "".join(",".join(str(n + row) for n in columns) + "\n" for row in range(3)))
        sums = ", ".join(f"sum(c{n}) AS c{n}" for n in columns)
        script = self.write("wide.sql", f"CREATE TABLE t AS FROM '{path}'; SELECT {sums} FROM t; SELECT * FROM t WHERE c9999 = 10000; SELECT sum(c17 + c9998) AS s FROM t WHERE c5000 > 5000")
        outcome = run("--format", "csv", "--no-footer", "-f", script, timeout=60)
        self.assertEqual(outcome.returncode, 0, outcome.stderr[-500:])
        lines = outcome.stdout.splitlines()
        self.assertEqual(lines[1], ",".join(str(3 * n + 3) for n in columns))
        self.assertEqual(lines[3], ",".join(str(n + 1) for n in columns))
        self.assertEqual(lines[-1], str(2 * (17 + 9998) + 1 + 2 + 1 + 2))
        outcome = run("--no-footer", "-c", f"SELECT c10000 FROM '{path}'")
        self.assertRegex(outcome.stderr, "c1000")

    def test_depth_does_not_depend_on_the_callers_stack(self):
        def nested(inner):
            return "SELECT * FROM " + "(SELECT * FROM " * 400 + inner + " WHERE a > 0 LIMIT 5)" * 400

        joins = " ".join(f"JOIN t t{n} ON t{n}.a = t0.a" for n in range(1, 900))
        views = [f"CREATE VIEW v{n} AS {nested(f'v{n - 1}' if n else 't')}" for n in range(20)]
        for statements, answer in [
            ([f"SELECT count(*) AS n FROM t t0 {joins}"], "1"),
            ([nested("t")], "1"),
            ([*views, "SELECT * FROM v19"], "1"),
            (["SELECT " + "(" * 900 + "1" + ")" * 900], "1"),
        ]:
            path = self.write("deep.sql", "; ".join(["CREATE TABLE t AS SELECT 1 AS a", *statements]))
            outcome = run("--format", "csv", "--no-footer", "-f", path, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_STACK, (2**20, -1)))
            self.assertEqual(outcome.returncode, 0, f"{statements[-1][:60]}: {outcome.stderr[-500:]}")
            self.assertEqual(outcome.stdout.split()[-1], answer)

    def test_random_bytes_never_crash(self):
        rng = random.Random(20261125)
        words = "SELECT FROM WHERE ( ) , ; ' \" 1 1.5 x t * + - / AS VALUES GROUP BY ORDER LIMIT NULL CASE END ? $1 \xff \0 é".split(" ")
        for number in range(60):
            text = " ".join(rng.choice(words) for _ in range(rng.randrange(1, 40)))
            outcome = run("-f", self.write("random.sql", text), stdin="")
            self.assertIn(outcome.returncode, (0, 1), f"seed 20261125, text {number}: {text!r}")


class Files(BadInput):
    def test_a_file_that_is_not_there(self):
        for name in ("absent.parquet", "absent.csv", "absent.arrow"):
            text = self.failure(f"SELECT * FROM '{self.folder}/{name}'")
            self.assertIn("File not found", text)

    def test_a_directory(self):
        (self.folder / "d.parquet").mkdir()
        (self.folder / "d.csv").mkdir()
        for name in ("d.parquet", "d.csv", ""):
            self.assertRegex(self.failure(f"SELECT * FROM '{self.folder}/{name}'"), "directory|what format")

    def test_a_format_that_is_not_known(self):
        self.assertIn("known: .parquet", self.failure(f"SELECT * FROM '{self.write('x.xyz', 'abc')}'"))

    def test_a_file_without_permission(self):
        path = self.write("secret.csv", "a\n1\n")
        os.chmod(path, 0)
        os.chmod(self.folder, 0o755)

        def drop_root():
            if os.getuid() == 0:
                os.setgid(65534)
                os.setuid(65534)

        # The build folder may be closed to others, so they get a copy.
        program = shutil.copy(TRUENO, self.folder / "trueno")
        outcome = subprocess.run([program, "-c", f"SELECT * FROM '{path}'"], preexec_fn=drop_root, cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(outcome.returncode, 1, outcome.stderr)
        self.assertIn("Permission denied", outcome.stderr)

    def test_ragged_csv_names_the_row(self):
        text = self.failure(f"SELECT * FROM '{self.write('r.csv', 'a,b' + chr(10) + ''.join(f'{i},{i}' + chr(10) for i in range(50)) + '1,2,3' + chr(10))}'")
        self.assertRegex(text, r"row 52|line 52")

    def test_a_csv_cell_of_another_type_names_row_and_column(self):
        lines = "a,b\n" + "".join(f"{i},{i}\n" for i in range(100_000)) + "1,oops\n"
        text = self.failure(f"SELECT sum(b) FROM '{self.write('t.csv', lines)}'")
        self.assertIn("oops", text)
        self.assertRegex(text, r"100,?002|100002")

    def test_csv_with_bad_utf8(self):
        self.assertIn("UTF-8", self.failure(f"SELECT * FROM '{self.write('u.csv', b'a' + bytes([10]) + b'x' * 5 + bytes([255, 10]))}'"))

    def test_an_open_quote_and_an_empty_file(self):
        lines = 'a,b\n' + '1,"quoted, text"\n' * 100
        text = self.failure(f"SELECT * FROM '{self.write('q.csv', lines + '2,' + chr(34) + 'open' + chr(10))}'")
        self.assertIn("quote", text)
        outcome = sql(f"SELECT * FROM '{self.write('e.csv', '')}'")
        self.assertIn(outcome.returncode, (0, 1))

    def test_truncated_and_corrupt_parquet(self):
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError:
            self.skipTest("pyarrow is not there")
        whole = str(self.folder / "whole.parquet")
        pq.write_table(pa.table({"x": list(range(5000)), "s": [f"text {i}" for i in range(5000)]}), whole, row_group_size=1000)
        content = pathlib.Path(whole).read_bytes()
        for size in (0, 3, 4, 12, len(content) // 2, len(content) - 1):
            text = self.failure(f"SELECT sum(x), max(s) FROM '{self.write('cut.parquet', content[:size])}'")
            self.assertIn("Corrupt file error", text)
        rng = random.Random(7)
        for number in range(25):
            damaged = bytearray(content)
            for _ in range(8):
                damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
            outcome = sql(f"SELECT sum(x), max(s) FROM '{self.write('flip.parquet', bytes(damaged))}'")
            self.assertIn(outcome.returncode, (0, 1), f"seed 7, file {number}: {outcome.stderr[:300]}")

    def test_a_table_is_not_half_loaded(self):
        lines = "a\n" + "1\n" * 100_000 + "oops\n"
        shown = self.session(f".import {self.write('half.csv', lines)} half".removesuffix(";"), "SHOW TABLES")
        self.assertNotIn("\nhalf\r", shown.split("SHOW TABLES")[1])


class Afterwards(BadInput):
    def test_the_database_is_usable_after_each_error(self):
        shown = self.session(
            "CREATE TABLE t(a INTEGER NOT NULL)",
            "INSERT INTO t VALUES (1), (2)",
            "INSERT INTO t VALUES (3), (NULL)",
            "INSERT INTO t SELECT 'x' FROM range(3)",
            "INSERT INTO t SELECT 7 // (x - 1) FROM range(3) r(x)",
            "CREATE TABLE u AS SELECT 1 // 0",
            "DROP TABLE t, nothing",
            "SELECT * FROM 'absent.parquet'",
            "SELECT count(*) AS n, sum(a) AS total FROM t",
            "SHOW TABLES",
        )
        self.assertIn("Constraint error", shown)
        self.assertIn("Division by zero error", shown)
        self.assertIn("n,total\r\n2,3\r\n", shown)
        self.assertIn("name\r\nt\r\n", shown)

    def test_a_deadline_ends_a_query_and_nothing_else(self):
        shown = self.session("SET timeout_ms = 200", LONG_QUERY, "RESET timeout_ms", AFTER)
        self.assertIn("Deadline exceeded", shown)
        self.assertIn("a\r\nstill here", shown)

    def test_ctrl_c_within_an_insert_leaves_the_table(self):
        from terminal import Terminal

        with Terminal([TRUENO, "--no-history", "--format", "csv", "--no-footer", "--no-progress"]) as terminal:
            terminal.wait_for("trueno> ")
            terminal.type("CREATE TABLE t(a BIGINT);\n")
            terminal.wait_for("\ntrueno> ")
            terminal.type(f"INSERT INTO t {LONG_QUERY};\n")
            time.sleep(0.5)
            terminal.type("\x03")
            terminal.wait_for("Cancelled")
            terminal.wait_for("trueno> ")
            terminal.type("SELECT count(*) AS n FROM t;\n")
            self.assertIn("n\r\n0\r\n", terminal.wait_for("\ntrueno> "))


if __name__ == "__main__":
    main()

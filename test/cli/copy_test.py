#!/usr/bin/env python3
"""COPY to and from files of every format; the files are looked at by other programs.

usage: copy_test.py TRUENO
"""
import csv
import json
import os
import unittest

from program import FolderTest, main, sql

TABLE = ("CREATE TABLE t(i INTEGER, d DOUBLE, n DECIMAL(9,2), s VARCHAR, t DATE, b BOOLEAN);"
         "INSERT INTO t VALUES (1, 0.1, 1.50, 'plain', '2024-02-29', true), (2, -1e300, -0.01, 'comma, \"quote\"', NULL, false),"
         " (NULL, NULL, NULL, '', '1969-12-31', NULL), (4, 2, 3, NULL, '2000-01-01', true);")
ROWS = "i,d,n,s,t,b\n1,0.1,1.50,plain,2024-02-29,true\n2,-1e+300,-0.01,\"comma, \"\"quote\"\"\",,false\n,,,\"\",1969-12-31,\n4,2.0,3.00,,2000-01-01,true\n"


class Copy(FolderTest):
    def ok(self, statement):
        outcome = sql(statement)
        self.assertEqual(outcome.returncode, 0, outcome.stderr)
        return outcome.stdout

    def failure(self, statement):
        outcome = sql(statement)
        self.assertEqual(outcome.returncode, 1, outcome.stdout)
        self.assertNotIn("Internal error", outcome.stderr)
        return outcome.stderr

    def text(self, path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    def path(self, name):
        return str(self.folder / name)

    def test_every_format_comes_back_as_it_went(self):
        for name, options in [("t.csv", ""), ("t.tsv", ""), ("t.txt", "(FORMAT csv, DELIMITER '|', QUOTE '''')"), ("t.parquet", ""),
                              ("t2.parquet", "(COMPRESSION snappy, ROW_GROUP_SIZE 2)"), ("t.arrow", ""), ("data", "(FORMAT parquet)")]:
            with self.subTest(name=name):
                target = self.path(name)
                text_format = name.endswith((".csv", ".tsv", ".txt"))
                back = options if text_format else ("(FORMAT parquet)" if name == "data" else "")
                shown = self.ok(f"{TABLE} COPY t TO '{target}' {options}; CREATE TABLE u AS FROM t LIMIT 0; COPY u FROM '{target}' {back}; FROM u")
                # An empty text and NULL are one in CSV, as DuckDB reads it.
                self.assertEqual(shown, ROWS.replace(',"",', ",,") if text_format else ROWS)

    def test_csv_is_what_other_programs_read(self):
        target = self.path("out.csv")
        self.ok(f"{TABLE} COPY (SELECT i, s FROM t WHERE i IS NOT NULL) TO '{target}' (HEADER, NULL 'none')")
        with open(target, newline="") as file:
            self.assertEqual(list(csv.reader(file)), [["i", "s"], ["1", "plain"], ["2", 'comma, "quote"'], ["4", "none"]])
        self.ok(f"{TABLE} COPY t(s, i) TO '{target}' (HEADER false, DELIM ';')")
        self.assertEqual(self.text(target).splitlines()[0], "plain;1")

    def test_json_is_what_other_programs_read(self):
        target = self.path("out.json")
        self.ok(f"{TABLE} COPY (SELECT i, d, s, b FROM t) TO '{target}'")
        lines = [json.loads(line) for line in self.text(target).splitlines()]
        self.assertEqual(lines[0], {"i": 1, "d": 0.1, "s": "plain", "b": True})
        self.assertEqual(lines[1], {"i": 2, "d": -1e300, "s": 'comma, "quote"', "b": False})
        self.assertEqual(lines[2], {"i": None, "d": None, "s": "", "b": None})
        self.ok(f"{TABLE} COPY (SELECT i FROM t) TO '{target}' (FORMAT json, ARRAY)")
        self.assertEqual(json.loads(self.text(target)), [{"i": 1}, {"i": 2}, {"i": None}, {"i": 4}])
        self.ok(f"{TABLE} COPY (SELECT i FROM t WHERE false) TO '{target}' (ARRAY true)")
        self.assertEqual(json.loads(self.text(target)), [])

    def test_parquet_is_what_other_programs_read(self):
        try:
            import pyarrow.parquet as parquet
        except ImportError:
            self.skipTest("no pyarrow here")
        target = self.path("out.parquet")
        self.ok(f"{TABLE} COPY t TO '{target}' (COMPRESSION gzip)")
        table = parquet.read_table(target)
        self.assertEqual(table.column("s").to_pylist(), ["plain", 'comma, "quote"', "", None])
        self.assertEqual(parquet.ParquetFile(target).metadata.row_group(0).column(0).compression, "GZIP")

    def test_from_adds_rows_as_insert_does(self):
        source = self.write("in.csv", "a,b\n1,x\n2,y\n")
        table = "CREATE TABLE t(id INTEGER PRIMARY KEY, s VARCHAR, n INTEGER DEFAULT 9);"
        self.assertEqual(self.ok(f"{table} COPY t(id, s) FROM '{source}'; FROM t"), "id,s,n\n1,x,9\n2,y,9\n")
        self.assertIn("2 columns instead of 3", self.failure(f"{table} COPY t FROM '{source}'"))
        self.assertIn("duplicate key", self.failure(f"{table} INSERT INTO t VALUES (2, 'z', 1); COPY t(id, s) FROM '{source}'"))
        bad = self.write("bad.csv", "id,s\n1,x\nnope,y\n")
        self.assertIn("nope", self.failure(f"{table} COPY t(id, s) FROM '{bad}' (HEADER)"))

    def test_a_failed_copy_leaves_the_old_file(self):
        target = self.write("keep.csv", "old\n")
        self.assertIn("Division by zero", self.failure(f"COPY (SELECT 1 // (x - 5) FROM range(10) r(x)) TO '{target}'"))
        self.assertEqual(self.text(target), "old\n")
        self.assertEqual(os.listdir(self.folder), ["keep.csv"])

    def test_wrong_options_and_places_are_typed_errors(self):
        for options, words in [("(FORMAT excel)", "COPY has no format 'excel'"), ("(COLOR red)", "has no option color"),
                               ("(DELIMITER 'ab')", "delimiter must be one character"), ("(HEADER maybe)", "header must be true or false"),
                               ("(FORMAT parquet, COMPRESSION zip)", "no Parquet compression"),
                               ("(FORMAT parquet, HEADER)", "has no option header"), ("(PER_THREAD_OUTPUT)", "not supported"), ("(PARTITION_BY a)", "all columns are in PARTITION_BY")]:
            with self.subTest(options=options):
                self.assertIn(words, self.failure(f"COPY (SELECT 1 AS a) TO '{self.path('x.csv')}' {options}"))
        self.assertEqual(os.listdir(self.folder), [])
        self.assertIn("no directory for the file", self.failure(f"COPY (SELECT 1) TO '{self.path('no/such/folder.csv')}'"))
        self.assertIn("no table nothing", self.failure(f"COPY nothing TO '{self.path('x.csv')}'"))
        self.assertIn("no table nothing", self.failure(f"COPY nothing FROM '{self.path('x.csv')}'"))
        self.assertIn("x.csv", self.failure(f"CREATE TABLE t(a INTEGER); COPY t FROM '{self.path('x.csv')}'"))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Files of every kind that other programs made, and bad ones: JSON, packed files, partitions that are not opened.

usage: files_test.py TRUENO
"""
import csv
import gzip
import io
import json
import random
import unittest

from program import FolderTest, main, sql


def path_text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Files(FolderTest):
    def rows(self, statement):
        outcome = sql(statement)
        self.assertEqual(outcome.returncode, 0, outcome.stderr)
        return list(csv.reader(io.StringIO(outcome.stdout)))[1:]

    def failure(self, statement):
        outcome = sql(statement)
        self.assertEqual(outcome.returncode, 1, outcome.stdout)
        self.assertNotIn("Internal error", outcome.stderr)
        return outcome.stderr

    def test_json_that_python_wrote_comes_back(self):
        rng = random.Random(20261126)
        texts = ["", "plain", "quote \" and \\ and / and \t\n\r\b\f\x01", "é 漢 😀", "x" * 5000, "null", "1", "{\"a\": [1]}"]
        objects = [{"i": i, "d": rng.uniform(-1e6, 1e6), "s": rng.choice(texts), "l": [rng.randrange(9) for _ in range(rng.randrange(4))],
                    "o": {"k": rng.choice([None, True, False])}} for i in range(3000)]
        for name, text in [("lines.json", "".join(json.dumps(o, ensure_ascii=i % 2 == 0) + "\n" for i, o in enumerate(objects))),
                           ("array.json", json.dumps(objects)), ("pretty.json", json.dumps(objects, indent=2)),
                           ("several.json", "\n".join(json.dumps(o, indent=1) for o in objects))]:
            with self.subTest(name=name):
                path = self.write(name, text)
                back = self.folder / ("back_" + name)
                self.rows(f"COPY (FROM '{path}') TO '{back}'")
                self.assertEqual([json.loads(line) for line in back.read_text(encoding="utf-8").splitlines()], objects)

    def test_json_goes_through_parquet(self):
        path = self.write("n.json", '{"a":1,"l":[{"x":"y"},null],"o":{"p":[1.5,null]},"m":null}\n{"a":null,"l":[],"o":null,"m":"t"}\n')
        parquet, back = self.folder / "n.parquet", self.folder / "back.json"
        outcome = sql(f"COPY (FROM '{path}') TO '{parquet}'")
        if "module" in outcome.stderr:
            self.skipTest("no Arrow module here")
        self.assertEqual(outcome.returncode, 0, outcome.stderr)
        self.rows(f"COPY (FROM '{parquet}') TO '{back}'")
        self.assertEqual([json.loads(line) for line in back.read_text().splitlines()], [json.loads(line) for line in path_text(path).splitlines()])

    def test_what_python_packed_is_read(self):
        text = "a,b\n" + "".join(f"{i},text {i}\n" for i in range(50000))
        path = self.write("t.csv.gz", gzip.compress(text.encode()))
        self.assertEqual(self.rows(f"SELECT count(*), sum(a), max(b) FROM '{path}'"), [["50000", str(sum(range(50000))), "text 9999"]])
        # Two members, as `cat a.gz b.gz` makes them; the row over their border is one.
        path = self.write("two.csv.gz", gzip.compress(text[:1001].encode()) + gzip.compress(text[1001:].encode()))
        self.assertEqual(self.rows(f"SELECT count(*), sum(a) FROM '{path}'"), [["50000", str(sum(range(50000)))]])
        path = self.write("t.json.gz", gzip.compress(b'[{"a": 1}, {"a": [2]}]'))
        self.assertEqual(self.rows(f"FROM '{path}'"), [["1"], ["[2]"]])

    def test_what_is_written_python_unpacks(self):
        path = self.folder / "out.csv.gz"
        self.rows(f"COPY (SELECT i, 't' || i AS s FROM range(3) t(i)) TO '{path}'")
        self.assertEqual(gzip.decompress(path.read_bytes()), b"i,s\n0,t0\n1,t1\n2,t2\n")

    def test_packed_files_that_are_cut_or_changed_are_errors(self):
        whole = gzip.compress(("a\n" + "".join(f"{i}\n" for i in range(2000))).encode())
        for size in [0, 1, 9, 10, 11, 500, len(whole) - 9, len(whole) - 1]:
            path = self.write("cut.csv.gz", whole[:size])
            self.assertIn("ends too early", self.failure(f"SELECT sum(a) FROM '{path}'"), size)
        changed = bytearray(whole)
        changed[-5] ^= 1  # of the checksum
        self.assertIn("incorrect data check", self.failure(f"SELECT sum(a) FROM '{self.write('c.csv.gz', bytes(changed))}'"))
        self.assertIn("broken", self.failure(f"SELECT sum(a) FROM '{self.write('d.csv.gz', whole + b'more')}'"))

    # Two hundred kilobytes that unpack to 200 MB in one row.
    def test_bombs_end_in_an_error(self):
        bomb = self.write("bomb.csv.gz", gzip.compress(b"a\n" + b"x" * 200_000_000, 9))
        self.assertIn("takes more than", self.failure(f"SELECT count(*) FROM read_csv('{bomb}', columns = {{'a': VARCHAR}})"))
        bomb = self.write("bomb.json.gz", gzip.compress(b'{"a":"' + b"x" * 200_000_000 + b'"}', 9))
        self.assertIn("takes more than", self.failure(f"SELECT count(*) FROM read_json('{bomb}', columns = {{'a': VARCHAR}})"))
        deep = self.write("deep.json", "[" * 1_000_000)
        self.assertIn("nested too deep", self.failure(f"FROM '{deep}'"))

    def test_partitions_that_are_not_wanted_are_not_opened(self):
        for year in (2021, 2022, 2023):
            folder = self.folder / "t" / f"year={year}"
            folder.mkdir(parents=True)
            (folder / "f.csv").write_text(f"a\n{year}\n" if year != 2022 else '"never closed')
        pattern = self.folder / "t" / "*" / "*.csv"
        self.assertEqual(self.rows(f"SELECT a, year FROM '{pattern}' WHERE year = 2023"), [["2023", "2023"]])
        self.assertEqual(self.rows(f"SELECT sum(a) FROM '{pattern}' WHERE year < 2022 OR year IN (2023, 2024)"), [["4044"]])
        self.failure(f"SELECT count(*) FROM '{pattern}' WHERE year >= 2022")
        for statement in ("EXPLAIN", "EXPLAIN ANALYZE"):
            shown = self.rows(f"{statement} SELECT sum(a) FROM '{pattern}' WHERE year = 2023")
            self.assertIn("(1 of 3 files)", str(shown))
        self.assertIn("(0 of 3 files)", str(self.rows(f"EXPLAIN ANALYZE SELECT sum(a) FROM '{pattern}' WHERE year > 3000")))

    def test_partitions_of_parquet_are_what_other_programs_read(self):
        try:
            import pyarrow.dataset as dataset
        except ImportError:
            self.skipTest("no pyarrow here")
        target = self.folder / "out"
        self.rows(f"COPY (SELECT i, i % 3 AS p, 'v ' || (i % 2) AS q FROM range(60) t(i)) TO '{target}' (FORMAT parquet, PARTITION_BY (p, q))")
        table = dataset.dataset(str(target), partitioning="hive").to_table().sort_by("i")
        self.assertEqual(table.column("i").to_pylist(), list(range(60)))
        self.assertEqual(table.column("p").to_pylist(), [i % 3 for i in range(60)])
        self.assertEqual(table.column("q").to_pylist(), [f"v {i % 2}" for i in range(60)])

    def test_missing_files_are_named(self):
        for name in ("none.json", "none.csv.gz"):
            self.assertIn(f"no file \"{self.folder}/{name}\"", self.failure(f"FROM '{self.folder}/{name}'"))
        self.assertIn("no file matches", self.failure(f"FROM '{self.folder}/*.json'"))
        self.assertIn("what format is", self.failure(f"FROM '{self.folder}/x.parquet.gz'"))


if __name__ == "__main__":
    main()

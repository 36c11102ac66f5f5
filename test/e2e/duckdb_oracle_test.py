#!/usr/bin/env python3
"""Random queries of the common dialect against DuckDB, the model of the dialect.

DuckDB runs a few thousand generated queries and its answers are written as one sqllogictest file, which one process of our runner then
checks (texts byte for byte, doubles to 1e-12 relative). A difference must be in KNOWN below, with its reason, or the test fails.

Half of them are about expressions, half about clauses (duckdb_clauses.py).

usage: duckdb_oracle_test.py TRUENO_SQLTEST [--count N] [--seed S] [--show]
"""
import argparse
import collections
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import duckdb

from duckdb_clauses import Clauses

# (pattern of the query, pattern of what differed, reason)
KNOWN = [
    (r"FILTER", r"^expected an error", "DuckDB computes an aggregate's argument also where its FILTER leaves the row out"),
    (r"bit_count\(", r"", "bit_count(HUGEINT) is SMALLINT: 128 does not fit DuckDB's TINYINT"),
    (r"(AND|OR) .*CAST", r"^expected an error: Conv", "DuckDB computes the right side of AND and OR also where the left decides"),
    (r"coalesce\(", r"^expected an error", "DuckDB computes the later arguments of COALESCE also where an earlier one decides"),
    (r"(DISTINCT|GROUP BY).*AS VARCHAR|AS VARCHAR.*GROUP BY", r"", "-nan and -0.0 are texts of their own in DuckDB"),
    (r"%", r"^expected an error: Out of Range Error: Overflow in division of", "the least integer % -1 is 0"),
    (r"%.*DECIMAL\(38|DECIMAL\(38.*%", r"^value", "DuckDB takes the remainder of long decimals in DOUBLE"),
    (r"greatest|least|(min|max)\(concat", r"'(-0\.0|nan.*)'", "which zero comes out, and where the text -nan stands"),
    (r"nullif\('", r"", "DuckDB takes nullif(constant, x) LIKE ... for x IS NOT NULL"),
    (r"nullif\((\S+), \1\)", r"error: (overflow|cannot cast)|zero", "DuckDB folds a constant NULL operand, and the failing one beside it is never computed"),
    (r"\((- \w+|100 \+ \w+|\w+ [-+] -?\d+)\) [<>=]|[<>=] \((- \w+|\w+ [-+] -?\d+)\)", r"^Out of range", "DuckDB moves constants to the other side of a comparison"),
    (r"DISTINCT.*concat|concat.*GROUP BY", r"^expected \d+ values|^value", "-nan and -0.0 are texts of their own in DuckDB"),
    (r"(round|floor|ceil|trunc|sign)\((exp|ln|log2|log10|sin|cos|tan|atan|tanh|asinh|cbrt|pow|atan2)\(", r"^value",
     "rounding shows the last place, where the C library behind DuckDB is off"),
    (r"CAST\(\w+ AS BOOLEAN\) AND", r"^Conversion", "DuckDB asks the cheaper side of AND first"),
    (r"\* LIKE.* FULL JOIN", r"^expected \d+ values", "of a FULL JOIN DuckDB's * LIKE leaves out what USING merged; its COLUMNS does not"),
    (r"pad\(", r"nan", "-nan is a text of its own in DuckDB"),
    (r"nullif\(.*\* u", r"^Out of range", "DuckDB moves constants to the other side of a comparison"),
    (r"AS FLOAT\).* AS DECIMAL|\bf\b.* AS DECIMAL", r"^value", "a FLOAT becomes a DECIMAL by its shortest text"),
    (r"nullif\(length\(''\), \(\d+ [-+] \w+\)\)", r"^Out of range", "DuckDB moves constants to the other side of a comparison"),
    (r"TRY_CAST\(-1e10::DOUBLE AS DECIMAL\(9,2\)\) %", r"zero", "DuckDB folds a constant NULL operand, and the failing one beside it is never computed"),
    (r"BETWEEN \d[\d.]* AND -\d", r"zero|^Out of range", "DuckDB does not compute x BETWEEN low AND high where low is above high"),
    (r"DISTINCT FROM \([-\w]+ [-+] \w+\)", r"^Out of range", "DuckDB moves constants to the other side of a comparison"),
    (r"(pow|ln|log2|log10|acosh|%).*AS VARCHAR", r"'(nan|inf)'", "-nan is a text of its own in DuckDB, and sorts before the others"),
    (r"(degrees|radians|exp|ln|log2|log10|sin|cos|tan|atan|tanh|asinh|cbrt|pow|atan2)\(.*%|%.*(degrees|radians|exp|ln|log2|log10|sin|cos|tan|atan|tanh|asinh|cbrt|pow|atan2)\(",
     r"^value", "a remainder shows the last place, where the C library behind DuckDB is off"),
    (r"coalesce\((round|trunc|floor|ceil)\(CAST", r"^value", "past 38 digits a common DECIMAL keeps its decimal places; DuckDB rounds them away"),
    (r"coalesce\(.*round\(.*\* ", r"^value", "past 38 digits a common DECIMAL keeps its decimal places; DuckDB rounds them away"),
    (r"\bh\b.*(least|greatest|coalesce|CASE|%|nullif)|(least|greatest|coalesce|CASE|%|nullif).*\bh\b", r"^value",
     "past 38 digits a common DECIMAL keeps its decimal places; DuckDB rounds them away"),
]

COLUMNS = {
    "id": ("INTEGER", "int"),
    "b": ("BOOLEAN", "bool"),
    "i8": ("TINYINT", "int"),
    "i": ("INTEGER", "int"),
    "l": ("BIGINT", "int"),
    "u": ("UINTEGER", "int"),
    "h": ("HUGEINT", "int"),
    "f": ("FLOAT", "float"),
    "d": ("DOUBLE", "float"),
    "n1": ("DECIMAL(9,2)", "decimal"),
    "n2": ("DECIMAL(18,3)", "decimal"),
    "n3": ("DECIMAL(28,4)", "decimal"),
    "s": ("VARCHAR", "text"),
    "s2": ("VARCHAR", "text"),
    "dt": ("DATE", "date"),
    "ts": ("TIMESTAMP", "timestamp"),
}
ROWS = 60


def table_rows(rng):
    def text():
        words = ["", "a", "ab", "duck", "Duck", "a_b", "100%", "twelve chars", "thirteen char", "a rather long text that is not inline", "é", "naïve", "漢字", "12", "-3.5", "true", "2024-02-29", "x y"]
        return "'" + rng.choice(words) + "'"

    def maker(name):
        return {
            "b": lambda: rng.choice(["true", "false"]),
            "i8": lambda: str(rng.choice([rng.randint(-10, 10), 127, -128])),
            "i": lambda: str(rng.choice([rng.randint(-20, 20), rng.randint(-20, 20), 2147483647, -2147483648])),
            "l": lambda: str(rng.choice([rng.randint(-1000, 1000), 9223372036854775807, -9223372036854775808])),
            "u": lambda: str(rng.choice([rng.randint(0, 9), 4294967295])),
            "h": lambda: str(rng.choice([rng.randint(-9, 9), 2**100, -(2**90)])),
            "f": lambda: "'" + rng.choice(["0", "1.5", "-2.25", "0.125", "65536", "nan", "inf"]) + "'",
            "d": lambda: "'" + rng.choice(["0", "1.5", "-2.25", "0.1", "1e300", "-inf", "nan", "2.5", "3.5", "12345.678", "1e-310"]) + "'",
            "n1": lambda: rng.choice(["0.00", "1.25", "-7.50", "99.99", "9999999.99"]),
            "n2": lambda: rng.choice(["0.001", "-1.500", "2.500", "123456.789", "-999999999999999.999"]),
            "n3": lambda: rng.choice(["0.5000", "-0.5000", "12345678901234567890.1234", "1.0001"]),
            "s": text,
            "s2": text,
            "dt": lambda: "'" + rng.choice(["1970-01-01", "2000-02-29", "1999-12-31", "2024-01-31", "1900-03-01", "2021-01-03"]) + "'",
            "ts": lambda: "'" + rng.choice(["1970-01-01 00:00:00", "2024-02-29 13:45:10.123456", "1999-12-31 23:59:59.999999", "2020-06-15 12:00:00"]) + "'",
        }[name]

    def cell(name, row):
        return str(row) if name == "id" else "NULL" if rng.random() < 0.15 else maker(name)()

    return ["(" + ", ".join(cell(name, row) for name in COLUMNS) + ")" for row in range(ROWS)]


class Generator:
    """Typed loosely: `kind` is what an expression is meant to be."""

    def __init__(self, rng):
        self.rng = rng

    def pick(self, *choices):
        return self.rng.choice(choices)

    def leaf(self, kind):
        names = [name for name, (_, k) in COLUMNS.items() if k == kind]
        if names and self.rng.random() < 0.75:
            return self.rng.choice(names)
        return {
            "bool": lambda: self.pick("(i8 > 0)", "(s = 'a')", "(d IS NULL)"),
            "int": lambda: self.pick("0", "1", "2", "-3", "7", "100"),
            "float": lambda: self.pick("0.5::DOUBLE", "2::DOUBLE", "-1e10::DOUBLE", "3::FLOAT"),
            "decimal": lambda: self.pick("0.5", "1.25", "-2.00", "100.001"),
            "text": lambda: self.pick("'a'", "'duck'", "''", "'é'", "'12'"),
            "date": lambda: self.pick("DATE '2000-01-01'", "DATE '1999-12-31'"),
            "timestamp": lambda: self.pick("TIMESTAMP '2000-01-01 10:20:30'", "TIMESTAMP '1999-12-31 23:59:59'"),
        }[kind]()

    def number(self, depth):
        return self.of(self.pick("int", "int", "decimal", "float"), depth)

    def any(self, depth):
        return self.of(self.pick("bool", "int", "int", "float", "decimal", "text", "date", "timestamp"), depth)

    def of(self, kind, depth):
        if depth <= 0 or self.rng.random() < 0.2:
            return self.leaf(kind)
        d = depth - 1
        if self.rng.random() < 0.2:
            return self.pick(
                lambda: f"CASE WHEN {self.of('bool', d)} THEN {self.of(kind, d)} ELSE {self.of(kind, d)} END",
                lambda: f"CASE WHEN {self.of('bool', d)} THEN {self.of(kind, d)} END",
                lambda: f"coalesce({self.of(kind, d)}, {self.of(kind, d)})",
                lambda: f"nullif({self.of(kind, d)}, {self.of(kind, d)})",
                lambda: f"greatest({self.of(kind, d)}, {self.of(kind, d)})",
                lambda: f"least({self.of(kind, d)}, {self.of(kind, d)})",
            )()
        return getattr(self, "make_" + kind)(d)

    def text_of_row(self):
        """Not a constant: DuckDB folds a cast that gives NULL, and then all that is computed with it."""
        return self.pick("s", "s2", "(s || s2)")

    def make_bool(self, d):
        kind = self.pick("int", "decimal", "float", "text", "date", "timestamp", "bool")
        comparison = self.pick("=", "<>", "<", "<=", ">", ">=")
        return self.pick(
            lambda: f"({self.of(kind, d)} {comparison} {self.of(kind, d)})",
            lambda: f"({self.number(d)} {comparison} {self.number(d)})",
            lambda: f"({self.of('bool', d)} AND {self.of('bool', d)})",
            lambda: f"({self.of('bool', d)} OR {self.of('bool', d)})",
            lambda: f"(NOT {self.of('bool', d)})",
            lambda: f"({self.any(d)} IS {self.pick('', 'NOT ')}NULL)",
            lambda: f"({self.of('bool', d)} IS {self.pick('', 'NOT ')}{self.pick('TRUE', 'FALSE')})",
            lambda: f"({self.of(kind, d)} {self.pick('', 'NOT ')}IN ({self.leaf(kind)}, {self.leaf(kind)}, {self.leaf(kind)}))",
            lambda: f"({self.of(kind, d)} {self.pick('', 'NOT ')}BETWEEN {self.leaf(kind)} AND {self.leaf(kind)})",
            lambda: f"({self.of(kind, d)} IS {self.pick('', 'NOT ')}DISTINCT FROM {self.of(kind, d)})",
            lambda: f"({self.of('text', d)} {self.pick('LIKE', 'NOT LIKE', 'ILIKE')} {self.pick(chr(39) + 'd%' + chr(39), chr(39) + '%a%' + chr(39), chr(39) + '_u__' + chr(39), chr(39) + '%!%' + chr(39) + ' ESCAPE ' + chr(39) + '!' + chr(39), chr(39) + 'a!_b' + chr(39) + ' ESCAPE ' + chr(39) + '!' + chr(39), chr(39) + chr(39), chr(39) + '%' + chr(39), chr(39) + '_' + chr(39))})",
            lambda: f"{self.pick('starts_with', 'ends_with', 'contains')}({self.of('text', d)}, {self.leaf('text')})",
            lambda: f"{self.pick('isnan', 'isinf', 'isfinite')}({self.of('float', d)})",
            lambda: f"CAST({self.pick(self.of('int', d), self.text_of_row())} AS BOOLEAN)",
            lambda: f"TRY_CAST({self.text_of_row()} AS BOOLEAN)",
        )()

    def make_int(self, d):
        def two(op):
            return f"({self.of('int', d)} {op} {self.of('int', d)})"

        kind = self.pick("date", "timestamp")
        part = self.pick("year", "month", "day", "dayofweek", "isodow", "dayofyear", "week", "quarter", "isoyear", "century", "decade", "millennium")
        return self.pick(
            lambda: two("+"),
            lambda: two("-"),
            lambda: two("*"),
            lambda: two("//"),
            lambda: two("%"),
            lambda: two("&"),
            lambda: two("|"),
            lambda: f"xor({self.of('int', d)}, {self.of('int', d)})",
            lambda: f"(- {self.of('int', d)})",
            lambda: f"abs({self.of('int', d)})",
            lambda: f"sign({self.number(d)})",
            lambda: f"(~ {self.of('int', d)})",
            lambda: f"(({self.of('int', d)} & 7) << {self.pick('0', '1', '3')})",
            lambda: f"({self.of('int', d)} >> {self.pick('0', '1', '3', '200')})",
            lambda: f"bit_count({self.of('int', d)})",
            lambda: f"length({self.of('text', d)})",
            lambda: f"{self.pick('ascii', 'unicode', 'strlen', 'bit_length')}({self.of('text', d)})",
            lambda: f"{self.pick('levenshtein', 'damerau_levenshtein')}({self.leaf('text')}, {self.leaf('text')})",
            lambda: f"{self.pick('date_diff', 'date_sub')}('{self.pick('year', 'quarter', 'month', 'week', 'day', 'hour', 'second')}', {self.of(kind, d)}, {self.of(kind, d)})",
            lambda: f"{self.pick('gcd', 'lcm')}({self.leaf('int')}, {self.leaf('int')})",
            lambda: f"{self.pick('yearweek', 'era', 'epoch_ms', 'epoch_us')}({self.of(self.pick('date', 'timestamp'), d)})",
            lambda: f"position({self.leaf('text')} IN {self.of('text', d)})",
            lambda: f"{part}({self.of(self.pick('date', 'timestamp'), d)})",
            lambda: f"extract({part} FROM {self.of('date', d)})",
            lambda: f"{self.pick('hour', 'minute', 'second', 'millisecond', 'microsecond')}({self.of('timestamp', d)})",
            lambda: f"({self.of('date', d)} - {self.of('date', d)})",
            lambda: f"{self.pick('CAST', 'TRY_CAST')}({self.pick(self.number(d), self.text_of_row(), self.of('bool', d))} AS {self.pick('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'UTINYINT', 'UINTEGER', 'UBIGINT')})",
        )()

    def make_decimal(self, d):
        return self.pick(
            lambda: f"({self.of('decimal', d)} {self.pick('+', '-', '*')} {self.of('decimal', d)})",
            lambda: f"({self.of('decimal', d)} {self.pick('+', '-', '*')} {self.of('int', d)})",
            lambda: f"{self.pick('abs', 'floor', 'ceil', 'trunc', 'round', '-')}({self.of('decimal', d)})",
            lambda: f"round({self.of('decimal', d)}, {self.pick('0', '1', '2', '-1')})",
            lambda: f"({self.of('decimal', d)} % {self.of('decimal', d)})",
            lambda: f"{self.pick('CAST', 'TRY_CAST')}({self.pick(self.number(d), self.text_of_row())} AS {self.pick('DECIMAL(4,1)', 'DECIMAL(9,2)', 'DECIMAL(18,3)', 'DECIMAL(38,5)')})",
        )()

    def make_float(self, d):
        return self.pick(
            lambda: f"({self.of('float', d)} {self.pick('+', '-', '*', '/')} {self.number(d)})",
            lambda: f"({self.number(d)} / {self.number(d)})",
            lambda: f"({self.of('float', d)} % {self.of('float', d)})",
            lambda: f"{self.pick('abs', 'floor', 'ceil', 'trunc', 'round', '-')}({self.of('float', d)})",
            lambda: f"round({self.of('float', d)}, {self.pick('0', '1', '2', '-1')})",
            lambda: f"sqrt(abs({self.number(d)}))",
            lambda: f"{self.pick('exp', 'ln', 'log2', 'log10', 'sin', 'cos', 'tan', 'atan', 'tanh', 'asinh', 'cbrt', 'degrees', 'radians')}({self.leaf('float')})",
            lambda: f"{self.pick('pow', 'atan2')}({self.leaf('float')}, {self.leaf('float')})",
            lambda: f"{self.pick('epoch', 'julian')}({self.of(self.pick('date', 'timestamp'), d)})",
            lambda: f"{self.pick('jaro_similarity', 'jaro_winkler_similarity')}({self.leaf('text')}, {self.leaf('text')})",
            lambda: f"{self.pick('CAST', 'TRY_CAST')}({self.pick(self.number(d), self.text_of_row())} AS {self.pick('DOUBLE', 'FLOAT')})",
        )()

    def make_text(self, d):
        return self.pick(
            lambda: f"({self.of('text', d)} || {self.of('text', d)})",
            lambda: f"{self.pick('upper', 'lower', 'trim', 'ltrim', 'rtrim', 'reverse')}({self.leaf('text')})",
            lambda: f"substring({self.of('text', d)}, {self.pick('-3', '-1', '0', '1', '2', '12')}, {self.pick('-1', '0', '1', '3', '100')})",
            lambda: f"substring({self.of('text', d)}, {self.pick('-3', '0', '1', '2')})",
            lambda: f"replace({self.of('text', d)}, {self.leaf('text')}, {self.leaf('text')})",
            lambda: f"concat({self.any(d)}, {self.of('text', d)})",
            lambda: f"concat_ws({self.leaf('text')}, {self.any(d)}, {self.of('text', d)})",
            lambda: f"{self.pick('lpad', 'rpad')}({self.of('text', d)}, {self.pick('0', '3', '15')}, {self.pick('s', chr(39) + 'xy' + chr(39))})",
            lambda: f"{self.pick('left', 'right', 'repeat')}({self.leaf('text')}, {self.pick('-2', '0', '1', '3')})",
            lambda: f"split_part({self.of('text', d)}, {self.leaf('text')}, {self.pick('-1', '0', '1', '2')})",
            lambda: f"translate({self.of('text', d)}, {self.leaf('text')}, {self.leaf('text')})",
            lambda: f"{self.pick('trim', 'ltrim', 'rtrim')}({self.of('text', d)}, {self.leaf('text')})",
            lambda: f"{self.pick('hex', 'md5', 'sha256', 'url_encode', 'regexp_escape')}({self.of('text', d)})",
            lambda: f"hex({self.leaf('int')})",
            lambda: f"regexp_replace({self.of('text', d)}, '{self.pick('[aeiou]', '^.', '(a)(b)', '[0-9]+')}', '{self.pick('', '-', 'xx')}'{self.pick('', ', ' + chr(39) + 'g' + chr(39))})",
            lambda: f"regexp_extract({self.of('text', d)}, '{self.pick('[aeiou]+', '(.)(.)', '[0-9]+')}'{self.pick('', ', 0')})",
            lambda: f"{self.pick('dayname', 'monthname')}({self.of(self.pick('date', 'timestamp'), d)})",
            lambda: f"format('{self.pick('{} {}', '{:>9}|{:*^9}', '{1}{0}')}', {self.of('text', d)}, {self.leaf('text')})",
            lambda: f"printf('{self.pick('%d', '%5d|', '%-7d|', '%+d', '%x', '%,d')}', {self.leaf('int')})",
            lambda: f"CAST({self.any(d)} AS VARCHAR)",
        )()

    def make_date(self, d):
        return self.pick(
            lambda: f"({self.of('date', d)} {self.pick('+', '-')} {self.pick('1', '30', '366')})",
            lambda: f"CAST({self.of('timestamp', d)} AS DATE)",
            lambda: f"TRY_CAST({self.text_of_row()} AS DATE)",
            lambda: f"last_day({self.of(self.pick('date', 'timestamp'), d)})",
            lambda: f"time_bucket(INTERVAL '{self.pick('7 days', '3 months', '1 year', '10 days')}', {self.of('date', d)})",
            lambda: f"CAST(date_trunc('{self.pick('year', 'month', 'week', 'quarter', 'day')}', {self.of('date', d)}) AS DATE)",
        )()

    def make_timestamp(self, d):
        return self.pick(
            lambda: f"({self.of(self.pick('date', 'timestamp'), d)} {self.pick('+', '-')} INTERVAL {self.pick('1 MONTH', '1 YEAR', '90 MINUTE', '40 DAY', '1 SECOND')})",
            lambda: f"date_trunc('{self.pick('year', 'month', 'week', 'hour', 'minute', 'second')}', {self.of('timestamp', d)})",
            lambda: f"CAST({self.of('date', d)} AS TIMESTAMP)",
            lambda: f"time_bucket(INTERVAL '{self.pick('7 days', '1 month', '15 minutes', '90 seconds')}', {self.of('timestamp', d)})",
            lambda: f"({self.of('timestamp', d)} + INTERVAL '1 day 02:30:00' * {self.pick('2', '-3', '0.5')})",
            lambda: f"TRY_CAST({self.text_of_row()} AS TIMESTAMP)",
        )()

    def aggregate(self, d):
        call = self.pick(
            lambda: "count(*)",
            lambda: f"count({self.any(d)})",
            lambda: f"sum({self.of(self.pick('int', 'decimal'), d)})",
            lambda: f"avg({self.of(self.pick('int', 'decimal'), d)})",
            lambda: f"{self.pick('min', 'max')}({self.any(d)})",
        )()
        return call + (f" FILTER (WHERE {self.make_bool(1)})" if self.rng.random() < 0.2 else "")

    def query(self):
        rng = self.rng
        where = f" WHERE {self.of('bool', 2)}" if rng.random() < 0.4 else ""
        if rng.random() < 0.35:
            keys = [self.any(1) for _ in range(rng.randrange(3))]
            keys = [key for key in keys if not re.fullmatch(r"-?\d+", key)]
            items = keys + [self.aggregate(2) for _ in range(rng.randint(1, 3))]
            selected = ", ".join(f"{item} AS o{n}" for n, item in enumerate(items))
            text = f"SELECT {selected} FROM t{where}"
            if keys:
                text += " GROUP BY " + ", ".join(keys)
            if rng.random() < 0.2:
                text += f" HAVING count(*) {self.pick('>', '<=')} {self.pick('1', '2', '5')}"
        else:
            items = [self.any(3) for _ in range(rng.randint(1, 3))]
            selected = ", ".join(f"{item} AS o{n}" for n, item in enumerate(items))
            text = f"SELECT {'DISTINCT ' if rng.random() < 0.1 else ''}{selected} FROM t{where}"
        if rng.random() < 0.2:  # every output orders, so the order is total up to equal rows
            text += " ORDER BY " + ", ".join(f"{n + 1}{self.pick('', ' DESC', ' NULLS FIRST')}" for n in range(len(items)))
            text += f" LIMIT {self.pick('3', '10', '100')}" + self.pick("", " OFFSET 2")
            return text, "nosort"
        return text, "rowsort"


def expected_cell(cell, grouped):
    """DuckDB's text of a cell, less what the contract of results decides: one NaN, and +0 where equal values meet."""
    if cell is None:
        return "NULL"
    if grouped and cell == "-0.0":
        return "0.0"
    return cell.replace("-nan", "nan") or "(empty)"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("runner")
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--show", action="store_true", help="print every difference, known or not")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    connection = duckdb.connect(config={"threads": 1})
    setup = [
        "CREATE TABLE t(" + ", ".join(f"{name} {sql_type}" for name, (sql_type, _) in COLUMNS.items()) + ")",
        "INSERT INTO t VALUES " + ", ".join(table_rows(rng)),
    ]
    lines = []
    for statement in setup:
        connection.execute(statement)
        lines += ["statement ok", statement, ""]
    queries = {}
    said = {}
    counts = collections.Counter()
    generators = [Generator(rng), Clauses(rng, COLUMNS)]
    while len(queries) < options.count:
        of_clauses = rng.random() < 0.5
        text, order = generators[of_clauses].query()
        try:
            result = connection.execute(f"SELECT COLUMNS(*)::VARCHAR FROM ({text}) answers").fetchall()
        except (duckdb.BinderException, duckdb.NotImplementedException):
            counts["not bound by DuckDB"] += 1
            continue
        except duckdb.Error as problem:
            if of_clauses:
                raise AssertionError(f"its expressions cannot fail: {text}\n{problem}")
            queries[len(lines) + 1] = text
            said[text] = str(problem).splitlines()[0]
            lines += ["statement error", text, ""]
            counts["error"] += 1
            continue
        queries[len(lines) + 1] = text
        lines += [f"query {'T' * len(result[0]) if result else 'T'} {order}", text, "----"]
        grouped = (text.startswith("SELECT DISTINCT") or "GROUP BY" in text) and "AS VARCHAR" not in text
        for row in result:
            lines.append("\t".join(expected_cell(cell, grouped) for cell in row))
        lines.append("")
        counts["rows"] += 1
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "oracle.test"
        path.write_text("\n".join(lines) + "\n")
        seconds = 300 * int(os.environ.get("TRUENO_TEST_PATIENCE", "1"))
        outcome = subprocess.run([options.runner, "--verbose", "1000000", str(path)], capture_output=True, text=True, timeout=seconds)
    unknown = 0
    known = collections.Counter()
    for block in re.findall(r"^FAILED .*?:(\d+)\n((?:  .*\n|(?!FAILED|skipped|\d+ files).*\n)*)", outcome.stdout, re.M):
        text = queries[int(block[0])]
        why = block[1].splitlines()[1].strip()
        if why == "expected an error":
            why += ": " + said[text]
        reason = next((r for query, what, r in KNOWN if re.search(query, text) and re.search(what, why)), None)
        if reason:
            known[reason] += 1
        else:
            unknown += 1
        if options.show or (reason is None and unknown <= 30):
            print(f"{'known: ' + reason if reason else 'DIFFERENT'}\n  {text}\n  {why}\n")
    tail = outcome.stdout.strip().splitlines()
    print(f"{counts['rows']} queries with rows, {counts['error']} with an error ({counts['not bound by DuckDB']} more did not bind in DuckDB)")
    for reason, number in known.most_common():
        print(f"known difference {number:5}  {reason}")
    print("\n".join(line for line in tail if line.startswith("skipped")))
    print(tail[-1] if tail else outcome.stderr)
    if unknown or not re.fullmatch(r"\d+ passed, \d+ failed, \d+ skipped", tail[-1]):
        print(f"{unknown} differences that nothing explains")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""SUM and AVG of 1,000 adversarial columns against exact rational arithmetic, bit by bit.

The columns are cancelling giants, subnormals, signed zeros, halves of a unit in the last place, one magnitude, all magnitudes, overflowing
sums, infinities and NaN. The oracle adds integers (every double is a whole multiple of 2^-1074) and divides once, which Python rounds
correctly; where math.fsum can say something, it must agree with the oracle.

usage: exact_sums_test.py TRUENO
"""
import csv
import io
import math
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest

import pyarrow as pa
import pyarrow.parquet as pq

TRUENO = sys.argv.pop(1)
SEED = 20261125
COLUMNS = 1000
UNIT = 1074  # the least positive double is 2^-1074


def bits(x):
    return struct.pack("<d", x) if x == x else b"nan"


def from_bits(word):
    return struct.unpack("<d", struct.pack("<Q", word))[0]


def to_float32(x):
    try:
        return struct.unpack("<f", struct.pack("<f", x))[0]
    except OverflowError:
        return math.copysign(math.inf, x)


def units(x):
    numerator, denominator = x.as_integer_ratio()
    return numerator * ((1 << UNIT) // denominator)


def rounded(numerator, count):
    """numerator / (count * 2^1074), rounded once to nearest even; an exact zero is +0."""
    try:
        return numerator / (count << UNIT)  # Python divides integers with one correct rounding
    except OverflowError:
        return math.inf if numerator > 0 else -math.inf


def exact(values):
    """(sum, avg) as the contract of results says."""
    special = [x for x in values if not math.isfinite(x)]
    if special:
        total = special[0] if all(x == special[0] for x in special) else math.nan
        return total, total
    total = sum(map(units, values))
    return rounded(total, 1), rounded(total, len(values))


def column(rng):
    kind = rng.randrange(9)
    size = rng.choice([1, 2, 3, 17, 100, 300])
    values = []
    while len(values) < size:
        if kind == 0:  # giants that cancel and leave something small
            giant = rng.choice([1e308, 1.7976931348623157e308, 1e300, 1e16]) * rng.uniform(0.5, 1)
            values += [giant, -giant, rng.choice([1.0, 5e-324, 1e-300, 0.0])]
        elif kind == 1:
            values.append(from_bits(rng.randrange(1, 1 << 52)) * rng.choice([1, -1]))
        elif kind == 2:
            values.append(rng.choice([0.0, -0.0]))
        elif kind == 3:  # ties: 1 + 2^-53 is half way
            values += [1.0, 2.0**-53, rng.choice([2.0**-106, -(2.0**-106), 0.0, 2.0**-53])]
        elif kind == 4:
            values.append(rng.gauss(0, 1e6))
        elif kind == 5:
            values.append(from_bits(rng.getrandbits(64)))
        elif kind == 6:  # past the greatest double, and sometimes back
            values += [1.7976931348623157e308, rng.choice([9.9792015476736e291, 9.979201547673598e291, 1e308])]
        elif kind == 7:
            values.append(math.ldexp(rng.uniform(-1, 1), rng.randrange(-1070, 1020)))
        else:
            values.append(round(rng.uniform(0, 1000), 2))
    if kind == 5:
        values = [x if math.isfinite(x) else 1.0 for x in values]
    if rng.random() < 0.05:
        values.append(rng.choice([math.inf, -math.inf, math.nan]))
    if rng.random() < 0.02:
        values += [math.inf, -math.inf]
    rng.shuffle(values)
    return values


def query(sql):
    outcome = subprocess.run([TRUENO, "--format", "csv", "-c", sql], capture_output=True, text=True, timeout=120)
    assert outcome.returncode == 0, outcome.stderr
    return list(csv.reader(io.StringIO(outcome.stdout)))[1:]


class ExactSums(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        rng = random.Random(SEED)
        cls.doubles = [column(rng) for _ in range(COLUMNS)]
        cls.floats = [[to_float32(x) for x in values] for values in cls.doubles]
        cls.folder = tempfile.TemporaryDirectory()
        rows = [(i, x, f) for i in range(COLUMNS) for x, f in zip(cls.doubles[i], cls.floats[i])]
        rng.shuffle(rows)
        cls.long = str(pathlib.Path(cls.folder.name) / "long.parquet")
        pq.write_table(
            pa.table({"k": [r[0] for r in rows], "x": [r[1] for r in rows], "f": pa.array([r[2] for r in rows], pa.float32())}),
            cls.long,
            row_group_size=7919,
        )
        # One column of the file a column of the test, padded with NULLs.
        longest = max(map(len, cls.doubles))
        cls.wide = str(pathlib.Path(cls.folder.name) / "wide.parquet")
        cls.padded = {f"x{i}": values + [None] * (longest - len(values)) for i, values in enumerate(cls.doubles)}
        pq.write_table(pa.table(cls.padded), cls.wide, row_group_size=97)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def compare(self, what, number, values, total, average):
        wanted = exact(values)
        for name, got, want in (("sum", total, wanted[0]), ("avg", average, wanted[1])):
            self.assertEqual(bits(float(got)), bits(want), f"{name} of {what} {number} (seed {SEED}): {got}, not {want!r}")

    def test_the_oracle_agrees_with_fsum(self):
        agreed = 0
        for values in self.doubles:
            try:
                wanted = math.fsum(values)
            except (OverflowError, ValueError):
                continue  # fsum gives up where partial sums overflow, and on infinities of both signs
            self.assertEqual(bits(exact(values)[0]), bits(wanted))
            agreed += 1
        self.assertGreater(agreed, COLUMNS // 2)

    def test_groups(self):
        for settings in ("SET threads=1", "SET threads=7; SET morsel_rows=13", "SET backend=scalar"):
            got = query(f"{settings}; SELECT k, sum(x), avg(x), sum(f), avg(f) FROM '{self.long}' GROUP BY k ORDER BY k")
            self.assertEqual(len(got), COLUMNS)
            for number, row in enumerate(got):
                self.compare("DOUBLE group", number, self.doubles[number], row[1], row[2])
                self.compare("FLOAT group", number, self.floats[number], row[3], row[4])

    def test_whole_columns(self):
        step = 250
        for begin in range(0, COLUMNS, step):
            calls = ", ".join(f"sum(x{i}), avg(x{i})" for i in range(begin, begin + step))
            row = query(f"SELECT {calls} FROM '{self.wide}'")[0]
            for number in range(begin, begin + step):
                at = 2 * (number - begin)
                self.compare("column", number, self.doubles[number], row[at], row[at + 1])


if __name__ == "__main__":
    unittest.main()

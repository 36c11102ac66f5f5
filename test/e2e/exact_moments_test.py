#!/usr/bin/env python3
"""Variances, deviations, covariances, regression, skewness and kurtosis of adversarial columns against exact rational arithmetic, bit by
bit: over all rows and by group, on both CPU devices, with one thread and with three.

The oracle works with fractions of whole numbers and rounds once; roots are taken of whole numbers with more than enough bits.

usage: exact_moments_test.py TRUENO
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
from fractions import Fraction

import pyarrow as pa
import pyarrow.parquet as pq

TRUENO = sys.argv.pop(1)
SEED = 20261126
GROUPS = 150
ONE = ["var_pop", "var_samp", "stddev_pop", "stddev_samp", "sem", "skewness", "kurtosis", "kurtosis_pop"]
TWO = ["covar_pop", "covar_samp", "corr", "regr_slope", "regr_intercept", "regr_r2", "regr_sxx", "regr_syy", "regr_sxy", "regr_avgx",
       "regr_avgy", "regr_count", "weighted_avg"]


def rounded(q):
    try:
        return q.numerator / q.denominator  # Python divides integers with one correct rounding
    except OverflowError:
        return math.inf if q > 0 else -math.inf


def rounded_root(q):
    """sqrt(q) rounded once. Scaled to a root of some 200 bits; what the root leaves over is made visible in one bit more."""
    if q == 0:
        return 0.0
    shift = 400 - q.numerator.bit_length() + q.denominator.bit_length()
    shift += shift % 2
    scaled, rest = divmod(q.numerator << max(shift, 0), q.denominator << max(-shift, 0))
    root = math.isqrt(scaled)
    inexact = rest != 0 or root * root != scaled
    digits = 2 * root + inexact
    return rounded(Fraction(digits) / Fraction(2) ** (shift // 2 + 1))


def signed(value, like):
    return -value if like < 0 else value


def moments(xs):
    n = len(xs)
    s1, s2, s3, s4 = (sum(x**k for x in xs) for k in (1, 2, 3, 4))
    xx = n * s2 - s1 * s1
    third = n * n * s3 - 3 * n * s1 * s2 + 2 * s1**3
    fourth = n**3 * s4 - 4 * n * n * s1 * s3 + 6 * n * s1 * s1 * s2 - 3 * s1**4
    out = {f: None for f in ONE}
    if n > 0:
        out["var_pop"] = rounded(Fraction(xx, n * n))
        out["stddev_pop"] = rounded_root(Fraction(xx, n * n))
        out["sem"] = rounded_root(Fraction(xx, n**3))
    if n > 1:
        out["var_samp"] = rounded(Fraction(xx, n * (n - 1)))
        out["stddev_samp"] = rounded_root(Fraction(xx, n * (n - 1)))
    if xx and n > 1:
        out["kurtosis_pop"] = rounded(Fraction(fourth, xx * xx) - 3)
    if xx and n > 2:
        out["skewness"] = signed(rounded_root(Fraction(n * (n - 1) * third**2, (n - 2) ** 2 * xx**3)), third)
    if xx and n > 3:
        out["kurtosis"] = rounded(Fraction(n - 1, (n - 2) * (n - 3)) * ((n + 1) * Fraction(fourth, xx * xx) - 3 * (n - 1)))
    return out


def regression(pairs):
    n = len(pairs)
    out = {f: None for f in TWO}
    out["regr_count"] = n
    if n == 0:
        return out
    ys, xs = [p[0] for p in pairs], [p[1] for p in pairs]
    sx, sy = sum(xs), sum(ys)
    xx = n * sum(x * x for x in xs) - sx * sx
    yy = n * sum(y * y for y in ys) - sy * sy
    xy = n * sum(x * y for y, x in pairs) - sx * sy
    out |= {"regr_sxx": rounded(Fraction(xx, n)), "regr_syy": rounded(Fraction(yy, n)), "regr_sxy": rounded(Fraction(xy, n)),
            "regr_avgx": rounded(Fraction(sx, n)), "regr_avgy": rounded(Fraction(sy, n)), "covar_pop": rounded(Fraction(xy, n * n))}
    weighted = sum(x * y for y, x in pairs)
    if sx:
        out["weighted_avg"] = rounded(Fraction(weighted, sx))
    else:
        out["weighted_avg"] = signed(math.inf, weighted) if weighted else math.nan
    if n > 1:
        out["covar_samp"] = rounded(Fraction(xy, n * (n - 1)))
    out["corr"] = signed(rounded_root(Fraction(xy * xy, xx * yy)), xy) if xx and yy else math.nan
    out["regr_slope"] = rounded(Fraction(xy, xx)) if xx else math.nan
    if xx:
        out["regr_intercept"] = rounded(Fraction(sy * sum(x * x for x in xs) - sx * sum(x * y for y, x in pairs), xx))
        out["regr_r2"] = rounded(Fraction(xy * xy, xx * yy)) if yy else 1.0
    return out


def column(rng, size):
    kind = rng.randrange(7)
    if kind == 0:  # nearly equal and large: where two-pass formulas of doubles lose everything
        return [1e9 + rng.choice([0.0, 1e-7, 2.5e-7]) for _ in range(size)]
    if kind == 1:  # squares leave the range of doubles at either end
        return [math.ldexp(rng.uniform(-1, 1), rng.choice([-1060, -600, 0, 600, 1020])) for _ in range(size)]
    if kind == 2:
        return [rng.choice([3.0, 3.0, -0.0, 0.0]) for _ in range(size)]
    if kind == 3:
        return [rng.choice([7.25])] * size
    if kind == 4:
        return [float(rng.randrange(1000)) for _ in range(size)]
    if kind == 5:
        return [struct.unpack("<d", struct.pack("<Q", rng.getrandbits(52)))[0] for _ in range(size)]  # subnormal
    return [rng.gauss(10, 1e3) for _ in range(size)]


def same(got, expected):
    if expected is None:
        return got == ""
    if isinstance(expected, int):
        return got == str(expected)
    if got == "":
        return False
    expected += 0.0  # results have one zero
    return struct.pack("<d", float(got)) == struct.pack("<d", expected) or (float(got) != float(got) and expected != expected)


class ExactMoments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(f"seed {SEED}")
        rng = random.Random(SEED)
        cls.folder = tempfile.TemporaryDirectory()
        cls.file = pathlib.Path(cls.folder.name) / "moments.parquet"
        rows = []
        for group in range(GROUPS):
            size = rng.choice([0, 1, 2, 3, 4, 5, 17, 200])
            some = lambda values: [None if rng.random() < 0.1 else v for v in values]
            rows += [(group, y, x) for y, x in zip(some(column(rng, size)), some(column(rng, size)))]
        rng.shuffle(rows)
        cls.rows = rows
        table = pa.table({"g": [r[0] for r in rows], "y": pa.array([r[1] for r in rows], pa.float64()),
                          "x": pa.array([r[2] for r in rows], pa.float64())})
        pq.write_table(table, cls.file, row_group_size=1000)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def check(self, rows, line, functions):
        exact = lambda v: None if v is None else Fraction(v)
        xs = [exact(r[2]) for r in rows if r[2] is not None]
        pairs = [(exact(r[1]), exact(r[2])) for r in rows if r[1] is not None and r[2] is not None]
        expected = moments(xs) | regression(pairs)
        for function, got in zip(functions, line):
            self.assertTrue(same(got, expected[function]), f"{function}: got {got!r}, expected {expected[function]!r} of {rows[:20]}")

    def test_all_rows_and_groups(self):
        functions = ONE + TWO
        calls = ", ".join([f"{f}(x)" for f in ONE] + [f"{f}(y, x)" for f in TWO])
        by_group = {}
        for row in self.rows:
            by_group.setdefault(row[0], []).append(row)
        for backend in ("scalar", "simd"):
            for threads in (1, 3):
                sql = (f"SET backend = '{backend}'; SET threads = {threads}; "
                       f"SELECT 'all', {calls} FROM '{self.file}' UNION ALL SELECT * FROM (SELECT CAST(g AS VARCHAR), {calls} FROM '{self.file}' GROUP BY g)")
                outcome = subprocess.run([TRUENO, "--format", "csv", "-c", sql], capture_output=True, text=True, timeout=300)
                self.assertEqual(outcome.returncode, 0, outcome.stderr)
                lines = list(csv.reader(io.StringIO(outcome.stdout)))[1:]
                self.assertEqual(len(lines), len(by_group) + 1)
                for line in lines:
                    with self.subTest(backend=backend, threads=threads, group=line[0]):
                        self.check(self.rows if line[0] == "all" else by_group[int(line[0])], line[1:], functions)


if __name__ == "__main__":
    unittest.main()

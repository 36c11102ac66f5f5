#!/usr/bin/env python3
"""exp, ln, pow, sin and their relatives against mpmath: at most one unit in the last place off, on random points and hard ranges.

Hard ranges: results near the least and greatest doubles, arguments near 1 for logarithms, near multiples of pi/2 and up to 2^1023 for the
trigonometric functions, powers of bases next to 1, ends of domains.

usage: elementary_functions_test.py TRUENO [--count N] [--seed S] [FUNCTION...]
"""
import argparse
import csv
import io
import math
import pathlib
import random
import subprocess
import sys
import tempfile

import mpmath
import pyarrow as pa
import pyarrow.parquet as pq
from mpmath import mp, mpf

WIDE = 1300  # bits that the reduction of 2^1023 by pi needs
BITS = 160


class Points:
    def __init__(self, seed):
        self.rng = random.Random(seed)

    def magnitude(self, low=-1074, high=1023):
        return math.ldexp(1 + self.rng.random(), self.rng.randint(low, high))

    def signed(self, value):
        return value if self.rng.random() < 0.5 else -value

    def of(self, *choices):
        return self.rng.choice(choices)()

    def exponent(self):
        u = self.rng.uniform
        return self.of(lambda: u(-745, 709.7), lambda: u(-1, 1), lambda: self.signed(self.magnitude(-60, 8)), lambda: u(-745.1, -707))

    def positive(self):
        return self.of(self.magnitude, lambda: 1 + self.signed(self.magnitude(-53, -2)), lambda: self.rng.uniform(0.5, 2))

    def any(self):
        return self.of(lambda: self.signed(self.magnitude()), lambda: self.rng.uniform(-10, 10))

    def angle(self):
        multiple = lambda: self.rng.randint(1, 10**6) * (math.pi / 2)  # noqa: E731
        return self.of(lambda: self.signed(self.magnitude(-40, 1023)), lambda: self.rng.uniform(-10, 10), multiple)

    def unit(self):
        return self.of(lambda: self.rng.uniform(-1, 1), lambda: self.signed(1 - self.magnitude(-52, -2)), lambda: self.signed(self.magnitude(-40, -2)))

    def above_one(self):
        return self.of(lambda: 1 + self.magnitude(-52, 3), lambda: self.magnitude(0, 1023))

    def of_gamma(self):
        u = self.rng.uniform
        near_pole = lambda: -self.rng.randint(0, 170) + self.signed(self.magnitude(-44, -2))  # noqa: E731
        return self.of(lambda: u(0, 171.6), lambda: u(-184, 0), near_pole, lambda: self.signed(self.magnitude(-1022, -1)), lambda: u(0.9, 2.6))

    def of_log_gamma(self):
        near = lambda zero: zero + self.signed(self.magnitude(-52, -1))  # noqa: E731
        u = self.rng.uniform
        return self.of(self.magnitude, lambda: near(1), lambda: near(2), lambda: u(0, 100), lambda: u(-1000, 0), lambda: self.signed(self.magnitude(-1022, 40)))

    def power(self):
        return self.of(
            lambda: (self.magnitude(-50, 50), self.signed(self.rng.uniform(0, 14))),
            lambda: (1 + self.signed(self.magnitude(-50, -3)), self.signed(self.magnitude(0, 11))),
            lambda: (float(self.rng.randint(2, 50)), float(self.rng.randint(-30, 30))),
            lambda: (self.magnitude(), self.signed(self.rng.uniform(0, 0.9))),
        )

    def plane(self):
        return self.of(
            lambda: (self.signed(self.magnitude(-200, 200)), self.signed(self.magnitude(-200, 200))),
            lambda: (self.rng.uniform(-5, 5), self.rng.uniform(-5, 5)),
        )

    def base_and_number(self):
        return self.magnitude(-100, 100), self.magnitude(-100, 100)


FUNCTIONS = {
    "exp": (Points.exponent, mpmath.exp),
    "ln": (Points.positive, mpmath.log),
    "log2": (Points.positive, lambda x: mpmath.log(x) / mpmath.ln(2)),
    "log10": (Points.positive, lambda x: mpmath.log(x) / mpmath.ln(10)),
    "cbrt": (Points.any, lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x))),
    "sin": (Points.angle, mpmath.sin),
    "cos": (Points.angle, mpmath.cos),
    "tan": (Points.angle, mpmath.tan),
    "cot": (Points.angle, mpmath.cot),
    "asin": (Points.unit, mpmath.asin),
    "acos": (Points.unit, mpmath.acos),
    "atan": (Points.any, mpmath.atan),
    "sinh": (Points.exponent, mpmath.sinh),
    "cosh": (Points.exponent, mpmath.cosh),
    "tanh": (Points.exponent, mpmath.tanh),
    "asinh": (Points.any, mpmath.asinh),
    "acosh": (Points.above_one, mpmath.acosh),
    "atanh": (Points.unit, mpmath.atanh),
    "degrees": (Points.any, lambda x: x * 180 / mpmath.pi),
    "radians": (Points.any, lambda x: x * mpmath.pi / 180),
    "pow": (Points.power, mpmath.power),
    "atan2": (Points.plane, mpmath.atan2),
    "gamma": (Points.of_gamma, mpmath.gamma),
    "lgamma": (Points.of_log_gamma, lambda x: mpmath.log(abs(mpmath.gamma(x))) if x < 0 else mpmath.loggamma(x)),
    "log": (Points.base_and_number, lambda b, x: mpmath.log(x) / mpmath.log(b)),
}


def ask(trueno, function, points):
    """The engine's answers, in order."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "points.parquet"
        names = ["x", "y"][: len(points[0])]
        columns = [pa.array([point[i] for point in points], pa.float64()) for i in range(len(names))]
        pq.write_table(pa.table(columns, names=names), path)
        sql = f"SELECT {function}({', '.join(names)}) FROM '{path}'"
        out = subprocess.run([trueno, "--format", "csv", "-c", sql], capture_output=True, text=True, check=True).stdout
    return [float(row[0]) for row in list(csv.reader(io.StringIO(out)))[1:]]


def exact(function, point):
    oracle = FUNCTIONS[function][1]
    mp.prec = WIDE if function in ("sin", "cos", "tan", "cot") and abs(point[0]) > 1e6 else BITS
    value = oracle(*map(mpf, point))
    mp.prec = BITS
    return +value


def error(got, value):
    """In units of the last place of the nearest double."""
    if math.isinf(got):
        return 0 if abs(value) > mpf(2) ** 1024 * (1 - mpf(2) ** -54) and (got > 0) == (value > 0) else math.inf
    nearest = float(value)
    return abs(mpf(got) - value) / mpf(math.ulp(nearest if math.isfinite(nearest) else sys.float_info.max))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("trueno")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("functions", nargs="*")
    options = parser.parse_args()
    failed = 0
    for function in options.functions or FUNCTIONS:
        draw = FUNCTIONS[function][0]
        source = Points(f"{options.seed} {function}")
        points = [point if isinstance(point, tuple) else (point,) for point in (draw(source) for _ in range(options.count))]
        answers = ask(options.trueno, function, points)
        assert len(answers) == len(points), (function, len(answers))
        worst, at = max(((error(got, exact(function, point)), point) for got, point in zip(answers, points)), key=lambda pair: pair[0])
        print(f"{function}: at most {float(worst):.3f} units in the last place, at {at}")
        failed += not worst <= 1
    print(f"{len(options.functions or FUNCTIONS) - failed} functions accurate, {failed} not")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

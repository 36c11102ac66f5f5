#!/usr/bin/env python3
"""readings.csv: values of sensors, some missing. usage: data.py FOLDER"""
import csv
import pathlib
import random
import sys


def write(folder):
    random.seed(9)
    with open(pathlib.Path(folder) / "readings.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["sensor", "value"])
        for _ in range(10_000):
            value = "" if random.random() < 0.1 else random.randrange(-(10**12), 10**12)
            rows.writerow([f"sensor with a long name {random.randrange(6)}", value])


if __name__ == "__main__":
    write(sys.argv[1])

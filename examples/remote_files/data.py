#!/usr/bin/env python3
"""january.csv and february.csv, to be put on a server. usage: data.py FOLDER"""
import csv
import datetime
import pathlib
import random
import sys


def write(folder):
    random.seed(8)
    for name, month, days in [("january", 1, 31), ("february", 2, 28)]:
        with open(pathlib.Path(folder) / f"{name}.csv", "w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["station", "day", "celsius"])
            for day in range(1, days + 1):
                for station in ["coast", "hill", "valley"]:
                    rows.writerow([station, datetime.date(2025, month, day), round(random.gauss(3, 6), 1)])


if __name__ == "__main__":
    write(sys.argv[1])

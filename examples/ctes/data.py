#!/usr/bin/env python3
"""staff.csv: a tree of 400 people. usage: data.py FOLDER"""
import csv
import pathlib
import random
import sys


def write(folder):
    random.seed(7)
    with open(pathlib.Path(folder) / "staff.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "name", "boss", "salary"])
        for number in range(1, 401):
            boss = "" if number == 1 else random.randrange(max(1, number // 6), number // 2 + 1)
            rows.writerow([number, f"person {number}", boss, random.randrange(3000, 9000)])


if __name__ == "__main__":
    write(sys.argv[1])

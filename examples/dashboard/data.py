#!/usr/bin/env python3
"""orders.csv: a year of orders. usage: data.py FOLDER"""
import csv
import datetime
import pathlib
import random
import sys


def write(folder):
    random.seed(5)
    with open(pathlib.Path(folder) / "orders.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["region", "product", "day", "amount"])
        for _ in range(8000):
            day = datetime.date(2024, 1, 1) + datetime.timedelta(random.randrange(366))
            amount = f"{random.lognormvariate(3.5, 1):.2f}"
            rows.writerow([random.choice(["north", "south", "east", "west"]), f"product {int(random.paretovariate(1.2)) % 40}", day, amount])


if __name__ == "__main__":
    write(sys.argv[1])

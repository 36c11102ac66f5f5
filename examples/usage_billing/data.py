#!/usr/bin/env python3
"""usage.csv and prices.csv: a quarter of usage of 20 customers. usage: data.py FOLDER"""
import csv
import datetime
import pathlib
import random
import sys

PRICES = {"storage": "0.000125", "requests": "0.0000042", "compute": "0.013", "egress": "0.0875"}


def write(folder):
    random.seed(4)
    folder = pathlib.Path(folder)
    with open(folder / "prices.csv", "w", newline="") as file:
        csv.writer(file).writerows([("product", "price"), *PRICES.items()])
    with open(folder / "usage.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["customer", "product", "day", "units"])
        for _ in range(6000):
            day = datetime.date(2025, 1, 1) + datetime.timedelta(random.randrange(90))
            rows.writerow([f"customer {random.randrange(1, 21)}", random.choice(list(PRICES)), day, random.randrange(1, 3000)])


if __name__ == "__main__":
    write(sys.argv[1])

#!/usr/bin/env python3
"""customers.csv, orders.csv, rates.csv. usage: data.py FOLDER"""
import csv
import datetime
import pathlib
import random
import sys


def write(folder):
    random.seed(6)
    folder = pathlib.Path(folder)
    start = datetime.date(2025, 1, 1)
    with open(folder / "customers.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["customer", "country"])
        rows.writerows([f"c{number:03}", random.choice(["DE", "FR", "PL"])] for number in range(60))
    with open(folder / "orders.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "customer", "day", "currency", "amount"])
        for number in range(500):
            customer = f"c{random.randrange(50) + (20 if number % 97 == 96 else 0):03}" if number % 101 else "c999"
            day = start + datetime.timedelta(random.randrange(1, 120))
            rows.writerow([number, customer, day, random.choice(["EUR", "PLN", "USD"]), random.randrange(1, 500)])
    with open(folder / "rates.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["currency", "day", "rate"])
        for currency, rate in [("EUR", 64), ("PLN", 15), ("USD", 60)]:  # in 64ths: exact in binary
            for day in range(0, 120, 10):
                rows.writerow([currency, start + datetime.timedelta(day), (rate + random.randrange(4)) / 64])


if __name__ == "__main__":
    write(sys.argv[1])

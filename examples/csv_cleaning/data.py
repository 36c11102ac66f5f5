#!/usr/bin/env python3
"""members.csv: as a spreadsheet would give it, and worse. usage: data.py FOLDER"""
import csv
import datetime
import pathlib
import random
import sys


def write(folder):
    random.seed(10)
    with open(pathlib.Path(folder) / "members.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "name", "joined", "fee"])
        for number in range(1, 601):
            day = datetime.date(2020, 1, 1) + datetime.timedelta(random.randrange(1500))
            joined = random.choice([day.isoformat(), day.strftime("%d/%m/%Y"), f" {day.isoformat()} ", "soon" if number % 29 == 0 else day.isoformat()])
            fee = random.choice([f"{number}.50", f"${number}", f"\"{number:,}.00\"".strip('"'), "free" if number % 31 == 0 else f"{number},000.25"])
            name = random.choice([f"Ada  Member {number}", f" Bob Member {number} ", f"Cem Member {number}"]) if number % 37 else "  "
            row = [f" {number}" if number % 41 else f"#{number}", name, joined, fee]
            rows.writerow(row)
            if number % 50 == 0:
                rows.writerow(row)  # sent twice


if __name__ == "__main__":
    write(sys.argv[1])

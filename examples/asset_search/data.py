#!/usr/bin/env python3
"""assets.csv: 5,000 assets. usage: data.py FOLDER"""
import csv
import datetime
import pathlib
import random
import sys

WORDS = ["oak", "stone", "river", "night", "tower", "glass", "wolf", "Oak bark", "rain", "copper"]
CATEGORIES = ["texture", "mesh", "sound", "material", "animation"]


def write(folder):
    random.seed(1)
    with open(pathlib.Path(folder) / "assets.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "name", "category", "bytes", "modified", "list_of_tags"])
        for number in range(5000):
            day = datetime.date(2024, 1, 1) + datetime.timedelta(random.randrange(700))
            name = f"{random.choice(WORDS)} {random.choice(WORDS)} {number}"
            tags = ";".join(random.sample([word.lower() for word in WORDS], 2))
            rows.writerow([number, name, random.choice(CATEGORIES), random.randrange(1, 4_000_000_000), day, tags])


if __name__ == "__main__":
    write(sys.argv[1])

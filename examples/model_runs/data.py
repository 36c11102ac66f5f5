#!/usr/bin/env python3
"""runs.jsonl: three runs of 400 steps; a step that diverged has no loss. usage: data.py FOLDER"""
import datetime
import json
import pathlib
import random
import sys


def write(folder):
    random.seed(2)
    start = datetime.datetime(2025, 3, 1, 9, 30)
    with open(pathlib.Path(folder) / "runs.jsonl", "w") as file:
        for run in ["base", "dropout", "wide"]:
            for step in range(400):
                at = start + datetime.timedelta(seconds=step * 47)
                loss = None if random.random() < 0.03 else 2.0 / (1 + step / 60) + random.gauss(0, 0.05)
                accuracy = 1 - 0.9 / (1 + step / 80)
                file.write(json.dumps({"run": run, "step": step, "at": at.isoformat(), "loss": loss, "accuracy": accuracy}) + "\n")


if __name__ == "__main__":
    write(sys.argv[1])

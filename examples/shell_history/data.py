#!/usr/bin/env python3
"""history.txt: 3,000 commands, and a few lines that are none. usage: data.py FOLDER"""
import pathlib
import random
import sys

COMMANDS = ["git status", "git commit -m 'a; b'", "git push", "make", "make -j4 test", "ls", "ls -la | wc", "vim src/main.cc",
            "cd ..", "python3 run.py --n 5", "grep -rn \"x,y\" .", "ssh build"]


def write(folder):
    random.seed(3)
    at = 1_700_000_000
    with open(pathlib.Path(folder) / "history.txt", "w") as file:
        for number in range(3000):
            at += int(random.expovariate(1 / 900))
            file.write(f": {at}:{int(random.expovariate(1 / 7))};{random.choice(COMMANDS)}\n")
            if number % 500 == 499:
                file.write("a second line of a command\n")


if __name__ == "__main__":
    write(sys.argv[1])

#!/usr/bin/env python3
"""Lines of src/ that the tests of a coverage build ran, by folder. Fails below 90 %. Leaves build/coverage/html for reading."""
import argparse
import collections
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOAL = 90.0


def programs(build):
    """Every program and module of ours that can have run."""
    found = [p for p in build.rglob("*") if p.is_file() and p.suffix in ("", ".so") and "CMakeFiles" not in p.parts]
    return [p for p in found if p.read_bytes()[:4] == b"\x7fELF"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--llvm", default="22")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/coverage")
    options = parser.parse_args()
    profile = options.build / "merged.profdata"
    raw = [str(p) for p in (options.build / "profiles").glob("*.profraw")]
    subprocess.run([f"llvm-profdata-{options.llvm}", "merge", "-sparse", "-o", profile, *raw], check=True)
    first, *others = programs(options.build)
    objects = [str(first)] + [word for p in others for word in ("-object", str(p))]
    common = [*objects, f"-instr-profile={profile}", "-ignore-filename-regex=(_test\\.cc|/test/|/usr/|/apps/|/tools/|pyarrow|build/)"]
    exported = subprocess.run([f"llvm-cov-{options.llvm}", "export", "-summary-only", *common], check=True, capture_output=True, text=True)
    by_folder = collections.defaultdict(lambda: [0, 0])
    worst = []
    for file in json.loads(exported.stdout)["data"][0]["files"]:
        path = pathlib.Path(file["filename"])
        if not path.is_relative_to(ROOT / "src"):
            continue
        lines = file["summary"]["lines"]
        folder = str(path.parent.relative_to(ROOT / "src"))
        for key in (folder, "src"):
            by_folder[key][0] += lines["covered"]
            by_folder[key][1] += lines["count"]
        worst.append((lines["count"] - lines["covered"], lines["percent"], str(path.relative_to(ROOT))))
    print("lines not run  file")
    for missed, percent, name in sorted(worst, reverse=True)[:25]:
        print(f"{missed:13d}  {name} ({percent:.1f} %)")
    print("\ncovered   lines  folder")
    for folder, (covered, count) in sorted(by_folder.items()):
        print(f"{100 * covered / count:6.1f} % {count:7d}  {folder}")
    subprocess.run([f"llvm-cov-{options.llvm}", "show", "-format=html", f"-output-dir={options.build}/html", *common], check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    covered, count = by_folder["src"]
    percent = 100 * covered / count
    print(f"src: {percent:.2f} % of {count} lines; goal {GOAL} %")
    return 0 if percent > GOAL else 1


if __name__ == "__main__":
    sys.exit(main())

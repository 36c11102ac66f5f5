#!/usr/bin/env python3
"""Trueno's GPU through SQL, beside the device's memory limit, CuPy on the same card and Trueno's own CPU: the same answers, the time of each.

usage: ./dev bench gpu [--rows 100000000] [--repeat 21] [--trueno PATH] [--only TEXT] [--write]

Columns are in memory and, for the GPU, on the device; times are of whole statements in a warm process, median of --repeat. The limit is the
bytes a query reads divided by the rate at which the device sums a large array of its own (CuPy; without it, no limit is shown). Every answer
of the GPU is compared with the CPU's, byte for byte, and the placement is forced, so that nothing is measured on the wrong device.
--write replaces docs/benchmarks_gpu.md."""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]

# name, SQL, bytes a row that it reads (of columns as they are stored), what CuPy does instead
QUERIES = [
    ("SUM int32", "select sum(a) from t", 4, lambda cp, t: cp.sum(t["a"], dtype=cp.int64)),
    ("SUM int64, exact in 128 bits", "select sum(b) from t", 6.625, lambda cp, t: cp.sum(t["b"])),
    ("SUM double, exact", "select sum(d) from t", 8, lambda cp, t: cp.sum(t["d"])),
    ("SUM of a 12-bit packed column", "select sum(c) from t", 1.5, lambda cp, t: cp.sum(t["c"], dtype=cp.int64)),
    ("MIN, MAX int32", "select min(a), max(a) from t", 4, lambda cp, t: (cp.min(t["a"]), cp.max(t["a"]))),
    ("filter + SUM + COUNT", "select sum(a), count(*) from t where c < 2048", 5.5,
     lambda cp, t: (cp.sum(cp.where(t["c"] < 2048, t["a"], 0), dtype=cp.int64), cp.count_nonzero(t["c"] < 2048))),
    ("GROUP BY 16", "select k16, sum(b), count(*) from t group by k16", 7.125, None),
    ("GROUP BY 1000", "select k1k, sum(b), count(*) from t group by k1k", 7.875, None),
    ("GROUP BY 65,536", "select k64k, sum(b), count(*) from t group by k64k", 8.625, None),
]
TABLE = """create table t as select (i*2654435761 % 4294967291 - 2147483648)::int a, (i*81233720363 % 8123372036854785) - 4123372036854785 b,
 (i*7919 % 4096)::int c, ((i*104729) % 9999991)/100.0::double d, (i*31 % 16)::int k16, (i*7919 % 1000)::int k1k, (i*7919 % 65536)::int k64k
 from range({rows}) r(i)"""


def script(args, device):
    lines = ["set statistics_answers=false", TABLE.format(rows=args.rows).replace("\n", " "), f"set backend='{device}'", "set gpu_fallback='error'",
             "set cache_size_mb=65536"]
    if args.software and device == "gpu":
        lines.append("set gpu_adapter='software'")
    return ";\n".join(lines + [sql for _, sql, _, _ in args.queries]) + ";\n"


def run(args, device):
    """Median ms by query, and the answers."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script(args, device))
        file.flush()
        return run_file(args, device, file.name)


def run_file(args, device, path):
    bench = subprocess.run([args.trueno, "bench", "--repeat", str(args.repeat), "--json", path], capture_output=True, text=True, check=False)
    if bench.returncode != 0:
        sys.exit(f"{device}: {bench.stderr.strip()}")
    rows = [row for row in json.loads(bench.stdout) if row["query"]]
    wanted = "webgpu" if device == "gpu" else device
    for row in rows:
        if not row["devices"].startswith(wanted):
            sys.exit(f"{row['statement']} ran on {row['devices']}")
    answers = subprocess.run([args.trueno, "--format", "csv", "-f", path], capture_output=True, text=True, check=True).stdout
    return [row["median_ms"] for row in rows], sorted(answers.split("\n"))


def cupy_times(args):
    """Name of the card, GB/s it reads at, ms by query; nothing where CuPy is not there."""
    try:
        import cupy as cp
        name = cp.cuda.runtime.getDeviceProperties(0)["name"].decode()
    except Exception:  # noqa: BLE001: no CuPy, no CUDA, no card: all the same here
        return None, None, {}
    i = cp.arange(args.rows, dtype=cp.int64)
    table = {"a": (i * 2654435761 % 4294967291 - 2147483648).astype(cp.int32), "b": i * 81233720363 % 8123372036854785 - 4123372036854785,
             "c": (i * 7919 % 4096).astype(cp.int32), "d": (i * 104729 % 9999991) / 100.0}
    del i

    def median_ms(work):
        times = []
        for _ in range(args.repeat + 2):
            cp.cuda.Device().synchronize()
            begin = time.perf_counter()
            work()
            cp.cuda.Device().synchronize()
            times.append((time.perf_counter() - begin) * 1000)
        return statistics.median(times[2:])

    large = cp.zeros(1 << 28, dtype=cp.float64)
    rate = large.nbytes / 1e6 / median_ms(lambda: cp.sum(large))
    del large
    return name, rate, {name: median_ms(lambda: work(cp, table)) for name, _, _, work in args.queries if work}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--repeat", type=int, default=21)
    parser.add_argument("--trueno", default=str(ROOT / "build/release/trueno"))
    parser.add_argument("--only", default="")
    parser.add_argument("--software", action="store_true", help="a software adapter: says that it runs, not how fast")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    args.queries = [query for query in QUERIES if args.only in query[0]]
    gpu, gpu_answers = run(args, "gpu")
    cpu, cpu_answers = run(args, "simd")
    if gpu_answers != cpu_answers:
        sys.exit("the GPU's answers are not the CPU's")
    card, rate, peer = cupy_times(args)
    doctor = subprocess.run([args.trueno, "doctor"], capture_output=True, text=True, check=False).stdout
    adapter = next((line.split(":", 1)[1].strip() for line in doctor.split("\n") if "adapter" in line.lower() and ":" in line), "a GPU")
    lines = ["# The GPU, measured", "", f"{args.rows:,} rows on {card or adapter}, columns on the device; whole statements, median of {args.repeat}, ms. "
             + (f"The card sums an array of its own at {rate:,.0f} GB/s." if rate else "No CuPy there: no limit is known."),
             "Made by `./dev bench gpu --write`. Every answer equals the CPU's, byte for byte.", "",
             "| query | GPU | limit | GPU ÷ (limit + 0.06) | CuPy | our CPU |", "|---|---:|---:|---:|---:|---:|"]
    for (name, _, row_bytes, _), on_gpu, on_cpu in zip(args.queries, gpu, cpu):
        limit = row_bytes * args.rows / 1e6 / rate if rate else None
        bound = f"{limit:.3f} | {on_gpu / (limit + 0.06):.2f}" if limit else "– | –"
        beside = f"{peer[name]:.3f}" if name in peer else "–"
        lines.append(f"| {name} | {on_gpu:.3f} | {bound} | {beside} | {on_cpu:.2f} |")
    text = "\n".join(lines) + "\n"
    print(text)
    if args.write:
        (ROOT / "docs/benchmarks_gpu.md").write_text(text)


if __name__ == "__main__":
    main()

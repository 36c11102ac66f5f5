"""What `versus.py` measures: tables, made once as Parquet files, and queries over them.

Values are hashes of the row number, so every machine makes the same data. Distributions are those of real columns: log-normal
quantities and prices with two decimals, normal measurements, uniform keys.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

MACROS = """
create or replace macro u(i, s) as (hash(i * 32 + s) >> 11)::double / 9007199254740992.0;
create or replace macro pick(i, s, n) as (hash(i * 32 + s) % n)::int;
create or replace macro normal(i, s) as sqrt(-2 * ln(u(i, s) + 1e-18)) * cos(6.283185307179586 * u(i, s + 1));
"""

SCAN_COLUMNS = """least(exp(3 + normal(i, 0)), 10000)::int a, least(exp(11 + 2 * normal(i, 2)), 1e10)::bigint b,
    round(20 + 8 * normal(i, 4), 2)::float c, round(exp(3.5 + 1.2 * normal(i, 6)), 2) d"""
GROUP_COLUMNS = """pick(i, 0, 10) g10, pick(i, 2, 1000) g1k, pick(i, 3, 100000) g100k, pick(i, 6, 100) v,
    round(u(i, 7) * 1000, 3) w, 'SKU-' || lpad(pick(i, 2, 1000)::varchar, 4, '0') s1k"""

SCAN_QUERIES = {
    "SUM(a) int32": "select sum(a) from scan",
    "SUM(b) int64": "select sum(b) from scan",
    "SUM(c) float32": "select sum(c) from scan",
    "SUM(d) float64": "select sum(d) from scan",
    "AVG(a)": "select avg(a) from scan",
    "MIN, MAX(d) WHERE": "select min(d), max(d) from scan where c > 10",
    "COUNT WHERE a (20 %)": "select count(*) from scan where a > 47",
    "COUNT WHERE d BETWEEN": "select count(*) from scan where d between 10 and 20",
    "SUM(d) WHERE a (25 %)": "select sum(d) from scan where a < 10",
    "SUM(b) WHERE c AND d (20 %)": "select sum(b) from scan where c > 20 and d < 25",
    "SUM of all four": "select sum(a), sum(b), sum(c), sum(d) from scan",
}
GROUP_QUERIES = {
    name: f"select count(*) n, sum(s) t, max(m) u, sum(q) r from (select {key}, sum(v) s, count(*) m, avg(w) q from g group by {key}) x"
    for name, key in {"10 groups": "g10", "1k groups": "g1k", "100k groups": "g100k", "1k text groups": "s1k"}.items()
}
Q1 = """select l_returnflag, l_linestatus, sum(l_quantity) as sum_qty, sum(l_extendedprice) as sum_base_price,
    sum(l_extendedprice * (1 - l_discount)) as sum_disc_price, sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) as sum_charge,
    avg(l_quantity) as avg_qty, avg(l_extendedprice) as avg_price, avg(l_discount) as avg_disc, count(*) as count_order
    from lineitem where l_shipdate <= date '1998-09-02' group by l_returnflag, l_linestatus order by l_returnflag, l_linestatus"""
Q6 = """select sum(l_extendedprice * l_discount) as revenue from lineitem where l_shipdate >= date '1994-01-01'
    and l_shipdate < date '1995-01-01' and l_discount between 0.05 and 0.07 and l_quantity < 24"""


class Group:
    """Queries over one table, which the engines read from memory and from Parquet."""

    def __init__(self, name: str, title: str, table: str, queries: dict[str, str]):
        self.name, self.title, self.table, self.queries = name, title, table, queries


GROUPS = [
    Group("scan", "Scans over {rows} rows", "scan", SCAN_QUERIES),
    Group("groupby", "GROUP BY over {rows} rows", "g", GROUP_QUERIES),
    Group("tpch", "TPC-H SF{scale}", "lineitem", {"Q1": Q1, "Q6": Q6}),
]


def make(folder: Path, scan_rows: int, group_rows: int, scale: str) -> dict[str, Path]:
    """The Parquet files of all tables; made where they are missing (a minute for a hundred million rows)."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "scan": folder / f"scan-{scan_rows}.parquet",
        "g": folder / f"g-{group_rows}.parquet",
        "lineitem": folder / f"sf{scale}" / "lineitem.parquet",
    }
    import duckdb

    for name, rows, columns in (("scan", scan_rows, SCAN_COLUMNS), ("g", group_rows, GROUP_COLUMNS)):
        if files[name].exists():
            continue
        print(f"making {files[name].name}", flush=True)
        unfinished = files[name].with_suffix(".part")
        duckdb.connect().execute(MACROS + f"copy (select {columns} from range({rows}) t(i)) to '{unfinished}' (format parquet)")
        unfinished.rename(files[name])
    if not files["lineitem"].exists():
        print(f"making TPC-H SF{scale}", flush=True)
        generator = Path(__import__("sys").executable).parent / "tpchgen-cli"
        subprocess.run([generator, "parquet", "-s", scale, "--tables=lineitem", f"--output-dir={files['lineitem'].parent}"], check=True)
    return files

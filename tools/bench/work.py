"""What `versus.py` measures: tables, made once as Parquet files, and queries over them.

Values are hashes of the row number, so every machine makes the same data. Distributions are those of real columns: log-normal
quantities and prices with two decimals, normal measurements, uniform keys.
"""

from __future__ import annotations

import subprocess
import zlib
from pathlib import Path

import h2o
import ssb

MACROS = """
create or replace macro u(i, s) as (hash(i * 32 + s) >> 11)::double / 9007199254740992.0;
create or replace macro pick(i, s, n) as (hash(i * 32 + s) % n)::int;
create or replace macro normal(i, s) as sqrt(-2 * ln(u(i, s) + 1e-18)) * cos(6.283185307179586 * u(i, s + 1));
create or replace macro mail(k) as 'user' || k || '@' || ['example.org', 'mail.net', 'acme.io', 'uni.edu', 'web.de'][k % 5 + 1];
"""
MACROS += h2o.MACROS


class Table:
    """Rows [0, rows) by columns, in which {n} is the option's number; `size` is the name of the option that gives the rows, else a number of
    rows; `rows` makes the rows of the option's number."""

    def __init__(self, columns: str, size: str | int, order: str = "", rows=lambda n: n):
        self.columns, self.size, self.order, self.rows = columns, size, order, rows


TABLES = {
    "scan": Table(
        """least(exp(3 + normal(i, 0)), 10000)::int a, least(exp(11 + 2 * normal(i, 2)), 1e10)::bigint b,
        round(20 + 8 * normal(i, 4), 2)::float c, round(exp(3.5 + 1.2 * normal(i, 6)), 2) d""",
        "scan_rows",
    ),
    # g10m: every number once; z: Zipf; s10m: sixteen random characters.
    "g": Table(
        """pick(i, 0, 10) g10, pick(i, 1, 100) h100, pick(i, 2, 1000) g1k, pick(i, 3, 100000) g100k, pick(i, 4, 1000000) g1m,
        (row_number() over (order by hash(i)))::int g10m, 'SKU-' || lpad(pick(i, 2, 1000)::varchar, 4, '0') s1k, mail(pick(i, 4, 1000000)) s1m,
        substr(md5(i::varchar), 1, 16) s10m, floor(exp(u(i, 5) * ln(1000001)))::int z, pick(i, 6, 100) v, round(u(i, 7) * 1000, 3) w""",
        "group_rows",
        "order by hash(i * 7)",
    ),
    "fact": Table("pick(i, 0, 1000000) + 1 k, pick(i, 1, 50) + 1 q, round(exp(3.5 + 1.2 * normal(i, 2)), 2) p", "fact_rows"),
    "dim": Table("i::int + 1 id, pick(i, 0, 100)::bigint w", 1_000_000, "order by hash(i)"),
    "l": Table("i::int k, (i * 1000003)::bigint wide, pick(i, 0, 1000) v, pick(i, 2, 100000) m", 1_000_000, "order by hash(i * 3)"),
    "r": Table("i::int + 200000 k, ((i + 200000) * 1000003)::bigint wide, pick(i, 1, 1000) v, pick(i, 3, 100000) m", 1_000_000, "order by hash(i * 5)"),
    "names": Table("mail(i) s, pick(i, 0, 100)::bigint w", 1_000_000, "order by hash(i)"),
    "points": Table("i id, pick(i, 0, 1000) v, pick(i, 2, 100) g, mail(i) s, round(u(i, 3) * 1000, 2) x", 100_000),
    **{name: Table(columns, "h2o_rows", order, rows) for name, (columns, order, rows) in h2o.TABLES.items()},
}

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
    "90 SUMs of a": f"select {', '.join(f'sum(a + {i})' for i in range(90))} from scan",
}
GROUP_KEYS = {
    "10 groups": "g10",
    "1k groups": "g1k",
    "100k groups": "g100k",
    "1M groups": "g1m",
    "10M groups": "g10m",
    "1k text groups": "s1k",
    "1M text groups": "s1m",
    "two columns, 100k groups": "g1k, h100",
    "integer and text, 10k groups": "s1k, g10",
    "Zipf, 1M domain": "z",
}
GROUP_QUERIES = {
    name: f"select count(*) n, sum(s) t, max(m) u, sum(q) r from (select {key}, sum(v) s, count(*) m, avg(w) q from g group by {key}) x"
    for name, key in GROUP_KEYS.items()
}
JOIN_QUERIES = {
    "1M x 1M": "select count(*) n, sum(l.v + r.v) s from l join r on l.k = r.k",
    "1M x 1M, sparse keys": "select count(*) n, sum(l.v + r.v) s from l join r on l.wide = r.wide",
    "star, sum over both": "select sum(fact.q * dim.w) s from fact join dim on fact.k = dim.id",
    "star, 10 % of dim": "select sum(fact.p) s from fact join dim on fact.k = dim.id where dim.w < 10",
    "star, grouped": "select dim.w, sum(fact.q) s from fact join dim on fact.k = dim.id group by dim.w",
    "many to many, 10M pairs": "select count(*) n, sum(l.v * r.v) s from l join r on l.m = r.m",
    "text keys": "select count(*) n, sum(g.v * names.w) s from g join names on g.s1m = names.s",
}
SORT_QUERIES = {
    "sort by integer": "select g10m, v from g order by g10m",
    "sort by text": "select s10m from g order by s10m",
    "sort by three keys": "select h100, s1k, g10m from g order by h100, s1k desc, g10m",
    "top 100 by integer": "select g10m, v from g order by g10m desc limit 100",
    "top 100 by text": "select s10m, v from g order by s10m limit 100",
    "top 10k by two keys": "select w, g10m from g order by w desc, g10m limit 10000",
    "DISTINCT 1M integers": "select count(*) n, max(g1m) s from (select distinct g1m from g) x",
    "DISTINCT 10k pairs": "select count(*) n from (select distinct s1k, g10 from g) x",
    "COUNT DISTINCT 10M integers": "select count(distinct g10m) n from g",
    "COUNT DISTINCT 1M texts": "select count(distinct s1m) n from g",
}
SMALL_QUERIES = {
    "one row by key": "select v, x from points where id = 77777",
    "one row by key, a text": "select s from points where id = 12345",
    "100 rows by key, summed": "select count(*) n, sum(v) s from points where id between 5000 and 5099",
    "all rows summed": "select count(*) n, sum(v) s from points",
    "100 groups": "select g, count(*) n, sum(v) s from points group by g order by g",
    "first 10": "select id, v from points order by v desc, id limit 10",
    "join by key": "select a.v, b.v w from points a join points b on a.id = b.id where a.id = 4711",
}
Q1 = """select l_returnflag, l_linestatus, sum(l_quantity) as sum_qty, sum(l_extendedprice) as sum_base_price,
    sum(l_extendedprice * (1 - l_discount)) as sum_disc_price, sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) as sum_charge,
    avg(l_quantity) as avg_qty, avg(l_extendedprice) as avg_price, avg(l_discount) as avg_disc, count(*) as count_order
    from lineitem where l_shipdate <= date '1998-09-02' group by l_returnflag, l_linestatus order by l_returnflag, l_linestatus"""
Q6 = """select sum(l_extendedprice * l_discount) as revenue from lineitem where l_shipdate >= date '1994-01-01'
    and l_shipdate < date '1995-01-01' and l_discount between 0.05 and 0.07 and l_quantity < 24"""


class Group:
    """Queries over the tables they name, which the engines read from memory and from Parquet. `kept`: large results stay in each engine's
    own form, and every 997th row of them is compared. `checks`: for results in no order, another statement for each query, whose
    result is compared instead of the query's own."""

    def __init__(self, name: str, title: str, tables: list[str], queries: dict[str, str], kept: bool = False, checks: dict[str, str] | None = None):
        self.name, self.title, self.tables, self.queries, self.kept, self.checks = name, title, tables, queries, kept, checks or {}


GROUPS = [
    Group("scan", "Scans over {scan_rows} rows", ["scan"], SCAN_QUERIES),
    Group("groupby", "GROUP BY over {group_rows} rows", ["g"], GROUP_QUERIES),
    Group("join", "Joins, {fact_rows} rows of facts", ["fact", "dim", "l", "r", "g", "names"], JOIN_QUERIES),
    Group("sort", "Sort, top-k and DISTINCT over {group_rows} rows", ["g"], SORT_QUERIES, kept=True),
    Group("small", "Small queries over 100k rows", ["points"], SMALL_QUERIES),
    Group("tpch", "TPC-H SF{scale}", ["lineitem"], {"Q1": Q1, "Q6": Q6}),
    Group("ssb", "Star Schema Benchmark SF{scale}", [f"ssb.{table}" for table in ssb.TABLES], ssb.QUERIES),
    Group("h2ogroup", "H2O group-by over {h2o_rows} rows", ["h2o"], h2o.GROUP_QUERIES, kept=True, checks=h2o.GROUP_CHECKS),
    Group("h2ojoin", "H2O joins, {h2o_rows} rows", ["x", "small", "medium", "big"], h2o.JOIN_QUERIES, kept=True, checks=h2o.JOIN_CHECKS),
]


TPCH_TABLES = ["customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier"]


def queries_of(folder: Path) -> Group:
    """TPC-H's queries from files, `q01.sql` and so on: instead of the two above."""
    queries = {}
    for file in sorted(folder.glob("*.sql")):
        lines = [line for line in file.read_text().splitlines() if not line.startswith("--")]
        queries[file.stem.upper()] = " ".join(lines).strip().rstrip(";")
    return Group("tpch", "TPC-H SF{scale}, " + f"{len(queries)} queries", TPCH_TABLES, queries)


def make(folder: Path, tables: set[str], sizes: dict[str, int], scale: str) -> dict[str, Path]:
    """The Parquet files of the tables; made where they are missing (minutes for a hundred million rows)."""
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name in tables & TABLES.keys():
        table = TABLES[name]
        rows = sizes.get(table.size, table.size)
        # Files of other columns have other names.
        files[name] = folder / (f"scan-{rows}.parquet" if name == "scan" else f"{name}-{rows}-{zlib.crc32(table.columns.encode()):08x}.parquet")
        if files[name].exists():
            continue
        print(f"making {files[name].name}", flush=True)
        unfinished = files[name].with_suffix(".part")
        select = f"select {table.columns.format(n=rows)} from range({table.rows(rows)}) t(i) {table.order}"
        duckdb.connect().execute(MACROS + f"copy ({select}) to '{unfinished}' (format parquet)")
        unfinished.rename(files[name])
    wanted = sorted(tables & set(TPCH_TABLES))
    for name in wanted:
        files[name] = folder / f"sf{scale}" / f"{name}.parquet"
    missing = [name for name in wanted if not files[name].exists()]
    if missing:
        print(f"making TPC-H SF{scale}", flush=True)
        generator = Path(__import__("sys").executable).parent / "tpchgen-cli"
        command = [generator, "parquet", "-s", scale, f"--tables={','.join(missing)}", f"--output-dir={folder / f'sf{scale}'}"]
        subprocess.run(command, check=True)
    if any(name.startswith("ssb.") for name in tables):
        print(f"making the Star Schema Benchmark SF{scale} where it is missing", flush=True)
        files |= {f"ssb.{name}": file for name, file in ssb.make(folder / f"ssb-sf{scale}", scale).items()}
    return files

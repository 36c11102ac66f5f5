"""The Star Schema Benchmark: its five tables, made with numpy and written as Parquet, and its thirteen queries.

usage: ssb.py SCALE FOLDER    makes the tables and prints the selectivities that it finds

P. O'Neil, E. O'Neil, X. Chen, S. Revilak, "Star Schema Benchmark", revision 3, 2009. Tables, columns and cardinalities are the paper's;
values are hashes of keys, not dbgen's random numbers, so figures are not those of an official run. What dbgen does and the paper does not
say is done as there: orders are placed until 1998-08-02, as in TPC-H, a third of the customers place none, order keys leave gaps, prices
are cents. Below scale 1 all tables but `date` shrink with it. All numbers are whole; amounts of money are 64 bits wide, because Polars
sums 32-bit numbers in 32 bits.

Share of lineorder that a query reads, in the paper and found at scale 1 (years weigh 365/2405 here and not 1/7):
         Q1.1   Q1.2    Q1.3     Q2.1   Q2.2   Q2.3    Q3.1  Q3.2   Q3.3      Q3.4     Q4.1  Q4.2   Q4.3
  paper  1.9 %  0.065 % 0.0075 % 0.8 %  0.16 % 0.02 %  3.4 % 0.14 % 0.0055 %  7.6e-7   1.6 % 0.46 % 0.0091 %
  found  2.0 %  0.071 % 0.0157 % 0.79 % 0.17 % 0.023 % 3.7 % 0.14 % 0.0055 %  1.2e-6   1.5 % 0.37 % 0.0073 %
Q1.3: the paper's text and dbgen's query take quantities 26 to 35, a fifth of all; the paper's factor is that of a tenth.
"""

from __future__ import annotations

import concurrent.futures
import datetime
import os
import sys
from pathlib import Path

TABLES = ["lineorder", "date", "customer", "supplier", "part"]
# What the queries read of lineorder.
MEASURED = [
    "lo_custkey", "lo_partkey", "lo_suppkey", "lo_orderdate", "lo_quantity", "lo_extendedprice", "lo_discount", "lo_revenue", "lo_supplycost",
]  # fmt: skip

JOIN_DATE = "lo_orderdate = d_datekey"
JOIN_PART = f"{JOIN_DATE} and lo_partkey = p_partkey and lo_suppkey = s_suppkey"
JOIN_CUSTOMER = f"lo_custkey = c_custkey and lo_suppkey = s_suppkey and {JOIN_DATE}"
JOIN_ALL = f"lo_custkey = c_custkey and lo_suppkey = s_suppkey and lo_partkey = p_partkey and {JOIN_DATE}"
CITIES = "(c_city = 'UNITED KI1' or c_city = 'UNITED KI5') and (s_city = 'UNITED KI1' or s_city = 'UNITED KI5')"


def discounts(condition: str) -> str:
    return f"select sum(lo_extendedprice * lo_discount) as revenue from lineorder, date where {JOIN_DATE} and {condition}"


def brands(condition: str) -> str:
    return f"""select sum(lo_revenue) as revenue, d_year, p_brand1 from lineorder, date, part, supplier where {JOIN_PART} and {condition}
        group by d_year, p_brand1 order by d_year, p_brand1"""


def places(kind: str, condition: str) -> str:
    return f"""select c_{kind}, s_{kind}, d_year, sum(lo_revenue) as revenue from customer, lineorder, supplier, date
        where {JOIN_CUSTOMER} and {condition} group by c_{kind}, s_{kind}, d_year order by d_year asc, revenue desc"""


def profits(keys: str, condition: str) -> str:
    return f"""select {keys}, sum(lo_revenue - lo_supplycost) as profit from date, customer, supplier, part, lineorder
        where {JOIN_ALL} and {condition} group by {keys} order by {keys}"""


YEARS = "d_year >= 1992 and d_year <= 1997"
TWO_YEARS = "(d_year = 1997 or d_year = 1998)"
MFGRS = "(p_mfgr = 'MFGR#1' or p_mfgr = 'MFGR#2')"
QUERIES = {
    "Q1.1": discounts("d_year = 1993 and lo_discount between 1 and 3 and lo_quantity < 25"),
    "Q1.2": discounts("d_yearmonthnum = 199401 and lo_discount between 4 and 6 and lo_quantity between 26 and 35"),
    "Q1.3": discounts("d_weeknuminyear = 6 and d_year = 1994 and lo_discount between 5 and 7 and lo_quantity between 26 and 35"),
    "Q2.1": brands("p_category = 'MFGR#12' and s_region = 'AMERICA'"),
    "Q2.2": brands("p_brand1 between 'MFGR#2221' and 'MFGR#2228' and s_region = 'ASIA'"),
    "Q2.3": brands("p_brand1 = 'MFGR#2221' and s_region = 'EUROPE'"),
    "Q3.1": places("nation", f"c_region = 'ASIA' and s_region = 'ASIA' and {YEARS}"),
    "Q3.2": places("city", f"c_nation = 'UNITED STATES' and s_nation = 'UNITED STATES' and {YEARS}"),
    "Q3.3": places("city", f"{CITIES} and {YEARS}"),
    "Q3.4": places("city", f"{CITIES} and d_yearmonth = 'Dec1997'"),
    "Q4.1": profits("d_year, c_nation", f"c_region = 'AMERICA' and s_region = 'AMERICA' and {MFGRS}"),
    "Q4.2": profits("d_year, s_nation, p_category", f"c_region = 'AMERICA' and s_region = 'AMERICA' and {TWO_YEARS} and {MFGRS}"),
    "Q4.3": profits("d_year, s_city, p_brand1", f"c_region = 'AMERICA' and s_nation = 'UNITED STATES' and {TWO_YEARS} and p_category = 'MFGR#14'"),
}
# The paper's filter factors (table 3.1 there).
FACTORS = dict(zip(QUERIES, [0.019, 0.00065, 0.000075, 1 / 125, 1 / 625, 1 / 5000, 0.034, 0.0014, 0.000055, 0.00000076, 2 / 125, 0.0046, 0.000091]))

NATIONS = {
    "AFRICA": ["ALGERIA", "ETHIOPIA", "KENYA", "MOROCCO", "MOZAMBIQUE"],
    "AMERICA": ["ARGENTINA", "BRAZIL", "CANADA", "PERU", "UNITED STATES"],
    "ASIA": ["CHINA", "INDIA", "INDONESIA", "JAPAN", "VIETNAM"],
    "EUROPE": ["FRANCE", "GERMANY", "ROMANIA", "RUSSIA", "UNITED KINGDOM"],
    "MIDDLE EAST": ["EGYPT", "IRAN", "IRAQ", "JORDAN", "SAUDI ARABIA"],
}
COLOURS = """almond antique aquamarine azure beige bisque black blanched blue blush brown burlywood burnished chartreuse chiffon chocolate coral
cornflower cornsilk cream cyan dark deep dim dodger drab firebrick floral forest frosted gainsboro ghost goldenrod green grey honeydew hot indian
ivory khaki lace lavender lawn lemon light lime linen magenta maroon medium metallic midnight mint misty moccasin navajo navy olive orange orchid
pale papaya peach peru pink plum powder puff purple red rose rosy royal saddle salmon sandy seashell sienna sky slate smoke snow spring steel tan
thistle tomato turquoise violet wheat white yellow""".split()
TYPES = [
    f"{a} {b} {c}"
    for a in ("STANDARD", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "PROMO")
    for b in ("ANODIZED", "BURNISHED", "PLATED", "POLISHED", "BRUSHED")
    for c in ("TIN", "NICKEL", "BRASS", "STEEL", "COPPER")
]
CONTAINERS = [f"{a} {b}" for a in ("SM", "LG", "MED", "JUMBO", "WRAP") for b in ("CASE", "BOX", "BAG", "JAR", "PKG", "PACK", "CAN", "DRUM")]
SEGMENTS = ["AUTOMOBILE", "BUILDING", "FURNITURE", "MACHINERY", "HOUSEHOLD"]
PRIORITIES = ["1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECI", "5-LOW"]
SHIP_MODES = ["REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB"]
SEASONS = ["Winter"] * 3 + ["Spring"] + ["Summer"] * 4 + ["Fall"] * 2 + ["Christmas"] * 2
HOLIDAYS = {(1, 1), (2, 14), (7, 4), (10, 31), (11, 11), (12, 24), (12, 25), (12, 31)}
FIRST_DAY = datetime.date(1992, 1, 1)
DAYS = 2557  # to 1998-12-31
ORDER_DAYS = (datetime.date(1998, 8, 2) - FIRST_DAY).days + 1
ORDERS_A_BATCH = 250_000  # 1M rows: a row group


def sizes(scale: float) -> dict[str, int]:
    parts = 200_000 * scale if scale < 1 else 200_000 * (1 + int(scale).bit_length() - 1)
    return {"orders": int(1_500_000 * scale), "customer": max(1, int(30_000 * scale)), "supplier": max(1, int(2_000 * scale)), "part": max(1, int(parts))}


def mixed(keys, stream: int):
    """64 bits of hash a key: the finaliser of splitmix64."""
    import numpy as np

    with np.errstate(over="ignore"):
        x = (keys.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(stream * 0xD1B54A32D192ED03 & (1 << 64) - 1)
        x ^= x >> np.uint64(30)
        x *= np.uint64(0xBF58476D1CE4E5B9)
        x ^= x >> np.uint64(27)
        x *= np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(31)
    return x


def pick(keys, stream: int, count: int):
    """A number in [0, count) a key: the upper 32 bits of the hash, scaled."""
    import numpy as np

    return ((mixed(keys, stream) >> np.uint64(32)) * np.uint64(count) >> np.uint64(32)).astype(np.int32)


def texts(numbers, words: list[str]):
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(numbers), pa.array(words))


def days() -> list[datetime.date]:
    return [FIRST_DAY + datetime.timedelta(days=day) for day in range(DAYS)]


def date_key(day: datetime.date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def date_table():
    import pyarrow as pa

    rows = []
    for day in days():
        weekday = day.isoweekday() % 7 + 1  # Sunday is 1
        rows.append({
            "d_datekey": date_key(day), "d_date": f"{day:%B} {day.day}, {day.year}", "d_dayofweek": f"{day:%A}", "d_month": f"{day:%B}",
            "d_year": day.year, "d_yearmonthnum": day.year * 100 + day.month, "d_yearmonth": f"{day:%b%Y}", "d_daynuminweek": weekday,
            "d_daynuminmonth": day.day, "d_daynuminyear": day.timetuple().tm_yday, "d_monthnuminyear": day.month,
            "d_weeknuminyear": (day.timetuple().tm_yday - 1) // 7 + 1, "d_sellingseason": SEASONS[day.month - 1], "d_lastdayinweekfl": int(weekday == 7),
            "d_lastdayinmonthfl": int((day + datetime.timedelta(days=1)).day == 1), "d_holidayfl": int((day.month, day.day) in HOLIDAYS),
            "d_weekdayfl": int(1 < weekday < 7),
        })  # fmt: skip
    fields = [(name, pa.string() if isinstance(value, str) else pa.int32()) for name, value in rows[0].items()]
    return pa.Table.from_pylist(rows, pa.schema(fields))


def people(letter: str, name: str, count: int):
    """Customers and suppliers: key, name, address, city, nation, region, phone; customers have a segment too."""
    import numpy as np
    import pyarrow as pa

    keys = np.arange(1, count + 1, dtype=np.int32)
    stream = 100 if letter == "c" else 200
    nations = [nation for group in NATIONS.values() for nation in group]
    nation, digit = pick(keys, stream, 25), pick(keys, stream + 1, 10)
    letters = np.frombuffer(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ,", dtype=np.uint8)
    rows = np.stack([letters[pick(keys, stream + 10 + place, 64)] for place in range(25)], axis=1).tobytes().decode()
    lengths = (pick(keys, stream + 2, 16) + 10).tolist()
    numbers = zip((nation + 10).tolist(), *[pick(keys, stream + 3 + i, 10 ** (3 + i // 2)).tolist() for i in range(3)])
    columns = {
        "key": keys,
        "name": pa.array([f"{name}#{key:09}" for key in keys.tolist()]),
        "address": pa.array([rows[25 * i : 25 * i + length] for i, length in enumerate(lengths)]),
        "city": texts(nation * 10 + digit, [f"{nation[:9]:<9}{digit}" for nation in nations for digit in range(10)]),
        "nation": texts(nation, nations),
        "region": texts(nation // 5, list(NATIONS)),
        "phone": pa.array([f"{a}-{b:03}-{c:03}-{d:04}" for a, b, c, d in numbers]),
    }
    if letter == "c":
        columns["mktsegment"] = texts(pick(keys, stream + 7, 5), SEGMENTS)
    names = {"key": "custkey" if letter == "c" else "suppkey"}
    return pa.table({f"{letter}_{names.get(column, column)}": values for column, values in columns.items()})


def part_table(count: int):
    import numpy as np
    import pyarrow as pa

    keys = np.arange(1, count + 1, dtype=np.int32)
    colour, brand = pick(keys, 300, len(COLOURS)), pick(keys, 302, 1000)
    second = (colour + 1 + pick(keys, 301, len(COLOURS) - 1)) % len(COLOURS)
    words = np.array(COLOURS, dtype=object)
    return pa.table({
        "p_partkey": keys,
        "p_name": pa.array(words[colour] + " " + words[second], pa.string()),
        "p_mfgr": texts(brand // 200, [f"MFGR#{m + 1}" for m in range(5)]),
        "p_category": texts(brand // 40, [f"MFGR#{c // 5 + 1}{c % 5 + 1}" for c in range(25)]),
        "p_brand1": texts(brand, [f"MFGR#{b // 200 + 1}{b // 40 % 5 + 1}{b % 40 + 1}" for b in range(1000)]),
        "p_color": texts(colour, COLOURS),
        "p_type": texts(pick(keys, 303, 150), TYPES),
        "p_size": pick(keys, 304, 50) + 1,
        "p_container": texts(pick(keys, 305, 40), CONTAINERS),
    })  # fmt: skip


def lineorder_batch(first: int, end: int, count: dict[str, int]):
    """The lines of the orders in [first, end): one to seven of each."""
    import numpy as np
    import pyarrow as pa

    orders = np.arange(first, end, dtype=np.int64)
    lines = pick(orders, 0, 7) + 1
    starts = np.cumsum(lines) - lines

    def of_order(values):
        return np.repeat(values, lines)

    number = (np.arange(lines.sum()) - of_order(starts)).astype(np.int32)
    line = of_order(orders) * 8 + number
    buyers = max(1, count["customer"] * 2 // 3)
    buyer = pick(orders, 1, buyers)
    customer = np.minimum(buyer // 2 * 3 + buyer % 2 + 1, count["customer"])  # not every third
    day = pick(orders, 2, ORDER_DAYS)
    date_keys = np.array([date_key(date) for date in days()], dtype=np.int32)
    part = pick(line, 10, count["part"]) + 1
    quantity, discount, tax = pick(line, 11, 50) + 1, pick(line, 12, 11), pick(line, 13, 9)
    retail = (90_000 + part // 10 % 20_001 + 100 * (part % 1000)).astype(np.int64)
    price = retail * quantity
    revenue = price * (100 - discount) // 100
    total = np.add.reduceat(revenue * (100 + tax) // 100, starts)
    key = orders // 8 * 32 + orders % 8 + 1
    key_type = np.int32 if count["orders"] * 4 < 1 << 31 else np.int64
    return pa.table({
        "lo_orderkey": of_order(key.astype(key_type)),
        "lo_linenumber": number + 1,
        "lo_custkey": of_order(customer),
        "lo_partkey": part,
        "lo_suppkey": pick(line, 14, count["supplier"]) + 1,
        "lo_orderdate": of_order(date_keys[day]),
        "lo_orderpriority": texts(of_order(pick(orders, 3, 5)), PRIORITIES),
        "lo_shippriority": texts(np.zeros(len(number), np.int32), ["0"]),
        "lo_quantity": quantity,
        "lo_extendedprice": price,
        "lo_ordtotalprice": of_order(total),
        "lo_discount": discount,
        "lo_revenue": revenue,
        "lo_supplycost": 6 * retail // 10,
        "lo_tax": tax,
        "lo_commitdate": date_keys[of_order(day) + 30 + pick(line, 15, 61)],
        "lo_shipmode": texts(pick(line, 16, 7), SHIP_MODES),
    })  # fmt: skip


def write(file: Path, batches):
    """One row group a batch. Texts are plain ones to a reader, not an Arrow dictionary, which some would keep as such."""
    import pyarrow.parquet as parquet

    unfinished = file.with_suffix(".part")
    writer = None
    for batch in batches:
        writer = writer or parquet.ParquetWriter(unfinished, batch.schema, store_schema=False)
        writer.write_table(batch)
    writer.close()
    unfinished.rename(file)


def write_lineorder(file: Path, first: int, end: int, count: dict[str, int], columns: list[str] | None = None):
    batches = (lineorder_batch(at, min(end, at + ORDERS_A_BATCH), count) for at in range(first, end, ORDERS_A_BATCH))
    write(file, (batch.select(columns) if columns else batch for batch in batches))


def make(folder: Path, scale: str) -> dict[str, str]:
    """The tables' files, made where they are missing."""
    count = sizes(float(scale))
    made = make_dimensions(folder, count)
    file = folder / "lineorder.parquet"
    if not file.exists():
        write_lineorder(file, 0, count["orders"], count)
    return made | {"lineorder": str(file)}


def make_measured(folder: Path, scale: str) -> dict[str, str]:
    """As `make` by all cores, and of lineorder only what the queries read: the same rows in several files, for which a pattern stands."""
    count = sizes(float(scale))
    made = make_dimensions(folder, count)
    files = max(1, min(64, round(float(scale) * 2)))
    with concurrent.futures.ProcessPoolExecutor(min(files, len(os.sched_getaffinity(0)))) as pool:
        jobs = []
        for i in range(files):
            file = folder / f"measured-{i:03}-of-{files:03}.parquet"
            if not file.exists():
                jobs.append(pool.submit(write_lineorder, file, count["orders"] * i // files, count["orders"] * (i + 1) // files, count, MEASURED))
        for job in jobs:
            job.result()
    return made | {"lineorder": str(folder / f"measured-*-of-{files:03}.parquet")}


def make_dimensions(folder: Path, count: dict[str, int]) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "date": date_table,
        "customer": lambda: people("c", "Customer", count["customer"]),
        "supplier": lambda: people("s", "Supplier", count["supplier"]),
        "part": lambda: part_table(count["part"]),
    }
    for name, table in tables.items():
        if not (folder / f"{name}.parquet").exists():
            write(folder / f"{name}.parquet", [table()])
    return {name: str(folder / f"{name}.parquet") for name in tables}


def print_selectivities(files: dict[str, str]):
    import duckdb

    connection = duckdb.connect()
    for name, file in files.items():
        connection.execute(f"create view {name} as select * from '{file}'")
    rows = connection.execute("select count(*) from lineorder").fetchone()[0]
    print(f"lineorder has {rows:,} rows")
    for name, sql in QUERIES.items():
        tail = sql[sql.index(" from ") :]
        read = connection.execute(f"select count(*) {tail.split(' group by ')[0]}").fetchone()[0]
        groups = connection.execute(f"select count(*) from ({sql}) x").fetchone()[0]
        print(f"{name}  paper {FACTORS[name]:.3g}, found {read / rows:.3g}, {groups} rows of answer")


if __name__ == "__main__":
    print_selectivities(make(Path(sys.argv[2]), sys.argv[1]))

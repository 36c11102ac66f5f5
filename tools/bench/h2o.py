"""H2O.ai's db-benchmark: its questions of grouping and of joining, and the tables they are asked of, 10M rows and K = 100.

Columns, their domains and the questions are db-benchmark's (https://github.com/h2oai/db-benchmark, groupby-datagen.R and join-datagen.R); values
are hashes of the row number. Missing is question 8 of grouping, the two largest v3 of each id6, which needs a window function.

Grouping, n rows: id1, id2 are one of K texts, id3 one of n/K; id4, id5 one of K numbers, id6 one of n/K; v1 1 to 5, v2 1 to 15, v3 0 to 100.
Joining: x has n rows; `small`, `medium` and `big` have n/1e6 (at least ten), n/1e3 and n. id1, id2, id3 are numbers of so many values, id4, id5,
id6 the same as texts. Nine tenths of a domain are on both sides; the last tenth of each side's is not on the other.
Answers are made in full, as db-benchmark asks. What is compared is a statement over the same answer that has an order, or sums.
"""

from __future__ import annotations

# key: the j-th of n values, in no order, of the 1.1 n that there are. right: j of the right tables, which have the last tenth for themselves.
MACROS = """
create or replace macro key(j, n) as (j::bigint * 7654321 % (n + n // 10))::int + 1;
create or replace macro right_key(j, n) as key(case when j < n // 10 * 9 then j else j + n // 10 end, n);
create or replace macro small_of(n) as greatest(10, n // 1000000);
create or replace macro medium_of(n) as greatest(10, n // 1000);
create or replace macro amount(i, s) as round(u(i, s) * 100, 6);
"""

# Every number of [0, rows) once. The tables are in orders that have nothing to do with each other.
PLACE = "row_number() over (order by hash(i * 11)) - 1"
RIGHT_PLACE = "row_number() over (order by hash(i * 17)) - 1"
SHUFFLED, RIGHT_SHUFFLED = "order by hash(i * 13)", "order by hash(i * 19)"


def with_texts(columns: str) -> str:
    """The three keys, and the same as texts."""
    count = columns.count(" id")
    return columns + "".join(f", 'id' || id{i} id{i + 3}" for i in range(1, count + 1))


# name: columns, order, rows of the option's number
TABLES = {
    "h2o": (
        """'id' || lpad((pick(i, 0, 100) + 1)::varchar, 3, '0') id1, 'id' || lpad((pick(i, 1, 100) + 1)::varchar, 3, '0') id2,
        'id' || lpad((pick(i, 2, {n} // 100) + 1)::varchar, 10, '0') id3, pick(i, 3, 100) + 1 id4, pick(i, 4, 100) + 1 id5,
        pick(i, 5, {n} // 100) + 1 id6, pick(i, 6, 5) + 1 v1, pick(i, 7, 15) + 1 v2, amount(i, 8) v3""",
        "",
        lambda n: n,
    ),
    "x": (
        with_texts(f"key(pick(i, 0, small_of({{n}})), small_of({{n}})) id1, key(pick(i, 1, medium_of({{n}})), medium_of({{n}})) id2, key({PLACE}, {{n}}) id3")
        + ", amount(i, 4) v1",
        SHUFFLED,
        lambda n: n,
    ),
    "small": ("right_key(i, small_of({n})) id1, 'id' || id1 id4, amount(i, 5) v2", RIGHT_SHUFFLED, lambda n: max(10, n // 1_000_000)),
    "medium": (
        """right_key(pick(i, 6, small_of({n})), small_of({n})) id1, right_key(i, medium_of({n})) id2, 'id' || id1 id4, 'id' || id2 id5, amount(i, 7) v2""",
        RIGHT_SHUFFLED,
        lambda n: max(10, n // 1000),
    ),
    "big": (
        with_texts(
            "right_key(pick(i, 8, small_of({n})), small_of({n})) id1, right_key(pick(i, 9, medium_of({n})), medium_of({n})) id2, "
            f"right_key({RIGHT_PLACE}, {{n}}) id3"
        )
        + ", amount(i, 10) v2",
        RIGHT_SHUFFLED,
        lambda n: n,
    ),
}

# name: keys, aggregates
GROUPINGS = {
    "q1 sum v1 by id1": ("id1", "sum(v1) as v1"),
    "q2 sum v1 by id1:id2": ("id1, id2", "sum(v1) as v1"),
    "q3 sum v1, mean v3 by id3": ("id3", "sum(v1) as v1, avg(v3) as v3"),
    "q4 mean v1:v3 by id4": ("id4", "avg(v1) as v1, avg(v2) as v2, avg(v3) as v3"),
    "q5 sum v1:v3 by id6": ("id6", "sum(v1) as v1, sum(v2) as v2, sum(v3) as v3"),
    "q6 median v3, sd v3 by id4 id5": ("id4, id5", "median(v3) as median_v3, stddev_samp(v3) as sd_v3"),
    "q7 max v1 - min v2 by id3": ("id3", "max(v1) - min(v2) as range_v1_v2"),
    "q9 regression v1 v2 by id2 id4": ("id2, id4", "power(corr(v1, v2), 2) as r2"),
    "q10 sum v3, count by id1:id6": ("id1, id2, id3, id4, id5, id6", "sum(v3) as v3, count(*) as n"),
}
GROUP_QUERIES = {name: f"select {keys}, {values} from h2o group by {keys}" for name, (keys, values) in GROUPINGS.items()}
GROUP_CHECKS = {name: f"{GROUP_QUERIES[name]} order by {keys}" for name, (keys, _) in GROUPINGS.items()}
Q9 = "q9 regression v1 v2 by id2 id4"  # near 0 what is left is rounding: digits that count are those after the point
GROUP_CHECKS[Q9] = GROUP_CHECKS[Q9].replace("power(", "1 + power(")
LAST = "q10 sum v3, count by id1:id6"  # as many groups as rows: sums that each key has a part in
GROUP_CHECKS[LAST] = f"""select count(*) c, sum(n) n, sum(v3) v, sum(v3 * id4) v4, sum(v3 * id5) v5, sum(v3 * id6) v6, min(id1) a, max(id2) b, max(id3) c3
    from ({GROUP_QUERIES[LAST]}) answer"""

X = "x.id1, x.id2, x.id3, x.id4, x.id5, x.id6, x.v1"
JOIN_QUERIES = {
    "q1 small inner on int": f"select {X}, small.id4 as small_id4, small.v2 from x join small on x.id1 = small.id1",
    "q2 medium inner on int": f"""select {X}, medium.id1 as medium_id1, medium.id4 as medium_id4, medium.id5 as medium_id5, medium.v2
        from x join medium on x.id2 = medium.id2""",
    "q3 medium outer on int": f"""select {X}, medium.id1 as medium_id1, medium.id4 as medium_id4, medium.id5 as medium_id5, medium.v2
        from x left join medium on x.id2 = medium.id2""",
    "q4 medium inner on factor": f"""select {X}, medium.id1 as medium_id1, medium.id2 as medium_id2, medium.id4 as medium_id4, medium.v2
        from x join medium on x.id5 = medium.id5""",
    "q5 big inner on int": f"""select {X}, big.id1 as big_id1, big.id2 as big_id2, big.id4 as big_id4, big.id5 as big_id5, big.id6 as big_id6, big.v2
        from x join big on x.id3 = big.id3""",
}
JOIN_CHECKS = {
    name: f"""select count(*) n, count(v2) matched, sum(v1) a, sum(v2) b, sum(v1 * v2) ab, sum(v2 * id3) k, min({text}) least, max({text}) most
    from ({JOIN_QUERIES[name]}) answer"""
    for name, text in zip(JOIN_QUERIES, ["small_id4", "medium_id5", "medium_id5", "medium_id4", "big_id6"])
}

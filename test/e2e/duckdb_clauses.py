"""Random queries for duckdb_oracle_test.py that are about clauses: joins, subqueries, set operations, grouping sets, WITH, DISTINCT ON.

Their expressions cannot fail: which rows fail, and which rows an operator has removed before, is another question, for which the contract
of results and DuckDB have other answers. Every answer is determined up to the order of rows, and its order too where there is a LIMIT:
`id` is unique in t.
"""

# Rows of t under other names; the third part is a condition that leaves some out.
JOINED = {"id2": ("id", "int"), "j8": ("i8", "int"), "j": ("i", "int"), "z": ("s", "text"), "dz": ("dt", "date"), "nz": ("n1", "decimal"), "bz": ("b", "bool")}
INNER = {"qid": ("id", "int"), "q8": ("i8", "int"), "qi": ("i", "int"), "qs": ("s", "text"), "qd": ("dt", "date"), "qn": ("n1", "decimal")}


def rows_as(names, condition):
    return "(SELECT " + ", ".join(f"{column} AS {name}" for name, (column, _) in names.items()) + f" FROM t WHERE {condition})"


class Clauses:
    def __init__(self, rng, columns):
        self.rng = rng
        self.table = {name: kind for name, (_, kind) in columns.items()}
        self.scope = dict(self.table)

    def pick(self, *choices):
        return self.rng.choice(choices)

    def chance(self, percent):
        return self.rng.random() * 100 < percent

    # ---- expressions that cannot fail

    def leaf(self, kind):
        names = [name for name, k in self.scope.items() if k == kind]
        if names and self.chance(80):
            return self.rng.choice(names)
        return {
            "bool": ["true", "false"],
            "int": ["0", "1", "-3", "7"],
            "float": ["0.5::DOUBLE", "2::DOUBLE"],
            "decimal": ["0.50", "1.25", "-2.00"],
            "text": ["'a'", "'duck'", "''", "'é'"],
            "date": ["DATE '2000-01-01'", "DATE '1999-12-31'"],
            "timestamp": ["TIMESTAMP '2000-01-01 10:20:30'"],
        }[kind][0 if self.chance(50) else -1]

    def of(self, kind, depth=1):
        if depth <= 0 or self.chance(40):
            return self.leaf(kind)
        d = depth - 1
        if self.chance(20):
            return self.pick(
                f"CASE WHEN {self.condition(d)} THEN {self.of(kind, d)} ELSE {self.of(kind, d)} END",
                f"coalesce({self.of(kind, d)}, {self.leaf(kind)})",
                f"CASE WHEN {self.condition(d)} THEN {self.of(kind, d)} END",
            )
        return {
            "bool": lambda: self.condition(d),
            "int": lambda: self.pick(f"length({self.of('text', d)})", f"sign({self.leaf('int')})", f"month({self.leaf('date')})", f"date_diff('month', {self.leaf('date')}, DATE '2020-05-05')", self.leaf("int")),
            "float": lambda: self.leaf("float"),
            "decimal": lambda: self.pick(f"abs({self.leaf('decimal')})", self.leaf("decimal")),
            "text": lambda: self.pick(f"upper({self.leaf('text')})", f"substring({self.leaf('text')}, 1, 2)", f"({self.leaf('text')} || {self.leaf('text')})", f"regexp_replace({self.leaf('text')}, '[aeiou]', '*', 'g')"),
            "date": lambda: self.pick(f"last_day({self.leaf('date')})", f"CAST({self.leaf('timestamp')} AS DATE)", f"({self.leaf('date')} + 30)"),
            "timestamp": lambda: self.pick(f"date_trunc('month', {self.leaf('timestamp')})", f"({self.leaf('timestamp')} + INTERVAL 1 MONTH)"),
        }[kind]()

    def any(self, depth=1):
        return self.of(self.pick("bool", "int", "int", "decimal", "text", "text", "date", "timestamp"), depth)

    def condition(self, depth=1):
        kind = self.pick("int", "int", "text", "date", "decimal", "timestamp")
        return self.rng.choice(
            [
                lambda: f"({self.of(kind, depth)} {self.pick('=', '<>', '<', '<=', '>', '>=')} {self.of(kind, depth)})",
                lambda: f"({self.of(kind, depth)} {self.pick('=', '<>', '<', '<=', '>', '>=')} {self.of(kind, depth)})",
                lambda: f"({self.leaf(kind)} {self.pick('', 'NOT ')}IN ({self.leaf(kind)}, {self.leaf(kind)}, {self.leaf(kind)}))",
                lambda: f"({self.leaf(kind)} {self.pick('', 'NOT ')}BETWEEN {self.leaf(kind)} AND {self.leaf(kind)})",
                lambda: f"({self.any(depth)} IS {self.pick('', 'NOT ')}NULL)",
                lambda: f"({self.leaf(kind)} IS {self.pick('', 'NOT ')}DISTINCT FROM {self.leaf(kind)})",
                lambda: f"({self.leaf('text')} {self.pick('LIKE', 'NOT LIKE', 'ILIKE')} {self.pick(chr(39) + 'd%' + chr(39), chr(39) + '%a%' + chr(39), chr(39) + '_%_' + chr(39))})",
                lambda: f"regexp_matches({self.leaf('text')}, {self.pick(chr(39) + '^[a-d]' + chr(39), chr(39) + 'ck$' + chr(39))})",
                lambda: f"({self.leaf('text')} SIMILAR TO 'd.*|a')",
                lambda: f"({self.leaf('bool')} IS {self.pick('', 'NOT ')}{self.pick('TRUE', 'FALSE')})",
                lambda: f"({self.condition(0)} AND {self.condition(0)})",
                lambda: f"({self.condition(0)} OR {self.condition(0)})",
                lambda: f"(NOT {self.condition(0)})",
            ]
        )()

    def subquery(self):
        """True or false of rows elsewhere."""
        rows = rows_as(INNER, self.pick("id % 4 <> 2", "id > 40", "i8 IS NOT NULL", "false")) + " q"
        name, (_, kind) = self.rng.choice(list(INNER.items()))
        outside = self.leaf(kind)
        where = self.pick(f"{name} = {outside}", f"q8 = {self.leaf('int')}", f"qs = {self.leaf('text')}", f"qid < {self.leaf('int')}")
        value = self.pick("qi", "q8", "qid")
        return self.rng.choice(
            [
                lambda: f"({self.pick('', 'NOT ')}EXISTS (SELECT 1 FROM {rows} WHERE {where}))",
                lambda: f"({outside} {self.pick('', 'NOT ')}IN (SELECT {name} FROM {rows}))",
                lambda: f"({outside} {self.pick('', 'NOT ')}IN (SELECT {name} FROM {rows} WHERE {where}))",
                lambda: f"({self.leaf('int')} {self.pick('<', '>=', '=', '<>')} {self.pick('ANY', 'ALL')} (SELECT {value} FROM {rows} WHERE {where}))",
                lambda: f"({self.leaf('int')} {self.pick('<', '>=', '=')} (SELECT {self.pick('min', 'max')}({value}) FROM {rows} WHERE {where}))",
                lambda: f"({self.leaf('int')} {self.pick('<', '>=', '<>')} (SELECT count(*) FROM {rows} WHERE {where}))",
                lambda: f"({self.leaf('int')} = (SELECT {value} FROM {rows} WHERE {where} ORDER BY qid LIMIT 1))",
                lambda: f"(({self.leaf('int')}, {self.leaf('text')}) {self.pick('', 'NOT ')}IN (SELECT q8, qs FROM {rows}))",
            ]
        )()

    def test(self):
        return self.subquery() if self.chance(30) else self.condition(1)

    # ---- FROM

    def columns_of_t(self, before=""):
        return ", ".join(before + name for name in self.table)

    def source(self):
        """The text behind FROM and what goes before SELECT; `self.scope` becomes what can be named."""
        self.scope = dict(self.table)
        return self.rng.choice(
            [self.plain, self.plain, self.join, self.join, self.join, self.join, self.using, self.nearest, self.lateral, self.common, self.recursive, self.combined, self.crossed, self.listed]
        )()

    def plain(self):
        return "", "t"

    def equality(self):
        name, (column, kind) = self.rng.choice(list(JOINED.items()))
        return f"{self.pick(column, self.leaf(kind))} = {name}"

    def join(self):
        kind = self.pick("JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "SEMI JOIN", "ANTI JOIN")
        on = self.equality()
        outside = dict(self.scope)
        self.scope |= {name: k for name, (_, k) in JOINED.items()}
        if kind != "FULL JOIN":
            for _ in range(self.rng.choice([0, 0, 1, 1, 2])):
                on += " AND " + (self.subquery() if kind in ("JOIN", "LEFT JOIN") and self.chance(25) else self.condition(1))
        if kind in ("SEMI JOIN", "ANTI JOIN"):
            self.scope = outside
        return "", f"t {kind} {rows_as(JOINED, self.pick('id % 3 <> 1', 'id > 20', 'true'))} y ON {on}"

    def using(self):
        shared = self.pick("i8", "s", "dt", "n1")
        kind = self.pick("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "SEMI JOIN")
        rows = f"(SELECT {shared}, id AS id2, b AS bz FROM t WHERE id % 3 <> 0) y"
        if kind != "SEMI JOIN":
            self.scope |= {"id2": "int", "bz": "bool"}
        return "", (f"t NATURAL {kind} {rows}" if self.chance(25) and kind != "SEMI JOIN" else f"t {kind} {rows} USING ({shared})")

    def nearest(self):
        on = self.pick("i8 = j8", "s = z", "b = bz") + " AND " + self.pick("id >= id2", "id > id2", "id <= id2", "id < id2")
        self.scope |= {name: k for name, (_, k) in JOINED.items()}
        return "", f"t ASOF {self.pick('', 'LEFT ')}JOIN {rows_as(JOINED, 'id % 2 = 1')} y ON {on}"

    def lateral(self):
        on = self.pick("w.i8 = t.i8", "w.s = t.s AND w.id <> t.id", "w.id < t.i8", "w.dt >= t.dt")
        if self.chance(50):
            rows = f"(SELECT count(*) AS id2, max(w.i8) AS j8, min(w.s) AS z FROM t w WHERE {on})"
        else:
            rows = f"(SELECT w.id AS id2, w.i8 AS j8, w.s AS z FROM t w WHERE {on} ORDER BY w.id LIMIT {self.pick('1', '2', '5')})"
        self.scope |= {"id2": "int", "j8": "int", "z": "text"}
        return "", self.pick(f"t, LATERAL {rows} y", f"t LEFT JOIN LATERAL {rows} y ON true")

    def common(self):
        inner = f"SELECT * FROM t WHERE {self.test()}" + self.pick("", " ORDER BY id DESC LIMIT 15")
        before = f"WITH c AS {self.pick('', 'MATERIALIZED ', 'NOT MATERIALIZED ')}({inner}) "
        if self.chance(50):
            return before, "c"
        self.scope |= {"id2": "int", "z": "text"}
        return before, f"c JOIN (SELECT id AS id2, s AS z, i8 AS j8 FROM c) y ON {self.pick('i8 = j8', 's = z', 'id = id2')}"

    def recursive(self):
        step = f"SELECT {self.columns_of_t('r.')}, depth + 1 FROM r WHERE depth < {self.pick('1', '2')}"
        if self.chance(50):
            step = f"SELECT {self.columns_of_t('w.')}, depth + 1 FROM r JOIN t w ON r.{self.pick('id = w.id - 1', 'id = w.i8')} WHERE depth < 3"
        self.scope["depth"] = "int"
        return f"WITH RECURSIVE r AS (SELECT *, 0 AS depth FROM t WHERE id < 9 {self.pick('UNION ALL', 'UNION')} {step}) ", "r"

    def combined(self):
        operation = self.pick("UNION ALL", "UNION", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL", "UNION ALL BY NAME", "UNION BY NAME")
        return "", f"(SELECT * FROM t WHERE {self.test()} {operation} SELECT * FROM t WHERE {self.test()}) t"

    def crossed(self):
        self.scope |= {"id2": "int", "z": "text"}
        return "", self.pick(
            "t CROSS JOIN (SELECT id AS id2, s AS z FROM t WHERE id < 4) y",
            "t POSITIONAL JOIN (SELECT id AS id2, s AS z FROM t ORDER BY id DESC LIMIT 20) y",
            "t JOIN (SELECT x AS id2, 'a' AS z FROM range(5) r(x)) y ON i8 = id2",
        )

    def listed(self):
        self.scope |= {"id2": "int", "z": "text"}
        return "", f"t {self.pick('JOIN', 'LEFT JOIN')} (VALUES (1, 'a'), (2, 'duck'), (NULL, ''), (3, NULL)) y(id2, z) ON {self.pick('i8 = id2', 's = z')}"

    # ---- the whole

    def aggregate(self):
        call = self.rng.choice(
            [
                lambda: "count(*)",
                lambda: f"count({self.pick('', 'DISTINCT ')}{self.any()})",
                lambda: f"sum({self.pick('', 'DISTINCT ')}{self.of('int')})",
                lambda: f"avg({self.of(self.pick('int', 'decimal'))})",
                lambda: f"{self.pick('min', 'max')}({self.any()})",
                lambda: f"{self.pick('bool_and', 'bool_or')}({self.condition(0)})",
                lambda: f"median({self.leaf('int')})",
                lambda: f"string_agg({self.leaf('text')}, ',' ORDER BY {', '.join(n for n in ('id', 'id2', 'depth') if n in self.scope)})",
            ]
        )()
        return call + (f" FILTER (WHERE {self.condition(1)})" if self.chance(20) else "")

    def grouped(self):
        keys = list(dict.fromkeys(self.pick(self.leaf(self.pick("int", "text", "date", "bool")), self.of("text"), self.of("int")) for _ in range(self.rng.randrange(4))))
        keys = [key for key in keys if not key.lstrip("-").isdigit() and key not in ("true", "false")]
        calls = [self.aggregate() for _ in range(self.rng.randint(1, 3))]
        text = ""
        if keys:
            form = self.pick("plain", "plain", "ROLLUP", "CUBE", "SETS", "ALL")
            listed = ", ".join(keys)
            if form == "SETS":
                sets = [", ".join(key for key in keys if self.chance(50)) for _ in range(self.rng.randint(1, 3))]
                text = " GROUP BY GROUPING SETS (" + ", ".join(f"({s})" for s in sets) + f", ({listed}))"
            else:
                text = {"plain": f" GROUP BY {listed}", "ROLLUP": f" GROUP BY ROLLUP ({listed})", "CUBE": f" GROUP BY CUBE ({listed})", "ALL": " GROUP BY ALL"}[form]
            if form in ("ROLLUP", "CUBE", "SETS") and self.chance(40):
                calls.append(f"grouping({self.rng.choice(keys)})")
        if self.chance(25):
            text += f" HAVING {self.pick('count(*) > 1', 'count(*) <= 3', 'max(id) > 20', 'min(i8) IS NOT NULL')}"
        return keys + calls, text

    def query(self):
        before, source = self.source()
        where = f" WHERE {self.test()}" + (f" AND {self.test()}" if self.chance(25) else "") if self.chance(55) else ""
        if self.chance(8):
            star = self.pick("*", "* EXCLUDE (i8)", "* REPLACE (length(s) AS s)", "COLUMNS('^i')", "COLUMNS(* EXCLUDE (id))", "(COLUMNS('^n') IS NULL)", "* LIKE 'i%'")
            return f"{before}SELECT {star} FROM {source}{where}", "rowsort"
        distinct = ""
        if self.chance(35):
            items, tail = self.grouped()
        else:
            items, tail = [self.any(2) for _ in range(self.rng.randint(1, 3))], ""
            distinct = "DISTINCT " if self.chance(15) else ""
        selected = ", ".join(f"{item} AS o{n}" for n, item in enumerate(items))
        if not distinct and not tail and source == "t" and self.chance(25):  # the key and the order decide which row stays
            key = self.leaf(self.pick("int", "text", "bool"))
            if key in self.scope:
                return f"{before}SELECT DISTINCT ON ({key}) {selected} FROM {source}{where} ORDER BY {key}, id{self.pick('', ' DESC')}", "rowsort"
        text = f"{before}SELECT {distinct}{selected} FROM {source}{where}{tail}"
        if self.chance(15) and not before:
            operation = self.pick("UNION ALL", "UNION", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL")
            where = f" WHERE {self.condition(1)}" if self.chance(60) else ""
            if source == "t" and not tail:
                text += f" {operation} SELECT {selected} FROM t{where}"
        if self.chance(25):  # every output orders, so the order is total up to equal rows
            text += " ORDER BY " + (", ".join(f"{n + 1}{self.pick('', ' DESC', ' NULLS FIRST')}" for n in range(len(items))) if self.chance(80) else "ALL")
            text += f" LIMIT {self.pick('3', '10', '100', '30%', '(SELECT 5)', '1 + 1')}" + self.pick("", " OFFSET 2")
            return text, "nosort"
        return text, "rowsort"

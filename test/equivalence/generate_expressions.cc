// Expressions of random queries.
#include <fmt/format.h>

#include <utility>

#include "generator.h"

namespace trueno::equivalence {

std::string Generator::comparison() { return random_.pick({"=", "<>", "<", "<=", ">", ">="}); }

Expression Generator::column_or_literal(Kind kind) {
  std::vector<const Name*> fitting;
  for (const Name& name : names_) {
    if (name.kind == kind) fitting.push_back(&name);
  }
  if (!fitting.empty() && !random_.percent(25)) return make(kind, random_.pick(fitting)->text);
  return literal(kind);
}

Expression Generator::literal(Kind kind) {
  const Type type = literal_type(kind);
  const Value value = random_.percent(5) ? Value::null(type) : random_value(random_, type);
  if (random_.percent(10)) {
    parameters_.push_back(value);
    return make(kind, fmt::format("${}", parameters_.size()));
  }
  if (kind == Kind::kInteger && !value.is_null() && random_.percent(60)) return make(kind, std::to_string(random_.between(-3, 12)));
  if (kind == Kind::kDecimal && random_.percent(50)) return make(kind, random_.pick({"0.5", "1.25", "-2.0", "100.001", "0.0"}));
  return make(kind, as_literal(value));
}

Type Generator::literal_type(Kind kind) {
  switch (kind) {
    case Kind::kBoolean: return TypeId::kBoolean;
    case Kind::kInteger:
      return random_.pick<Type>(
          {TypeId::kTinyInt, TypeId::kInteger, TypeId::kBigInt, TypeId::kHugeInt, TypeId::kUBigInt, TypeId::kUSmallInt});
    case Kind::kDecimal: return random_.pick<Type>({Type::decimal(9, 2), Type::decimal(18, 3), Type::decimal(38, 5)});
    case Kind::kFloat: return random_.percent(30) ? TypeId::kFloat : TypeId::kDouble;
    case Kind::kText: return TypeId::kVarchar;
    case Kind::kDate: return TypeId::kDate;
    case Kind::kTimestamp: return TypeId::kTimestamp;
    case Kind::kInterval: return TypeId::kInterval;
    case Kind::kOther: return TypeId::kInteger;
  }
  return TypeId::kInteger;
}

Expression Generator::any(int depth) {
  if (random_.percent(40)) return make_column();
  return of(random_.pick(
                {Kind::kBoolean, Kind::kInteger, Kind::kInteger, Kind::kDecimal, Kind::kFloat, Kind::kText, Kind::kDate, Kind::kTimestamp}),
            depth);
}

Expression Generator::make_column() {
  const Name& name = random_.pick(names_);
  return make(name.kind, name.text);
}

// A whole number alone would be a position in the SELECT list.
Expression Generator::group_key() {
  Expression key = any(random_.percent(60) ? 0 : 2);
  return key.operands.empty() && key.kind == Kind::kInteger ? make_column() : key;
}

Expression Generator::castable_to_number(int depth) {
  return of(random_.pick({Kind::kBoolean, Kind::kInteger, Kind::kInteger, Kind::kDecimal, Kind::kFloat, Kind::kText}), depth);
}

Expression Generator::number(int depth) { return of(random_.pick({Kind::kInteger, Kind::kInteger, Kind::kDecimal, Kind::kFloat}), depth); }

Expression Generator::of(Kind kind, int depth) {
  if (depth <= 0 || random_.percent(25)) return column_or_literal(kind);
  if (random_.percent(18)) return conditional(kind, depth);
  if (random_.percent(3)) return make(kind, "try({})", {of(kind, depth - 1)});
  if (nesting_ == 0 && random_.percent(2)) return subquery_value(kind);
  switch (kind) {
    case Kind::kBoolean: return boolean(depth);
    case Kind::kInteger: return integer(depth);
    case Kind::kDecimal: return decimal(depth);
    case Kind::kFloat: return floating(depth);
    case Kind::kText: return text(depth);
    case Kind::kDate: return date(depth);
    case Kind::kTimestamp: return timestamp(depth);
    case Kind::kInterval: return interval(depth);
    default: return column_or_literal(kind);
  }
}

Expression Generator::conditional(Kind kind, int depth) {
  const int d = depth - 1;
  switch (random_.below(6)) {
    case 0: return make(kind, "CASE WHEN {} THEN {} ELSE {} END", {boolean(d), of(kind, d), of(kind, d)});
    case 1: return make(kind, "CASE WHEN {} THEN {} WHEN {} THEN {} END", {boolean(d), of(kind, d), boolean(d), of(kind, d)});
    case 2:
      return make(kind, "CASE {} WHEN {} THEN {} ELSE {} END", {of(Kind::kInteger, d), of(Kind::kInteger, d), of(kind, d), of(kind, d)});
    case 3: return make(kind, "coalesce({}, {})", {of(kind, d), of(kind, d)});
    case 4: return make(kind, "nullif({}, {})", {of(kind, d), of(kind, d)});
    default: return make(kind, random_.percent(50) ? "greatest({}, {})" : "least({}, {})", {of(kind, d), of(kind, d)});
  }
}

Kind Generator::comparable() {
  return random_.pick(
      {Kind::kInteger, Kind::kInteger, Kind::kDecimal, Kind::kFloat, Kind::kText, Kind::kText, Kind::kDate, Kind::kTimestamp});
}

Expression Generator::boolean(int depth) {
  if (depth <= 0) return column_or_literal(Kind::kBoolean);
  const int d = depth - 1;
  if (random_.percent(4)) return subquery_test();
  switch (random_.below(18)) {
    case 0: return make(Kind::kBoolean, "({} AND {})", {boolean(d), boolean(d)});
    case 1: return make(Kind::kBoolean, "({} OR {})", {boolean(d), boolean(d)});
    case 2: return make(Kind::kBoolean, "(NOT {})", {boolean(d)});
    case 3: return make(Kind::kBoolean, random_.percent(50) ? "({} IS NULL)" : "({} IS NOT NULL)", {any(d)});
    case 4: {
      const Kind kind = comparable();
      return make(Kind::kBoolean, random_.percent(70) ? "({} IN ({}, {}, {}))" : "({} NOT IN ({}, {}, {}))",
                  {of(kind, d), literal(kind), literal(kind), of(kind, 0)});
    }
    case 5: {
      const Kind kind = comparable();
      return make(Kind::kBoolean, random_.percent(70) ? "({} BETWEEN {} AND {})" : "({} NOT BETWEEN {} AND {})",
                  {of(kind, d), of(kind, 0), of(kind, 0)});
    }
    case 6:
    case 7:
      return make(Kind::kBoolean, fmt::format("({{}} {} {})", random_.pick({"LIKE", "LIKE", "NOT LIKE", "ILIKE"}), like_pattern()),
                  {of(Kind::kText, d)});
    case 8: {
      const Kind kind = comparable();
      return make(Kind::kBoolean, random_.percent(50) ? "({} IS DISTINCT FROM {})" : "({} IS NOT DISTINCT FROM {})",
                  {of(kind, d), of(kind, d)});
    }
    case 9:
      return make(Kind::kBoolean, random_.pick({"({} IS TRUE)", "({} IS NOT TRUE)", "({} IS FALSE)", "({} IS NOT FALSE)"}), {boolean(d)});
    case 10:
      return make(Kind::kBoolean, random_.pick({"starts_with({}, {})", "ends_with({}, {})", "contains({}, {})"}),
                  {of(Kind::kText, d), of(Kind::kText, 0)});
    case 11: return make(Kind::kBoolean, random_.pick({"isnan({})", "isinf({})", "isfinite({})"}), {of(Kind::kFloat, d)});
    case 12: return make(Kind::kBoolean, "({} " + comparison() + " {})", {make_column(), make_column()});  // any types: may not bind
    case 13: return pattern_test(d);
    case 14:
      return make(Kind::kBoolean, random_.percent(50) ? "({} COLLATE NOCASE = {})" : "({} COLLATE NOCASE < {})",
                  {of(Kind::kText, d), of(Kind::kText, 0)});
    case 15: return make(Kind::kBoolean, "({} " + comparison() + " {})", {interval(d), of(Kind::kInterval, 0)});
    default: {
      const Kind kind = comparable();
      return make(Kind::kBoolean, "({} " + comparison() + " {})", {of(kind, d), of(kind, d)});
    }
  }
}

Expression Generator::pattern_test(int depth) {
  Expression value = of(Kind::kText, depth);
  if (random_.percent(60))
    return make(Kind::kBoolean,
                fmt::format(fmt::runtime(random_.pick({"regexp_matches({{}}, '{}')", "regexp_full_match({{}}, '{}')",
                                                       "({{}} SIMILAR TO '{}')", "regexp_matches({{}}, '{}', 'i')"})),
                            regex()),
                {std::move(value)});
  return make(Kind::kBoolean, fmt::format("({{}} GLOB {})", random_.pick({"'a*'", "'?b*'", "'[ab]*'", "'*'", "'[!a]?'"})),
              {std::move(value)});
}

std::string Generator::regex() { return random_.pick({"a", "^a", "b$", "^[ab]+$", "(a|b)c", "a.c", "[0-9]+", "", "^.{2}$", "é|a*"}); }

std::string Generator::like_pattern() {
  return random_.pick(
      {"'a%'", "'%b'", "'%ab%'", "'_b%'", "'a_c'", "'%'", "''", "'%é_'", "'a!%%' ESCAPE '!'", "'%a%b%'", "'__'", "'A%'", "'_%_%_'"});
}

Expression Generator::integer(int depth) {
  const int d = depth - 1;
  const auto two = [&](const char* format) { return make(Kind::kInteger, format, {of(Kind::kInteger, d), of(Kind::kInteger, d)}); };
  switch (random_.below(24)) {
    case 0:
    case 1: return two("({} + {})");
    case 2: return two("({} - {})");
    case 3: return two("({} * {})");
    case 4: return two("({} // {})");
    case 5: return two("({} % {})");
    case 6: return two("({} & {})");
    case 7: return two("({} | {})");
    case 8: return two("xor({}, {})");
    case 9:
      return make(Kind::kInteger, random_.percent(50) ? "({} << {})" : "({} >> {})",
                  {of(Kind::kInteger, d), make(Kind::kInteger, random_.pick({"0", "1", "3", "31", "64"}))});
    case 10:
      return make(Kind::kInteger, random_.pick({"(- {})", "abs({})", "(~ {})", "sign({})", "bit_count({})"}), {of(Kind::kInteger, d)});
    case 11:
      return random_.percent(60) ? make(Kind::kInteger, "length({})", {of(Kind::kText, d)})
                                 : make(Kind::kInteger, "position({} IN {})", {of(Kind::kText, 0), of(Kind::kText, d)});
    case 12:
    case 13:
      return make(Kind::kInteger,
                  random_.pick({"year({})", "month({})", "day({})", "dayofweek({})", "week({})", "quarter({})", "dayofyear({})",
                                "isodow({})", "isoyear({})", "extract(century FROM {})", "date_part('decade', {})", "epoch({})"}),
                  {of(random_.percent(60) ? Kind::kDate : Kind::kTimestamp, d)});
    case 14:
      return make(Kind::kInteger, random_.pick({"hour({})", "minute({})", "second({})", "millisecond({})", "microsecond({})"}),
                  {of(Kind::kTimestamp, d)});
    case 15: return make(Kind::kInteger, "({} - {})", {of(Kind::kDate, d), of(Kind::kDate, d)});
    case 19: {
      const Kind kind = random_.percent(50) ? Kind::kDate : Kind::kTimestamp;
      return make(Kind::kInteger,
                  fmt::format("{}('{}', {{}}, {{}})", random_.pick({"date_diff", "date_diff", "date_sub"}),
                              random_.pick({"year", "month", "week", "day", "quarter"})),
                  {of(kind, d), of(kind, d)});
    }
    case 20:
      return make(Kind::kInteger, random_.pick({"strlen({})", "ascii({})", "levenshtein({}, 'ab')", "bit_length({})", "instr({}, 'b')"}),
                  {of(Kind::kText, d)});
    case 16: return make(Kind::kInteger, "CAST({} AS " + integer_type() + ")", {castable_to_number(d)});
    case 17:
    case 18: return make(Kind::kInteger, "TRY_CAST({} AS " + integer_type() + ")", {castable_to_number(d)});
    default: return two(random_.pick({"({} + {})", "({} * {})", "({} - {})"}));
  }
}

std::string Generator::integer_type() {
  return random_.pick({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"});
}

Expression Generator::decimal(int depth) {
  const int d = depth - 1;
  switch (random_.below(10)) {
    case 0:
    case 1: return make(Kind::kDecimal, "({} + {})", {of(Kind::kDecimal, d), number(d)});
    case 2: return make(Kind::kDecimal, "({} - {})", {number(d), of(Kind::kDecimal, d)});
    case 3:
    case 4: return make(Kind::kDecimal, "({} * {})", {of(Kind::kDecimal, d), number(d)});
    case 5: return make(Kind::kDecimal, "({} % {})", {of(Kind::kDecimal, d), of(Kind::kDecimal, d)});
    case 6:
      return make(Kind::kDecimal,
                  random_.pick({"abs({})", "(- {})", "floor({})", "ceil({})", "trunc({})", "round({})", "round({}, 1)", "round({}, -1)"}),
                  {of(Kind::kDecimal, d)});
    default:
      return make(Kind::kDecimal,
                  fmt::format("{}({{}} AS {})", random_.percent(60) ? "CAST" : "TRY_CAST",
                              random_.pick({"DECIMAL(4,1)", "DECIMAL(18,3)", "DECIMAL(38,2)", "DECIMAL(20,10)", "DECIMAL(1,0)"})),
                  {castable_to_number(d)});
  }
}

Expression Generator::floating(int depth) {
  const int d = depth - 1;
  switch (random_.below(11)) {
    case 7:
      return make(Kind::kFloat,
                  random_.pick({"exp({})", "sin({})", "atan({})", "cbrt({})", "ln(abs({}))", "pow({}, 2)", "radians({})", "tanh({})"}),
                  {of(Kind::kFloat, d)});
    case 0: return make(Kind::kFloat, "({} + {})", {of(Kind::kFloat, d), number(d)});
    case 1: return make(Kind::kFloat, "({} - {})", {of(Kind::kFloat, d), number(d)});
    case 2: return make(Kind::kFloat, "({} * {})", {of(Kind::kFloat, d), number(d)});
    case 3:
    case 4: return make(Kind::kFloat, "({} / {})", {number(d), number(d)});
    case 5: return make(Kind::kFloat, "({} % {})", {of(Kind::kFloat, d), of(Kind::kFloat, d)});
    case 6:
      return make(Kind::kFloat,
                  random_.pick({"abs({})", "(- {})", "floor({})", "ceil({})", "trunc({})", "round({})", "round({}, 2)", "sqrt({})",
                                "sqrt(abs({}))"}),
                  {of(Kind::kFloat, d)});
    default:
      return make(Kind::kFloat, fmt::format("{}({{}} AS {})", random_.percent(60) ? "CAST" : "TRY_CAST", random_.pick({"DOUBLE", "FLOAT"})),
                  {castable_to_number(d)});
  }
}

Expression Generator::text(int depth) {
  const int d = depth - 1;
  switch (random_.below(13)) {
    case 5:
      return make(Kind::kText,
                  fmt::format(fmt::runtime(random_.pick({"regexp_replace({{}}, '{}', 'x')", "regexp_replace({{}}, '{}', 'x', 'g')",
                                                         "regexp_extract({{}}, '{}')"})),
                              regex()),
                  {of(Kind::kText, d)});
    case 6:
      return make(Kind::kText,
                  random_.pick({"left({}, 2)", "right({}, 1)", "lpad({}, 3, 'xy')", "rpad({}, 5, '-')", "repeat({}, 2)",
                                "split_part({}, 'b', 1)", "translate({}, 'ab', 'xy')", "md5({})", "hex({})", "({})[1:2]", "left({}, -1)"}),
                  {of(Kind::kText, d)});
    case 7: return make(Kind::kText, "concat_ws('-', {}, {})", {of(Kind::kText, d), any(0)});
    case 8:
      return make(Kind::kText, random_.pick({"strftime({}, '%Y-%m')", "dayname({})", "monthname({})", "strftime({}, '%d/%m/%y %H:%M')"}),
                  {of(random_.percent(50) ? Kind::kDate : Kind::kTimestamp, d)});
    case 0: return make(Kind::kText, "({} || {})", {of(Kind::kText, d), of(Kind::kText, d)});
    case 1:
      return make(Kind::kText, random_.pick({"upper({})", "lower({})", "trim({})", "ltrim({})", "rtrim({})", "reverse({})"}),
                  {of(Kind::kText, d)});
    case 2:
      return make(Kind::kText, "substring({}, {}, {})",
                  {of(Kind::kText, d), make(Kind::kInteger, random_.pick({"-3", "0", "1", "2", "12"})),
                   make(Kind::kInteger, random_.pick({"-1", "0", "1", "3", "100"}))});
    case 3: return make(Kind::kText, "replace({}, {}, {})", {of(Kind::kText, d), of(Kind::kText, 0), of(Kind::kText, 0)});
    case 4: return make(Kind::kText, "concat({}, {}, {})", {any(d), any(d), any(0)});
    default: return make(Kind::kText, random_.percent(70) ? "CAST({} AS VARCHAR)" : "TRY_CAST({} AS VARCHAR)", {any(d)});
  }
}

Expression Generator::date(int depth) {
  const int d = depth - 1;
  switch (random_.below(8)) {
    case 2: return make(Kind::kDate, "last_day({})", {of(random_.percent(50) ? Kind::kDate : Kind::kTimestamp, d)});
    case 3:
      return make(Kind::kDate, fmt::format("time_bucket(INTERVAL '{}', {{}})", random_.pick({"7 days", "3 months", "1 year"})),
                  {of(Kind::kDate, d)});
    case 0:
      return make(Kind::kDate, random_.percent(50) ? "({} + {})" : "({} - {})",
                  {of(Kind::kDate, d), make(Kind::kInteger, random_.pick({"0", "1", "30", "100000"}))});
    case 1:
      return make(Kind::kDate,
                  fmt::format("CAST(date_trunc('{}', {{}}) AS DATE)", random_.pick({"year", "month", "week", "quarter", "day"})),
                  {of(Kind::kDate, d)});
    default:
      return make(Kind::kDate, random_.percent(40) ? "CAST({} AS DATE)" : "TRY_CAST({} AS DATE)",
                  {of(random_.pick({Kind::kText, Kind::kTimestamp, Kind::kDate}), d)});
  }
}

Expression Generator::timestamp(int depth) {
  const int d = depth - 1;
  switch (random_.below(7)) {
    case 3:
      return make(Kind::kTimestamp,
                  fmt::format("time_bucket(INTERVAL '{}', {{}})", random_.pick({"7 days", "1 month", "15 minutes", "90 seconds"})),
                  {of(Kind::kTimestamp, d)});
    case 0:
    case 1:
      return make(Kind::kTimestamp, random_.percent(50) ? "({} + {})" : "({} - {})",
                  {of(random_.percent(50) ? Kind::kTimestamp : Kind::kDate, d), of(Kind::kInterval, 1)});
    case 2:
      return make(Kind::kTimestamp,
                  fmt::format("date_trunc('{}', {{}})", random_.pick({"year", "month", "week", "hour", "minute", "second"})),
                  {of(Kind::kTimestamp, d)});
    default:
      return make(Kind::kTimestamp, random_.percent(50) ? "CAST({} AS TIMESTAMP)" : "TRY_CAST({} AS TIMESTAMP)",
                  {of(random_.pick({Kind::kText, Kind::kDate}), d)});
  }
}

Expression Generator::interval(int depth) {
  if (depth <= 0) return column_or_literal(Kind::kInterval);
  const int d = depth - 1;
  switch (random_.below(7)) {
    case 0: return make(Kind::kInterval, "({} - {})", {of(Kind::kTimestamp, d), of(Kind::kTimestamp, d)});
    case 1: return make(Kind::kInterval, random_.percent(50) ? "({} + {})" : "({} - {})", {of(Kind::kInterval, d), of(Kind::kInterval, 0)});
    case 2: return make(Kind::kInterval, random_.pick({"({} * 2)", "(- {})", "({} * -3)"}), {of(Kind::kInterval, d)});
    case 3:
      return make(Kind::kInterval, random_.pick({"to_days({})", "to_months({})", "to_hours({})"}),
                  {make(Kind::kInteger, random_.pick({"0", "1", "-40", "500"}))});
    case 4: return make(Kind::kInterval, "age({}, {})", {of(Kind::kTimestamp, d), of(Kind::kTimestamp, d)});
    default:
      return make(Kind::kInterval,
                  random_.pick({"INTERVAL 1 MONTH", "INTERVAL '1 day 02:30:00'", "INTERVAL 90 MINUTE", "INTERVAL (-1) YEAR"}));
  }
}

}  // namespace trueno::equivalence

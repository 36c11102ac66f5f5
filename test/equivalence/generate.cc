// Random queries: typed loosely, so that nearly all bind and a good part fails at run time.
#include <fmt/format.h>

#include <utility>

#include "query.h"

namespace trueno::equivalence {

namespace {

struct Name {
  std::string text;
  Kind kind;
};

class Generator {
 public:
  Generator(Random& random, std::vector<Value>& parameters, std::vector<Name> table)
      : random_(random), parameters_(parameters), table_(std::move(table)) {}

  Query query(std::vector<Name> names, int depth, bool outermost) {
    Query query;
    if (depth > 0 && random_.percent(20)) {
      query.from = std::make_unique<Query>(this->query(names, depth - 1, false));
      names.clear();
      for (std::size_t i = 0; i < query.from->select.size(); ++i) names.push_back({fmt::format("o{}", i), query.from->select[i].kind});
    }
    if (!query.from && random_.percent(8))
      query.with_itself = random_.pick<const char*>({"UNION ALL", "UNION ALL", "UNION", "INTERSECT", "EXCEPT"});
    names_ = std::move(names);
    if (random_.percent(22)) query.join = join();
    if (random_.percent(55)) query.where = boolean(3);
    query.distinct = random_.percent(12);
    lists_ = outermost && !query.distinct;
    const bool grouped = random_.percent(45);
    if (grouped) {
      for (std::int64_t n = random_.below(4); n > 0; --n) query.group_by.push_back(group_key());
      for (const Expression& key : query.group_by) {
        if (random_.percent(85)) query.select.push_back(key);
      }
      for (std::int64_t n = random_.between(query.select.empty() ? 1 : 0, 4); n > 0; --n) query.select.push_back(over_aggregates());
      if (query.group_by.empty() && random_.percent(50)) query.select.push_back(aggregate());
      if (random_.percent(20)) query.having = comparison_of_aggregates();
    } else {
      for (std::int64_t n = random_.between(1, 4); n > 0; --n) query.select.push_back(any(3));
    }
    if (query.select.empty()) query.select.push_back(make(Kind::kInteger, grouped ? "count(*)" : "1"));
    order_and_limit(query, outermost);
    return query;
  }

 private:
  static Expression make(Kind kind, std::string format, std::vector<Expression> operands = {}) {
    return {kind, std::move(format), std::move(operands)};
  }

  void order_and_limit(Query& query, bool outermost) {
    if (random_.percent(outermost ? 45 : 15)) {
      static const std::vector<std::string> kDirections = {"", "", " DESC", " NULLS FIRST", " DESC NULLS FIRST", " ASC NULLS LAST"};
      for (std::int64_t n = random_.between(1, 3); n > 0; --n) {
        const bool computed = query.group_by.empty() && !query.distinct && !is_grouped(query) && random_.percent(30);
        const std::int64_t position = random_.between(1, static_cast<std::int64_t>(query.select.size()));
        query.order_by.push_back({computed ? any(2) : make(Kind::kOther, std::to_string(position)), random_.pick(kDirections)});
      }
    }
    if (random_.percent(30)) query.limit = random_.pick<std::int64_t>({0, 1, 2, 5, 10, 100});
    if (random_.percent(12)) query.offset = random_.pick<std::int64_t>({1, 3, 50});
  }

  static bool is_grouped(const Query& query) {
    for (const Expression& e : query.select) {
      const std::string text = e.sql();
      for (const char* name : {"count(", "sum(", "avg(", "min(", "max(", "string_agg(", "median(", "quantile_", "mode(", "first(", "last(",
                               "arg_m", "list(", "mad(", "entropy(", "histogram(", "product("}) {
        if (text.find(name) != std::string::npos) return true;
      }
    }
    return query.having.has_value();
  }

  // ---- joins and subqueries

  // Some rows of t under other names, so that a condition may mix them with what is outside.
  std::string other_rows() {
    std::string columns;
    for (std::size_t i = 0; i < table_.size(); ++i) columns += fmt::format("{}{} AS v{}", i == 0 ? "" : ", ", table_[i].text, i);
    return fmt::format("(SELECT {} FROM t LIMIT {})", columns, random_.pick({0, 1, 7, 30, 60}));
  }
  // An equality of a column of the other rows with something outside; a few times of any two columns, which may not bind.
  Expression equality() {
    const auto other = static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(table_.size())));
    Expression outside = random_.percent(80) ? column_or_literal(table_[other].kind) : make_column();
    return make(Kind::kBoolean,
                random_.percent(85) ? fmt::format("(v{} = {{}})", other) : fmt::format("(v{} IS NOT DISTINCT FROM {{}})", other),
                {std::move(outside)});
  }
  std::vector<Name> with_other_rows() const {
    std::vector<Name> both = names_;
    for (std::size_t i = 0; i < table_.size(); ++i) both.push_back({fmt::format("v{}", i), table_[i].kind});
    return both;
  }

  Join join() {
    Join out;
    out.kind =
        random_.pick<const char*>({"JOIN", "JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "SEMI JOIN", "ANTI JOIN"});
    out.rows = other_rows();
    out.condition = equality();
    const std::vector<Name> outside = std::exchange(names_, with_other_rows());
    for (std::int64_t n = random_.pick({0, 0, 1, 2}); n > 0; --n)
      out.condition =
          make(Kind::kBoolean, "({} AND {})", {std::move(out.condition), random_.percent(50) ? equality_of_both() : boolean(2)});
    if (random_.percent(8)) out.condition = boolean(2);  // no key at all
    if (out.kind == "SEMI JOIN" || out.kind == "ANTI JOIN") names_ = outside;
    return out;
  }
  Expression equality_of_both() {
    const auto other = static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(table_.size())));
    return make(Kind::kBoolean, fmt::format("(v{} = {{}})", other), {column_or_literal(table_[other].kind)});
  }

  // TRUE or FALSE of rows elsewhere, mostly correlated.
  Expression subquery_test() {
    const auto other = static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(table_.size())));
    const std::string rows = other_rows();
    switch (random_.below(5)) {
      case 0:
      case 1:
        return make(Kind::kBoolean, fmt::format("({}EXISTS (SELECT 1 FROM {} v WHERE {{}}))", random_.percent(30) ? "NOT " : "", rows),
                    {equality()});
      case 2:
        return make(Kind::kBoolean, fmt::format("({{}} {}IN (SELECT v{} FROM {} v))", random_.percent(40) ? "NOT " : "", other, rows),
                    {column_or_literal(table_[other].kind)});
      case 3:
        return make(Kind::kBoolean,
                    fmt::format("({{}} {} {} (SELECT v{} FROM {} v WHERE {{}}))", comparison(), random_.pick({"ANY", "ALL"}), other, rows),
                    {column_or_literal(table_[other].kind), equality()});
      default:
        return make(Kind::kBoolean,
                    fmt::format("({{}} {} (SELECT {}(v{}) FROM {} v WHERE {{}}))", comparison(), random_.pick({"min", "max"}), other, rows),
                    {column_or_literal(table_[other].kind), equality()});
    }
  }

  // ---- aggregates

  Expression aggregate() {
    Expression e;
    switch (random_.below(11)) {
      case 8:
      case 9:
      case 10: e = fold(); break;
      case 0: e = make(Kind::kInteger, "count(*)"); break;
      case 1: e = make(Kind::kInteger, random_.percent(25) ? "count(DISTINCT {})" : "count({})", {any(2)}); break;
      case 2:
      case 3: e = make(Kind::kInteger, "sum({})", {number(2)}); break;
      case 4: e = make(Kind::kFloat, "avg({})", {number(2)}); break;
      default: {
        Expression argument = any(2);
        const Kind kind = argument.kind;
        e = make(kind, random_.percent(50) ? "min({})" : "max({})", {std::move(argument)});
      }
    }
    if (random_.percent(20)) {
      Expression filter = boolean(2);
      e.format += " FILTER (WHERE {})";
      e.operands.push_back(std::move(filter));
    }
    return e;
  }

  // Those that see all rows of a group, in an order of their own or in that of the rows.
  Expression fold() {
    std::string format;
    Expression argument = any(2);
    Kind kind = argument.kind;
    std::vector<Expression> operands;
    switch (random_.below(lists_ ? 13 : 9)) {
      case 0:
      case 1:
        format = random_.percent(30) ? "string_agg({}" : "string_agg({}, '; '";
        kind = Kind::kText;
        break;
      case 2:
        return make(Kind::kFloat, random_.pick({"median({})", "quantile_cont({}, 0.3)", "mad({})", "quantile_cont({}, -0.9)"}),
                    {number(2)});
      case 3: return make(kind, random_.pick({"quantile_disc({}, 0.25)", "median({})", "quantile_disc({}, 0.9)"}), {std::move(argument)});
      case 4: format = "mode({}"; break;
      case 5:
      case 6: format = random_.pick({"first({}", "last({}", "any_value({}"}); break;
      case 7:
        return make(kind, random_.pick({"arg_min({}, {})", "arg_max({}, {})", "arg_min_null({}, {})"}), {std::move(argument), any(2)});
      case 8: return make(Kind::kFloat, random_.pick({"entropy({})", "product({})"}), {number(2)});
      case 9: return make(Kind::kOther, random_.pick({"arg_max({}, {}, 3)", "arg_min({}, {}, 2)"}), {std::move(argument), any(2)});
      case 10:
        return make(Kind::kOther, random_.pick({"histogram({})", "list(DISTINCT {})", "max({}, 3)", "min({}, 2)"}), {std::move(argument)});
      default: format = "list({}"; kind = Kind::kOther;
    }
    operands.push_back(std::move(argument));
    if (random_.percent(50)) {
      format += random_.pick({" ORDER BY {}", " ORDER BY {} DESC", " ORDER BY {} NULLS FIRST", " ORDER BY {}, {} DESC"});
      for (std::size_t n = format.find(", {} DESC") == std::string::npos ? 1 : 2; n > 0; --n) operands.push_back(any(1));
    }
    return make(kind, format + ")", std::move(operands));
  }

  Expression over_aggregates() {
    Expression one = aggregate();
    if (one.kind == Kind::kOther) return one;  // lists are not computed with
    switch (random_.below(6)) {
      case 0: return make(Kind::kFloat, "({} / {})", {aggregate_of_numbers(), make(Kind::kInteger, "count(*)")});
      case 1: return make(Kind::kBoolean, "({} IS NULL)", {std::move(one)});
      case 2: return make(Kind::kInteger, "CASE WHEN count(*) > 2 THEN {} END", {std::move(one)});
      default: return one;
    }
  }

  Expression aggregate_of_numbers() { return make(Kind::kInteger, random_.percent(50) ? "sum({})" : "count({})", {number(1)}); }
  Expression comparison_of_aggregates() {
    return make(Kind::kBoolean, "({} " + comparison() + " {})",
                {aggregate_of_numbers(), make(Kind::kInteger, random_.pick({"0", "1", "2", "10"}))});
  }

  // ---- leaves

  std::string comparison() { return random_.pick({"=", "<>", "<", "<=", ">", ">="}); }

  Expression column_or_literal(Kind kind) {
    std::vector<const Name*> fitting;
    for (const Name& name : names_) {
      if (name.kind == kind) fitting.push_back(&name);
    }
    if (!fitting.empty() && !random_.percent(25)) return make(kind, random_.pick(fitting)->text);
    return literal(kind);
  }

  Expression literal(Kind kind) {
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

  Type literal_type(Kind kind) {
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

  // ---- expressions

  Expression any(int depth) {
    if (random_.percent(40)) return make_column();
    return of(random_.pick({Kind::kBoolean, Kind::kInteger, Kind::kInteger, Kind::kDecimal, Kind::kFloat, Kind::kText, Kind::kDate,
                            Kind::kTimestamp}),
              depth);
  }

  Expression make_column() {
    const Name& name = random_.pick(names_);
    return make(name.kind, name.text);
  }

  // A whole number alone would be a position in the SELECT list.
  Expression group_key() {
    Expression key = any(random_.percent(60) ? 0 : 2);
    return key.operands.empty() && key.kind == Kind::kInteger ? make_column() : key;
  }

  Expression castable_to_number(int depth) {
    return of(random_.pick({Kind::kBoolean, Kind::kInteger, Kind::kInteger, Kind::kDecimal, Kind::kFloat, Kind::kText}), depth);
  }

  Expression number(int depth) { return of(random_.pick({Kind::kInteger, Kind::kInteger, Kind::kDecimal, Kind::kFloat}), depth); }

  Expression of(Kind kind, int depth) {
    if (depth <= 0 || random_.percent(25)) return column_or_literal(kind);
    if (random_.percent(18)) return conditional(kind, depth);
    switch (kind) {
      case Kind::kBoolean: return boolean(depth);
      case Kind::kInteger: return integer(depth);
      case Kind::kDecimal: return decimal(depth);
      case Kind::kFloat: return floating(depth);
      case Kind::kText: return text(depth);
      case Kind::kDate: return date(depth);
      case Kind::kTimestamp: return timestamp(depth);
      default: return column_or_literal(kind);
    }
  }

  Expression conditional(Kind kind, int depth) {
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

  Kind comparable() {
    return random_.pick(
        {Kind::kInteger, Kind::kInteger, Kind::kDecimal, Kind::kFloat, Kind::kText, Kind::kText, Kind::kDate, Kind::kTimestamp});
  }

  Expression boolean(int depth) {
    if (depth <= 0) return column_or_literal(Kind::kBoolean);
    const int d = depth - 1;
    if (random_.percent(4)) return subquery_test();
    switch (random_.below(15)) {
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
        return make(Kind::kBoolean, fmt::format("({{}} {} {})", random_.pick({"LIKE", "LIKE", "NOT LIKE", "ILIKE"}), pattern()),
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
      default: {
        const Kind kind = comparable();
        return make(Kind::kBoolean, "({} " + comparison() + " {})", {of(kind, d), of(kind, d)});
      }
    }
  }

  std::string pattern() {
    return random_.pick(
        {"'a%'", "'%b'", "'%ab%'", "'_b%'", "'a_c'", "'%'", "''", "'%é_'", "'a!%%' ESCAPE '!'", "'%a%b%'", "'__'", "'A%'", "'_%_%_'"});
  }

  Expression integer(int depth) {
    const int d = depth - 1;
    const auto two = [&](const char* format) { return make(Kind::kInteger, format, {of(Kind::kInteger, d), of(Kind::kInteger, d)}); };
    switch (random_.below(22)) {
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
      case 16: return make(Kind::kInteger, "CAST({} AS " + integer_type() + ")", {castable_to_number(d)});
      case 17:
      case 18: return make(Kind::kInteger, "TRY_CAST({} AS " + integer_type() + ")", {castable_to_number(d)});
      default: return two(random_.pick({"({} + {})", "({} * {})", "({} - {})"}));
    }
  }

  std::string integer_type() {
    return random_.pick({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"});
  }

  Expression decimal(int depth) {
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

  Expression floating(int depth) {
    const int d = depth - 1;
    switch (random_.below(10)) {
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
        return make(Kind::kFloat,
                    fmt::format("{}({{}} AS {})", random_.percent(60) ? "CAST" : "TRY_CAST", random_.pick({"DOUBLE", "FLOAT"})),
                    {castable_to_number(d)});
    }
  }

  Expression text(int depth) {
    const int d = depth - 1;
    switch (random_.below(9)) {
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

  Expression date(int depth) {
    const int d = depth - 1;
    switch (random_.below(6)) {
      case 0:
        return make(Kind::kDate, random_.percent(50) ? "({} + {})" : "({} - {})",
                    {of(Kind::kDate, d), make(Kind::kInteger, random_.pick({"0", "1", "30", "100000"}))});
      case 1:
        return make(Kind::kDate, fmt::format("date_trunc('{}', {{}})", random_.pick({"year", "month", "week", "quarter", "day"})),
                    {of(Kind::kDate, d)});
      default:
        return make(Kind::kDate, random_.percent(40) ? "CAST({} AS DATE)" : "TRY_CAST({} AS DATE)",
                    {of(random_.pick({Kind::kText, Kind::kTimestamp, Kind::kDate}), d)});
    }
  }

  Expression timestamp(int depth) {
    const int d = depth - 1;
    switch (random_.below(6)) {
      case 0:
      case 1:
        return make(Kind::kTimestamp, random_.percent(50) ? "({} + {})" : "({} - {})",
                    {of(random_.percent(50) ? Kind::kTimestamp : Kind::kDate, d), of(Kind::kInterval, 0)});
      case 2:
        return make(Kind::kTimestamp,
                    fmt::format("date_trunc('{}', {{}})", random_.pick({"year", "month", "week", "hour", "minute", "second"})),
                    {of(Kind::kTimestamp, d)});
      default:
        return make(Kind::kTimestamp, random_.percent(50) ? "CAST({} AS TIMESTAMP)" : "TRY_CAST({} AS TIMESTAMP)",
                    {of(random_.pick({Kind::kText, Kind::kDate}), d)});
    }
  }

  Random& random_;
  std::vector<Value>& parameters_;
  std::vector<Name> table_;  // t's columns
  std::vector<Name> names_;
  bool lists_ = false;  // may be results: they are carried, and neither keys nor operands
};

}  // namespace

Case random_case(Random& random) {
  Case out;
  out.table = random_table(random);
  std::vector<Name> names;
  for (const Field& field : out.table.schema) names.push_back({field.name, kind_of(field.type)});
  out.query = Generator(random, out.parameters, names).query(names, 2, true);
  return out;
}

}  // namespace trueno::equivalence

// Aggregates of random queries.
#include "generator.h"

namespace trueno::equivalence {

Expression Generator::aggregate() {
  Expression e;
  switch (random_.below(12)) {
    case 9:
    case 10:
    case 11: e = fold(); break;
    case 0: e = make(Kind::kInteger, "count(*)"); break;
    case 1: e = make(Kind::kInteger, random_.percent(25) ? "count(DISTINCT {})" : "count({})", {any(2)}); break;
    case 2:
    case 3: e = make(Kind::kInteger, random_.percent(12) ? "sum(DISTINCT {})" : "sum({})", {number(2)}); break;
    case 4: e = make(Kind::kFloat, random_.percent(10) ? "avg(DISTINCT {})" : "avg({})", {number(2)}); break;
    case 5:
      e = random_.percent(50) ? make(Kind::kBoolean, random_.pick({"bool_and({})", "bool_or({})"}), {boolean(1)})
                              : make(Kind::kInteger, random_.pick({"bit_and({})", "bit_or({})", "bit_xor({})", "count_if({} > 1)"}),
                                     {of(Kind::kInteger, 1)});
      break;
    case 6:
      if (random_.percent(40)) {
        e = make(Kind::kFloat, random_.pick({"var_samp({})", "stddev_pop({})", "skewness({})", "kurtosis({})", "corr({}, {})"}),
                 {number(1)});
        if (e.format == "corr({}, {})") e.operands.push_back(number(1));
        break;
      }
      [[fallthrough]];
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
Expression Generator::fold() {
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
      return make(Kind::kFloat, random_.pick({"median({})", "quantile_cont({}, 0.3)", "mad({})", "quantile_cont({}, -0.9)"}), {number(2)});
    case 3: return make(kind, random_.pick({"quantile_disc({}, 0.25)", "median({})", "quantile_disc({}, 0.9)"}), {std::move(argument)});
    case 4: format = "mode({}"; break;
    case 5:
    case 6: format = random_.pick({"first({}", "last({}", "any_value({}"}); break;
    case 7: return make(kind, random_.pick({"arg_min({}, {})", "arg_max({}, {})", "arg_min_null({}, {})"}), {std::move(argument), any(2)});
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

Expression Generator::over_aggregates() {
  Expression one = aggregate();
  if (one.kind == Kind::kOther) return one;  // lists are not computed with
  switch (random_.below(6)) {
    case 0: return make(Kind::kFloat, "({} / {})", {aggregate_of_numbers(), make(Kind::kInteger, "count(*)")});
    case 1: return make(Kind::kBoolean, "({} IS NULL)", {std::move(one)});
    case 2: return make(Kind::kInteger, "CASE WHEN count(*) > 2 THEN {} END", {std::move(one)});
    default: return one;
  }
}

// Those whose values of three parts make the value of the whole (oracle.cc knows how).
Expression Generator::mergeable_aggregate() {
  Expression e;
  switch (random_.below(6)) {
    case 0: e = make(Kind::kInteger, "count(*)"); break;
    case 1: e = make(Kind::kInteger, "count({})", {any(2)}); break;
    case 2: e = make(Kind::kInteger, "sum({})", {of(random_.pick({Kind::kInteger, Kind::kInteger, Kind::kDecimal}), 2)}); break;
    case 3: e = make(Kind::kBoolean, random_.pick({"bool_and({})", "bool_or({})"}), {boolean(1)}); break;
    case 4: e = make(Kind::kInteger, random_.pick({"bit_and({})", "bit_or({})", "bit_xor({})"}), {of(Kind::kInteger, 1)}); break;
    default: {
      Expression argument = any(2);
      const Kind kind = argument.kind;
      e = make(kind, random_.percent(50) ? "min({})" : "max({})", {std::move(argument)});
    }
  }
  if (random_.percent(15)) {
    Expression filter = boolean(1);
    e.format += " FILTER (WHERE {})";
    e.operands.push_back(std::move(filter));
  }
  return e;
}

Expression Generator::aggregate_of_numbers() { return make(Kind::kInteger, random_.percent(50) ? "sum({})" : "count({})", {number(1)}); }

Expression Generator::comparison_of_aggregates() {
  return make(Kind::kBoolean, "({} " + comparison() + " {})",
              {aggregate_of_numbers(), make(Kind::kInteger, random_.pick({"0", "1", "2", "10"}))});
}

// Over keys and aggregates.
Expression Generator::condition_of_group(const Query& query) {
  Expression condition = comparison_of_aggregates();
  if (!query.group_by.empty() && random_.percent(40)) {
    Expression of_key = make(Kind::kBoolean, random_.pick({"({} IS NULL)", "({} IS NOT NULL)"}), {random_.pick(query.group_by)});
    condition = make(Kind::kBoolean, random_.pick({"({} AND {})", "({} OR {})"}), {std::move(condition), std::move(of_key)});
  }
  if (random_.percent(20)) condition = make(Kind::kBoolean, "(NOT {})", {std::move(condition)});
  return condition;
}

}  // namespace trueno::equivalence

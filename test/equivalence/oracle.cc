// The oracles. Two of them know the answer from another query:
//
//   NoREC  SELECT count(*) FROM f WHERE p            the number of rows for which SELECT p FROM f, not optimised, says true
//   TLP    SELECT x FROM f                           SELECT x FROM f WHERE p  UNION ALL  ... WHERE NOT p  UNION ALL  ... WHERE p IS NULL
//
// A condition is one of three things for each row, so the three parts are the whole: of rows, of distinct rows, of groups under HAVING,
// and of what aggregates say (sums of sums, least of least). Where a condition fails, the whole may still have an answer; the other way
// round it must: what a part evaluates, or WHERE, is no more than what the other side does.
//
// Sources: M. Rigger, Z. Su: Detecting Optimization Bugs in Database Engines via Non-Optimizing Reference Engine Construction (2020);
// Finding Bugs in Database Systems via Query Partitioning (2020).
#include "oracle.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "optimize/optimize.h"

namespace trueno::equivalence {

namespace {

bool is_tlp(Oracle oracle) { return oracle >= Oracle::kTlpWhere; }

// Its text as far as the parenthesis: "sum".
std::string function_of(const Expression& call) { return call.format.substr(0, call.format.find('(')); }

// The function that puts the values of the parts together; empty: there is none.
std::string merging_function(const Expression& call) {
  const std::string name = function_of(call);
  if (name == "count") return call.format.find("DISTINCT") == std::string::npos ? "sum" : "";
  for (const char* same : {"sum", "min", "max", "bool_and", "bool_or", "bit_and", "bit_or", "bit_xor"}) {
    if (name == same && call.format.find("DISTINCT") == std::string::npos && call.format.find("{}, ") == std::string::npos) return name;
  }
  return {};
}

bool is_divided(Oracle oracle) { return oracle == Oracle::kNoRec || is_tlp(oracle); }

bool can_divide(const Case& test) {
  if (!is_divided(test.oracle)) return true;
  const Query& q = test.query;
  if (q.right || !q.limit.empty() || !q.offset.empty() || !q.star.empty() || !q.distinct_on.empty() || !q.grouping.empty() ||
      !q.order_by.empty())
    return false;
  switch (test.oracle) {
    case Oracle::kNoRec:
    case Oracle::kTlpWhere: return q.where && q.group_by.empty() && !q.having && !q.distinct;
    case Oracle::kTlpDistinct: return q.where && q.group_by.empty() && !q.having && q.distinct;
    case Oracle::kTlpHaving: return q.having && !q.distinct;
    case Oracle::kTlpAggregate: {
      if (!q.where || q.having || q.distinct || q.select.size() <= q.group_by.size()) return false;
      for (std::size_t i = 0; i < q.select.size(); ++i) {
        if (i < q.group_by.size() ? q.select[i].sql() != q.group_by[i].sql() : merging_function(q.select[i]).empty()) return false;
      }
      return true;
    }
    default: return true;
  }
}

std::optional<Expression>& condition_of(Query& query, Oracle oracle) { return oracle == Oracle::kTlpHaving ? query.having : query.where; }

// The three parts, put together by `between`.
std::string parts_of(const Case& test, const std::string& between) {
  std::string text;
  for (const char* format : {"{}", "(NOT {})", "({} IS NULL)"}) {
    Query part = test.query.clone();
    std::optional<Expression>& condition = condition_of(part, test.oracle);
    condition = Expression{Kind::kBoolean, format, {*condition}};
    text += fmt::format("{}({})", text.empty() ? "" : between, part.sql());
  }
  return text;
}

std::string merged_parts(const Case& test) {
  std::string items;
  std::string keys;
  for (std::size_t i = 0; i < test.query.select.size(); ++i) {
    const bool is_key = i < test.query.group_by.size();
    const std::string function = is_key ? "" : merging_function(test.query.select[i]);
    const bool counts = !is_key && function_of(test.query.select[i]) == "count";
    const std::string item =
        is_key ? fmt::format("o{}", i) : fmt::format(fmt::runtime(counts ? "CAST({}(o{}) AS BIGINT)" : "{}(o{})"), function, i);
    items += fmt::format("{}{} AS o{}", i == 0 ? "" : ", ", item, i);
    if (is_key) keys += fmt::format("{}o{}", i == 0 ? " GROUP BY " : ", ", i);
  }
  return fmt::format("SELECT {} FROM ({}) parts{}", items, parts_of(test, " UNION ALL "), keys);
}

std::string expected_text(const Case& test) {
  Query query = test.query.clone();
  if (is_tlp(test.oracle)) condition_of(query, test.oracle) = std::nullopt;
  if (test.oracle == Oracle::kNoRec) {
    query.select = {Expression{Kind::kBoolean, "{}", {*query.where}}};
    query.where = std::nullopt;
  }
  return query.sql();
}

std::string other_text(const Case& test) {
  switch (test.oracle) {
    case Oracle::kNoRec: {
      Query query = test.query.clone();
      query.select = {Expression{Kind::kInteger, "count(*)", {}}};
      return query.sql();
    }
    case Oracle::kTlpWhere:
    case Oracle::kTlpHaving: return parts_of(test, " UNION ALL ");
    case Oracle::kTlpDistinct: return parts_of(test, " UNION ");
    case Oracle::kTlpAggregate: return merged_parts(test);
    default: return test.query.sql();
  }
}

// The rows of NoREC's SELECT as the count that WHERE must give.
Outcome counted(Outcome rows) {
  if (!rows.failure.empty()) return rows;
  if (rows.schema.front().type.id != TypeId::kBoolean) {  // WHERE casts, and says no more than that
    rows.failure = "not a condition";
    return rows;
  }
  std::int64_t count = 0;
  for (const Value& value : rows.columns.front()) count += value == Value::boolean(true) ? 1 : 0;
  rows.schema = {{"o0", TypeId::kBigInt, true}};
  rows.columns = {{Value::bigint(count)}};
  rows.rows = 1;
  return rows;
}

// What the two sides of TLP may differ in: whether NULL is known to be absent, and the bits of a NaN that is only passed on, since rows
// come in another order.
void forget_details(Outcome& outcome) {
  for (Field& field : outcome.schema) field.nullable = true;
  for (std::vector<Value>& column : outcome.columns) {
    for (Value& value : column) {
      if (value.is_null()) continue;
      if (value.type().id == TypeId::kDouble && std::isnan(value.as_double()))
        value = Value(value.type(), std::numeric_limits<double>::quiet_NaN());
      if (value.type().id == TypeId::kFloat && std::isnan(std::get<float>(value.payload())))
        value = Value(value.type(), std::numeric_limits<float>::quiet_NaN());
    }
  }
}

// A sum of rounded sums is another one.
bool has_rounded_sum(const Case& test, const Outcome& whole) {
  if (test.oracle != Oracle::kTlpAggregate) return false;
  for (std::size_t i = test.query.group_by.size(); i < test.query.select.size() && i < whole.schema.size(); ++i) {
    if (function_of(test.query.select[i]) == "sum" && whole.schema[i].type.is_float()) return true;
  }
  return false;
}

// Only the order of joins may change what no ORDER BY fixes, and only the optimizer changes that.
bool any_order(const Case& test, const Ways& ways) {
  if (is_tlp(test.oracle)) return true;
  const bool same_rules = ways.expected.optimizer == ways.other.optimizer && ways.expected.disabled_rules == ways.other.disabled_rules;
  return !same_rules && test.query.order_by.empty();
}

Configuration random_way(Random& random, const Device& device) {
  Configuration c;
  c.device = device;
  c.threads = random.pick({1, 2, 7});
  c.morsel_rows = random.pick<std::int64_t>({1, 3, 7, 100, 1024, 131'072});
  c.chunk_rows = random.pick<std::int64_t>({0, 0, 1, 7, 100, 1024});
  c.layout = random_layout(random);
  if (random.percent(15)) c.spill_morsels = random.pick<std::int64_t>({1, 2, 5});
  return c;
}

std::vector<Ways> ways_of_devices(Random& random, const std::vector<Device>& devices) {
  Configuration base;
  base.device = devices.front();
  std::vector<Ways> all;
  Configuration plain = base;  // only the optimizer and what statistics may answer
  plain.optimizer = false;
  plain.statistics_answers = false;
  all.push_back({base, plain});
  const auto add = [&](const Device& device, bool split) {
    Configuration c = random_way(random, device);
    c.optimizer = !random.percent(20);
    c.statistics_answers = !random.percent(20);
    if (split) c.split_seed = random.bits() | 1;
    all.push_back({base, std::move(c)});
  };
  for (const Device& device : devices) {
    if (device.policy != dispatch::Policy::kScalar) {
      Configuration c;
      c.device = device;
      all.push_back({base, c});
    }
    add(device, false);
    if (device.policy == dispatch::Policy::kScalar || random.percent(50)) add(device, true);
  }
  return all;
}

// Each rule off by itself, and all of them. Statistics that rules read depend on how the rows lie.
std::vector<Ways> ways_of_rules(Random& random, const std::vector<Device>& devices) {
  Configuration base;
  base.device = devices.front();
  if (random.percent(50)) base.layout = random_layout(random);
  std::vector<Ways> all;
  for (const std::string& rule : optimize::optional_rules()) {
    all.push_back({base, base});
    all.back().other.disabled_rules = {rule};
  }
  all.push_back({base, base});
  all.back().other.disabled_rules = optimize::optional_rules();
  return all;
}

}  // namespace

std::vector<Ways> ways_of(Oracle oracle, Random& random, const std::vector<Device>& devices) {
  if (oracle == Oracle::kDevices) return ways_of_devices(random, devices);
  if (oracle == Oracle::kRules) return ways_of_rules(random, devices);
  Ways ways;
  ways.expected = random_way(random, random.pick(devices));
  ways.other = random_way(random, random.pick(devices));
  ways.expected.optimizer = oracle != Oracle::kNoRec && random.percent(70);
  return {ways};
}

std::optional<Outcome> expected_of(const Engine& engine, const Case& test, const Configuration& way) {
  if (!can_divide(test)) return std::nullopt;
  Outcome outcome = engine.run(test.table, expected_text(test), test.parameters, way);
  return test.oracle == Oracle::kNoRec ? counted(std::move(outcome)) : std::move(outcome);
}

namespace {
// Which functions stand inside of a try() when its program is written depends on what the rules have folded: a refusal is no answer.
bool is_refused_try(const Outcome& outcome) { return outcome.failure.starts_with("Not supported: try() of"); }
}  // namespace

std::string disagreement(const Engine& engine, const Case& test, const Outcome& expected, const Ways& ways) {
  if (expected.failure.starts_with("Internal")) return expected.failure;
  const bool divided = is_divided(test.oracle);
  if (divided && (!expected.bound || has_rounded_sum(test, expected))) return {};
  Outcome got = engine.run(test.table, other_text(test), test.parameters, ways.other);
  if (got.failure.starts_with("Internal")) return got.failure;
  if (is_refused_try(expected) || is_refused_try(got)) return {};
  if (!divided) return difference(expected, std::move(got), any_order(test, ways));
  if (!got.bound) {  // mostly the condition by itself does not
    const bool binds = engine.run(test.table, test.query.sql(), test.parameters, ways.other).bound;
    return binds ? fmt::format("one side binds, the other does not: {}", got.failure) : std::string();
  }
  // What WHERE evaluates is no more than what SELECT does, and what the whole does no more than its parts.
  const Outcome& larger = test.oracle == Oracle::kNoRec ? expected : got;
  const Outcome& smaller = test.oracle == Oracle::kNoRec ? got : expected;
  if (!larger.failure.empty()) return {};
  if (!smaller.failure.empty()) return fmt::format("only the side that evaluates less fails: {}", smaller.failure);
  Outcome whole = expected;
  forget_details(whole);
  forget_details(got);
  return difference(std::move(whole), std::move(got), any_order(test, ways));
}

std::string disagreement(const Engine& engine, const Case& test, const Ways& ways) {
  const std::optional<Outcome> expected = expected_of(engine, test, ways.expected);
  return expected ? disagreement(engine, test, *expected, ways) : std::string();
}

std::string texts_of(const Case& test) {
  if (!is_divided(test.oracle)) return test.query.sql();
  return fmt::format("{}\n  against {}", expected_text(test), other_text(test));
}

}  // namespace trueno::equivalence

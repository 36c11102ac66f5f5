// The clauses of random queries.
#include <fmt/format.h>

#include <utility>

#include "generator.h"

namespace trueno::equivalence {

namespace {

std::string list_of(const std::vector<Name>& names, const std::string& before = "") {
  std::string text;
  for (const Name& name : names) text += (text.empty() ? "" : ", ") + before + name.text;
  return text;
}

}  // namespace

Generator::Generator(Random& random, std::vector<Value>& parameters, std::vector<Name> table)
    : random_(random), parameters_(parameters), table_(std::move(table)) {}

Expression Generator::make(Kind kind, std::string format, std::vector<Expression> operands) {
  return {kind, std::move(format), std::move(operands)};
}

Query Generator::query(std::vector<Name> names, int depth, bool outermost) {
  Query query;
  const std::vector<Name> around = std::exchange(common_, {});
  choose_source(query, names, depth);
  names_ = std::move(names);
  if (random_.percent(26)) query.joins = joins();
  if (random_.percent(55)) query.where = boolean(3);
  if (random_.percent(42)) {
    select_grouped(query, outermost);
    order_and_limit(query, outermost, true);
  } else {
    select_plain(query, outermost);
    if (query.star.empty() && random_.percent(14)) combine(query);
    order_and_limit(query, outermost, false);
  }
  common_ = around;
  return query;
}

Query Generator::divided(Oracle oracle) {
  Query query;
  std::vector<Name> names = table_;
  choose_source(query, names, 1);
  names_ = std::move(names);
  if (random_.percent(35)) query.joins = joins();
  if (oracle != Oracle::kTlpHaving || random_.percent(30)) query.where = boolean(3);
  switch (oracle) {
    case Oracle::kNoRec: query.select.push_back(make(Kind::kInteger, "count(*)")); break;
    case Oracle::kTlpHaving:
      for (std::int64_t n = random_.between(1, 2); n > 0; --n) query.group_by.push_back(group_key());
      query.select = query.group_by;
      for (std::int64_t n = random_.below(3); n > 0; --n) query.select.push_back(aggregate());
      query.having = condition_of_group(query);
      break;
    case Oracle::kTlpAggregate:
      for (std::int64_t n = random_.pick({0, 0, 1, 2}); n > 0; --n) query.group_by.push_back(group_key());
      query.select = query.group_by;
      for (std::int64_t n = random_.between(1, 3); n > 0; --n) query.select.push_back(mergeable_aggregate());
      break;
    default:
      query.distinct = oracle == Oracle::kTlpDistinct;
      for (std::int64_t n = random_.between(1, 3); n > 0; --n) query.select.push_back(any(2));
  }
  return query;
}

// ---- FROM

void Generator::choose_source(Query& query, std::vector<Name>& names, int depth) {
  if (depth > 0 && random_.percent(24)) {
    query.from = std::make_unique<Query>(this->query(names, depth - 1, false));
    const std::vector<Kind> kinds = output_kinds(*query.from);
    names.clear();
    for (std::size_t i = 0; i < kinds.size(); ++i)
      names.push_back({fmt::format("o{}", i + static_cast<std::size_t>(query.from->first_name)), kinds[i]});
    if (!random_.percent(40)) return;
    query.place = random_.pick({Place::kWith, Place::kWith, Place::kMaterialized, Place::kNotMaterialized});
    common_ = names;
    return;
  }
  const std::int64_t kind = random_.below(100);
  if (kind < 8) query.rows = repeated_rows();
  if (kind >= 8 && kind < 12) query.rows = recursive_rows(names);
  if (kind == 12) query.rows = listed_rows(names);
}

std::string Generator::repeated_rows() const {
  const std::string operation = random_.pick<const char*>(
      {"UNION ALL", "UNION ALL", "UNION ALL BY NAME", "UNION", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL"});
  const std::string other = random_.pick<const char*>({"t", "t", "(SELECT * FROM t LIMIT 5)", "(SELECT * FROM t ORDER BY ALL LIMIT 9)"});
  return fmt::format("(SELECT * FROM t {} SELECT * FROM {}) t", operation, other);
}

// A few rounds, each over rows of the one before; `depth` ends it.
std::string Generator::recursive_rows(std::vector<Name>& names) {
  const std::string columns = list_of(names);
  const std::string operation = random_.percent(60) ? "UNION ALL" : "UNION";
  const Name& key = random_.pick(names);
  const std::int64_t rounds = random_.between(1, 3);
  std::string step = fmt::format("SELECT {}, depth + 1 FROM r WHERE depth < {}", list_of(names, "r."), rounds);
  if (random_.percent(50)) {
    // Rows met by key: of the other side only the key's column is named in the condition.
    step = fmt::format("SELECT {}, depth + 1 FROM r JOIN (SELECT * FROM t LIMIT 7) w ON r.{} = w.{} WHERE depth < {}", list_of(names, "w."),
                       key.text, key.text, rounds);
  }
  names.push_back({"depth", Kind::kInteger});
  return fmt::format("(WITH RECURSIVE r AS (SELECT {}, 0 AS depth FROM (SELECT * FROM t LIMIT {}) {} {}) SELECT * FROM r) t", columns,
                     random_.pick({1, 5, 20}), operation, step);
}

std::string Generator::listed_rows(std::vector<Name>& names) {
  names_ = {};
  std::vector<Kind> kinds;
  for (std::int64_t n = random_.between(1, 3); n > 0; --n)
    kinds.push_back(random_.pick({Kind::kInteger, Kind::kText, Kind::kDate, Kind::kFloat, Kind::kDecimal, Kind::kBoolean}));
  std::string rows;
  for (std::int64_t row = random_.between(1, 6); row > 0; --row) {
    std::string cells;
    for (const Kind kind : kinds) cells += (cells.empty() ? "" : ", ") + literal(kind).sql();
    rows += fmt::format("{}({})", rows.empty() ? "" : ", ", cells);
  }
  names.clear();
  for (std::size_t i = 0; i < kinds.size(); ++i) names.push_back({fmt::format("w{}", i), kinds[i]});
  return fmt::format("(VALUES {}) t({})", rows, list_of(names));
}

// ---- SELECT, GROUP BY, HAVING

void Generator::select_plain(Query& query, bool outermost) {
  lists_ = false;
  query.distinct = random_.percent(12);
  for (std::int64_t n = random_.between(1, 4); n > 0; --n) query.select.push_back(any(3));
  if (!query.distinct && random_.percent(6)) {
    for (std::int64_t n = random_.between(1, 2); n > 0; --n) query.distinct_on.push_back(group_key());
  }
  if (!outermost || !random_.percent(8)) return;
  const Name& name = random_.pick(names_);
  switch (random_.below(5)) {
    case 0: query.star = "*"; break;
    case 1: query.star = names_.size() > 1 ? fmt::format("* EXCLUDE ({})", name.text) : "*"; break;
    case 2: query.star = fmt::format("* REPLACE ({} AS {})", of(name.kind, 1).sql(), name.text); break;
    case 3: query.star = "COLUMNS('.0')"; break;
    default: query.star = "(COLUMNS(*) IS NULL)"; break;
  }
}

void Generator::select_grouped(Query& query, bool outermost) {
  query.distinct = random_.percent(8);
  lists_ = outermost && !query.distinct;
  for (std::int64_t n = random_.below(4); n > 0; --n) query.group_by.push_back(group_key());
  const bool keys = !query.group_by.empty();
  if (keys && random_.percent(24)) {
    query.grouping = random_.pick<const char*>({"ROLLUP", "CUBE", "GROUPING SETS"});
    if (query.grouping == "GROUPING SETS") {
      for (std::int64_t n = random_.between(1, 3); n > 0; --n)
        query.sets.push_back(static_cast<std::uint32_t>(random_.below(std::int64_t{1} << query.group_by.size())));
    }
    if (random_.percent(40)) query.select.push_back(make(Kind::kInteger, "grouping({})", {random_.pick(query.group_by)}));
  } else if (keys && random_.percent(10)) {
    query.grouping = "ALL";
  }
  for (const Expression& key : query.group_by) {
    if (query.grouping == "ALL" || random_.percent(85)) query.select.push_back(key);
  }
  for (std::int64_t n = random_.between(query.select.empty() ? 1 : 0, 4); n > 0; --n) query.select.push_back(over_aggregates());
  if (!keys && random_.percent(50)) query.select.push_back(aggregate());
  if (random_.percent(20)) query.having = condition_of_group(query);
  if (query.select.empty()) query.select.push_back(make(Kind::kInteger, "count(*)"));
}

// ---- set operations

std::vector<Kind> Generator::output_kinds(const Query& query) const {
  std::vector<Kind> kinds;
  for (const Expression& e : query.select) kinds.push_back(e.kind);
  if (query.right && query.operation.ends_with("BY NAME")) kinds.push_back(query.right->select.back().kind);
  return kinds;
}

// `query` and another one over t with items of the same kinds; BY NAME theirs begin with the second, and one more comes.
void Generator::combine(Query& query) {
  const std::vector<Name> outside = std::exchange(names_, table_);
  query.operation = random_.pick<const char*>({"UNION ALL", "UNION ALL", "UNION", "UNION", "INTERSECT", "EXCEPT", "INTERSECT ALL",
                                               "EXCEPT ALL", "UNION BY NAME", "UNION ALL BY NAME"});
  const bool by_name = query.operation.ends_with("BY NAME");
  auto right = std::make_unique<Query>();
  right->first_name = by_name ? 1 : 0;
  for (std::size_t i = by_name ? 1 : 0; i < query.select.size(); ++i) {
    // What exists on both sides makes INTERSECT and EXCEPT say something.
    const bool same = query.select[i].operands.empty() && query.joins.empty() && !query.from && query.rows.empty() && random_.percent(60);
    right->select.push_back(same ? query.select[i] : of(query.select[i].kind, 2));
  }
  if (by_name) right->select.push_back(any(1));
  right->distinct = random_.percent(10);
  if (random_.percent(40)) right->where = boolean(2);
  if (random_.percent(25)) order_and_limit(*right, false, false);
  query.right = std::move(right);
  names_ = outside;
}

// ---- ORDER BY, LIMIT

void Generator::order_and_limit(Query& query, bool outermost, bool grouped) {
  if (random_.percent(outermost ? 45 : 15)) {
    static const std::vector<std::string> kDirections = {"", "", " DESC", " NULLS FIRST", " DESC NULLS FIRST", " ASC NULLS LAST"};
    const bool plain = query.group_by.empty() && !query.distinct && !query.right && !grouped;
    if (query.star.empty() && !grouped && random_.percent(6)) {
      query.order_by.push_back({make(Kind::kOther, "ALL"), random_.pick(kDirections)});
    } else {
      for (std::int64_t n = random_.between(1, 3); n > 0; --n) {
        const auto items = static_cast<std::int64_t>(query.select.size());
        Expression key = make(Kind::kOther, std::to_string(random_.between(1, items)));
        if (plain && random_.percent(30)) {
          key = any(2);
          if (key.kind == Kind::kText && random_.percent(30)) key = make(Kind::kText, "{} COLLATE NOCASE", {std::move(key)});
        }
        query.order_by.push_back({std::move(key), random_.pick(kDirections)});
      }
    }
  }
  if (random_.percent(30)) query.limit = row_count();
  if (random_.percent(12)) query.offset = random_.percent(85) ? random_.pick<const char*>({"1", "3", "50"}) : "(SELECT 2)";
}

std::string Generator::row_count() {
  if (random_.percent(75)) return random_.pick<const char*>({"0", "1", "2", "5", "10", "100"});
  return random_.pick<const char*>(
      {"30%", "50 PERCENT", "0.5%", "1 + 2", "(SELECT 3)", "(SELECT count(*) // 2 FROM t)", "(SELECT min(2))"});
}

Case random_case(Random& random, Oracle oracle) {
  Case out;
  out.oracle = oracle;
  out.table = random_table(random, oracle == Oracle::kDevices ? Size::kAny : Size::kSmall);
  std::vector<Name> names;
  for (const Field& field : out.table.schema) names.push_back({field.name, kind_of(field.type)});
  Generator generator(random, out.parameters, names);
  const bool whole = oracle == Oracle::kDevices || oracle == Oracle::kRules;
  out.query = whole ? generator.query(names, 2, true) : generator.divided(oracle);
  return out;
}

}  // namespace trueno::equivalence

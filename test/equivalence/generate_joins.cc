// Joins and subqueries of random queries.
#include <fmt/format.h>

#include <utility>

#include "generator.h"

namespace trueno::equivalence {

// Some rows of t, or of the table of WITH, under other names, so that a condition may mix them with what is outside.
Generator::Rows Generator::other_rows(const std::string& prefix) {
  const bool common = !common_.empty() && random_.percent(50);
  Rows rows;
  std::string columns;
  for (const Name& name : common ? common_ : table_) {
    if (common && name.kind == Kind::kOther) continue;  // a list is no key
    rows.names.push_back({fmt::format("{}{}", prefix, rows.names.size()), name.kind});
    columns += fmt::format("{}{} AS {}", columns.empty() ? "" : ", ", name.text, rows.names.back().text);
  }
  if (rows.names.empty()) {
    rows.names.push_back({prefix + "0", Kind::kInteger});
    columns = fmt::format("1 AS {}0", prefix);
  }
  rows.text = fmt::format("(SELECT {} FROM {} LIMIT {})", columns, common ? "s" : "t", random_.pick({0, 1, 7, 7, 15, 30}));
  return rows;
}

void Generator::see(const std::vector<Name>& rows) { names_.insert(names_.end(), rows.begin(), rows.end()); }

// An equality of a column of the other rows with something outside; a few times of any two columns, which may not bind.
Expression Generator::equality(const std::vector<Name>& rows) {
  const Name& other = random_.pick(rows);
  Expression outside = random_.percent(80) ? column_or_literal(other.kind) : make_column();
  return make(Kind::kBoolean,
              random_.percent(85) ? fmt::format("({} = {{}})", other.text) : fmt::format("({} IS NOT DISTINCT FROM {{}})", other.text),
              {std::move(outside)});
}

// Two of them in a row are what the order of joins is about.
std::vector<Join> Generator::joins() {
  std::vector<Join> out = {join("v")};
  if (random_.percent(35)) out.push_back(join("u"));
  return out;
}

Join Generator::join(const std::string& alias) {
  const std::int64_t kind = random_.below(100);
  if (kind < 8) return lateral_join(alias);
  if (kind < 16) return named_join(alias);
  if (kind < 23) return nearest_join(alias);
  Join out;
  out.alias = alias;
  Rows rows = other_rows(alias);
  out.rows = make(Kind::kOther, rows.text);
  if (kind < 27) {
    out.kind = random_.percent(50) ? "CROSS JOIN" : "POSITIONAL JOIN";
    see(rows.names);
    return out;
  }
  out.kind =
      random_.pick<const char*>({"JOIN", "JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "SEMI JOIN", "ANTI JOIN"});
  Expression condition = equality(rows.names);
  const std::vector<Name> outside = names_;
  see(rows.names);
  for (std::int64_t n = random_.pick({0, 0, 1, 2}); n > 0; --n) {
    Expression more = random_.percent(50) ? equality(rows.names) : random_.percent(20) ? subquery_test() : boolean(2);
    condition = make(Kind::kBoolean, "({} AND {})", {std::move(condition), std::move(more)});
  }
  if (random_.percent(8)) condition = random_.percent(30) ? subquery_test() : boolean(2);  // no key at all
  out.condition = std::move(condition);
  if (out.kind == "SEMI JOIN" || out.kind == "ANTI JOIN") names_ = outside;
  return out;
}

// Rows that depend on the row beside them: a choice of them, or what they come to.
Join Generator::lateral_join(const std::string& alias) {
  Join out;
  out.alias = alias;
  const Rows rows = other_rows("x");
  std::vector<Name> seen;
  std::string columns;
  const bool sums = random_.percent(40);
  for (std::size_t i = 0; i < rows.names.size(); ++i) {
    const Name& name = rows.names[i];
    const std::string value = !sums ? name.text : fmt::format("{}({})", random_.pick({"min", "max", "any_value"}), name.text);
    columns += fmt::format("{}{} AS {}{}", columns.empty() ? "" : ", ", value, alias, i);
    seen.push_back({fmt::format("{}{}", alias, i), name.kind});
  }
  const std::string rest = sums || random_.percent(50) ? "" : fmt::format(" ORDER BY x0 LIMIT {}", random_.between(1, 3));
  out.kind = random_.percent(50) ? "JOIN LATERAL" : "LEFT JOIN LATERAL";
  out.rows = make(Kind::kOther, fmt::format("(SELECT {} FROM {} x WHERE {{}}{})", columns, rows.text, rest), {equality(rows.names)});
  out.condition = make(Kind::kBoolean, "true");
  see(seen);
  return out;
}

// USING and NATURAL: one of the other rows' columns has the name of one outside.
Join Generator::named_join(const std::string& alias) {
  const Name outside = random_.pick(names_);
  std::vector<std::size_t> fitting;
  for (std::size_t i = 0; i < table_.size(); ++i) {
    if (table_[i].kind == outside.kind) fitting.push_back(i);
  }
  Join out;
  out.alias = alias;
  out.kind = random_.pick<const char*>({"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "SEMI JOIN"});
  const std::size_t shared = fitting.empty() ? 0 : random_.pick(fitting);
  std::string columns;
  std::vector<Name> seen;
  for (std::size_t i = 0; i < table_.size(); ++i) {
    const std::string name = i == shared ? outside.text : fmt::format("{}{}", alias, i);
    columns += fmt::format("{}{} AS {}", columns.empty() ? "" : ", ", table_[i].text, name);
    if (i != shared) seen.push_back({name, table_[i].kind});
  }
  out.rows = make(Kind::kOther, fmt::format("(SELECT {} FROM t LIMIT {})", columns, random_.pick({1, 7, 20})));
  if (random_.percent(30)) {
    out.kind = "NATURAL " + out.kind;
  } else {
    out.suffix = fmt::format("USING ({})", outside.text);
  }
  if (!out.kind.ends_with("SEMI JOIN")) see(seen);
  return out;
}

// ASOF: the row that is nearest by one column among those equal by another.
Join Generator::nearest_join(const std::string& alias) {
  Join out;
  out.alias = alias;
  const Rows rows = other_rows(alias);
  out.kind = random_.pick<const char*>({"ASOF JOIN", "ASOF LEFT JOIN", "ASOF LEFT JOIN"});
  out.rows = make(Kind::kOther, rows.text);
  const Name& nearest = random_.pick(rows.names);
  Expression condition = make(Kind::kBoolean, fmt::format("({{}} {} {})", random_.pick({">=", ">", "<=", "<"}), nearest.text),
                              {column_or_literal(nearest.kind)});
  if (random_.percent(70)) {
    const Name& key = random_.pick(rows.names);
    condition = make(Kind::kBoolean, fmt::format("({} = {{}} AND {{}})", key.text), {column_or_literal(key.kind), std::move(condition)});
  }
  out.condition = std::move(condition);
  see(rows.names);
  return out;
}

// ---- subqueries

// TRUE or FALSE of rows elsewhere, mostly correlated; one may stand within another.
Expression Generator::subquery_test() {
  const Rows rows = other_rows(nesting_ == 0 ? "y" : "z");
  const Name other = random_.pick(rows.names);
  const std::string from = rows.text + (nesting_ == 0 ? " y" : " z");
  Expression outside = column_or_literal(other.kind);
  const auto condition = [&] {
    Expression first = equality(rows.names);
    if (nesting_ > 0 || !random_.percent(20)) return first;
    const std::vector<Name> names = names_;
    see(rows.names);
    ++nesting_;
    Expression second = random_.percent(40) ? subquery_test() : boolean(1);
    --nesting_;
    names_ = names;
    return make(Kind::kBoolean, "({} AND {})", {std::move(first), std::move(second)});
  };
  switch (random_.below(7)) {
    case 0:
    case 1:
      return make(Kind::kBoolean, fmt::format("({}EXISTS (SELECT 1 FROM {} WHERE {{}}))", random_.percent(30) ? "NOT " : "", from),
                  {condition()});
    case 2:
      return make(Kind::kBoolean, fmt::format("({{}} {}IN (SELECT {} FROM {}))", random_.percent(40) ? "NOT " : "", other.text, from),
                  {std::move(outside)});
    case 3:
      return make(Kind::kBoolean,
                  fmt::format("({{}} {} {} (SELECT {} FROM {} WHERE {{}}))", comparison(), random_.pick({"ANY", "ALL"}), other.text, from),
                  {std::move(outside), condition()});
    case 4: {
      const Name& second = random_.pick(rows.names);
      Expression beside = column_or_literal(second.kind);
      return make(
          Kind::kBoolean,
          fmt::format("(({{}}, {{}}) {}IN (SELECT {}, {} FROM {}))", random_.percent(40) ? "NOT " : "", other.text, second.text, from),
          {std::move(outside), std::move(beside)});
    }
    case 5:
      return make(Kind::kBoolean,
                  fmt::format("({{}} {} (SELECT {} FROM {} WHERE {{}} ORDER BY {} LIMIT 1))", comparison(), other.text, from,
                              random_.pick(rows.names).text),
                  {std::move(outside), condition()});
    default:
      return make(Kind::kBoolean,
                  fmt::format("({{}} {} (SELECT {}({}) FROM {} WHERE {{}}))", comparison(), random_.pick({"min", "max"}), other.text, from),
                  {std::move(outside), condition()});
  }
}

// One value of rows elsewhere.
Expression Generator::subquery_value(Kind kind) {
  const Rows rows = other_rows(nesting_ == 0 ? "y" : "z");
  const std::string from = rows.text + (nesting_ == 0 ? " y" : " z");
  if (kind == Kind::kInteger && random_.percent(40))
    return make(kind, fmt::format("(SELECT count(*) FROM {} WHERE {{}})", from), {equality(rows.names)});
  for (const Name& name : rows.names) {
    if (name.kind != kind) continue;
    const std::string order = random_.pick({" ORDER BY {} LIMIT 1", " ORDER BY {} DESC LIMIT 1"});
    if (random_.percent(60))
      return make(kind, fmt::format("(SELECT {}({}) FROM {} WHERE {{}})", random_.pick({"min", "max", "first"}), name.text, from),
                  {equality(rows.names)});
    return make(kind, fmt::format("(SELECT {} FROM {} WHERE {{}}{})", name.text, from, fmt::format(fmt::runtime(order), name.text)),
                {equality(rows.names)});
  }
  return column_or_literal(kind);
}

}  // namespace trueno::equivalence

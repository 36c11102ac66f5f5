#include "query.h"

#include <fmt/format.h>

namespace trueno::equivalence {

Kind kind_of(const Type& type) {
  switch (type.id) {
    case TypeId::kBoolean: return Kind::kBoolean;
    case TypeId::kFloat:
    case TypeId::kDouble: return Kind::kFloat;
    case TypeId::kDecimal: return Kind::kDecimal;
    case TypeId::kVarchar: return Kind::kText;
    case TypeId::kDate: return Kind::kDate;
    case TypeId::kTimestamp: return Kind::kTimestamp;
    case TypeId::kInterval: return Kind::kInterval;
    default: return type.is_integer() ? Kind::kInteger : Kind::kOther;
  }
}

std::string Expression::sql() const {
  std::string text;
  std::size_t next = 0;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] == '{' && i + 1 < format.size() && format[i + 1] == '}' && next < operands.size()) {
      text += operands[next++].sql();
      ++i;
    } else {
      text += format[i];
    }
  }
  return text;
}

std::size_t Expression::size() const {
  std::size_t total = 1 + format.size() / 64;  // long literals count
  for (const Expression& operand : operands) total += operand.size();
  return total;
}

std::string_view name_of(Oracle oracle) {
  switch (oracle) {
    case Oracle::kDevices: return "devices";
    case Oracle::kRules: return "rules";
    case Oracle::kNoRec: return "norec";
    case Oracle::kTlpWhere: return "tlp where";
    case Oracle::kTlpDistinct: return "tlp distinct";
    case Oracle::kTlpHaving: return "tlp having";
    case Oracle::kTlpAggregate: return "tlp aggregate";
  }
  return "";
}

std::string Query::grouping_text() const {
  if (grouping == "ALL") return " GROUP BY ALL";
  std::string text;
  const auto key = [&](std::size_t i) { text += (text.empty() ? "" : ", ") + group_by[i].sql(); };
  if (grouping != "GROUPING SETS") {
    for (std::size_t i = 0; i < group_by.size(); ++i) key(i);
    return grouping.empty() ? " GROUP BY " + text : fmt::format(" GROUP BY {} ({})", grouping, text);
  }
  std::string all;
  for (const std::uint32_t set : sets) {
    text.clear();
    for (std::size_t i = 0; i < group_by.size(); ++i) {
      if ((set >> i & 1u) != 0) key(i);
    }
    all += fmt::format("{}({})", all.empty() ? "" : ", ", text);
  }
  return fmt::format(" GROUP BY GROUPING SETS ({})", all.empty() ? "()" : all);
}

// Without WITH, ORDER BY and LIMIT.
std::string Query::body() const {
  std::string text = distinct ? "SELECT DISTINCT " : "SELECT ";
  for (std::size_t i = 0; i < distinct_on.size(); ++i) text += (i == 0 ? "DISTINCT ON (" : ", ") + distinct_on[i].sql();
  if (!distinct_on.empty()) text += ") ";
  for (std::size_t i = 0; i < select.size(); ++i)
    text += fmt::format("{}{} AS o{}", i == 0 ? "" : ", ", select[i].sql(), i + static_cast<std::size_t>(first_name));
  if (!star.empty()) text += (select.empty() ? "" : ", ") + star;
  if (from) {
    text += place == Place::kInline ? fmt::format(" FROM ({}) s", from->sql()) : " FROM s";
  } else {
    text += " FROM " + (rows.empty() ? "t" : rows);
  }
  for (const Join& join : joins) {
    text += fmt::format(" {} {} {} {}", join.kind, join.rows.sql(), join.alias, join.suffix);
    if (join.condition) text += "ON " + join.condition->sql();
  }
  if (where) text += " WHERE " + where->sql();
  if (!group_by.empty()) text += grouping_text();
  if (having) text += " HAVING " + having->sql();
  return text;
}

std::string Query::sql() const {
  std::string text;
  if (from && place != Place::kInline) {
    const char* kind = place == Place::kWith ? "" : place == Place::kMaterialized ? "MATERIALIZED " : "NOT MATERIALIZED ";
    text += fmt::format("WITH s AS {}({}) ", kind, from->sql());
  }
  text += body();
  if (right) {
    const bool plain = right->order_by.empty() && right->limit.empty() && right->offset.empty() && !right->right &&
                       (!right->from || right->place == Place::kInline);
    text += plain ? fmt::format(" {} {}", operation, right->sql()) : fmt::format(" {} ({})", operation, right->sql());
  }
  for (std::size_t i = 0; i < order_by.size(); ++i)
    text += (i == 0 ? " ORDER BY " : ", ") + order_by[i].expression.sql() + order_by[i].direction;
  if (!limit.empty()) text += " LIMIT " + limit;
  if (!offset.empty()) text += " OFFSET " + offset;
  return text;
}

std::size_t Query::size() const {
  std::size_t total = 1 + (distinct ? 1u : 0u) + (from ? from->size() + 1 : 0) + (place != Place::kInline ? 1u : 0u) +
                      (right ? right->size() + 1 : 0) + (rows.empty() ? 0 : 1) + (star.empty() ? 0 : 1) + (where ? where->size() + 1 : 0) +
                      (having ? having->size() + 1 : 0) + (grouping.empty() ? 0 : 1) + (limit.empty() ? 0 : 1) + (offset.empty() ? 0 : 1);
  for (const Join& join : joins) total += join.rows.size() + (join.condition ? join.condition->size() : 0) + 1;
  for (const Expression& e : select) total += e.size();
  for (const Expression& e : distinct_on) total += e.size() + 1;
  for (const Expression& e : group_by) total += e.size() + 1;
  for (const OrderItem& item : order_by) total += item.expression.size() + 1 + (item.direction.empty() ? 0 : 1);
  return total;
}

Query Query::clone() const {
  Query copy;
  copy.select = select;
  copy.star = star;
  copy.first_name = first_name;
  copy.distinct = distinct;
  copy.distinct_on = distinct_on;
  if (from) copy.from = std::make_unique<Query>(from->clone());
  copy.place = place;
  copy.rows = rows;
  copy.joins = joins;
  copy.where = where;
  copy.group_by = group_by;
  copy.grouping = grouping;
  copy.sets = sets;
  copy.having = having;
  copy.operation = operation;
  if (right) copy.right = std::make_unique<Query>(right->clone());
  copy.order_by = order_by;
  copy.limit = limit;
  copy.offset = offset;
  return copy;
}

void Query::collect(std::vector<Query*>& all) {
  all.push_back(this);
  if (from) from->collect(all);
  if (right) right->collect(all);
}

}  // namespace trueno::equivalence

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

std::string Query::sql() const {
  std::string text = distinct ? "SELECT DISTINCT " : "SELECT ";
  for (std::size_t i = 0; i < select.size(); ++i) text += fmt::format("{}{} AS o{}", i == 0 ? "" : ", ", select[i].sql(), i);
  if (from) {
    text += fmt::format(" FROM ({}) s", from->sql());
  } else {
    text += with_itself.empty() ? " FROM t" : fmt::format(" FROM (SELECT * FROM t {} SELECT * FROM t) t", with_itself);
  }
  if (join) text += fmt::format(" {} {} v ON {}", join->kind, join->rows, join->condition.sql());
  if (where) text += " WHERE " + where->sql();
  for (std::size_t i = 0; i < group_by.size(); ++i) text += (i == 0 ? " GROUP BY " : ", ") + group_by[i].sql();
  if (having) text += " HAVING " + having->sql();
  for (std::size_t i = 0; i < order_by.size(); ++i)
    text += (i == 0 ? " ORDER BY " : ", ") + order_by[i].expression.sql() + order_by[i].direction;
  if (limit) text += fmt::format(" LIMIT {}", *limit);
  if (offset > 0) text += fmt::format(" OFFSET {}", offset);
  return text;
}

std::size_t Query::size() const {
  std::size_t total = 1 + (distinct ? 1 : 0) + (from ? from->size() + 1 : 0) + (with_itself.empty() ? 0 : 1) +
                      (join ? join->condition.size() + 1 : 0) + (where ? where->size() + 1 : 0) + (having ? having->size() + 1 : 0) +
                      (limit ? 1 : 0) + (offset > 0 ? 1 : 0);
  for (const Expression& e : select) total += e.size();
  for (const Expression& e : group_by) total += e.size() + 1;
  for (const OrderItem& item : order_by) total += item.expression.size() + 1 + (item.direction.empty() ? 0 : 1);
  return total;
}

Query Query::clone() const {
  Query copy;
  copy.select = select;
  copy.distinct = distinct;
  if (from) copy.from = std::make_unique<Query>(from->clone());
  copy.with_itself = with_itself;
  copy.join = join;
  copy.where = where;
  copy.group_by = group_by;
  copy.having = having;
  copy.order_by = order_by;
  copy.limit = limit;
  copy.offset = offset;
  return copy;
}

}  // namespace trueno::equivalence

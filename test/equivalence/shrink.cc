#include "shrink.h"

#include <algorithm>

namespace trueno::equivalence {

namespace {

void collect(Expression& e, std::vector<Expression*>& nodes) {
  nodes.push_back(&e);
  for (Expression& operand : e.operands) collect(operand, nodes);
}

// Every expression of a query and of those in it, parents first.
void collect_expressions(Query& query, std::vector<Expression*>& nodes) {
  std::vector<Query*> all;
  query.collect(all);
  for (Query* q : all) {
    for (Expression& e : q->select) collect(e, nodes);
    for (Expression& e : q->distinct_on) collect(e, nodes);
    for (Join& join : q->joins) {
      for (Expression& operand : join.rows.operands) collect(operand, nodes);
      if (join.condition) collect(*join.condition, nodes);
    }
    if (q->where) collect(*q->where, nodes);
    for (Expression& e : q->group_by) collect(e, nodes);
    if (q->having) collect(*q->having, nodes);
    for (OrderItem& item : q->order_by) collect(item.expression, nodes);
  }
}

std::vector<Query*> queries_of(Query& query) {
  std::vector<Query*> all;
  query.collect(all);
  return all;
}

std::vector<std::string> simple_literals(Kind kind) {
  switch (kind) {
    case Kind::kBoolean: return {"true", "false"};
    case Kind::kInteger: return {"1", "0"};
    case Kind::kDecimal: return {"0.5"};
    case Kind::kFloat: return {"1::DOUBLE"};
    case Kind::kText: return {"'a'"};
    case Kind::kDate: return {"DATE '2000-01-01'"};
    case Kind::kTimestamp: return {"TIMESTAMP '2000-01-01 00:00:00'"};
    default: return {};
  }
}

Case copy_of(const Case& test) { return {test.table, test.query.clone(), test.parameters, test.oracle}; }

class Shrinker {
 public:
  Shrinker(Case test, const std::function<bool(const Case&)>& fails, int tries) : best_(std::move(test)), fails_(fails), tries_(tries) {}

  Case run() {
    for (bool smaller = true; smaller && tries_ > 0;) {
      smaller = false;
      smaller |= drop_clauses();
      smaller |= drop_rows();
      smaller |= shrink_expressions();
      smaller |= drop_columns();
      smaller |= simplify_values();
    }
    return std::move(best_);
  }

 private:
  bool accept(Case candidate) {
    if (tries_-- <= 0 || !fails_(candidate)) return false;
    best_ = std::move(candidate);
    return true;
  }

  template <class Edit>
  bool edit(Edit change) {
    Case candidate = copy_of(best_);
    return change(candidate) && accept(std::move(candidate));
  }

  bool drop_clauses() {
    bool any = false;
    const std::size_t levels = queries_of(best_.query).size();
    for (std::size_t level = 0; level < levels; ++level) {
      const auto at = [level](Case& c) -> Query* {
        const auto all = queries_of(c.query);
        return level < all.size() ? all[level] : nullptr;
      };
      const auto with = [&](auto change) {
        return edit([&](Case& c) {
          Query* q = at(c);
          return q != nullptr && change(*q);
        });
      };
      any |= with([](Query& q) {
        if (!q.right) return false;
        Query right = std::move(*q.right);
        q = std::move(right);
        q.first_name = 0;
        return true;
      });
      any |= with([](Query& q) { return std::exchange(q.right, nullptr) != nullptr; });
      any |= with([](Query& q) {
        if (!q.from) return false;
        Query inner = std::move(*q.from);
        inner.first_name = 0;
        q = std::move(inner);
        return true;
      });
      any |= with([](Query& q) { return std::exchange(q.from, nullptr) != nullptr; });
      any |= with([](Query& q) { return std::exchange(q.place, Place::kInline) != Place::kInline; });
      any |= with([](Query& q) { return std::exchange(q.distinct, false); });
      any |= with([](Query& q) { return !std::exchange(q.distinct_on, {}).empty(); });
      any |= with([](Query& q) { return !std::exchange(q.star, "").empty(); });
      any |= with([](Query& q) { return !std::exchange(q.rows, "").empty(); });
      for (std::size_t i = 2; i-- > 0;) {
        any |=
            with([i](Query& q) { return i < q.joins.size() && (q.joins.erase(q.joins.begin() + static_cast<std::ptrdiff_t>(i)), true); });
        any |=
            with([i](Query& q) { return i < q.joins.size() && q.joins[i].condition && std::exchange(q.joins[i].kind, "JOIN") != "JOIN"; });
      }
      any |= with([](Query& q) { return !std::exchange(q.limit, "").empty(); });
      any |= with([](Query& q) { return !std::exchange(q.offset, "").empty(); });
      any |= with([](Query& q) { return !std::exchange(q.grouping, "").empty(); });
      any |= with([](Query& q) { return q.sets.size() > 1 && (q.sets.pop_back(), true); });
      any |= with([](Query& q) { return q.sets.size() > 1 && (q.sets.erase(q.sets.begin()), true); });
      any |= with([](Query& q) { return std::exchange(q.where, std::nullopt).has_value(); });
      any |= with([](Query& q) { return std::exchange(q.having, std::nullopt).has_value(); });
      for (std::size_t i = 8; i-- > 0;) {
        any |= with([i](Query& q) {
          return i < q.order_by.size() && (q.order_by.erase(q.order_by.begin() + static_cast<std::ptrdiff_t>(i)), true);
        });
        any |= with([i](Query& q) { return i < q.order_by.size() && !std::exchange(q.order_by[i].direction, "").empty(); });
        any |= with([i](Query& q) {
          return i < q.group_by.size() && (q.group_by.erase(q.group_by.begin() + static_cast<std::ptrdiff_t>(i)), true);
        });
        any |= with([i](Query& q) {
          return i < q.select.size() && q.select.size() > 1 && (q.select.erase(q.select.begin() + static_cast<std::ptrdiff_t>(i)), true);
        });
      }
    }
    return any;
  }

  bool drop_rows() {
    bool any = false;
    for (std::int64_t size = std::max<std::int64_t>(1, best_.table.rows() / 2); size >= 1; size /= 2) {
      for (std::int64_t begin = 0; begin < best_.table.rows() && tries_ > 0;) {
        const bool dropped = edit([&](Case& c) {
          for (auto& column : c.table.columns)
            column.erase(column.begin() + begin,
                         column.begin() + std::min<std::int64_t>(begin + size, static_cast<std::int64_t>(column.size())));
          return true;
        });
        any |= dropped;
        if (!dropped) begin += size;
      }
    }
    return any;
  }

  bool drop_columns() {
    bool any = false;
    for (std::size_t i = best_.table.columns.size(); i-- > 0;) {
      any |= edit([i](Case& c) {
        if (c.table.columns.size() < 2) return false;
        c.table.columns.erase(c.table.columns.begin() + static_cast<std::ptrdiff_t>(i));
        c.table.schema.erase(c.table.schema.begin() + static_cast<std::ptrdiff_t>(i));
        return true;
      });
    }
    return any;
  }

  bool shrink_expressions() {
    bool any = false;
    for (std::size_t i = 0; tries_ > 0; ++i) {
      std::vector<Expression*> nodes;
      collect_expressions(best_.query, nodes);
      if (i >= nodes.size()) break;
      const std::size_t size = nodes[i]->size();
      const Kind kind = nodes[i]->kind;
      std::vector<Expression> replacements = nodes[i]->operands;
      if (size > 1) {
        for (const std::string& literal : simple_literals(kind)) replacements.push_back({kind, literal, {}});
      }
      for (const Expression& replacement : replacements) {
        const bool done = edit([&](Case& c) {
          std::vector<Expression*> same;
          collect_expressions(c.query, same);
          const Expression copy = replacement;
          *same[i] = copy;
          return true;
        });
        any |= done;
        if (done) break;
      }
    }
    return any;
  }

  bool simplify_values() {
    constexpr std::int64_t kFewRows = 12;
    if (best_.table.rows() > kFewRows) return false;
    bool any = false;
    for (std::size_t c = 0; c < best_.table.columns.size(); ++c) {
      for (std::size_t row = 0; row < best_.table.columns[c].size(); ++row) {
        const Value value = best_.table.columns[c][row];
        if (value.is_null()) continue;
        std::vector<Value> simpler = {Value::null(value.type())};
        if (value.type().id == TypeId::kVarchar && value.as_string().size() > 1) simpler.emplace_back(value.type(), std::string("a"));
        if (std::holds_alternative<i128>(value.payload()) && value.as_integer() != 0 && value.as_integer() != 1) {
          simpler.push_back(Value::integer(0, value.type()));
          simpler.push_back(Value::integer(1, value.type()));
        }
        if (value.type().id == TypeId::kDouble && value.as_double() != 0 && value.as_double() != 1) simpler.emplace_back(value.type(), 1.0);
        for (const Value& replacement : simpler) {
          if (edit([&](Case& candidate) {
                candidate.table.columns[c][row] = replacement;
                return true;
              })) {
            any = !replacement.is_null() ? any : true;
            break;
          }
        }
      }
    }
    return any;
  }

  Case best_;
  const std::function<bool(const Case&)>& fails_;
  int tries_;
};

}  // namespace

Case shrink(Case test, const std::function<bool(const Case&)>& fails, int tries) { return Shrinker(std::move(test), fails, tries).run(); }

}  // namespace trueno::equivalence

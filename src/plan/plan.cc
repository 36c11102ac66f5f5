#include "plan/plan.h"

#include <algorithm>
#include <cmath>

namespace trueno::plan {

PlanPtr make_plan(Node node, Schema schema, PlanPtr input) {
  auto plan = std::make_unique<Plan>(Plan{std::move(node), {}, std::move(schema)});
  if (input) plan->inputs.push_back(std::move(input));
  return plan;
}

namespace {

std::string_view comparison_symbol(CompareOp op) {
  switch (op) {
    case CompareOp::kEqual: return "=";
    case CompareOp::kNotEqual: return "<>";
    case CompareOp::kLess: return "<";
    case CompareOp::kLessEqual: return "<=";
    case CompareOp::kGreater: return ">";
    case CompareOp::kGreaterEqual: return ">=";
  }
  return "?";
}

std::string print_orders(const std::vector<SortOrder>& orders, const Schema& input) {
  std::string text;
  for (const SortOrder& order : orders) {
    text += fmt::format("{}{}{}{}", text.empty() ? "" : ", ", print(order.expression, input), order.descending ? " DESC" : "",
                        order.nulls_first ? " NULLS FIRST" : "");
  }
  return text;
}

std::string print_condition(const ColumnCondition& condition, const Schema& schema) {
  const std::string& name = schema[static_cast<std::size_t>(condition.column)].name;
  switch (condition.kind) {
    case ColumnCondition::Kind::kIsNull: return name + " IS NULL";
    case ColumnCondition::Kind::kIsNotNull: return name + " IS NOT NULL";
    case ColumnCondition::Kind::kCompare:
      return fmt::format("{} {} {}", name, comparison_symbol(condition.op), condition.values[0].to_string());
    case ColumnCondition::Kind::kIn: return fmt::format("{} IN ({} values)", name, condition.values.size());
  }
  return name;
}

struct LinePrinter {
  const Plan& plan;

  std::string operator()(const Scan& scan) const {
    std::string columns;
    for (const Field& field : plan.schema) columns += (columns.empty() ? "" : ", ") + field.name;
    std::string text = fmt::format("Scan {} [{}]", scan.source->description(), columns);
    for (std::size_t i = 0; i < scan.predicate.conditions.size(); ++i) {
      text += (i == 0 ? " skip by " : ", ") + print_condition(scan.predicate.conditions[i], scan.source->schema());
    }
    return text;
  }
  std::string operator()(const Values& values) const {
    return fmt::format("Values {} row{}", values.rows.size(), values.rows.size() == 1 ? "" : "s");
  }
  std::string operator()(const Filter& filter) const { return "Filter " + print(filter.condition, plan.input().schema); }
  std::string operator()(const Project& project) const {
    std::string text;
    for (std::size_t i = 0; i < project.expressions.size(); ++i) {
      const std::string expression = print(project.expressions[i], plan.input().schema);
      text += (text.empty() ? "" : ", ") +
              (expression == plan.schema[i].name ? expression : fmt::format("{} AS {}", expression, plan.schema[i].name));
    }
    return "Project " + text;
  }
  std::string operator()(const Aggregate& aggregate) const {
    const Schema& input = plan.input().schema;
    std::string keys;
    for (const Expression& key : aggregate.keys) keys += (keys.empty() ? "" : ", ") + print(key, input);
    std::string calls;
    for (const AggregateCall& call : aggregate.calls) {
      calls += fmt::format("{}{}({})", calls.empty() ? "" : ", ", call.function->name,
                           call.arguments.empty() ? "*" : print(call.arguments[0], input));
      if (call.filter) calls += fmt::format(" FILTER ({})", print(*call.filter, input));
    }
    return fmt::format("Aggregate{}{}{}{}", keys.empty() ? "" : " by ", keys, calls.empty() ? "" : ": ", calls);
  }
  std::string operator()(const Sort& sort) const { return "Sort " + print_orders(sort.orders, plan.input().schema); }
  std::string operator()(const Limit& limit) const {
    return limit.offset == 0 ? fmt::format("Limit {}", limit.limit) : fmt::format("Limit {} offset {}", limit.limit, limit.offset);
  }
  std::string operator()(const Union&) const { return "Union"; }
  std::string operator()(const TopN& top) const {
    return fmt::format("TopN {}{} by {}", top.limit, top.offset == 0 ? "" : fmt::format(" offset {}", top.offset),
                       print_orders(top.orders, plan.input().schema));
  }
};

void print_tree(const Plan& plan, int depth, std::string& out) {
  out.append(static_cast<std::size_t>(depth) * 2, ' ');
  out += std::visit(LinePrinter{plan}, plan.node);
  out += "\n";
  for (const PlanPtr& input : plan.inputs) print_tree(*input, depth + 1, out);
}

constexpr double kFilterSelectivity = 0.2;

struct RowEstimate {
  const Plan& plan;
  [[nodiscard]] std::int64_t input() const { return estimated_rows(plan.input()); }

  std::int64_t operator()(const Scan& scan) const { return scan.source->row_count().value_or(-1); }
  std::int64_t operator()(const Values& values) const { return static_cast<std::int64_t>(values.rows.size()); }
  std::int64_t operator()(const Filter&) const {
    return input() < 0 ? -1 : static_cast<std::int64_t>(static_cast<double>(input()) * kFilterSelectivity);
  }
  std::int64_t operator()(const Project&) const { return input(); }
  std::int64_t operator()(const Aggregate& aggregate) const {
    if (aggregate.keys.empty()) return 1;
    return input() < 0 ? -1 : static_cast<std::int64_t>(std::sqrt(static_cast<double>(input())));
  }
  std::int64_t operator()(const Sort&) const { return input(); }
  std::int64_t operator()(const Limit& limit) const {
    if (limit.limit < 0) return input();
    return input() < 0 ? limit.limit : std::min(limit.limit, input());
  }
  std::int64_t operator()(const Union&) const {
    std::int64_t rows = 0;
    for (const PlanPtr& one : plan.inputs) {
      const std::int64_t more = estimated_rows(*one);
      if (more < 0) return -1;
      rows += more;
    }
    return rows;
  }
  std::int64_t operator()(const TopN& top) const { return input() < 0 ? top.limit : std::min(top.limit, input()); }
};

}  // namespace

std::string print(const Plan& plan) {
  std::string out;
  print_tree(plan, 0, out);
  return out;
}

std::int64_t estimated_rows(const Plan& plan) { return std::visit(RowEstimate{plan}, plan.node); }

}  // namespace trueno::plan

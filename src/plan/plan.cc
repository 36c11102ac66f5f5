#include "plan/plan.h"

#include <algorithm>
#include <cmath>

namespace trueno::plan {

Plan::Plan() = default;
Plan::Plan(Plan&&) noexcept = default;
Plan& Plan::operator=(Plan&&) noexcept = default;
Plan::~Plan() = default;

PlanPtr make_plan(Node node, Schema schema, PlanPtr input) {
  auto plan = std::make_unique<Plan>();
  plan->node = std::move(node);
  plan->schema = std::move(schema);
  if (input) plan->inputs.push_back(std::move(input));
  return plan;
}

PlanPtr clone(const Plan& plan) {
  PlanPtr copy = make_plan(plan.node, plan.schema);
  for (const PlanPtr& input : plan.inputs) copy->inputs.push_back(clone(*input));
  return copy;
}

namespace {

struct ExpressionVisitor {
  const std::function<void(Expression&)>& visit;
  void all(std::vector<Expression>& expressions) const {
    for (Expression& e : expressions) visit(e);
  }
  void orders(std::vector<SortOrder>& list) const {
    for (SortOrder& order : list) visit(order.expression);
  }
  void operator()(Scan&) const {}
  void operator()(Limit& limit) const { all(limit.keys); }
  void operator()(RowNumber& number) const { all(number.keys); }
  void operator()(Union&) const {}
  void operator()(Numbered&) const {}
  void operator()(Shared&) const {}
  void operator()(Recursion&) const {}
  void operator()(Values& values) const {
    for (auto& row : values.rows) all(row);
  }
  void operator()(Filter& filter) const { visit(filter.condition); }
  void operator()(Project& project) const { all(project.expressions); }
  void operator()(Sort& sort) const { orders(sort.orders); }
  void operator()(TopN& top) const { orders(top.orders); }
  void operator()(Aggregate& aggregate) const {
    all(aggregate.keys);
    for (AggregateCall& call : aggregate.calls) {
      all(call.arguments);
      orders(call.orders);
      if (call.filter) visit(*call.filter);
    }
  }
  void operator()(Join& join) const {
    for (JoinKey& key : join.keys) {
      visit(key.left);
      visit(key.right);
    }
    if (join.condition) visit(*join.condition);
    if (join.any) visit(*join.any);
    all(join.outer);
  }
};

}  // namespace

void for_each_expression(Plan& plan, const std::function<void(Expression&)>& visit) { std::visit(ExpressionVisitor{visit}, plan.node); }

bool any_expression(const Plan& plan, const std::function<bool(const Expression&)>& test) {
  bool any = false;
  // The visitor takes a Plan to change; nothing is.
  for_each_expression(const_cast<Plan&>(plan), [&](Expression& e) { any = any || test(e); });
  return any;
}

bool reads_outside(const Plan& plan) {
  if (any_expression(plan, has_outer)) return true;
  const auto* join = std::get_if<Join>(&plan.node);
  if (join != nullptr && !join->outer.empty()) return reads_outside(*plan.inputs[0]);
  return std::ranges::any_of(plan.inputs, [](const PlanPtr& input) { return reads_outside(*input); });
}

namespace {

// The key that an equality of the two sides is.
std::optional<JoinKey> key_of(const Expression& term, int left_columns) {
  const bool safe = term.kind == ExpressionKind::kCall && term.function->name == "is_not_distinct_from";
  if (term.kind != ExpressionKind::kCall || (term.function->name != "=" && !safe) || may_fail(term)) return std::nullopt;
  // 0: neither side's columns, 1: the left's, 2: the right's, 3: both
  const auto side = [&](const Expression& e) {
    int sides = 0;
    for (const int column : columns_of(e)) sides |= column < left_columns ? 1 : 2;
    return sides;
  };
  const Expression& a = term.arguments[0];
  const Expression& b = term.arguments[1];
  const bool straight = side(a) == 1 && side(b) == 2;
  if (!straight && !(side(a) == 2 && side(b) == 1)) return std::nullopt;
  JoinKey key{straight ? a : b, straight ? b : a, safe};
  std::vector<int> mapping(static_cast<std::size_t>(columns_of(key.right).back()) + 1);
  for (std::size_t i = 0; i < mapping.size(); ++i) mapping[i] = static_cast<int>(i) - left_columns;
  remap_columns(key.right, mapping);
  return key;
}

}  // namespace

void add_join_condition(Join& join, Expression condition, int left_columns) {
  std::vector<Expression> rest;
  if (join.condition) rest = conjuncts(std::move(*join.condition));
  for (Expression& term : conjuncts(std::move(condition))) {
    std::optional<JoinKey> key = std::ranges::any_of(rest, may_fail) ? std::nullopt : key_of(term, left_columns);
    if (key) {
      join.keys.push_back(std::move(*key));
    } else {
      rest.push_back(std::move(term));
    }
  }
  join.condition.reset();
  if (!rest.empty()) join.condition = conjunction(std::move(rest));
}

PlanPtr make_join(Join join, PlanPtr left, PlanPtr right) {
  Schema schema = left->schema;
  const bool pads_left = join.kind == JoinKind::kRight || join.kind == JoinKind::kFull;
  if (pads_left) {
    for (Field& field : schema) field.nullable = true;
  }
  if (join.kind == JoinKind::kMark) {
    schema.push_back({"mark", TypeId::kBoolean, true});
  } else if (join.kind != JoinKind::kSemi && join.kind != JoinKind::kAnti) {
    for (Field field : right->schema) {
      if (join.kind != JoinKind::kInner && join.kind != JoinKind::kRight) field.nullable = true;
      schema.push_back(std::move(field));
    }
  }
  PlanPtr plan = make_plan(std::move(join), std::move(schema), std::move(left));
  plan->inputs.push_back(std::move(right));
  return plan;
}

std::vector<Expression> all_columns(const Schema& schema) {
  std::vector<Expression> columns;
  for (std::size_t i = 0; i < schema.size(); ++i) columns.push_back(Expression::column(static_cast<int>(i), schema[i].type));
  return columns;
}

PlanPtr first_columns(PlanPtr plan, std::size_t count) {
  if (plan->schema.size() <= count) return plan;
  const Schema schema(plan->schema.begin(), plan->schema.begin() + static_cast<std::ptrdiff_t>(count));
  return make_plan(Project{all_columns(schema)}, schema, std::move(plan));
}

namespace {
Schema with_last(Schema schema, std::string name) {
  schema.push_back({std::move(name), TypeId::kBigInt, false});
  return schema;
}
}  // namespace

PlanPtr with_numbers(PlanPtr plan) {
  Schema schema = with_last(plan->schema, "row");
  return make_plan(Numbered{}, std::move(schema), std::move(plan));
}

PlanPtr with_row_number(PlanPtr plan, std::vector<Expression> keys) {
  Schema schema = with_last(plan->schema, "row number");
  return make_plan(RowNumber{std::move(keys)}, std::move(schema), std::move(plan));
}

std::shared_ptr<SharedPlan> share(PlanPtr plan, std::string name) {
  auto shared = std::make_shared<SharedPlan>();
  shared->name = std::move(name);
  shared->plan = std::move(plan);
  return shared;
}

PlanPtr read(const std::shared_ptr<SharedPlan>& shared) { return make_plan(Shared{shared}, shared->plan->schema); }

namespace {

std::string_view join_name(JoinKind kind) {
  switch (kind) {
    case JoinKind::kInner: return "Join";
    case JoinKind::kLeft: return "Left join";
    case JoinKind::kRight: return "Right join";
    case JoinKind::kFull: return "Full join";
    case JoinKind::kSemi: return "Semi join";
    case JoinKind::kAnti: return "Anti join";
    case JoinKind::kMark: return "Mark join";
    case JoinKind::kSingle: return "Single join";
  }
  return "Join";
}

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

std::string print_keys(std::string_view word, const std::vector<Expression>& keys, const Schema& input) {
  std::string text;
  for (const Expression& key : keys) text += (text.empty() ? std::string(word) : ", ") + print(key, input);
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
  std::string operator()(const Filter& filter) const {
    const std::string seen = filter.passing ? fmt::format(", passed by {:.2g} % of a sample", *filter.passing * 100) : std::string();
    return "Filter " + print(filter.condition, plan.input().schema) + seen;
  }
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
      std::string arguments;
      for (const Expression& argument : call.arguments) arguments += (arguments.empty() ? "" : ", ") + print(argument, input);
      for (const Value& constant : call.constants) arguments += fmt::format(", '{}'", constant.to_string());
      if (!call.orders.empty()) arguments += " ORDER BY " + print_orders(call.orders, input);
      calls += fmt::format("{}{}({}{})", calls.empty() ? "" : ", ", call.function->name, call.distinct ? "DISTINCT " : "",
                           call.arguments.empty() ? "*" : arguments);
      if (call.filter) calls += fmt::format(" FILTER ({})", print(*call.filter, input));
    }
    return fmt::format("Aggregate{}{}{}{}", keys.empty() ? "" : " by ", keys, calls.empty() ? "" : ": ", calls);
  }
  std::string operator()(const Sort& sort) const { return "Sort " + print_orders(sort.orders, plan.input().schema); }
  std::string operator()(const Limit& limit) const {
    return fmt::format("Limit {}{}{}", limit.limit, limit.offset == 0 ? "" : fmt::format(" offset {}", limit.offset),
                       print_keys(" of each ", limit.keys, plan.input().schema));
  }
  std::string operator()(const RowNumber& number) const { return "Row number" + print_keys(" within ", number.keys, plan.input().schema); }
  std::string operator()(const Union&) const { return "Union"; }
  std::string operator()(const Numbered&) const { return "Number rows"; }
  std::string operator()(const Recursion& recursion) const {
    return fmt::format("Repeat {}{}", recursion.working->name, recursion.distinct ? " for new rows" : "");
  }
  std::string operator()(const Shared& shared) const { return "Rows of " + shared.plan->name; }
  std::string operator()(const Join& join) const {
    const Schema& left = plan.inputs[0]->schema;
    const Schema& right = plan.inputs[1]->schema;
    Schema both = left;
    both.insert(both.end(), right.begin(), right.end());
    std::string text(join_name(join.kind));
    std::string separator = " on ";
    for (const JoinKey& key : join.keys) {
      text += fmt::format("{}{} {} {}", separator, print(key.left, left), key.null_safe ? "IS NOT DISTINCT FROM" : "=",
                          print(key.right, right));
      separator = " and ";
    }
    if (join.condition) text += separator + print(*join.condition, both);
    if (join.any) text += " any " + print(*join.any, both);
    return text;
  }
  std::string operator()(const TopN& top) const {
    return fmt::format("TopN {}{} by {}", top.limit, top.offset == 0 ? "" : fmt::format(" offset {}", top.offset),
                       print_orders(top.orders, plan.input().schema));
  }
};

// What is shared is printed where it is first read.
void print_tree(const Plan& plan, int depth, std::string& out, std::vector<const SharedPlan*>& printed) {
  out.append(static_cast<std::size_t>(depth) * 2, ' ');
  out += std::visit(LinePrinter{plan}, plan.node);
  out += "\n";
  if (const auto* shared = std::get_if<Shared>(&plan.node);
      shared != nullptr && std::ranges::find(printed, shared->plan.get()) == printed.end()) {
    printed.push_back(shared->plan.get());
    print_tree(*shared->plan->plan, depth + 1, out, printed);
  }
  for (const PlanPtr& input : plan.inputs) print_tree(*input, depth + 1, out, printed);
}

constexpr double kFilterSelectivity = 0.2;

struct RowEstimate {
  const Plan& plan;
  [[nodiscard]] std::int64_t input() const { return estimated_rows(plan.input()); }

  std::int64_t operator()(const Scan& scan) const { return scan.source->row_count().value_or(-1); }
  std::int64_t operator()(const Values& values) const { return static_cast<std::int64_t>(values.rows.size()); }
  std::int64_t operator()(const Filter&) const {
    const std::int64_t rows = input();  // once: deep trees would ask twice at every level
    return rows < 0 ? -1 : static_cast<std::int64_t>(static_cast<double>(rows) * kFilterSelectivity);
  }
  std::int64_t operator()(const Project&) const { return input(); }
  std::int64_t operator()(const Aggregate& aggregate) const {
    if (aggregate.keys.empty()) return 1;
    const std::int64_t rows = input();
    return rows < 0 ? -1 : static_cast<std::int64_t>(std::sqrt(static_cast<double>(rows)));
  }
  std::int64_t operator()(const Sort&) const { return input(); }
  std::int64_t operator()(const Limit& limit) const {
    const std::int64_t rows = input();
    if (limit.limit < 0 || !limit.keys.empty()) return rows;
    return rows < 0 ? limit.limit : std::min(limit.limit, rows);
  }
  std::int64_t operator()(const Numbered&) const { return input(); }
  std::int64_t operator()(const RowNumber&) const { return input(); }
  std::int64_t operator()(const Recursion&) const { return -1; }
  std::int64_t operator()(const Shared& shared) const { return estimated_rows(*shared.plan->plan); }
  std::int64_t operator()(const Union&) const {
    std::int64_t rows = 0;
    for (const PlanPtr& one : plan.inputs) {
      const std::int64_t more = estimated_rows(*one);
      if (more < 0) return -1;
      rows += more;
    }
    return rows;
  }
  // With keys: each row of the larger input finds one row. A guess until the distinct counts of keys are looked at.
  std::int64_t operator()(const Join& join) const {
    const std::int64_t left = estimated_rows(*plan.inputs[0]);
    const std::int64_t right = estimated_rows(*plan.inputs[1]);
    if (left < 0 || right < 0) return -1;
    switch (join.kind) {
      case JoinKind::kMark:
      case JoinKind::kSingle: return left;
      case JoinKind::kSemi:
      case JoinKind::kAnti: return left / 2;
      default: break;
    }
    if (!join.keys.empty()) return std::max(left, right);
    const double pairs = static_cast<double>(left) * static_cast<double>(right) * (join.condition ? kFilterSelectivity : 1.0);
    return pairs > 1e15 ? std::int64_t{1'000'000'000'000'000} : static_cast<std::int64_t>(pairs);
  }
  std::int64_t operator()(const TopN& top) const {
    const std::int64_t rows = input();
    return rows < 0 ? top.limit : std::min(top.limit, rows);
  }
};

}  // namespace

std::string print(const Plan& plan) {
  std::string out;
  std::vector<const SharedPlan*> printed;
  print_tree(plan, 0, out, printed);
  return out;
}

std::int64_t estimated_rows(const Plan& plan) { return std::visit(RowEstimate{plan}, plan.node); }

std::optional<std::int64_t> ConstantEvaluator::count_matches(const Expression&, const Schema&, const Batch&) const { return std::nullopt; }

}  // namespace trueno::plan

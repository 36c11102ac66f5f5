// Way 2 of unnesting: conditions that read the row outside move up to the join.
#include <algorithm>

#include "optimize/dependent_join.h"

namespace trueno::optimize {

using plan::Expression;
using plan::ExpressionKind;
using plan::Join;
using plan::JoinKind;
using plan::Plan;
using plan::PlanPtr;
using plan::reads_outside;

namespace {

bool own_expressions_read_outside(Plan& plan) {
  bool any = false;
  plan::for_each_expression(plan, [&](Expression& e) { any = any || plan::has_outer(e); });
  return any;
}

// Conjuncts that read the row outside go to `out`; the rest stays.
std::vector<Expression> take_outer_terms(Expression condition, std::vector<Expression>& out) {
  std::vector<Expression> stay;
  for (Expression& term : plan::conjuncts(std::move(condition))) (plan::has_outer(term) ? out : stay).push_back(std::move(term));
  return stay;
}

bool pull_filter(PlanPtr& plan, std::vector<Expression>& conditions) {
  if (!pull_conditions(plan->inputs[0], conditions)) return false;
  std::vector<Expression> stay = take_outer_terms(std::move(std::get<plan::Filter>(plan->node).condition), conditions);
  if (stay.empty()) {
    plan = std::move(plan->inputs[0]);
    return true;
  }
  std::get<plan::Filter>(plan->node).condition = plan::conjunction(std::move(stay));
  plan->schema = plan->inputs[0]->schema;
  return true;
}

// The columns that conditions read are outputs as well.
bool pull_project(Plan& plan, std::vector<Expression>& conditions) {
  if (own_expressions_read_outside(plan) || !pull_conditions(plan.inputs[0], conditions)) return false;
  auto& expressions = std::get<plan::Project>(plan.node).expressions;
  const Schema& below = plan.inputs[0]->schema;
  std::vector<int> mapping(below.size(), -1);
  for (const Expression& condition : conditions) {
    for (const int column : plan::columns_of(condition)) {
      const auto at = static_cast<std::size_t>(column);
      if (mapping[at] >= 0) continue;
      const auto is_it = [&](const Expression& e) { return e.kind == ExpressionKind::kColumn && e.index == column; };
      const auto known = std::ranges::find_if(expressions, is_it);
      mapping[at] = static_cast<int>(known - expressions.begin());
      if (known != expressions.end()) continue;
      expressions.push_back(Expression::column(column, below[at].type));
      plan.schema.push_back(below[at]);
    }
  }
  for (Expression& condition : conditions) plan::remap_columns(condition, mapping);
  return true;
}

bool is_padding(JoinKind kind) { return kind == JoinKind::kRight || kind == JoinKind::kFull; }

// Outputs stay where they were; what conditions need of either side comes behind them.
bool pull_join(PlanPtr& plan, std::vector<Expression>& conditions) {
  auto& join = std::get<Join>(plan->node);
  const bool inner = join.kind == JoinKind::kInner;
  if (is_padding(join.kind)) return false;
  const bool dependent = !join.outer.empty();  // its right input reads its own left, and is let alone
  if ((!inner || dependent) && own_expressions_read_outside(*plan)) return false;
  if (!inner && !dependent && reads_outside(*plan->inputs[1])) return false;
  for (const plan::JoinKey& key : join.keys) {
    if (plan::has_outer(key.left) || plan::has_outer(key.right)) return false;
  }
  const std::size_t left_before = plan->inputs[0]->schema.size();
  const std::size_t right_before = plan->inputs[1]->schema.size();
  const std::size_t outputs_before = plan->schema.size();
  std::vector<Expression> of_right;
  std::vector<Expression> own;
  if (!pull_conditions(plan->inputs[0], conditions)) return false;
  if (inner && !dependent && !pull_conditions(plan->inputs[1], of_right)) return false;
  if (inner && join.condition) {
    std::vector<Expression> stay = take_outer_terms(std::move(*join.condition), own);
    join.condition.reset();
    if (!stay.empty()) join.condition = plan::conjunction(std::move(stay));
  }
  const std::size_t left_now = plan->inputs[0]->schema.size();
  const std::size_t right_now = plan->inputs[1]->schema.size();
  std::vector<int> both(left_before + right_before);  // an old column of both sides -> the new one
  for (std::size_t i = 0; i < both.size(); ++i) both[i] = static_cast<int>(i < left_before ? i : i - left_before + left_now);
  if (join.condition) plan::remap_columns(*join.condition, both);
  if (join.any) plan::remap_columns(*join.any, both);
  for (Expression& condition : own) plan::remap_columns(condition, both);
  std::vector<int> right_shift(right_now);
  for (std::size_t i = 0; i < right_now; ++i) right_shift[i] = static_cast<int>(i + left_now);
  for (Expression& condition : of_right) {
    plan::remap_columns(condition, right_shift);
    own.push_back(std::move(condition));
  }
  Join moved = std::move(join);
  plan = plan::make_join(std::move(moved), std::move(plan->inputs[0]), std::move(plan->inputs[1]));
  conditions.insert(conditions.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
  if (left_now == left_before && right_now == right_before) return true;
  // Old outputs first.
  std::vector<int> order;
  for (std::size_t i = 0; i < outputs_before; ++i) order.push_back(static_cast<int>(i < left_before ? i : i - left_before + left_now));
  for (std::size_t i = 0; i < plan->schema.size(); ++i) {
    if (std::ranges::find(order, static_cast<int>(i)) == order.end()) order.push_back(static_cast<int>(i));
  }
  std::vector<Expression> outputs;
  Schema schema;
  std::vector<int> mapping(plan->schema.size());
  for (const int column : order) {
    mapping[static_cast<std::size_t>(column)] = static_cast<int>(outputs.size());
    outputs.push_back(Expression::column(column, plan->schema[static_cast<std::size_t>(column)].type));
    schema.push_back(plan->schema[static_cast<std::size_t>(column)]);
  }
  for (Expression& condition : conditions) plan::remap_columns(condition, mapping);
  plan = plan::make_plan(plan::Project{std::move(outputs)}, std::move(schema), std::move(plan));
  return true;
}

// Groupings are also by what is compared with the row outside: then each of its values has groups of its own.
bool pull_aggregate(PlanPtr& plan, std::vector<Expression>& conditions) {
  if (own_expressions_read_outside(*plan) || std::get<plan::Aggregate>(plan->node).keys.empty()) return false;
  if (!pull_conditions(plan->inputs[0], conditions)) return false;
  auto& aggregate = std::get<plan::Aggregate>(plan->node);
  const std::size_t keys_before = aggregate.keys.size();
  Schema key_fields(plan->schema.begin(), plan->schema.begin() + static_cast<std::ptrdiff_t>(keys_before));
  const Schema call_fields(plan->schema.begin() + static_cast<std::ptrdiff_t>(keys_before), plan->schema.end());
  for (Expression& condition : conditions) {
    const bool equality =
        condition.kind == ExpressionKind::kCall && (condition.function->name == "=" || condition.function->name == "is_not_distinct_from");
    if (!equality) return false;
    Expression& a = condition.arguments[0];
    Expression& b = condition.arguments[1];
    const auto only_inside = [](const Expression& e) { return !plan::has_outer(e) && !plan::columns_of(e).empty(); };
    const auto only_outside = [](const Expression& e) { return plan::columns_of(e).empty(); };
    Expression* inside = only_inside(a) && only_outside(b) ? &a : (only_inside(b) && only_outside(a) ? &b : nullptr);
    if (inside == nullptr) return false;
    const auto known = std::ranges::find_if(aggregate.keys, [&](const Expression& key) { return plan::same_expression(key, *inside); });
    const auto number = static_cast<int>(known - aggregate.keys.begin());
    const Type type = inside->type;
    if (known == aggregate.keys.end()) {
      key_fields.push_back({plan::print(*inside, plan->inputs[0]->schema), type, true});
      aggregate.keys.push_back(std::move(*inside));
    }
    *inside = Expression::column(number, type);  // of the keys; placed below
  }
  const std::size_t keys_now = aggregate.keys.size();
  plan->schema = key_fields;
  plan->schema.insert(plan->schema.end(), call_fields.begin(), call_fields.end());
  if (keys_now == keys_before) return true;
  std::vector<Expression> outputs;
  Schema schema;
  std::vector<int> mapping(plan->schema.size());
  const auto add = [&](std::size_t column) {
    mapping[column] = static_cast<int>(outputs.size());
    outputs.push_back(Expression::column(static_cast<int>(column), plan->schema[column].type));
    schema.push_back(plan->schema[column]);
  };
  for (std::size_t i = 0; i < keys_before; ++i) add(i);
  for (std::size_t i = keys_now; i < plan->schema.size(); ++i) add(i);
  for (std::size_t i = keys_before; i < keys_now; ++i) add(i);
  for (Expression& condition : conditions) plan::remap_columns(condition, mapping);
  plan = plan::make_plan(plan::Project{std::move(outputs)}, std::move(schema), std::move(plan));
  return true;
}

}  // namespace

bool pull_conditions(PlanPtr& plan, std::vector<Expression>& conditions) {
  if (!reads_outside(*plan)) return true;
  if (std::holds_alternative<plan::Filter>(plan->node)) return pull_filter(plan, conditions);
  if (std::holds_alternative<plan::Project>(plan->node)) return pull_project(*plan, conditions);
  if (std::holds_alternative<Join>(plan->node)) return pull_join(plan, conditions);
  if (std::holds_alternative<plan::Aggregate>(plan->node)) return pull_aggregate(plan, conditions);
  if (std::holds_alternative<plan::Sort>(plan->node)) {  // a join does not see the order
    if (own_expressions_read_outside(*plan)) return false;
    plan = std::move(plan->inputs[0]);
    return pull_conditions(plan, conditions);
  }
  return false;
}

}  // namespace trueno::optimize

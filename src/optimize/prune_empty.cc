// Empty results: a condition that is never true leaves nothing, and what is made of nothing is nothing.
//
//   Left join on k              Project k, v, NULL
//     Scan t               ->     Scan t
//     Filter false
//       Scan u
//
// What is no longer read raises no error: so a plan goes only where nothing in it may fail or is volatile, a condition only where those
// before it in the same filter may not, and a join or union around what stays only where it asked for nothing that may fail. What several
// places read is left as it is.
#include <algorithm>

#include "optimize/computed_columns.h"
#include "optimize/no_rows.h"
#include "optimize/padded.h"
#include "optimize/push_into_join.h"
#include "optimize/rules.h"

namespace trueno::optimize {

namespace {

using plan::Expression;
using plan::JoinKind;
using plan::PlanPtr;

// Nothing is missed when it is not run.
bool is_silent(const plan::Plan& plan) {
  if (std::holds_alternative<plan::Shared>(plan.node) || std::holds_alternative<plan::Recursion>(plan.node)) return false;
  const auto* join = std::get_if<plan::Join>(&plan.node);
  if (join != nullptr && join->kind == JoinKind::kSingle) return false;  // a second match is an error
  const auto* aggregate = std::get_if<plan::Aggregate>(&plan.node);
  if (aggregate != nullptr && !aggregate->calls.empty()) return false;  // a sum may leave its range
  return !plan::any_expression(plan, [](const Expression& e) { return !is_safe(e); }) &&
         std::ranges::all_of(plan.inputs, [](const PlanPtr& input) { return is_silent(*input); });
}

bool is_never_true(const Expression& condition) {
  if (condition.kind == plan::ExpressionKind::kAnd) {
    for (const Expression& term : condition.arguments) {
      if (is_never_true(term)) return true;
      if (!is_safe(term)) return false;
    }
    return false;
  }
  return condition.kind == plan::ExpressionKind::kLiteral && condition.type.id == TypeId::kBoolean &&
         (condition.value.is_null() || !condition.value.as_bool());
}

PlanPtr padded_input(PlanPtr plan, std::size_t input, const std::optional<Value>& constant = std::nullopt) {
  return padded(std::move(plan->inputs[input]), input, std::move(plan->schema), constant);
}

PlanPtr prune_join(PlanPtr plan) {
  const JoinKind kind = std::get<plan::Join>(plan->node).kind;
  const bool no_left = gives_no_rows(*plan->inputs[0]);
  const bool no_right = gives_no_rows(*plan->inputs[1]);
  if (!no_left && !no_right) return plan;
  if (plan::any_expression(*plan, [](const Expression& e) { return !is_safe(e); })) return plan;
  const bool right_alone = kind == JoinKind::kRight || kind == JoinKind::kFull;  // gives rows without a left
  const bool left_alone = kind == JoinKind::kLeft || kind == JoinKind::kFull || kind == JoinKind::kSingle;
  if (no_left && !(right_alone && !no_right)) return is_silent(*plan->inputs[1]) ? no_rows(std::move(plan->schema)) : std::move(plan);
  const std::size_t kept = no_left ? 1 : 0;
  if (has_column_that_may_fail(*plan->inputs[kept])) return plan;
  if (no_left) return padded_input(std::move(plan), 1);
  if (left_alone) return padded_input(std::move(plan), 0);
  if (kind == JoinKind::kAnti) return std::move(plan->inputs[0]);
  if (kind == JoinKind::kMark) return padded_input(std::move(plan), 0, Value::boolean(false));
  return is_silent(*plan->inputs[0]) ? no_rows(std::move(plan->schema)) : std::move(plan);
}

PlanPtr prune_union(PlanPtr plan) {
  std::vector<PlanPtr>& inputs = plan->inputs;
  if (std::ranges::all_of(inputs, [](const PlanPtr& input) { return gives_no_rows(*input); })) return no_rows(std::move(plan->schema));
  std::erase_if(inputs, [](const PlanPtr& input) { return gives_no_rows(*input); });
  if (inputs.size() > 1 || has_column_that_may_fail(*inputs.front())) return plan;
  return padded_input(std::move(plan), 0);
}

PlanPtr pruned(PlanPtr plan) {
  for (PlanPtr& input : plan->inputs) input = pruned(std::move(input));
  if (std::holds_alternative<plan::Recursion>(plan->node) || plan->inputs.empty()) return plan;
  if (std::holds_alternative<plan::Join>(plan->node)) return prune_join(std::move(plan));
  if (std::holds_alternative<plan::Union>(plan->node)) return prune_union(std::move(plan));
  const auto* filter = std::get_if<plan::Filter>(&plan->node);
  if (filter != nullptr && is_never_true(filter->condition) && is_silent(plan->input())) return no_rows(std::move(plan->schema));
  const auto* aggregate = std::get_if<plan::Aggregate>(&plan->node);
  const bool one_row = aggregate != nullptr && aggregate->keys.empty();
  return gives_no_rows(plan->input()) && !one_row ? no_rows(std::move(plan->schema)) : std::move(plan);
}

}  // namespace

Result<PlanPtr> prune_empty(PlanPtr plan, const plan::ConstantEvaluator&) { return pruned(std::move(plan)); }

}  // namespace trueno::optimize

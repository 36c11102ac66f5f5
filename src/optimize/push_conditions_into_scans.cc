// Statistics push-down: conditions `column op literal` of a Filter right above a Scan are also given to the scan, which skips the parts
// whose bounds exclude them. The Filter stays: rows are still tested.
//
// Only the conditions in front of the first conjunct that may fail are given: a part that is skipped cannot raise its error.
#include <algorithm>

#include "optimize/rules.h"

namespace trueno::optimize {

namespace {

using plan::Expression;
using plan::ExpressionKind;

std::optional<CompareOp> comparison_of(std::string_view name, bool flipped) {
  if (name == "=") return CompareOp::kEqual;
  if (name == "<") return flipped ? CompareOp::kGreater : CompareOp::kLess;
  if (name == "<=") return flipped ? CompareOp::kGreaterEqual : CompareOp::kLessEqual;
  if (name == ">") return flipped ? CompareOp::kLess : CompareOp::kGreater;
  if (name == ">=") return flipped ? CompareOp::kLessEqual : CompareOp::kGreaterEqual;
  return std::nullopt;
}

std::optional<ColumnCondition> condition_of(const Expression& e, const plan::Scan& scan) {
  if (e.kind != ExpressionKind::kCall || e.arguments.size() != 2) return std::nullopt;
  const bool flipped = e.arguments[0].kind == ExpressionKind::kLiteral;
  const Expression& column = e.arguments[flipped ? 1 : 0];
  const Expression& literal = e.arguments[flipped ? 0 : 1];
  const auto op = comparison_of(e.function->name, flipped);
  if (!op || column.kind != ExpressionKind::kColumn || literal.kind != ExpressionKind::kLiteral || literal.value.is_null() ||
      !(column.type == literal.type))
    return std::nullopt;
  ColumnCondition condition;
  condition.column = scan.columns[static_cast<std::size_t>(column.index)];
  condition.op = *op;
  condition.values = {literal.value};
  return condition;
}

}  // namespace

Result<plan::PlanPtr> push_conditions_into_scans(plan::PlanPtr plan, const plan::ConstantEvaluator& constants) {
  for (plan::PlanPtr& input : plan->inputs) input = TRUENO_TRY(push_conditions_into_scans(std::move(input), constants));
  const auto* filter = std::get_if<plan::Filter>(&plan->node);
  if (filter == nullptr) return plan;
  auto* scan = std::get_if<plan::Scan>(&plan->input().node);
  if (scan == nullptr) return plan;
  for (const Expression& term : plan::conjuncts(filter->condition)) {
    if (plan::may_fail(term)) break;
    if (auto condition = condition_of(term, *scan)) scan->predicate.conditions.push_back(std::move(*condition));
  }
  return plan;
}

}  // namespace trueno::optimize

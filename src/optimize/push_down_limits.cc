// Limits and top-N go below unions and left joins, where rows above the first ones of an input cannot come out.
//
//   TopN 10 by x                TopN 10 by x
//     Union                       Union
//       Scan t             ->       TopN 10 by x
//       Scan u                        Scan t
//                                   TopN 10 by x
//                                     Scan u
//
// Every row of the left of a left join (or of a mark) comes out: the first ten come of the first ten of the left at most. The operator
// itself stays where it was. A union stores all columns of all its rows and a join asks for its keys of each: below either only where none
// of that may fail.
#include <algorithm>

#include "optimize/computed_columns.h"
#include "optimize/push_into_join.h"
#include "optimize/rules.h"

namespace trueno::optimize {

namespace {

using plan::Expression;
using plan::PlanPtr;

void cut(PlanPtr& input, const std::vector<plan::SortOrder>& orders, std::int64_t rows);

// Only the first `rows` of the plan, in these orders, can come out.
void below(PlanPtr& plan, const std::vector<plan::SortOrder>& orders, std::int64_t rows) {
  if (const auto* project = std::get_if<plan::Project>(&plan->node)) {
    if (!std::ranges::all_of(project->expressions, is_safe)) return;
    std::vector<plan::SortOrder> mapped = orders;
    for (plan::SortOrder& order : mapped) {
      if (order.expression.kind != plan::ExpressionKind::kColumn) return;
      const Expression& computed = project->expressions[static_cast<std::size_t>(order.expression.index)];
      if (computed.kind != plan::ExpressionKind::kColumn) return;
      order.expression = computed;
    }
    return below(plan->inputs.front(), mapped, rows);
  }
  if (std::holds_alternative<plan::Union>(plan->node)) {
    for (PlanPtr& input : plan->inputs) cut(input, orders, rows);
    return;
  }
  // A join gives rows while it reads: where any of them will do, it ends early by itself.
  const auto* join = std::get_if<plan::Join>(&plan->node);
  if (orders.empty() || join == nullptr || (join->kind != plan::JoinKind::kLeft && join->kind != plan::JoinKind::kMark)) return;
  const auto left_columns = static_cast<int>(plan->inputs[0]->schema.size());
  const bool of_left = std::ranges::all_of(orders, [&](const plan::SortOrder& order) {
    return std::ranges::all_of(plan::columns_of(order.expression), [&](int column) { return column < left_columns; });
  });
  if (of_left && !plan::any_expression(*plan, [](const Expression& e) { return !is_safe(e); })) cut(plan->inputs[0], orders, rows);
}

void cut(PlanPtr& input, const std::vector<plan::SortOrder>& orders, std::int64_t rows) {
  if (!std::ranges::all_of(orders, is_safe, &plan::SortOrder::expression) || has_column_that_may_fail(*input)) return;
  below(input, orders, rows);
  Schema schema = input->schema;
  if (orders.empty()) {
    input = plan::make_plan(plan::Limit{rows, 0}, std::move(schema), std::move(input));
  } else {
    input = plan::make_plan(plan::TopN{orders, rows, 0}, std::move(schema), std::move(input));
  }
}

// Inputs first: what is added here has been pushed already.
PlanPtr pushed(PlanPtr plan) {
  for (PlanPtr& input : plan->inputs) input = pushed(std::move(input));
  if (const auto* limit = std::get_if<plan::Limit>(&plan->node); limit != nullptr && limit->limit >= 0 && limit->keys.empty()) {
    if (limit->limit <= INT64_MAX - limit->offset) below(plan->inputs.front(), {}, limit->limit + limit->offset);
  } else if (const auto* top = std::get_if<plan::TopN>(&plan->node)) {
    below(plan->inputs.front(), top->orders, top->limit + top->offset);
  }
  return plan;
}

}  // namespace

Result<PlanPtr> push_down_limits(PlanPtr plan, const plan::ConstantEvaluator&) { return pushed(std::move(plan)); }

}  // namespace trueno::optimize

// Sort removal: a Sort whose order nothing above can tell is left out.
//
//   Group by k: sum(y)          Group by k: sum(y)
//     Filter y > 0       ->       Filter y > 0
//       Sort x                      ...
//         ...
//
// A grouping forgets the order of its input where none of its calls observes it; semi joins, anti joins and marks forget that of what they
// look into. Between may stand what hands rows on as they come: filters, projections, joins, unions. The rows of a plan by itself are seen.
//
// A Sort asks for all its columns, of all its rows, before anything above reads one, and which row's error is reported depends on the
// order: so it stays where something in it, or between it and what forgets, may fail.
#include <algorithm>

#include "optimize/computed_columns.h"
#include "optimize/observed_order.h"
#include "optimize/push_into_join.h"
#include "optimize/rules.h"

namespace trueno::optimize {

namespace {

using plan::PlanPtr;

bool can_go(const plan::Plan& plan) {
  const auto* sort = std::get_if<plan::Sort>(&plan.node);
  return sort != nullptr && std::ranges::all_of(sort->orders, is_safe, &plan::SortOrder::expression) && !has_column_that_may_fail(plan);
}

PlanPtr without_sorts(PlanPtr plan, bool observed) {
  while (!observed && can_go(*plan)) plan = std::move(plan->inputs.front());
  for (std::size_t i = 0; i < plan->inputs.size(); ++i) {
    const bool below = shows_order_or_error_of(*plan, i, observed);
    plan->inputs[i] = without_sorts(std::move(plan->inputs[i]), below);
  }
  return plan;
}

}  // namespace

Result<PlanPtr> remove_sorts(PlanPtr plan, const plan::ConstantEvaluator&) { return without_sorts(std::move(plan), true); }

}  // namespace trueno::optimize

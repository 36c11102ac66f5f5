// Top-N: a Limit above a Sort becomes one operator that keeps limit + offset rows.
//
//   Limit 10 offset 5        TopN 10 offset 5 by x
//     Sort x            ->     ...
//       ...
#include "optimize/rules.h"

namespace trueno::optimize {

Result<plan::PlanPtr> make_top_n(plan::PlanPtr plan, const plan::ConstantEvaluator& constants) {
  for (plan::PlanPtr& input : plan->inputs) input = TRUENO_TRY(make_top_n(std::move(input), constants));
  const auto* limit = std::get_if<plan::Limit>(&plan->node);
  if (limit == nullptr || !limit->keys.empty() || limit->limit < 0 || limit->limit > INT64_MAX - limit->offset) return plan;
  auto* sort = std::get_if<plan::Sort>(&plan->input().node);
  if (sort == nullptr) return plan;
  plan::TopN top{std::move(sort->orders), limit->limit, limit->offset};
  return plan::make_plan(std::move(top), plan->schema, std::move(plan->input().inputs.front()));
}

}  // namespace trueno::optimize

#include "optimize/optimize.h"

#include "optimize/rules.h"

namespace trueno::optimize {

Result<plan::PlanPtr> optimize(plan::PlanPtr plan, const plan::ConstantEvaluator& constants, const Options& options) {
  plan = TRUENO_TRY(empty_limit(std::move(plan), constants));
  if (!options.optional_rules) return plan;
  // The one list of rules, in the order they run.
  for (auto* rule : {fold_constants, push_down_filters, order_joins, prune_columns, make_top_n}) plan = TRUENO_TRY(rule(std::move(plan), constants));
  if (!options.statistics_answers) return plan;
  for (auto* rule : {answer_from_statistics, push_conditions_into_scans}) plan = TRUENO_TRY(rule(std::move(plan), constants));
  return plan;
}

}  // namespace trueno::optimize

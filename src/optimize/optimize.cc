#include "optimize/optimize.h"

#include <vector>

#include "optimize/rules.h"

namespace trueno::optimize {

namespace {

using Rule = Result<plan::PlanPtr> (*)(plan::PlanPtr, const plan::ConstantEvaluator&);

// What programs cannot do is put in terms of what they can.
Result<plan::PlanPtr> lower(plan::PlanPtr plan, const plan::ConstantEvaluator& constants) {
  for (const Rule rule : {empty_limit, unnest_subqueries, distinct_aggregates}) plan = TRUENO_TRY(rule(std::move(plan), constants));
  return plan;
}

// The one list of rules, in the order they run.
Result<plan::PlanPtr> apply_rules(plan::PlanPtr plan, const plan::ConstantEvaluator& constants, const Options& options) {
  std::vector<Rule> rules;
  if (options.optional_rules) rules = {fold_constants, factor_disjunctions, push_down_filters, order_joins, prune_columns, make_top_n};
  if (options.optional_rules && options.statistics_answers) {
    rules.push_back(answer_from_statistics);
    rules.push_back(push_conditions_into_scans);
  }
  for (const Rule rule : rules) plan = TRUENO_TRY(rule(std::move(plan), constants));
  return plan;
}

// What is shared is a plan of its own.
Status optimize_shared(plan::Plan& plan, const plan::ConstantEvaluator& constants, const Options& options) {
  if (auto* shared = std::get_if<plan::Shared>(&plan.node); shared != nullptr && !shared->plan->optimized) {
    shared->plan->optimized = true;
    shared->plan->plan = TRUENO_TRY(lower(std::move(shared->plan->plan), constants));
    TRUENO_TRY(optimize_shared(*shared->plan->plan, constants, options));
    shared->plan->plan = TRUENO_TRY(apply_rules(std::move(shared->plan->plan), constants, options));
  }
  for (const plan::PlanPtr& input : plan.inputs) TRUENO_TRY(optimize_shared(*input, constants, options));
  return {};
}

}  // namespace

Result<plan::PlanPtr> optimize(plan::PlanPtr plan, const plan::ConstantEvaluator& constants, const Options& options) {
  plan = TRUENO_TRY(lower(std::move(plan), constants));
  TRUENO_TRY(optimize_shared(*plan, constants, options));
  return apply_rules(std::move(plan), constants, options);
}

}  // namespace trueno::optimize

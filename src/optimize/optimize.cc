#include "optimize/optimize.h"

#include "optimize/rules.h"

namespace trueno::optimize {

std::span<const Rule> rules() {
  static constexpr Rule kRules[] = {
      {"empty_limit", RuleKind::kLowering, empty_limit},
      {"unnest_subqueries", RuleKind::kLowering, unnest_subqueries},
      {"distinct_aggregates", RuleKind::kLowering, distinct_aggregates},
      {"fold_constants", RuleKind::kOptional, fold_constants},
      {"factor_disjunctions", RuleKind::kOptional, factor_disjunctions},
      {"push_down_filters", RuleKind::kOptional, push_down_filters},
      {"order_joins", RuleKind::kOptional, order_joins},
      {"prune_columns", RuleKind::kOptional, prune_columns},
      {"make_top_n", RuleKind::kOptional, make_top_n},
      {"answer_from_statistics", RuleKind::kStatistics, answer_from_statistics},
      {"push_conditions_into_scans", RuleKind::kStatistics, push_conditions_into_scans},
  };
  return kRules;
}

namespace {

bool wanted(const Rule& rule, const Options& options) {
  return options.optional_rules && (rule.kind == RuleKind::kOptional || options.statistics_answers);
}

Result<plan::PlanPtr> lower(plan::PlanPtr plan, const plan::ConstantEvaluator& constants) {
  for (const Rule& rule : rules()) {
    if (rule.kind == RuleKind::kLowering) plan = TRUENO_TRY(rule.apply(std::move(plan), constants));
  }
  return plan;
}

Result<plan::PlanPtr> apply_rules(plan::PlanPtr plan, const plan::ConstantEvaluator& constants, const Options& options) {
  for (const Rule& rule : rules()) {
    if (rule.kind != RuleKind::kLowering && wanted(rule, options)) plan = TRUENO_TRY(rule.apply(std::move(plan), constants));
  }
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

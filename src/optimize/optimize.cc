#include "optimize/optimize.h"

#include <algorithm>
#include <functional>

#include "optimize/rules.h"

namespace trueno::optimize {

std::span<const Rule> rules() {
  static constexpr Rule kRules[] = {
      {"empty_limit", RuleKind::kLowering, empty_limit},
      {"unnest_subqueries", RuleKind::kLowering, unnest_subqueries},
      {"distinct_aggregates", RuleKind::kLowering, distinct_aggregates},
      {"inline_shared", RuleKind::kWhole, inline_shared},
      {"fold_constants", RuleKind::kOptional, fold_constants},
      {"prove_safe", RuleKind::kOptional, prove_safe},
      {"factor_disjunctions", RuleKind::kOptional, factor_disjunctions},
      {"push_down_filters", RuleKind::kOptional, push_down_filters},
      {"prune_empty", RuleKind::kOptional, prune_empty},
      {"remove_sorts", RuleKind::kOptional, remove_sorts},
      {"remove_distinct", RuleKind::kOptional, remove_distinct},
      {"semi_join_reduction", RuleKind::kOptional, semi_join_reduction},
      {"order_joins", RuleKind::kOptional, order_joins, order_joins_of_shared},
      {"prune_columns", RuleKind::kOptional, prune_columns},
      {"make_top_n", RuleKind::kOptional, make_top_n},
      {"push_down_limits", RuleKind::kOptional, push_down_limits},
      {"answer_from_statistics", RuleKind::kStatistics, answer_from_statistics},
      {"push_conditions_into_scans", RuleKind::kStatistics, push_conditions_into_scans},
      {"prune_shared", RuleKind::kAfter, prune_shared},
  };
  return kRules;
}

namespace {

bool wanted(const Rule& rule, const Options& options) {
  if (!options.optional_rules || std::ranges::find(options.disabled, rule.name) != options.disabled.end()) return false;
  return rule.kind == RuleKind::kOptional || rule.kind == RuleKind::kAfter ||
         (rule.kind == RuleKind::kStatistics && options.statistics_answers);
}

Result<plan::PlanPtr> lower(plan::PlanPtr plan, const plan::ConstantEvaluator& constants) {
  for (const Rule& rule : rules()) {
    if (rule.kind == RuleKind::kLowering) plan = TRUENO_TRY(rule.apply(std::move(plan), constants));
  }
  return plan;
}

Result<plan::PlanPtr> apply_rules(plan::PlanPtr plan, const plan::ConstantEvaluator& constants, const Options& options, bool observed) {
  for (const Rule& rule : rules()) {
    const auto apply = observed && rule.apply_to_shared != nullptr ? rule.apply_to_shared : rule.apply;
    if (rule.kind != RuleKind::kAfter && wanted(rule, options)) plan = TRUENO_TRY(apply(std::move(plan), constants));
  }
  return plan;
}

// What is shared is a plan of its own: calls `change` for each such plan once, those inside it first.
Status for_each_shared(plan::Plan& plan, bool plan::SharedPlan::* done,
                       const std::function<Result<plan::PlanPtr>(plan::PlanPtr, bool ordered)>& change) {
  if (auto* shared = std::get_if<plan::Shared>(&plan.node); shared != nullptr && !(*shared->plan.*done)) {
    (*shared->plan).*done = true;
    TRUENO_TRY(for_each_shared(*shared->plan->plan, done, change));
    shared->plan->plan = TRUENO_TRY(change(std::move(shared->plan->plan), shared->plan->ordered));
    TRUENO_TRY(for_each_shared(*shared->plan->plan, done, change));  // what the change has shared
  }
  for (const plan::PlanPtr& input : plan.inputs) TRUENO_TRY(for_each_shared(*input, done, change));
  return {};
}

}  // namespace

Result<plan::PlanPtr> optimize(plan::PlanPtr plan, const plan::ConstantEvaluator& constants, const Options& options) {
  plan = TRUENO_TRY(lower(std::move(plan), constants));
  TRUENO_TRY(for_each_shared(*plan, &plan::SharedPlan::lowered, [&](plan::PlanPtr p, bool) { return lower(std::move(p), constants); }));
  // Before rules see either side of the seam. Always: a LIMIT ends a recursion only where it stands above it.
  plan = TRUENO_TRY(inline_shared(std::move(plan), constants));
  TRUENO_TRY(for_each_shared(*plan, &plan::SharedPlan::optimized,
                             [&](plan::PlanPtr p, bool ordered) { return apply_rules(std::move(p), constants, options, ordered); }));
  plan = TRUENO_TRY(apply_rules(std::move(plan), constants, options, false));
  for (const Rule& rule : rules()) {
    if (rule.kind == RuleKind::kAfter && wanted(rule, options)) plan = TRUENO_TRY(rule.apply(std::move(plan), constants));
  }
  return plan;
}

}  // namespace trueno::optimize

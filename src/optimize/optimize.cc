#include "optimize/optimize.h"

#include <algorithm>
#include <functional>

#include "optimize/rules.h"

namespace trueno::optimize {

std::span<const Rule> rules() {
  using plan::Aggregate, plan::Filter, plan::Join, plan::Limit, plan::Scan, plan::Shared, plan::Sort, plan::TopN;
  static constexpr Rule kRules[] = {
      {"empty_limit", RuleKind::kLowering, empty_limit},
      {"unnest_subqueries", RuleKind::kLowering, unnest_subqueries},
      {"distinct_aggregates", RuleKind::kLowering, distinct_aggregates},
      {"inline_shared", RuleKind::kWhole, inline_shared},
      {"fold_constants", RuleKind::kOptional, fold_constants},
      {"prove_safe", RuleKind::kOptional, prove_safe},
      {"factor_disjunctions", RuleKind::kOptional, factor_disjunctions, set_of<Filter, Join>()},
      {"push_down_filters", RuleKind::kOptional, push_down_filters, set_of<Filter, Join>()},
      {"prune_empty", RuleKind::kOptional, prune_empty, set_of<Scan, Filter, Join>()},
      {"remove_sorts", RuleKind::kOptional, remove_sorts, set_of<Sort>()},
      {"remove_distinct", RuleKind::kOptional, remove_distinct, set_of<Aggregate>()},
      {"measure_filters", RuleKind::kOptional, measure_filters, set_of<Join>()},
      {"semi_join_reduction", RuleKind::kOptional, semi_join_reduction, set_of<Join>()},
      {"push_down_semi_joins", RuleKind::kOptional, push_down_semi_joins, set_of<Join>()},
      {"order_joins", RuleKind::kOptional, order_joins, set_of<Join>(), order_joins_of_shared},
      {"make_semi_joins", RuleKind::kOptional, make_semi_joins, set_of<Join>()},
      {"push_down_aggregates", RuleKind::kOptional, push_down_aggregates, set_of<Join>()},
      {"prune_columns", RuleKind::kOptional, prune_columns},
      {"make_top_n", RuleKind::kOptional, make_top_n, set_of<Limit>()},
      {"push_down_limits", RuleKind::kOptional, push_down_limits, set_of<Limit, TopN>()},
      {"answer_from_statistics", RuleKind::kStatistics, answer_from_statistics, set_of<Aggregate>()},
      {"push_conditions_into_scans", RuleKind::kStatistics, push_conditions_into_scans, set_of<Filter, Join>()},
      {"prune_shared", RuleKind::kAfter, prune_shared, set_of<Shared>()},
  };
  return kRules;
}

namespace {

// Most plans are of few operators, and most rules about one: a constant is planned in the time of the others.
bool wanted(const Rule& rule, OperatorSet operators, const Options& options) {
  if ((rule.operators & operators) == 0) return false;
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
  const OperatorSet operators = operators_of(*plan);
  for (const Rule& rule : rules()) {
    if (rule.kind == RuleKind::kAfter || !wanted(rule, operators, options)) continue;
    const auto apply = observed && rule.apply_to_shared != nullptr ? rule.apply_to_shared : rule.apply;
    plan = TRUENO_TRY(apply(std::move(plan), constants));
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
  const auto apply = [&](plan::PlanPtr p, bool ordered) { return apply_rules(std::move(p), constants, options, ordered); };
  TRUENO_TRY(for_each_shared(*plan, &plan::SharedPlan::optimized, apply));
  plan = TRUENO_TRY(apply_rules(std::move(plan), constants, options, false));
  TRUENO_TRY(for_each_shared(*plan, &plan::SharedPlan::optimized, apply));  // what rules have shared
  const OperatorSet operators = operators_of(*plan);
  for (const Rule& rule : rules()) {
    if (rule.kind == RuleKind::kAfter && wanted(rule, operators, options)) plan = TRUENO_TRY(rule.apply(std::move(plan), constants));
  }
  return plan;
}

}  // namespace trueno::optimize

// Filter push-down: each conjunct of a Filter moves as far down as the columns it reads allow.
//
//   Filter(a > 1 AND s > 2)              Filter(s > 2)
//     Aggregate(key a, s = sum(b))  ->     Aggregate(key a, s = sum(b))
//       Scan                                 Filter(a > 1)
//                                              Scan
//
// Not moved: conjuncts that may fail (they may only see the rows that got to them); anything past a projection, grouping or sort that may
// itself fail (the rows that are filtered out earlier would no longer raise its error); anything past a LIMIT; a conjunct that would
// compute more than a few steps twice below a projection, which computes them once.
#include <algorithm>

#include "optimize/computed_columns.h"
#include "optimize/push_into_join.h"
#include "optimize/rules.h"

namespace trueno::optimize {

namespace {

using plan::Expression;
using plan::Plan;
using plan::PlanPtr;

// Whether nothing fails on the way from the nearest breaker or source to here. What a sort or grouping takes in is evaluated for every row
// that gets to it, also for those that a filter above drops.
bool input_is_safe(const Plan& plan) {
  if (const auto* project = std::get_if<plan::Project>(&plan.node)) {
    return std::ranges::all_of(project->expressions, is_safe) && input_is_safe(plan.input());
  }
  if (const auto* sort = std::get_if<plan::Sort>(&plan.node)) {
    return std::ranges::all_of(sort->orders, is_safe, &plan::SortOrder::expression) && input_is_safe(plan.input());
  }
  if (std::holds_alternative<plan::Join>(plan.node)) {
    return std::ranges::all_of(plan.inputs, [](const PlanPtr& input) { return input_is_safe(*input); });
  }
  return !std::holds_alternative<plan::Filter>(plan.node) || input_is_safe(plan.input());
}

// The conjunct over the input of `below`, where it may be evaluated there instead; a projection is safe.
std::optional<Expression> moved_below(const Expression& term, const Plan& below, PushPass& pass) {
  if (!is_safe(term)) return std::nullopt;
  const bool breaks = std::holds_alternative<plan::Sort>(below.node) || std::holds_alternative<plan::Aggregate>(below.node);
  if (breaks && !input_is_safe(below.input())) return std::nullopt;
  if (const auto* project = std::get_if<plan::Project>(&below.node)) {
    if (plan::repeats_work({&term, 1}, project->expressions)) return std::nullopt;
    return plan::substitute(term, project->expressions);
  }
  if (const auto* sort = std::get_if<plan::Sort>(&below.node)) {
    if (!std::ranges::all_of(sort->orders, is_safe, &plan::SortOrder::expression)) return std::nullopt;
    return term;
  }
  if (const auto* aggregate = std::get_if<plan::Aggregate>(&below.node)) {
    const auto keys = static_cast<int>(aggregate->keys.size());
    const std::vector<int> read = plan::columns_of(term);
    if (read.empty() || !std::ranges::all_of(read, [&](int column) { return column < keys; })) return std::nullopt;
    if (!std::ranges::all_of(aggregate->keys, is_safe)) return std::nullopt;
    for (const plan::AggregateCall& call : aggregate->calls) {
      // A sum can leave its type when it is finished.
      const bool fails = call.function->finish == kernel::FinishKind::kSum && !call.signature.result.is_float();
      if (fails || call.function->may_fail || !std::ranges::all_of(call.arguments, is_safe) || (call.filter && !is_safe(*call.filter)) ||
          !std::ranges::all_of(call.orders, is_safe, &plan::SortOrder::expression))
        return std::nullopt;
    }
    return plan::substitute(term, aggregate->keys);
  }
  if (std::holds_alternative<plan::Union>(below.node)) return pass.computed.may_drop_rows(term, below) ? std::optional(term) : std::nullopt;
  return std::nullopt;
}

// Puts a filter on top of a plan; a filter that is there already takes the terms first, since they were checked not to fail.
PlanPtr filtered(PlanPtr plan, std::vector<Expression> terms) {
  if (terms.empty()) return plan;
  const Schema schema = plan->schema;
  return plan::make_plan(plan::Filter{plan::conjunction(std::move(terms))}, schema, std::move(plan));
}

PlanPtr push_down(PlanPtr plan, PushPass& pass) {
  if (auto* filter = std::get_if<plan::Filter>(&plan->node)) {
    std::vector<Expression> stays;
    std::vector<Expression> moves;
    std::vector<Expression> terms = plan::conjuncts(std::move(filter->condition));
    if (std::holds_alternative<plan::Join>(plan->input().node)) terms = push_into_join(plan->inputs.front(), std::move(terms), pass);
    Plan& below = plan->input();
    const auto* project = std::get_if<plan::Project>(&below.node);
    const bool opaque = project != nullptr && !std::ranges::all_of(project->expressions, is_safe);
    bool behind_failing = false;  // what stands to the right of a conjunct that may fail stays behind it
    for (Expression& term : terms) {
      auto moved = behind_failing || opaque ? std::nullopt : moved_below(term, below, pass);
      if (moved) {
        moves.push_back(std::move(*moved));
      } else {
        behind_failing = behind_failing || plan::may_fail(term);
        stays.push_back(std::move(term));
      }
    }
    if (!moves.empty()) {
      for (PlanPtr& input : below.inputs) input = filtered(std::move(input), moves);  // several under a Union alone
    }
    if (stays.empty()) {
      PlanPtr alone = std::move(plan->inputs.front());
      pass.replaced.push_back(std::move(plan));
      return push_down(std::move(alone), pass);
    }
    filter->condition = plan::conjunction(std::move(stays));
  }
  if (std::holds_alternative<plan::Join>(plan->node)) push_own_conditions(*plan, pass);
  for (PlanPtr& input : plan->inputs) input = push_down(std::move(input), pass);
  return plan;
}

}  // namespace

Result<PlanPtr> push_down_filters(PlanPtr plan, const plan::ConstantEvaluator&) {
  PushPass pass;
  return push_down(std::move(plan), pass);
}

}  // namespace trueno::optimize

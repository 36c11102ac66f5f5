// What every branch of an OR asks for is asked once, where joins and scans can use it:
//
//   (a = b AND x) OR (a = b AND y)    ->    a = b AND (x OR y)
//
// and, above a join, what the branches ask of one column is asked before, where the join's inputs can be filtered by it:
//
//   (n = 'A' AND m = 'B') OR (n = 'B' AND m = 'A')    ->    (n = 'A' OR n = 'B') AND (m = 'B' OR m = 'A') AND (...)
//
// Only conditions that cannot fail: the others keep their place in their branch.
#include <algorithm>
#include <iterator>

#include "optimize/push_into_join.h"
#include "optimize/rules.h"

namespace trueno::optimize {

namespace {

using plan::Expression;
using plan::ExpressionKind;

void factor(Expression& e) {
  for (Expression& argument : e.arguments) factor(argument);
  if (e.kind != ExpressionKind::kOr || !is_safe(e)) return;
  std::vector<std::vector<Expression>> branches;
  for (const Expression& branch : e.arguments) branches.push_back(plan::conjuncts(branch));
  std::vector<Expression> common;
  for (const Expression& term : branches.front()) {
    const auto has_it = [&](const std::vector<Expression>& branch) {
      return std::ranges::any_of(branch, [&](const Expression& other) { return plan::same_expression(term, other); });
    };
    if (std::ranges::all_of(branches, has_it)) common.push_back(term);
  }
  if (common.empty()) return;
  const auto is_common = [&](const Expression& e2) {
    return std::ranges::any_of(common, [&](const Expression& term) { return plan::same_expression(term, e2); });
  };
  Expression rest = e;
  rest.arguments.clear();
  bool rest_is_true = false;  // a branch that asks for nothing else
  for (std::vector<Expression>& branch : branches) {
    std::erase_if(branch, is_common);
    rest_is_true = rest_is_true || branch.empty();
    if (!branch.empty()) rest.arguments.push_back(plan::conjunction(std::move(branch)));
  }
  if (!rest_is_true) common.push_back(std::move(rest));
  const SourceSpan span = e.span;
  e = plan::conjunction(std::move(common));
  e.span = span;
}

// The conditions on single columns that follow from an OR of several.
std::vector<Expression> implied(const Expression& e) {
  std::vector<Expression> terms;
  if (e.kind != ExpressionKind::kOr || !is_safe(e) || plan::columns_of(e).size() < 2) return terms;
  std::vector<std::vector<Expression>> branches;
  for (const Expression& branch : e.arguments) branches.push_back(plan::conjuncts(branch));
  for (const int column : plan::columns_of(e)) {
    Expression either = e;
    either.arguments.clear();
    for (const std::vector<Expression>& branch : branches) {
      std::vector<Expression> own;
      std::ranges::copy_if(branch, std::back_inserter(own),
                           [&](const Expression& term) { return plan::columns_of(term) == std::vector<int>{column}; });
      if (own.empty()) break;
      either.arguments.push_back(plan::conjunction(std::move(own)));
    }
    if (either.arguments.size() == branches.size()) terms.push_back(std::move(either));
  }
  return terms;
}

Expression with_implied(Expression condition) {
  std::vector<Expression> all;
  for (Expression& term : plan::conjuncts(std::move(condition))) {
    for (Expression& more : implied(term)) all.push_back(std::move(more));
    all.push_back(std::move(term));
  }
  return plan::conjunction(std::move(all));
}

bool is_above_join(const plan::Plan& filter) {
  const plan::Plan* below = &filter.input();
  while (std::holds_alternative<plan::Project>(below->node) || std::holds_alternative<plan::Filter>(below->node)) below = &below->input();
  return std::holds_alternative<plan::Join>(below->node);
}

}  // namespace

Result<plan::PlanPtr> factor_disjunctions(plan::PlanPtr plan, const plan::ConstantEvaluator& constants) {
  for (plan::PlanPtr& input : plan->inputs) input = TRUENO_TRY(factor_disjunctions(std::move(input), constants));
  if (auto* filter = std::get_if<plan::Filter>(&plan->node)) {
    factor(filter->condition);
    if (is_above_join(*plan)) filter->condition = with_implied(std::move(filter->condition));
  }
  if (auto* join = std::get_if<plan::Join>(&plan->node); join != nullptr && join->condition) {
    Expression condition = std::move(*join->condition);
    factor(condition);
    join->condition.reset();
    plan::add_join_condition(*join, with_implied(std::move(condition)), static_cast<int>(plan->inputs[0]->schema.size()));
  }
  return plan;
}

}  // namespace trueno::optimize

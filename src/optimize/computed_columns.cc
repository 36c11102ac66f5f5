#include "optimize/computed_columns.h"

#include <algorithm>

#include "optimize/push_into_join.h"

namespace trueno::optimize {

namespace {

// Operators that hand on the columns of their one input, the first ones at least.
bool passes_on(const plan::Plan& plan) {
  return std::holds_alternative<plan::Filter>(plan.node) || std::holds_alternative<plan::Limit>(plan.node) ||
         std::holds_alternative<plan::Sort>(plan.node) || std::holds_alternative<plan::TopN>(plan.node) ||
         std::holds_alternative<plan::Numbered>(plan.node) || std::holds_alternative<plan::RowNumber>(plan.node);
}

// Not inside of what decides whether its parts are evaluated.
bool always_reads(const plan::Expression& e, std::size_t column) {
  if (e.kind == plan::ExpressionKind::kColumn) return static_cast<std::size_t>(e.index) == column;
  if (e.kind != plan::ExpressionKind::kCall && e.kind != plan::ExpressionKind::kCast) return false;
  return std::ranges::any_of(e.arguments, [&](const plan::Expression& argument) { return always_reads(argument, column); });
}

// By column of the plan; notes the plans that have one. Bottom-up and once a plan, so that a thousand joins are no matter.
std::vector<bool> failing_columns(const plan::Plan& plan, std::unordered_set<const plan::Plan*>& found) {
  std::vector<std::vector<bool>> below;
  for (const plan::PlanPtr& input : plan.inputs) below.push_back(failing_columns(*input, found));
  std::vector<bool> columns;
  if (const auto* project = std::get_if<plan::Project>(&plan.node)) {
    for (const plan::Expression& e : project->expressions)
      columns.push_back(!is_safe(e) ||
                        std::ranges::any_of(plan::columns_of(e), [&](int c) { return below[0][static_cast<std::size_t>(c)]; }));
  } else if (passes_on(plan)) {
    columns = std::move(below[0]);
  } else if (std::holds_alternative<plan::Join>(plan.node)) {
    columns = std::move(below[0]);
    columns.insert(columns.end(), below[1].begin(), below[1].end());
  } else if (std::holds_alternative<plan::Union>(plan.node)) {
    columns.resize(plan.schema.size());
    for (const std::vector<bool>& input : below) {
      for (std::size_t i = 0; i < columns.size(); ++i) columns[i] = columns[i] || input[i];
    }
  }
  columns.resize(plan.schema.size());  // groups compute their keys and calls whoever reads them; marks and numbers do not fail
  if (std::ranges::find(columns, true) != columns.end()) found.insert(&plan);
  return columns;
}

}  // namespace

bool ComputedColumns::may_fail(const plan::Plan& plan, std::size_t column) {
  const auto known = known_.find({&plan, column});
  if (known != known_.end()) return known->second;
  const bool fails = find_out(plan, column);
  known_.emplace(std::pair(&plan, column), fails);
  return fails;
}

bool ComputedColumns::find_out(const plan::Plan& plan, std::size_t column) {
  const auto below = [&](std::size_t input, std::size_t at) {
    return at < plan.inputs[input]->schema.size() && may_fail(*plan.inputs[input], at);
  };
  if (const auto* project = std::get_if<plan::Project>(&plan.node)) {
    const plan::Expression& e = project->expressions[column];
    return !is_safe(e) || reads_what_may_fail(e, plan.input());
  }
  if (passes_on(plan)) return below(0, column);
  if (std::holds_alternative<plan::Union>(plan.node)) {
    for (std::size_t i = 0; i < plan.inputs.size(); ++i) {
      if (below(i, column)) return true;
    }
    return false;
  }
  if (std::holds_alternative<plan::Join>(plan.node)) {
    const std::size_t left = plan.inputs[0]->schema.size();
    return column < left ? below(0, column) : below(1, column - left);
  }
  return false;
}

bool ComputedColumns::reads_what_may_fail(const plan::Expression& e, const plan::Plan& plan, std::size_t first) {
  return std::ranges::any_of(plan::columns_of(e), [&](int column) {
    const auto at = static_cast<std::size_t>(column);
    return at >= first && at - first < plan.schema.size() && may_fail(plan, at - first);
  });
}

bool ComputedColumns::may_drop_rows(const plan::Expression& condition, const plan::Plan& plan, std::size_t first) {
  for (std::size_t i = 0; i < plan.schema.size(); ++i) {
    if (may_fail(plan, i) && !always_reads(condition, first + i)) return false;
  }
  return true;
}

bool has_column_that_may_fail(const plan::Plan& plan) { return plans_that_may_fail(plan).contains(&plan); }

std::unordered_set<const plan::Plan*> plans_that_may_fail(const plan::Plan& plan) {
  std::unordered_set<const plan::Plan*> found;
  static_cast<void>(failing_columns(plan, found));
  return found;
}

}  // namespace trueno::optimize

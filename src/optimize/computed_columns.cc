#include "optimize/computed_columns.h"

#include <algorithm>

#include "optimize/push_into_join.h"

namespace trueno::optimize {

bool computed_may_fail(const plan::Plan& plan, std::size_t column) {
  const auto below = [&](std::size_t input, std::size_t at) {
    return at < plan.inputs[input]->schema.size() && computed_may_fail(*plan.inputs[input], at);
  };
  if (const auto* project = std::get_if<plan::Project>(&plan.node)) {
    const plan::Expression& e = project->expressions[column];
    return !is_safe(e) || reads_what_may_fail(e, plan.input());
  }
  if (std::holds_alternative<plan::Filter>(plan.node) || std::holds_alternative<plan::Limit>(plan.node) ||
      std::holds_alternative<plan::Sort>(plan.node) || std::holds_alternative<plan::TopN>(plan.node) ||
      std::holds_alternative<plan::Numbered>(plan.node) || std::holds_alternative<plan::RowNumber>(plan.node))
    return below(0, column);
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
  return false;  // groups compute their keys and calls whoever reads them
}

bool computed_may_fail(const plan::Plan& plan) {
  for (std::size_t i = 0; i < plan.schema.size(); ++i) {
    if (computed_may_fail(plan, i)) return true;
  }
  return false;
}

namespace {

// Not inside of what decides whether its parts are evaluated.
bool always_reads(const plan::Expression& e, std::size_t column) {
  if (e.kind == plan::ExpressionKind::kColumn) return static_cast<std::size_t>(e.index) == column;
  if (e.kind != plan::ExpressionKind::kCall && e.kind != plan::ExpressionKind::kCast) return false;
  return std::ranges::any_of(e.arguments, [&](const plan::Expression& argument) { return always_reads(argument, column); });
}

}  // namespace

bool may_drop_rows(const plan::Expression& condition, const plan::Plan& plan, std::size_t first) {
  for (std::size_t i = 0; i < plan.schema.size(); ++i) {
    if (computed_may_fail(plan, i) && !always_reads(condition, first + i)) return false;
  }
  return true;
}

bool reads_what_may_fail(const plan::Expression& e, const plan::Plan& plan, std::size_t first) {
  return std::ranges::any_of(plan::columns_of(e), [&](int column) {
    const auto at = static_cast<std::size_t>(column);
    return at >= first && at - first < plan.schema.size() && computed_may_fail(plan, at - first);
  });
}

}  // namespace trueno::optimize

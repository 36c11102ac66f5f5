// Semi joins: a grouping to which repeated rows make no difference asks a join only for the rows that have a partner.
//
//   Aggregate by t.g: max(t.x)         Aggregate by t.g: max(t.x)
//     Join on t.k = u.k           ->     Semi join on t.k = u.k
//       Scan t                             Scan t
//       Scan u                             Scan u
//
// Where all that is read above the join is of one side of it. Between may stand filters, projections, and joins that only test their left
// side. Nothing of it may fail: a pair that is no longer looked at might have. Worth it where the join gives more rows than the one side
// has, and the other is not much larger: its rows become the table.
#include <algorithm>

#include "optimize/computed_columns.h"
#include "optimize/grouping.h"
#include "optimize/padded.h"
#include "optimize/push_into_join.h"
#include "optimize/rules.h"
#include "plan/cardinality.h"

namespace trueno::optimize {

namespace {

using plan::Expression;
using plan::Join;
using plan::JoinKind;
using plan::Plan;
using plan::PlanPtr;

// A row of the table costs as much as so many that are looked up in one.
constexpr double kTableRow = 4;

using Columns = std::vector<bool>;  // by column: whether it is read

void add(Columns& columns, const Expression& e) {
  for (const int column : plan::columns_of(e)) columns[static_cast<std::size_t>(column)] = true;
}

bool is_worth_it(const Plan& join, std::size_t side) {
  plan::Estimator estimator;
  const double rows = estimator.cardinality(*join.inputs[side]);
  const double others = estimator.cardinality(*join.inputs[1 - side]);
  const double joined = estimator.cardinality(join);
  const double as_it_is = kTableRow * std::min(rows, others) + std::max(rows, others) + joined;
  return joined > rows && kTableRow * others + 2 * rows < as_it_is;
}

// Keeps the side's columns, and writes NULL for the others, which nobody reads.
PlanPtr with_side_only(PlanPtr plan, std::size_t side) {
  Join join = std::move(std::get<Join>(plan->node));
  const std::size_t left = plan->inputs[0]->schema.size();
  const std::size_t right = plan->inputs[1]->schema.size();
  if (side == 1) {
    for (plan::JoinKey& key : join.keys) std::swap(key.left, key.right);
    std::vector<int> swapped;
    for (std::size_t i = 0; i < left + right; ++i) swapped.push_back(static_cast<int>(i < left ? i + right : i - left));
    if (join.condition) plan::remap_columns(*join.condition, swapped);
  }
  join.kind = JoinKind::kSemi;
  PlanPtr semi = plan::make_join(std::move(join), std::move(plan->inputs[side]), std::move(plan->inputs[1 - side]));
  return padded(std::move(semi), side, std::move(plan->schema));
}

bool is_all_safe(const Plan& plan) {
  return !plan::any_expression(plan, [](const Expression& e) { return !is_safe(e); });
}

// Of the plan only these columns are read, and each of its rows may as well be missing where another is equal in them.
void ask_for_matches(PlanPtr& plan, Columns columns) {
  if (!is_all_safe(*plan)) return;
  if (const auto* project = std::get_if<plan::Project>(&plan->node)) {
    Columns below(plan->input().schema.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i]) add(below, project->expressions[i]);
    }
    return ask_for_matches(plan->inputs.front(), std::move(below));
  }
  if (const auto* filter = std::get_if<plan::Filter>(&plan->node)) {
    add(columns, filter->condition);
    return ask_for_matches(plan->inputs.front(), std::move(columns));
  }
  const auto* join = std::get_if<Join>(&plan->node);
  if (join == nullptr) return;
  const std::size_t left = plan->inputs[0]->schema.size();
  if (join->kind == JoinKind::kSemi || join->kind == JoinKind::kAnti) {
    for (const plan::JoinKey& key : join->keys) add(columns, key.left);
    if (join->condition) {
      for (const int column : plan::columns_of(*join->condition)) {
        if (static_cast<std::size_t>(column) < left) columns[static_cast<std::size_t>(column)] = true;
      }
    }
    return ask_for_matches(plan->inputs.front(), std::move(columns));
  }
  if (join->kind != JoinKind::kInner || (join->keys.empty() && !join->condition)) return;
  for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
    const auto begin = columns.begin();
    const auto middle = begin + static_cast<std::ptrdiff_t>(left);
    const bool reads_other = side == 0 ? std::find(middle, columns.end(), true) != columns.end() : std::find(begin, middle, true) != middle;
    if (reads_other || !is_worth_it(*plan, side)) continue;
    if (has_column_that_may_fail(*plan->inputs[0]) || has_column_that_may_fail(*plan->inputs[1])) return;
    plan = with_side_only(std::move(plan), side);
    return ask_for_matches(plan, std::move(columns));
  }
}

PlanPtr with_semi_joins(PlanPtr plan) {
  if (const auto* aggregate = std::get_if<plan::Aggregate>(&plan->node);
      aggregate != nullptr && std::ranges::all_of(aggregate->calls, ignores_repeats) && is_all_safe(*plan)) {
    Columns columns(plan->input().schema.size());
    static_cast<void>(plan::any_expression(*plan, [&](const Expression& e) {
      add(columns, e);
      return false;
    }));
    ask_for_matches(plan->inputs.front(), std::move(columns));
  }
  for (PlanPtr& input : plan->inputs) input = with_semi_joins(std::move(input));
  return plan;
}

}  // namespace

Result<PlanPtr> make_semi_joins(PlanPtr plan, const plan::ConstantEvaluator&) { return with_semi_joins(std::move(plan)); }

}  // namespace trueno::optimize

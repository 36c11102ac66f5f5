#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "optimize/operator_set.h"
#include "plan/plan.h"

namespace trueno::optimize {

/// Nothing below LIMIT 0 is read. Always applied: it decides which errors there are.
[[nodiscard]] Result<plan::PlanPtr> empty_limit(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// Subqueries become joins, dependent joins ordinary ones. Always applied.
[[nodiscard]] Result<plan::PlanPtr> unnest_subqueries(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// Aggregates of distinct values become two groupings. Always applied.
[[nodiscard]] Result<plan::PlanPtr> distinct_aggregates(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// What a single place reads is no longer shared. Always applied.
[[nodiscard]] Result<plan::PlanPtr> inline_shared(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// Conditions that all branches of an OR share are asked once.
[[nodiscard]] Result<plan::PlanPtr> factor_disjunctions(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// Evaluates what does not depend on rows. Expressions that would fail are left for the run.
[[nodiscard]] Result<plan::PlanPtr> fold_constants(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// Notes which operations cannot fail, whatever the row: conditions of these alone may be moved.
[[nodiscard]] Result<plan::PlanPtr> prove_safe(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// Filters move below projections, sorts and groupings, as far as the columns they read allow.
[[nodiscard]] Result<plan::PlanPtr> push_down_filters(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// What can give no row is neither read nor joined.
[[nodiscard]] Result<plan::PlanPtr> prune_empty(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// Sorts whose order nothing above can tell are left out.
[[nodiscard]] Result<plan::PlanPtr> remove_sorts(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// DISTINCT of what a grouping has made distinct is left out.
[[nodiscard]] Result<plan::PlanPtr> remove_distinct(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// Conditions above large tables are tried on samples, for the estimates of what follows.
[[nodiscard]] Result<plan::PlanPtr> measure_filters(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// What a join groups, or builds its table of, keeps only the rows whose keys the other side can have, where that is few.
[[nodiscard]] Result<plan::PlanPtr> semi_join_reduction(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// A grouping to which repeated rows make no difference asks a join only for the rows that have a partner.
[[nodiscard]] Result<plan::PlanPtr> make_semi_joins(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// What a join multiplies is grouped first.
[[nodiscard]] Result<plan::PlanPtr> push_down_aggregates(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// Columns that nobody reads are not carried.
[[nodiscard]] Result<plan::PlanPtr> prune_columns(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// The same across what is shared; asks for the whole plan, when all other rules are done.
[[nodiscard]] Result<plan::PlanPtr> prune_shared(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// Semi and anti joins are asked below joins, where there are fewer rows.
[[nodiscard]] Result<plan::PlanPtr> push_down_semi_joins(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// Inner joins in the order that is estimated to make the fewest rows, each with the smaller side as its build side.
[[nodiscard]] Result<plan::PlanPtr> order_joins(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// The same where what is above cannot be seen, and may tell in which order rows come.
[[nodiscard]] Result<plan::PlanPtr> order_joins_of_shared(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// Counts and extremes of a whole table are read off its statistics.
[[nodiscard]] Result<plan::PlanPtr> answer_from_statistics(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// Conditions directly above a scan also let it skip parts by their statistics.
[[nodiscard]] Result<plan::PlanPtr> push_conditions_into_scans(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// Sort under Limit keeps only the rows that can come out.
[[nodiscard]] Result<plan::PlanPtr> make_top_n(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
/// Limits and top-N also cut the inputs of unions, and the left of left joins.
[[nodiscard]] Result<plan::PlanPtr> push_down_limits(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);

/// When a rule runs: always; always, but once for the whole and not for each plan that is shared; unless the optimizer is off; unless
/// statistics may not answer either; unless the optimizer is off, once for the whole when all others are done.
enum class RuleKind : std::uint8_t { kLowering, kWhole, kOptional, kStatistics, kAfter };
struct Rule {
  std::string_view name;
  RuleKind kind;
  Result<plan::PlanPtr> (*apply)(plan::PlanPtr plan, const plan::ConstantEvaluator& constants);
  /// Where lowering has left none of these it is not asked. What other optional rules make for it comes of these too, a TopN of a Limit.
  OperatorSet operators = ~OperatorSet{0};
  /// For a plan that is shared, where that is another matter: what reads it, and may see the order of its rows, is elsewhere.
  Result<plan::PlanPtr> (*apply_to_shared)(plan::PlanPtr plan, const plan::ConstantEvaluator& constants) = nullptr;
};
/// The one list of rules, in the order they run.
[[nodiscard]] std::span<const Rule> rules();

}  // namespace trueno::optimize

// Distinct removal: a grouping without calls whose keys hold all keys of a grouping below finds no row twice, and becomes a projection.
//
//   Group by k, n               Project k, n
//     Group by k: count() n  ->   Group by k: count() n
//       ...                         ...
//
// Between may stand filters, semi joins, anti joins, and projections that hand the keys on. A grouping gives its rows by key: where its own
// keys do not begin with those of the one below, in their order, it goes only where nothing above can tell the order of rows, or fail for
// one of them first. Keys that it computes, or takes from calls, are those of a type whose equal values are the same bytes: of others (0.0
// and -0.0, a month and 30 days) a grouping gives one for all.
#include <algorithm>
#include <optional>

#include "optimize/computed_columns.h"
#include "optimize/grouping.h"
#include "optimize/observed_order.h"
#include "optimize/push_into_join.h"
#include "optimize/rules.h"

namespace trueno::optimize {

namespace {

using plan::Plan;
using plan::PlanPtr;

// By column of the plan: which key of the grouping below it is. Nothing where there is none whose rows all come up here, each once at most.
struct KeysBelow {
  std::size_t count = 0;
  std::vector<std::optional<std::size_t>> key_of;
};
std::optional<KeysBelow> keys_below(const Plan& plan) {
  if (const auto* aggregate = std::get_if<plan::Aggregate>(&plan.node)) {
    if (aggregate->keys.empty()) return std::nullopt;
    KeysBelow found{aggregate->keys.size(), std::vector<std::optional<std::size_t>>(plan.schema.size())};
    for (std::size_t i = 0; i < found.count; ++i) found.key_of[i] = i;
    return found;
  }
  if (const auto* project = std::get_if<plan::Project>(&plan.node)) {
    const std::optional<KeysBelow> below = keys_below(plan.input());
    if (!below) return std::nullopt;
    KeysBelow found{below->count, {}};
    for (const plan::Expression& e : project->expressions) {
      const bool is_column = e.kind == plan::ExpressionKind::kColumn;
      found.key_of.push_back(is_column ? below->key_of[static_cast<std::size_t>(e.index)] : std::nullopt);
    }
    return found;
  }
  const auto* join = std::get_if<plan::Join>(&plan.node);
  const bool tests = join != nullptr && (join->kind == plan::JoinKind::kSemi || join->kind == plan::JoinKind::kAnti);
  return tests || std::holds_alternative<plan::Filter>(plan.node) ? keys_below(plan.input()) : std::nullopt;
}

enum class Found : std::uint8_t { kRepeats, kInAnotherOrder, kTheSame };

// What a grouping without calls makes of its input. It computes its keys for all rows, a projection only what is read.
Found look_at(const plan::Aggregate& aggregate, const Plan& input) {
  ComputedColumns computed;
  const std::optional<KeysBelow> below = keys_below(input);
  if (!below) return Found::kRepeats;
  std::vector<bool> held(below->count);
  bool in_order = true;
  for (std::size_t i = 0; i < aggregate.keys.size(); ++i) {
    const plan::Expression& e = aggregate.keys[i];
    const std::optional<std::size_t> key =
        e.kind == plan::ExpressionKind::kColumn ? below->key_of[static_cast<std::size_t>(e.index)] : std::nullopt;
    if (key) held[*key] = true;
    if (!key && (!is_safe(e) || computed.reads_what_may_fail(e, input) || !equal_is_same(e.type))) return Found::kRepeats;
    in_order = in_order && (i >= below->count || key == i);
  }
  if (std::ranges::find(held, false) != held.end()) return Found::kRepeats;
  return in_order ? Found::kTheSame : Found::kInAnotherOrder;
}

PlanPtr without_repeats(PlanPtr plan, bool observed) {
  auto* aggregate = std::get_if<plan::Aggregate>(&plan->node);
  if (aggregate != nullptr && aggregate->calls.empty() && !aggregate->keys.empty()) {
    const Found found = look_at(*aggregate, plan->input());
    if (found == Found::kTheSame || (found == Found::kInAnotherOrder && !observed)) plan->node = plan::Project{std::move(aggregate->keys)};
  }
  for (std::size_t i = 0; i < plan->inputs.size(); ++i) {
    const bool below = shows_order_or_error_of(*plan, i, observed);
    plan->inputs[i] = without_repeats(std::move(plan->inputs[i]), below);
  }
  return plan;
}

}  // namespace

Result<PlanPtr> remove_distinct(PlanPtr plan, const plan::ConstantEvaluator&) { return without_repeats(std::move(plan), true); }

}  // namespace trueno::optimize

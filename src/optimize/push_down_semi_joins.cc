// Semi joins below joins: what only asks whether a row has a partner is asked where there are fewer rows, and the joins above see those
// alone that have one.
//
//   Semi join on o.k = s.k                 Join on l.k = o.k
//     Join on l.k = o.k                      Scan l
//       Scan l                       ->      Semi join on o.k = s.k
//       Scan o                                 Scan o
//     ...                                      ...
//
// The same for anti joins. Between may stand filters and projections, and left, semi and anti joins on whose left side the keys are.
// Nothing of it may fail: rows that are no longer there might have. Where the keys of both sides of a join are equal, either may be asked.
#include <algorithm>

#include "optimize/computed_columns.h"
#include "optimize/join_keys.h"
#include "optimize/push_into_join.h"
#include "optimize/rules.h"
#include "plan/cardinality.h"

namespace trueno::optimize {

namespace {

using plan::Expression;
using plan::JoinKind;
using plan::Plan;
using plan::PlanPtr;

// Rows of the place that is asked, of those of the join: a little fewer are not worth another order of joins.
constexpr double kFewer = 0.7;

// Where to ask, and which columns the keys are there.
struct Place {
  PlanPtr* slot = nullptr;
  std::vector<Key> keys;
  double rows = 0;
};

bool never_fails(const Plan& plan) {
  return !plan::any_expression(plan, [](const Expression& e) { return !is_safe(e); });
}

void find_place(PlanPtr& slot, std::vector<Key> keys, plan::Estimator& estimator, Place& best) {
  Plan& plan = *slot;
  const std::size_t wanted = best.keys.size();
  if (!never_fails(plan)) return;
  if (const auto* project = std::get_if<plan::Project>(&plan.node)) {
    std::vector<Key> below = below_project(*project, keys);
    if (below.size() == wanted) find_place(plan.inputs[0], std::move(below), estimator, best);
    return;
  }
  if (std::holds_alternative<plan::Filter>(plan.node)) return find_place(plan.inputs[0], std::move(keys), estimator, best);
  const auto* join = std::get_if<plan::Join>(&plan.node);
  if (join == nullptr) return;
  const bool inner = join->kind == JoinKind::kInner;
  const bool keeps_left = inner || join->kind == JoinKind::kLeft || join->kind == JoinKind::kSemi || join->kind == JoinKind::kAnti;
  for (std::size_t side = 0; side < 2; ++side) {
    if (!(side == 0 ? keeps_left : inner)) continue;
    std::vector<Key> here = inner ? seen_from(plan, side, keys) : of_side(plan, side, keys);
    if (here.size() != wanted) continue;
    std::ranges::sort(here, {}, &Key::number);
    const double rows = estimator.cardinality(*plan.inputs[side]);
    if (rows < best.rows) best = {&plan.inputs[side], here, rows};
    find_place(plan.inputs[side], std::move(here), estimator, best);
  }
}

PlanPtr push(PlanPtr plan, plan::Estimator& estimator) {
  auto* join = std::get_if<plan::Join>(&plan->node);
  if (join == nullptr || (join->kind != JoinKind::kSemi && join->kind != JoinKind::kAnti) || join->condition || join->keys.empty() ||
      !join->outer.empty())
    return plan;
  std::vector<Key> keys;
  for (std::size_t n = 0; n < join->keys.size(); ++n) {
    const plan::JoinKey& key = join->keys[n];
    // NULL may equal NULL on one side of a join alone.
    if (key.left.kind != plan::ExpressionKind::kColumn || key.null_safe) return plan;
    keys.push_back({n, key.left.index});
  }
  Place place{nullptr, keys, kFewer * estimator.cardinality(*plan->inputs[0])};
  find_place(plan->inputs[0], keys, estimator, place);
  if (place.slot == nullptr) return plan;
  plan::Join moved = std::move(*join);
  for (const Key& key : place.keys) moved.keys[key.number].left.index = key.column;
  PlanPtr left = std::move(plan->inputs[0]);
  estimator = {};  // it knows plans by their addresses
  *place.slot = plan::make_join(std::move(moved), std::move(*place.slot), std::move(plan->inputs[1]));
  return left;
}

PlanPtr push_all(PlanPtr plan, plan::Estimator& estimator) {
  for (PlanPtr& input : plan->inputs) input = push_all(std::move(input), estimator);
  return push(std::move(plan), estimator);
}

}  // namespace

Result<PlanPtr> push_down_semi_joins(PlanPtr plan, const plan::ConstantEvaluator&) {
  plan::Estimator estimator;
  return push_all(std::move(plan), estimator);
}

}  // namespace trueno::optimize

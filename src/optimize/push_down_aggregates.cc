// Aggregates go below joins that multiply their rows (Yan, Larson 1995: eager aggregation).
//
//   Aggregate by u.g: sum(t.x)         Aggregate by u.g: sum_of_parts(s)
//     Join on t.k = u.k           ->     Join on t.k = u.k
//       Scan t                             Aggregate by t.k: sum(t.x) s
//       Scan u                               Scan t
//                                          Scan u
//
// One row then stands for all that have its keys: a row of the other side finds it once instead of each of them. Sound where results over
// parts of the rows make the result over all of them (function/combination.h), where everything the calls read is of one side, and where
// nothing that is now computed of rows without a partner may fail. Worth it where the join gives more rows than that side has.
#include <algorithm>

#include "function/combination.h"
#include "optimize/computed_columns.h"
#include "optimize/dependent_join.h"
#include "optimize/grouping.h"
#include "optimize/push_into_join.h"
#include "optimize/rules.h"
#include "plan/cardinality.h"

namespace trueno::optimize {

namespace {

using plan::Aggregate;
using plan::AggregateCall;
using plan::Expression;
using plan::Join;
using plan::JoinKind;
using plan::Plan;
using plan::PlanPtr;

// Rows that are grouped before and after, and join's, have to be this much fewer than those that were grouped.
constexpr double kMostRows = 0.5;

// Aggregate and join as they stand, and the side whose rows are grouped first.
struct Split {
  Aggregate aggregate;  // over the join's columns
  Plan* join = nullptr;
  std::size_t side = 0;

  [[nodiscard]] const Plan& input() const { return *join->inputs[side]; }
  [[nodiscard]] int left_columns() const { return static_cast<int>(join->inputs[0]->schema.size()); }
  [[nodiscard]] bool is_of(const Expression& e, std::size_t wanted) const {
    return std::ranges::all_of(plan::columns_of(e), [&](int column) { return (column >= left_columns()) == (wanted == 1); });
  }
  // Of the join's columns those of the side, as the side's own.
  [[nodiscard]] Expression of_input(Expression e) const {
    std::vector<int> own(join->schema.size(), -1);
    const int first = side == 0 ? 0 : left_columns();
    for (std::size_t i = 0; i < input().schema.size(); ++i) own[static_cast<std::size_t>(first) + i] = static_cast<int>(i);
    plan::remap_columns(e, own);
    return e;
  }
  [[nodiscard]] const Expression& key_of(const plan::JoinKey& key, std::size_t of) const { return of == 0 ? key.left : key.right; }
};

bool is_combinable(const AggregateCall& call) {
  return !call.distinct && call.orders.empty() && call.constants.empty() && cannot_fail(call) &&
         function::combination_of(*call.function, call.signature).has_value();
}

// The grouping of one side alone: its part of the keys, and what the join asks of it.
Aggregate partial_of(const Split& split) {
  Aggregate partial;
  const auto add_key = [&](Expression key) {
    const auto same = [&](const Expression& known) { return plan::same_expression(known, key); };
    if (std::ranges::none_of(partial.keys, same)) partial.keys.push_back(std::move(key));
  };
  for (const plan::JoinKey& key : std::get<Join>(split.join->node).keys) add_key(split.key_of(key, split.side));
  for (const Expression& key : split.aggregate.keys) {
    if (split.is_of(key, split.side) && !key.is_constant()) add_key(split.of_input(key));
  }
  for (const AggregateCall& call : split.aggregate.calls) {
    partial.calls.push_back(call);
    for (Expression& argument : partial.calls.back().arguments) argument = split.of_input(std::move(argument));
    if (call.filter) partial.calls.back().filter = split.of_input(*call.filter);
  }
  return partial;
}

bool is_sound(const Split& split, const Aggregate& partial) {
  const Aggregate& aggregate = split.aggregate;
  const bool by_side =
      std::ranges::all_of(aggregate.keys, [&](const Expression& key) { return split.is_of(key, 0) || split.is_of(key, 1); });
  if (!by_side || !std::ranges::all_of(aggregate.keys, is_safe)) return false;
  if (split.side == 1 && has_column_that_may_fail(split.input())) return false;  // a table stores, and so computes, what nobody reads, too
  ComputedColumns computed;
  const auto can_be_asked = [&](const Expression& e) { return is_safe(e) && !computed.reads_what_may_fail(e, split.input()); };
  const auto is_key = [&](const Expression& e) { return can_be_asked(e) && equal_is_same(e.type); };
  return std::ranges::all_of(partial.keys, is_key) && std::ranges::all_of(partial.calls, [&](const AggregateCall& call) {
           return std::ranges::all_of(call.arguments, can_be_asked) && (!call.filter || can_be_asked(*call.filter));
         });
}

bool is_worth_it(const Split& split, const Aggregate& partial) {
  plan::Estimator estimator;
  const double rows = estimator.cardinality(split.input());
  const double joined = estimator.cardinality(*split.join);
  if (rows <= 0 || rows > kMostRows * joined) return false;
  double groups = 1;
  for (const Expression& key : partial.keys) groups *= std::max(1.0, estimator.distinct_values(split.input(), key));
  groups = std::min(groups, rows);
  return rows + groups + joined * groups / rows < kMostRows * joined;
}

// The aggregate over the join of the groups.
PlanPtr split_plan(PlanPtr plan, Split split, Aggregate partial) {
  const Aggregate grouping = std::move(split.aggregate);
  PlanPtr& input = split.join->inputs[split.side];
  PlanPtr& other = split.join->inputs[1 - split.side];
  const auto at_key = [&](const Expression& e) {
    const auto same = [&](const Expression& key) { return plan::same_expression(key, e); };
    return static_cast<int>(std::ranges::find_if(partial.keys, same) - partial.keys.begin());
  };
  const auto other_columns = static_cast<int>(other->schema.size());
  const auto partial_columns = static_cast<int>(partial.keys.size() + partial.calls.size());
  const int first = split.side == 0 ? 0 : other_columns;  // of the groups in the new join
  std::vector<int> moved(split.join->schema.size(), -1);
  for (int i = 0; i < other_columns; ++i) {
    const int before = split.side == 0 ? split.left_columns() + i : i;
    moved[static_cast<std::size_t>(before)] = split.side == 0 ? partial_columns + i : i;
  }

  Join join = std::move(std::get<Join>(split.join->node));
  for (plan::JoinKey& key : join.keys) {
    Expression& own = split.side == 0 ? key.left : key.right;
    own = Expression::column(at_key(own), own.type);
  }
  Aggregate whole;
  for (const Expression& key : grouping.keys) {
    Expression e = key;
    if (split.is_of(key, split.side) && !key.is_constant()) {
      e = Expression::column(first + at_key(split.of_input(key)), key.type);
    } else {
      plan::remap_columns(e, moved);
    }
    whole.keys.push_back(std::move(e));
  }
  std::vector<Expression> outputs;
  for (std::size_t i = 0; i < grouping.keys.size(); ++i) outputs.push_back(Expression::column(static_cast<int>(i), grouping.keys[i].type));
  Schema schema;
  for (const Expression& key : partial.keys) {
    const bool is_column = key.kind == plan::ExpressionKind::kColumn;
    schema.push_back({is_column ? input->schema[static_cast<std::size_t>(key.index)].name : "key", key.type});
  }
  for (std::size_t i = 0; i < grouping.calls.size(); ++i) {
    const AggregateCall& call = grouping.calls[i];
    const Type& type = call.signature.result;
    const auto combination = *function::combination_of(*call.function, call.signature);
    const auto column = static_cast<int>(partial.keys.size() + i);
    whole.calls.push_back({combination.function, combination.signature, plan::list_of(Expression::column(first + column, type)), {}});
    outputs.push_back(or_empty(call, Expression::column(static_cast<int>(grouping.keys.size() + i), type)));
    schema.push_back({std::string(call.function->name), type});
  }
  input = plan::make_plan(std::move(partial), std::move(schema), std::move(input));
  PlanPtr joined = plan::make_join(std::move(join), std::move(split.join->inputs[0]), std::move(split.join->inputs[1]));
  const bool counts_nothing = whole.keys.empty();
  Schema result = std::move(plan->schema);
  PlanPtr out = plan::make_plan(std::move(whole), result, std::move(joined));
  return counts_nothing ? plan::make_plan(plan::Project{std::move(outputs)}, std::move(result), std::move(out)) : std::move(out);
}

// Whether the aggregate was split.
bool split_one(PlanPtr& plan) {
  const Aggregate& aggregate = std::get<Aggregate>(plan->node);
  if (!std::ranges::all_of(aggregate.calls, is_combinable)) return false;
  std::optional<Grouping> grouping = below_projections(*plan);
  if (!grouping) return false;
  Plan& below = **grouping->below;
  const auto* join = std::get_if<Join>(&below.node);
  if (join == nullptr || join->keys.empty() || join->condition || (join->kind != JoinKind::kInner && join->kind != JoinKind::kLeft))
    return false;
  Split split{std::move(grouping->aggregate), &below};
  const auto all_of_side = [&](std::size_t side) {
    return std::ranges::all_of(split.aggregate.calls, [&](const AggregateCall& call) {
      return std::ranges::all_of(call.arguments, [&](const Expression& e) { return split.is_of(e, side); }) &&
             (!call.filter || split.is_of(*call.filter, side));
    });
  };
  // A left join pads: no row of the right stands for what is missing.
  for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
    if ((side == 1 && join->kind == JoinKind::kLeft) || !all_of_side(side)) continue;
    split.side = side;
    Aggregate partial = partial_of(split);
    if (!is_sound(split, partial) || !is_worth_it(split, partial)) continue;
    plan = split_plan(std::move(plan), std::move(split), std::move(partial));
    return true;
  }
  return false;
}

PlanPtr with_partials(PlanPtr plan) {
  Plan* at = plan.get();
  if (std::holds_alternative<Aggregate>(at->node) && split_one(plan)) {
    // The one of the parts is done: on with what is below it.
    at = plan.get();
    while (!std::holds_alternative<Join>(at->node)) at = &at->input();
  }
  for (PlanPtr& input : at->inputs) input = with_partials(std::move(input));
  return plan;
}

}  // namespace

Result<PlanPtr> push_down_aggregates(PlanPtr plan, const plan::ConstantEvaluator&) { return with_partials(std::move(plan)); }

}  // namespace trueno::optimize

// Aggregates of distinct values are two groupings:
//
//   Aggregate by k: count(distinct x)     Aggregate by k: count(x)
//     Scan t                        ->      Aggregate by k, x
//                                             Scan t
//
// Beside other aggregates, or for different values, each is computed apart and joined by key to the others.
//
// Not optional: programs know no DISTINCT.
#include <algorithm>

#include "optimize/dependent_join.h"
#include "optimize/rules.h"

namespace trueno::optimize {

namespace {

using plan::Aggregate;
using plan::AggregateCall;
using plan::Expression;
using plan::PlanPtr;

// Calls over the distinct values of one argument, of the rows that pass one filter.
struct DistinctSet {
  Expression argument;
  std::optional<Expression> filter;
  std::vector<std::size_t> calls;
};

std::vector<DistinctSet> distinct_sets(const Aggregate& aggregate) {
  std::vector<DistinctSet> sets;
  for (std::size_t i = 0; i < aggregate.calls.size(); ++i) {
    const AggregateCall& call = aggregate.calls[i];
    if (!call.distinct) continue;
    const auto same = [&](const DistinctSet& set) {
      return plan::same_expression(set.argument, call.arguments[0]) && set.filter.has_value() == call.filter.has_value() &&
             (!set.filter || plan::same_expression(*set.filter, *call.filter));
    };
    auto known = std::ranges::find_if(sets, same);
    if (known == sets.end()) known = sets.insert(sets.end(), {call.arguments[0], call.filter, {}});
    known->calls.push_back(i);
  }
  return sets;
}

Schema key_schema(const Aggregate& aggregate, const Schema& schema) {
  return {schema.begin(), schema.begin() + static_cast<std::ptrdiff_t>(aggregate.keys.size())};
}

// What is computed from the argument, computed from the column that holds its values: ORDER BY reads nothing else.
Expression over_argument(Expression e, const Expression& argument, const Expression& column) {
  if (plan::same_expression(e, argument)) return column;
  for (Expression& part : e.arguments) part = over_argument(std::move(part), argument, column);
  return e;
}

// Keys, then the set's calls, over `input`'s rows.
PlanPtr over_distinct(const Aggregate& aggregate, const Schema& schema, const DistinctSet& set, PlanPtr input) {
  const std::size_t keys = aggregate.keys.size();
  if (set.filter) {
    const Schema same = input->schema;
    input = plan::make_plan(plan::Filter{*set.filter}, same, std::move(input));
  }
  Aggregate values;
  values.keys = aggregate.keys;
  values.keys.push_back(set.argument);
  Schema value_schema = key_schema(aggregate, schema);
  value_schema.push_back({"distinct value", set.argument.type, true});
  PlanPtr distinct = plan::make_plan(std::move(values), std::move(value_schema), std::move(input));
  Aggregate outer;
  Schema fields = key_schema(aggregate, schema);
  for (std::size_t k = 0; k < keys; ++k) outer.keys.push_back(Expression::column(static_cast<int>(k), schema[k].type));
  for (const std::size_t number : set.calls) {
    AggregateCall call = aggregate.calls[number];
    call.distinct = false;
    call.filter.reset();
    call.arguments = {Expression::column(static_cast<int>(keys), set.argument.type)};
    for (plan::SortOrder& order : call.orders)
      order.expression = over_argument(std::move(order.expression), set.argument, call.arguments[0]);
    outer.calls.push_back(std::move(call));
    fields.push_back(schema[keys + number]);
  }
  return plan::make_plan(std::move(outer), std::move(fields), std::move(distinct));
}

PlanPtr lower(PlanPtr plan) {
  Aggregate aggregate = std::move(std::get<Aggregate>(plan->node));
  const Schema schema = plan->schema;
  const std::size_t keys = aggregate.keys.size();
  const std::vector<DistinctSet> sets = distinct_sets(aggregate);
  std::vector<std::size_t> place(aggregate.calls.size());  // of each call's column in `made`
  PlanPtr made;
  if (sets.size() == 1 && !sets[0].filter && sets[0].calls.size() == aggregate.calls.size()) {
    return over_distinct(aggregate, schema, sets[0], std::move(plan->inputs[0]));
  }
  auto rows = std::make_shared<plan::SharedPlan>();
  rows->name = "the rows to aggregate";
  rows->plan = std::move(plan->inputs[0]);
  rows->ordered = std::ranges::any_of(aggregate.calls, [](const AggregateCall& call) { return call.function->observes_order(); });
  const auto read = [&] { return plan::make_plan(plan::Shared{rows}, rows->plan->schema); };
  Aggregate plain;
  plain.keys = aggregate.keys;
  Schema fields = key_schema(aggregate, schema);
  for (std::size_t i = 0; i < aggregate.calls.size(); ++i) {
    if (aggregate.calls[i].distinct) continue;
    place[i] = fields.size();
    plain.calls.push_back(aggregate.calls[i]);
    fields.push_back(schema[keys + i]);
  }
  made = plan::make_plan(std::move(plain), std::move(fields), read());
  for (const DistinctSet& set : sets) {
    plan::Join join;
    join.kind = plan::JoinKind::kLeft;  // a filter may leave a group without any value
    for (std::size_t k = 0; k < keys; ++k) {
      const Expression key = Expression::column(static_cast<int>(k), schema[k].type);
      join.keys.push_back({key, key, true});
    }
    for (std::size_t i = 0; i < set.calls.size(); ++i) place[set.calls[i]] = made->schema.size() + keys + i;
    made = plan::make_join(std::move(join), std::move(made), over_distinct(aggregate, schema, set, read()));
  }
  std::vector<Expression> outputs;
  for (std::size_t k = 0; k < keys; ++k) outputs.push_back(Expression::column(static_cast<int>(k), schema[k].type));
  for (std::size_t i = 0; i < aggregate.calls.size(); ++i) {
    Expression column = Expression::column(static_cast<int>(place[i]), schema[keys + i].type);
    outputs.push_back(aggregate.calls[i].distinct ? or_empty(aggregate.calls[i], std::move(column)) : std::move(column));
  }
  return plan::make_plan(plan::Project{std::move(outputs)}, schema, std::move(made));
}

}  // namespace

Result<PlanPtr> distinct_aggregates(PlanPtr plan, const plan::ConstantEvaluator& constants) {
  for (PlanPtr& input : plan->inputs) input = TRUENO_TRY(distinct_aggregates(std::move(input), constants));
  const auto* aggregate = std::get_if<Aggregate>(&plan->node);
  if (aggregate == nullptr || std::ranges::none_of(aggregate->calls, &AggregateCall::distinct)) return plan;
  return lower(std::move(plan));
}

}  // namespace trueno::optimize

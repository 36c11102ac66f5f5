// Column pruning: what nobody reads is not carried.
//
//   Project a.x                          Project a.x
//     Join on a.k = b.k            ->      Join on a.k = b.k
//       Scan a [k, x, y]                     Scan a [k, x]
//       Scan b [k, z]                        Scan b [k]
//
// Where operators only pass rows on, the kernel program reads no more than it needs anyway; this is for what they are stored between: the
// build sides of joins, sorts, and inputs of a union. What may fail stays: its error is part of the result.
//
// Rows that are shared keep their columns, since every reader counts on their numbers; those that no reader reads become NULL.
#include <algorithm>
#include <numeric>
#include <ranges>

#include "optimize/computed_columns.h"
#include "optimize/push_into_join.h"
#include "optimize/rules.h"

namespace trueno::optimize {

namespace {

using plan::Expression;
using plan::Plan;
using plan::PlanPtr;

using Columns = std::vector<bool>;  // by column: wanted
// Those that have a column that may fail, found out once: a column of another plan is not asked, so that hundreds of projections are no
// matter.
using FailingPlans = std::unordered_set<const Plan*>;

void want(Columns& columns, const Expression& expression) {
  for (const int column : plan::columns_of(expression)) columns[static_cast<std::size_t>(column)] = true;
}
void remap(std::vector<Expression>& expressions, const std::vector<int>& mapping) {
  for (Expression& e : expressions) plan::remap_columns(e, mapping);
}

// Makes `plan` give at least the wanted columns; returns where each of its columns is now, -1 where it is gone.
std::vector<int> prune(PlanPtr& plan, const Columns& wanted, const FailingPlans& failing);

// The same, and no other columns: for what is stored.
std::vector<int> prune_exactly(PlanPtr& plan, const Columns& wanted, const FailingPlans& failing);

std::vector<int> identity(std::size_t columns) {
  std::vector<int> mapping(columns);
  std::iota(mapping.begin(), mapping.end(), 0);
  return mapping;
}

// Keeps the elements of `list` that are wanted.
template <class T>
std::vector<int> keep(std::vector<T>& list, Schema& schema, const Columns& wanted) {
  std::vector<int> mapping(wanted.size(), -1);
  std::vector<T> kept;
  Schema fields;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i]) continue;
    mapping[i] = static_cast<int>(kept.size());
    kept.push_back(std::move(list[i]));
    fields.push_back(std::move(schema[i]));
  }
  list = std::move(kept);
  schema = std::move(fields);
  return mapping;
}

// A sum may also leave its type when it is finished.
bool may_fail(const plan::AggregateCall& call, const Plan& input, ComputedColumns& computed) {
  const bool sums = call.function->finish == kernel::FinishKind::kSum && !call.signature.result.is_float();
  const auto is_harmless = [&](const Expression& e) { return is_safe(e) && !computed.reads_what_may_fail(e, input); };
  return sums || call.function->may_fail || !std::ranges::all_of(call.arguments, is_harmless) ||
         !std::ranges::all_of(call.orders, is_harmless, &plan::SortOrder::expression) || (call.filter && !is_harmless(*call.filter));
}

struct Pruner {
  Plan& plan;
  const Columns& wanted;
  const FailingPlans& failing;

  std::vector<int> operator()(plan::Scan& scan) const { return keep(scan.columns, plan.schema, wanted); }
  // What is read of it is noted only: it has other readers.
  std::vector<int> operator()(plan::Shared& shared) const {
    Columns& read = shared.plan->read;
    read.resize(wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) read[i] = read[i] || wanted[i];
    return identity(wanted.size());
  }
  // Rounds read all columns of the round before.
  std::vector<int> operator()(plan::Recursion&) const {
    for (PlanPtr& input : plan.inputs) static_cast<void>(prune_exactly(input, Columns(wanted.size(), true), failing));
    return identity(wanted.size());
  }
  std::vector<int> operator()(plan::Values&) const { return identity(wanted.size()); }
  std::vector<int> operator()(plan::Project& project) const {
    Columns kept = wanted;
    keep_failing(kept, plan);
    const std::vector<int> mapping = keep(project.expressions, plan.schema, kept);
    Columns below(plan.input().schema.size(), false);
    for (const Expression& e : project.expressions) want(below, e);
    remap(project.expressions, prune(plan.inputs[0], below, failing));
    return mapping;
  }
  std::vector<int> operator()(plan::Filter& filter) const {
    Columns below = wanted;
    want(below, filter.condition);
    const std::vector<int> mapping = pass_on(below);
    plan::remap_columns(filter.condition, mapping);
    return mapping;
  }
  std::vector<int> operator()(plan::Sort& sort) const { return ordered(sort.orders); }
  std::vector<int> operator()(plan::TopN& top) const { return ordered(top.orders); }
  std::vector<int> operator()(plan::Limit& limit) const {
    Columns below = wanted;
    for (const Expression& key : limit.keys) want(below, key);
    const std::vector<int> mapping = pass_on(below);
    remap(limit.keys, mapping);
    return mapping;
  }
  std::vector<int> operator()(plan::Aggregate& aggregate) const {
    const std::size_t keys = aggregate.keys.size();
    std::vector<int> mapping = identity(keys);
    std::vector<plan::AggregateCall> calls;
    Schema schema(plan.schema.begin(), plan.schema.begin() + static_cast<std::ptrdiff_t>(keys));
    ComputedColumns computed;
    for (std::size_t i = 0; i < aggregate.calls.size(); ++i) {
      const bool kept = wanted[keys + i] || may_fail(aggregate.calls[i], plan.input(), computed);
      mapping.push_back(kept ? static_cast<int>(schema.size()) : -1);
      if (!kept) continue;
      calls.push_back(std::move(aggregate.calls[i]));
      schema.push_back(std::move(plan.schema[keys + i]));
    }
    aggregate.calls = std::move(calls);
    plan.schema = std::move(schema);
    Columns below(plan.input().schema.size(), false);
    for (const Expression& key : aggregate.keys) want(below, key);
    for (const plan::AggregateCall& call : aggregate.calls) {
      for (const Expression& argument : call.arguments) want(below, argument);
      for (const plan::SortOrder& order : call.orders) want(below, order.expression);
      if (call.filter) want(below, *call.filter);
    }
    const std::vector<int> moved = prune(plan.inputs[0], below, failing);
    remap(aggregate.keys, moved);
    for (plan::AggregateCall& call : aggregate.calls) {
      remap(call.arguments, moved);
      for (plan::SortOrder& order : call.orders) plan::remap_columns(order.expression, moved);
      if (call.filter) plan::remap_columns(*call.filter, moved);
    }
    return mapping;
  }
  std::vector<int> operator()(plan::Numbered&) const { return with_number({wanted.begin(), wanted.end() - 1}); }
  std::vector<int> operator()(plan::RowNumber& number) const {
    Columns below(wanted.begin(), wanted.end() - 1);
    for (const Expression& key : number.keys) want(below, key);
    const std::vector<int> mapping = with_number(below);
    remap(number.keys, mapping);
    return mapping;
  }
  std::vector<int> with_number(const Columns& below) const {
    Field number = plan.schema.back();
    std::vector<int> mapping = prune(plan.inputs[0], below, failing);
    plan.schema = plan.inputs[0]->schema;
    mapping.push_back(static_cast<int>(plan.schema.size()));
    plan.schema.push_back(std::move(number));
    return mapping;
  }
  // Every input gives exactly the wanted columns, in order.
  std::vector<int> operator()(plan::Union&) const {
    Columns kept = wanted;
    keep_failing(kept, plan);
    for (PlanPtr& input : plan.inputs) static_cast<void>(prune_exactly(input, kept, failing));
    std::vector<int> numbers = identity(kept.size());
    return keep(numbers, plan.schema, kept);
  }
  std::vector<int> operator()(plan::Join& join) const {
    const std::size_t left_columns = plan.inputs[0]->schema.size();
    const std::size_t right_columns = plan.inputs[1]->schema.size();
    Columns both(left_columns + right_columns, false);
    const bool gives_right = plan.schema.size() == both.size() && join.kind != plan::JoinKind::kMark;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i] && (i < left_columns || gives_right)) both[i] = true;
    }
    if (join.condition) want(both, *join.condition);
    if (join.any) want(both, *join.any);
    const auto middle = both.begin() + static_cast<std::ptrdiff_t>(left_columns);
    Columns left(both.begin(), middle);
    Columns right(middle, both.end());
    for (const plan::JoinKey& key : join.keys) {
      want(left, key.left);
      want(right, key.right);
    }
    keep_failing(right, *plan.inputs[1]);
    const std::vector<int> left_moved = prune(plan.inputs[0], left, failing);
    const std::vector<int> right_moved = prune_exactly(plan.inputs[1], right, failing);
    const auto left_now = static_cast<int>(plan.inputs[0]->schema.size());
    for (plan::JoinKey& key : join.keys) {
      plan::remap_columns(key.left, left_moved);
      plan::remap_columns(key.right, right_moved);
    }
    std::vector<int> mapping = left_moved;
    for (const int column : right_moved) mapping.push_back(column < 0 ? -1 : column + left_now);
    if (join.condition) plan::remap_columns(*join.condition, mapping);
    if (join.any) plan::remap_columns(*join.any, mapping);
    PlanPtr again = plan::make_join(std::move(join), std::move(plan.inputs[0]), std::move(plan.inputs[1]));
    plan = std::move(*again);
    if (!gives_right) {
      mapping = left_moved;
      if (wanted.size() > left_columns) mapping.push_back(left_now);  // the mark
    }
    return mapping;
  }

  void keep_failing(Columns& kept, const Plan& of) const {
    if (!failing.contains(&of)) return;
    ComputedColumns computed;
    for (std::size_t i = 0; i < kept.size(); ++i) kept[i] = kept[i] || computed.may_fail(of, i);
  }
  std::vector<int> pass_on(const Columns& below) const {
    std::vector<int> mapping = prune(plan.inputs[0], below, failing);
    plan.schema = plan.inputs[0]->schema;
    return mapping;
  }
  std::vector<int> ordered(std::vector<plan::SortOrder>& orders) const {
    Columns below = wanted;
    for (const plan::SortOrder& order : orders) want(below, order.expression);
    const std::vector<int> mapping = pass_on(below);
    for (plan::SortOrder& order : orders) plan::remap_columns(order.expression, mapping);
    return mapping;
  }
};

std::vector<int> prune(PlanPtr& plan, const Columns& wanted, const FailingPlans& failing) {
  return std::visit(Pruner{*plan, wanted, failing}, plan->node);
}

std::vector<int> prune_exactly(PlanPtr& plan, const Columns& wanted, const FailingPlans& failing) {
  const Schema schema = plan->schema;
  const std::vector<int> moved = prune(plan, wanted, failing);
  std::vector<Expression> expressions;
  Schema fields;
  std::vector<int> mapping(wanted.size(), -1);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i]) continue;
    mapping[i] = static_cast<int>(fields.size());
    expressions.push_back(Expression::column(moved[i], schema[i].type));
    fields.push_back(schema[i]);
  }
  if (plan->schema.size() == fields.size() && mapping == moved) return mapping;
  plan = plan::make_plan(plan::Project{std::move(expressions)}, std::move(fields), std::move(plan));
  return mapping;
}

// Whether rows are written as they come out of other rows: not where they lie stored already, and would be copied.
bool streams(const Plan& plan) {
  return std::holds_alternative<plan::Project>(plan.node) || std::holds_alternative<plan::Filter>(plan.node) ||
         std::holds_alternative<plan::Join>(plan.node) || std::holds_alternative<plan::Scan>(plan.node);
}

// Plans that are shared, those that one reads before it.
void add_shared(Plan& plan, std::vector<plan::SharedPlan*>& inner_first) {
  if (const auto* shared = std::get_if<plan::Shared>(&plan.node)) {
    plan::SharedPlan* rows = shared->plan.get();
    if (std::ranges::find(inner_first, rows) != inner_first.end()) return;
    add_shared(*rows->plan, inner_first);
    inner_first.push_back(rows);
  }
  for (const PlanPtr& input : plan.inputs) add_shared(*input, inner_first);
}

}  // namespace

Result<PlanPtr> prune_shared(PlanPtr plan, const plan::ConstantEvaluator& constants) {
  std::vector<plan::SharedPlan*> shared;
  add_shared(*plan, shared);
  if (shared.empty()) return plan;
  for (plan::SharedPlan* rows : shared) rows->read.clear();
  plan = TRUENO_TRY(prune_columns(std::move(plan), constants));
  for (plan::SharedPlan* rows : shared | std::views::reverse) {
    const Schema schema = rows->plan->schema;
    // What is materialized may be the rows of a recursion, and these are another plan's.
    const bool known = !rows->materialized && rows->read.size() == schema.size() && streams(*rows->plan);
    ComputedColumns computed;
    std::vector<Expression> columns;
    bool narrower = false;
    for (std::size_t i = 0; i < schema.size(); ++i) {
      const bool dropped = known && !rows->read[i] && !schema[i].type.is_nested() && !computed.may_fail(*rows->plan, i);
      narrower = narrower || dropped;
      columns.push_back(dropped ? Expression::literal(Value::null(schema[i].type))
                                : Expression::column(static_cast<int>(i), schema[i].type));
    }
    if (narrower) rows->plan = plan::make_plan(plan::Project{std::move(columns)}, schema, std::move(rows->plan));
    rows->plan = TRUENO_TRY(prune_columns(std::move(rows->plan), constants));
  }
  return plan;
}

Result<PlanPtr> prune_columns(PlanPtr plan, const plan::ConstantEvaluator&) {
  const Schema schema = plan->schema;
  const std::vector<int> mapping = prune(plan, Columns(schema.size(), true), plans_that_may_fail(*plan));
  if (mapping == identity(plan->schema.size())) return plan;
  std::vector<Expression> outputs;
  for (std::size_t i = 0; i < schema.size(); ++i) outputs.push_back(Expression::column(mapping[i], schema[i].type));
  return plan::make_plan(plan::Project{std::move(outputs)}, schema, std::move(plan));
}

}  // namespace trueno::optimize

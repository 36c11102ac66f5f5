// Subqueries become joins.
//
//   Filter x > (scalar of a, b)            Project a, b, x
//     Scan t                        ->       Filter x > value
//                                              Single join
//                                                Scan t
//                                                ...
//
// First each subquery in an expression is joined to the operator's input: a value by a single join, EXISTS and IN by a mark join. Where its
// plan reads the row outside (kOuter), that join is dependent, and one of three ways makes it an ordinary one:
//
//  1. A value computed from one row (an aggregate without keys, or no table at all): what is computed from it moves above the join, so that
//     a row outside without any row inside still gets count 0.
//  2. Conditions that compare with the row outside move up into the join, past projections, inner joins and groupings by what they compare.
//  3. Anything else, in general (Neumann, Kemper: Unnesting Arbitrary Queries, 2015): the subquery is computed for the set of different
//     values outside, which goes down its plan as one more relation, and the join finds each row's own.
//
// Not optional: nothing later knows subqueries.
#include <algorithm>
#include <iterator>

#include "optimize/attach.h"
#include "optimize/dependent_join.h"
#include "optimize/push_into_join.h"
#include "optimize/rules.h"

namespace trueno::optimize {

namespace {

using plan::Expression;
using plan::ExpressionKind;
using plan::Join;
using plan::JoinKind;
using plan::Plan;
using plan::PlanPtr;

// Conjuncts without a subquery that stand before those with one, or cannot fail, are asked before anything is joined.
void ask_first(Plan& plan) {
  auto& filter = std::get<plan::Filter>(plan.node);
  std::vector<Expression> first;
  std::vector<Expression> rest;
  for (Expression& term : plan::conjuncts(std::move(filter.condition))) {
    const bool early = !plan::has_subquery(term) && (rest.empty() || is_safe(term));
    (early ? first : rest).push_back(std::move(term));
  }
  filter.condition = plan::conjunction(std::move(rest));
  if (first.empty()) return;
  const Schema schema = plan.inputs[0]->schema;
  plan.inputs[0] = plan::make_plan(plan::Filter{plan::conjunction(std::move(first))}, schema, std::move(plan.inputs[0]));
}

Result<PlanPtr> attach_all(PlanPtr plan) {
  if (std::holds_alternative<Join>(plan->node)) plan = TRUENO_TRY(attach_to_join(std::move(plan)));
  bool any = false;
  plan::for_each_expression(*plan, [&](Expression& e) { any = any || plan::has_subquery(e); });
  if (!any) return plan;
  if (plan->inputs.size() != 1) return error(ErrorCode::kNotSupported, "a subquery is not supported here yet");
  const Schema schema = plan->schema;
  if (std::holds_alternative<plan::Filter>(plan->node)) ask_first(*plan);
  plan::for_each_expression(*plan, [&](Expression& e) { attach_subqueries(e, plan->inputs[0]); });
  const bool passes_on = std::holds_alternative<plan::Filter>(plan->node) || std::holds_alternative<plan::Sort>(plan->node) ||
                         std::holds_alternative<plan::TopN>(plan->node);
  if (!passes_on) return plan;
  plan->schema = plan->inputs[0]->schema;
  return plan::make_plan(plan::Project{plan::all_columns(schema)}, schema, std::move(plan));
}

Result<PlanPtr> attach_everywhere(PlanPtr plan) {
  plan = TRUENO_TRY(attach_all(std::move(plan)));
  for (PlanPtr& input : plan->inputs) input = TRUENO_TRY(attach_everywhere(std::move(input)));
  return plan;
}

// From the top down: a join that depends on one outside reads, from then on, columns of its own.
Result<PlanPtr> unnest(PlanPtr plan) {
  const auto* join = std::get_if<Join>(&plan->node);
  if (join != nullptr && !join->outer.empty()) plan = TRUENO_TRY(make_independent(std::move(plan)));
  for (PlanPtr& input : plan->inputs) input = TRUENO_TRY(unnest(std::move(input)));
  return plan;
}

}  // namespace

void attach_subqueries(Expression& e, PlanPtr& input) {
  for (Expression& argument : e.arguments) attach_subqueries(argument, input);
  if (e.kind != ExpressionKind::kSubquery) return;
  const plan::Subquery& subquery = *e.subquery;
  const auto left_columns = static_cast<int>(input->schema.size());
  Join join;
  join.kind = subquery.kind == plan::SubqueryKind::kScalar ? JoinKind::kSingle : JoinKind::kMark;
  if (subquery.test) {
    std::vector<int> mapping(subquery.plan->schema.size());
    for (std::size_t i = 0; i < mapping.size(); ++i) mapping[i] = static_cast<int>(i) + left_columns;
    Expression test = *subquery.test;
    plan::remap_columns(test, mapping);
    join.any = plan::substitute_outer(test, e.arguments);
  }
  join.outer = e.arguments;
  const SourceSpan span = e.span;
  Expression column = Expression::column(left_columns, e.type);
  column.span = span;
  input = plan::make_join(std::move(join), std::move(input), plan::clone(*subquery.plan));
  e = std::move(column);
}

Result<PlanPtr> unnest_subqueries(PlanPtr plan, const plan::ConstantEvaluator&) {
  // All of them become dependent joins first, so that those inside others are in the way of none.
  return unnest(TRUENO_TRY(attach_everywhere(std::move(plan))));
}

}  // namespace trueno::optimize

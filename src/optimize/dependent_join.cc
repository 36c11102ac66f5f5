#include "optimize/dependent_join.h"

#include <algorithm>
#include <optional>

namespace trueno::optimize {

using plan::Expression;
using plan::ExpressionKind;
using plan::Join;
using plan::JoinKind;
using plan::Plan;
using plan::PlanPtr;
using plan::reads_outside;

Expression or_empty(const plan::AggregateCall& call, Expression column) {
  const bool counts = call.function->fold == nullptr && call.function->finish == kernel::FinishKind::kCount;
  if (!counts && !call.function->zero_of_nothing) return column;
  Expression e;
  e.kind = ExpressionKind::kCoalesce;
  e.type = column.type;
  const Type type = column.type;
  e.arguments.push_back(std::move(column));
  e.arguments.push_back(Expression::literal(type.is_float() ? Value::floating(0) : Value::integer(0, type.id)));
  return e;
}

namespace {

std::vector<Expression> columns_of_schema(const Schema& schema) {
  std::vector<Expression> columns;
  for (std::size_t i = 0; i < schema.size(); ++i) columns.push_back(Expression::column(static_cast<int>(i), schema[i].type));
  return columns;
}

// Conditions over the right's columns and kOuter become the join's, over both sides' columns.
void add_conditions(Join& join, std::vector<Expression> conditions, const std::vector<Expression>& outer, std::size_t left_columns,
                    std::size_t right_columns) {
  std::vector<int> shift(right_columns);
  for (std::size_t i = 0; i < shift.size(); ++i) shift[i] = static_cast<int>(i + left_columns);
  for (Expression& condition : conditions) {
    plan::remap_columns(condition, shift);
    plan::add_join_condition(join, plan::substitute_outer(condition, outer), static_cast<int>(left_columns));
  }
}

// Way 1. What a chain of projections and filters computes from one row: an aggregate without keys, or no table at all.
struct Chain {
  PlanPtr bottom;                  // the Aggregate, or Values of one row
  std::vector<Expression> values;  // the chain's outputs over the bottom's
  std::vector<Expression> conditions;
};
std::optional<Chain> chain_over_one_row(const Plan& plan) {
  Chain chain;
  chain.values = columns_of_schema(plan.schema);
  const Plan* at = &plan;
  for (;;) {
    if (const auto* project = std::get_if<plan::Project>(&at->node)) {
      if (plan::repeats_work(chain.values, project->expressions) || plan::repeats_work(chain.conditions, project->expressions))
        return std::nullopt;
      for (Expression& e : chain.values) e = plan::substitute(e, project->expressions);
      for (Expression& e : chain.conditions) e = plan::substitute(e, project->expressions);
    } else if (const auto* filter = std::get_if<plan::Filter>(&at->node)) {
      chain.conditions.push_back(filter->condition);
    } else if (!std::holds_alternative<plan::Sort>(at->node)) {
      break;
    }
    at = &at->input();
  }
  const auto* aggregate = std::get_if<plan::Aggregate>(&at->node);
  const auto* values = std::get_if<plan::Values>(&at->node);
  const bool one_row = (aggregate != nullptr && aggregate->keys.empty()) || (values != nullptr && values->rows.size() == 1);
  if (!one_row) return std::nullopt;
  chain.bottom = plan::clone(*at);
  return chain;
}

Expression where_all(std::vector<Expression> conditions, Expression value) {
  return conditions.empty() ? value : Expression::where(plan::conjunction(std::move(conditions)), std::move(value));
}

// The left's columns, then the value or the mark of the subquery; nothing where this way does not lead.
std::optional<PlanPtr> from_one_row(Plan& plan) {
  Join& join = std::get<Join>(plan.node);
  if (join.kind != JoinKind::kSingle && !(join.kind == JoinKind::kMark && join.any)) return std::nullopt;
  std::optional<Chain> chain = chain_over_one_row(*plan.inputs[1]);
  if (!chain) return std::nullopt;
  const std::size_t left_columns = plan.inputs[0]->schema.size();
  std::vector<Expression> row;  // the bottom's outputs over the joined columns
  PlanPtr joined;
  if (auto* values = std::get_if<plan::Values>(&chain->bottom->node)) {
    for (const Expression& e : values->rows[0]) row.push_back(plan::substitute_outer(e, join.outer));
  } else {
    auto& aggregate = std::get<plan::Aggregate>(chain->bottom->node);
    // Grouped by what is compared outside, with a group that is there whether rows are or not: the outer join pads it.
    std::vector<Expression> conditions;
    if (!pull_conditions(chain->bottom->inputs[0], conditions)) return std::nullopt;
    plan::Aggregate grouped;
    grouped.calls = aggregate.calls;
    PlanPtr again = plan::make_plan(plan::Aggregate{}, chain->bottom->schema, std::move(chain->bottom->inputs[0]));
    Join outer_join;
    outer_join.kind = JoinKind::kLeft;
    Schema fields;
    for (Expression& condition : conditions) {
      const bool safe = condition.kind == ExpressionKind::kCall && condition.function->name == "is_not_distinct_from";
      if (condition.kind != ExpressionKind::kCall || (condition.function->name != "=" && !safe)) return std::nullopt;
      Expression& a = condition.arguments[0];
      Expression& b = condition.arguments[1];
      const bool a_inside = !plan::has_outer(a) && plan::columns_of(b).empty();
      const bool b_inside = !plan::has_outer(b) && plan::columns_of(a).empty();
      if (!a_inside && !b_inside) return std::nullopt;
      Expression inside = a_inside ? a : b;
      const Expression& outside = a_inside ? b : a;
      Expression column = Expression::column(static_cast<int>(grouped.keys.size()), inside.type);
      fields.push_back({plan::print(inside, again->inputs[0]->schema), inside.type, true});
      outer_join.keys.push_back({plan::substitute_outer(outside, join.outer), std::move(column), safe});
      grouped.keys.push_back(std::move(inside));
    }
    for (const plan::AggregateCall& call : grouped.calls) {
      if (std::ranges::any_of(call.arguments, plan::has_outer) ||
          std::ranges::any_of(call.orders, plan::has_outer, &plan::SortOrder::expression) || (call.filter && plan::has_outer(*call.filter)))
        return std::nullopt;
    }
    const std::size_t keys = grouped.keys.size();
    for (std::size_t i = 0; i < grouped.calls.size(); ++i) {
      const Field& field = again->schema[i];
      row.push_back(or_empty(grouped.calls[i], Expression::column(static_cast<int>(left_columns + keys + i), field.type)));
      fields.push_back(field);
    }
    again->node = std::move(grouped);
    again->schema = std::move(fields);
    joined = plan::make_join(std::move(outer_join), plan::clone(*plan.inputs[0]), std::move(again));
  }
  if (!joined) joined = plan::clone(*plan.inputs[0]);
  const auto over_joined = [&](const Expression& e) { return plan::substitute_outer(plan::substitute(e, row), join.outer); };
  std::vector<Expression> conditions;
  for (const Expression& e : chain->conditions) conditions.push_back(over_joined(e));
  std::vector<Expression> outputs = columns_of_schema(plan.inputs[0]->schema);
  Expression value = over_joined(chain->values[0]);
  if (join.kind == JoinKind::kMark) {
    std::vector<Expression> both = outputs;
    for (const Expression& e : chain->values) both.push_back(over_joined(e));
    value = plan::substitute(*join.any, both);
    if (!conditions.empty()) {  // no row: FALSE
      value = where_all(std::move(conditions), std::move(value));
      value.arguments[2] = Expression::literal(Value::boolean(false));
      conditions.clear();
    }
  }
  outputs.push_back(where_all(std::move(conditions), std::move(value)));
  return plan::make_plan(plan::Project{std::move(outputs)}, plan.schema, std::move(joined));
}

PlanPtr without_extra_columns(PlanPtr plan, const Schema& schema) {
  if (plan->schema.size() == schema.size()) return plan;
  return plan::make_plan(plan::Project{columns_of_schema(schema)}, schema, std::move(plan));
}

// EXISTS does not care how many rows there are.
void ask_whether_any(PlanPtr& plan) {
  PlanPtr* at = &plan;
  while (std::holds_alternative<plan::Project>((*at)->node)) at = &(*at)->inputs[0];
  const auto* limit = std::get_if<plan::Limit>(&(*at)->node);
  if (limit != nullptr && limit->limit != 0 && limit->offset == 0 && limit->keys.empty()) *at = std::move((*at)->inputs[0]);
}

// Way 3.
Result<PlanPtr> over_domain(PlanPtr plan) {
  Join join = std::move(std::get<Join>(plan->node));
  auto rows = std::make_shared<plan::SharedPlan>();
  rows->name = "the query outside";
  rows->plan = std::move(plan->inputs[0]);
  const Schema left_schema = rows->plan->schema;
  auto domain = std::make_shared<plan::SharedPlan>();
  domain->name = "values outside";
  plan::Aggregate values;
  values.keys = join.outer;
  Schema fields;
  for (const Expression& e : join.outer) fields.push_back({plan::print(e, left_schema), e.type, true});
  domain->plan = plan::make_plan(std::move(values), std::move(fields), plan::make_plan(plan::Shared{rows}, left_schema));
  const std::size_t right_columns = plan->inputs[1]->schema.size();
  PlanPtr right = TRUENO_TRY(for_domain(std::move(plan->inputs[1]), domain));
  for (std::size_t i = 0; i < join.outer.size(); ++i) {
    join.keys.push_back({join.outer[i], Expression::column(static_cast<int>(right_columns + i), join.outer[i].type), true});
  }
  join.outer.clear();
  const Schema schema = plan->schema;
  const bool mark = join.kind == JoinKind::kMark;
  PlanPtr joined = plan::make_join(std::move(join), plan::make_plan(plan::Shared{rows}, left_schema), std::move(right));
  return mark ? std::move(joined) : without_extra_columns(std::move(joined), schema);
}

}  // namespace

Result<PlanPtr> make_independent(PlanPtr plan) {
  Join& join = std::get<Join>(plan->node);
  if (!reads_outside(*plan->inputs[1])) {
    join.outer.clear();
    return plan;
  }
  if (join.kind == JoinKind::kMark && !join.any) ask_whether_any(plan->inputs[1]);
  if (std::optional<PlanPtr> done = from_one_row(*plan)) return std::move(*done);
  PlanPtr right = plan::clone(*plan->inputs[1]);
  std::vector<Expression> conditions;
  if (!pull_conditions(right, conditions)) return over_domain(std::move(plan));
  const Schema schema = plan->schema;
  const std::size_t left_columns = plan->inputs[0]->schema.size();
  const std::vector<Expression> outer = std::move(join.outer);
  join.outer.clear();
  add_conditions(join, std::move(conditions), outer, left_columns, right->schema.size());
  return without_extra_columns(plan::make_join(std::move(join), std::move(plan->inputs[0]), std::move(right)), schema);
}

}  // namespace trueno::optimize

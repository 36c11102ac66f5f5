// LIMIT and OFFSET. Constants are a Limit. What is only known when the query runs (a subquery, a part of the rows) is asked of row numbers:
//
//   Filter number >= offset AND number - offset < limit
//     Project ..., number, offset, limit
//       Row number
#include "bind/query_binder.h"

namespace trueno::bind {

using plan::Expression;
using plan::ExpressionKind;
using plan::PlanPtr;

namespace {

// `value` where it lies within what is allowed; the query ends with `message` where it does not. NULL passes.
Result<Expression> checked(const ExpressionBinder& binder, Expression value, Expression wrong, const char* message, SourceSpan span) {
  Expression failure = TRUENO_TRY(binder.call("error", list_of(Expression::literal(Value::varchar(message))), span));
  failure = Expression::cast(std::move(failure), value.type);
  const Type type = value.type;
  return Expression::nary(ExpressionKind::kCase, type, list_of(std::move(wrong), std::move(failure), std::move(value)));
}

// Percent of `count`, as many whole rows as it holds.
Result<Expression> part_of(const ExpressionBinder& binder, const Expression& percent, Expression count, SourceSpan span) {
  const auto number = [](double value) { return Expression::literal(Value::floating(value)); };
  Expression low = TRUENO_TRY(binder.call("<", list_of(percent, number(0)), span));
  Expression high = TRUENO_TRY(binder.call(">", list_of(percent, number(100)), span));
  Expression wrong = Expression::nary(ExpressionKind::kOr, TypeId::kBoolean, list_of(std::move(low), std::move(high)));
  Expression right = TRUENO_TRY(checked(binder, percent, std::move(wrong), "LIMIT in percent must be from 0 to 100", span));
  Expression part = TRUENO_TRY(binder.call("/", list_of(std::move(right), number(100)), span));
  Expression rows = TRUENO_TRY(binder.call("*", list_of(std::move(part), Expression::cast(std::move(count), TypeId::kDouble)), span));
  return Expression::cast(TRUENO_TRY(binder.call("floor", list_of(std::move(rows)), span)), TypeId::kBigInt);
}

// (SELECT 5) is 5: known before a row is read.
Expression without_needless_subquery(Expression e) {
  for (Expression& argument : e.arguments) argument = without_needless_subquery(std::move(argument));
  if (e.kind != ExpressionKind::kSubquery || e.subquery->kind != plan::SubqueryKind::kScalar) return e;
  const auto* project = std::get_if<plan::Project>(&e.subquery->plan->node);
  if (project == nullptr) return e;
  const auto* row = std::get_if<plan::Values>(&e.subquery->plan->input().node);
  if (row == nullptr || row->rows.size() != 1 || !project->expressions[0].is_constant()) return e;
  Expression value = project->expressions[0];
  value.span = e.span;
  return value;
}

}  // namespace

// Nothing: NULL, which is no limit.
Result<std::optional<std::int64_t>> QueryBinder::constant_count(const Expression& bound, std::string_view what, SourceSpan span) {
  const Value value = TRUENO_TRY(context_.constants.evaluate(Expression::cast(bound, TypeId::kBigInt)));
  if (value.is_null()) return std::optional<std::int64_t>();
  if (value.as_integer() < 0) return error(ErrorCode::kBinder, "{} must not be negative", what).at(span);
  return std::optional(static_cast<std::int64_t>(value.as_integer()));
}

Result<PlanPtr> QueryBinder::limited(const sql::Query& query, PlanPtr plan) {
  const Scope nothing;
  ExpressionBinder binder(context_, nothing, around());
  binder.explain_no_aggregates("LIMIT is one number for the whole query: (SELECT ...) may compute it");
  std::optional<Expression> limit;
  std::optional<Expression> offset;
  if (query.limit) limit = without_needless_subquery(TRUENO_TRY(binder.bind(*query.limit)));
  if (query.offset) offset = without_needless_subquery(TRUENO_TRY(binder.bind(*query.offset)));
  for (const std::optional<Expression>* e : {&limit, &offset}) {
    if (*e && (*e)->type.id != TypeId::kNull && !(*e)->type.is_numeric() && (*e)->type.id != TypeId::kVarchar)
      return error(ErrorCode::kBinder, "{} takes a number, not {}", e == &limit ? "LIMIT" : "OFFSET", (*e)->type.to_string())
          .at((*e)->span);
  }
  const Schema schema = plan->schema;
  const bool known = (!limit || limit->is_constant()) && (!offset || offset->is_constant()) && !query.limit_percent;
  if (known) {
    plan::Limit node;
    if (limit) node.limit = TRUENO_TRY(constant_count(*limit, "LIMIT", query.limit->span)).value_or(-1);
    if (offset) node.offset = TRUENO_TRY(constant_count(*offset, "OFFSET", query.offset->span)).value_or(0);
    if (node.limit < 0 && node.offset == 0) return plan;
    return plan::make_plan(std::move(node), schema, std::move(plan));
  }
  return cut(binder, {query.span, query.limit_percent, std::move(limit), std::move(offset)}, std::move(plan));
}

Result<PlanPtr> QueryBinder::cut(const ExpressionBinder& binder, Cut wanted_rows, PlanPtr plan) {
  auto& [span, in_percent, limit, offset] = wanted_rows;
  const Schema schema = plan->schema;
  if (in_percent) {
    Expression percent = Expression::cast(std::move(*limit), TypeId::kDouble);
    if (percent.is_constant()) {  // what cannot be is refused before a row is read
      const Value value = TRUENO_TRY(context_.constants.evaluate(percent));
      if (!value.is_null() && !(value.as_double() >= 0 && value.as_double() <= 100))
        return error(ErrorCode::kBinder, "LIMIT in percent must be from 0 to 100").at(span);
    }
    if (plan::reads_outside(*plan))
      return error(ErrorCode::kNotSupported, "LIMIT in percent, in a subquery that reads the row outside, is not supported yet").at(span);
    const auto rows = plan::share(std::move(plan), "the rows to limit");
    plan = plan::read(rows);
    plan::Aggregate counting;
    plan::AggregateCall& call = counting.calls.emplace_back();
    call.function = context_.functions.aggregate("count");
    call.signature = {{}, TypeId::kBigInt};
    auto subquery = std::make_shared<plan::Subquery>();
    subquery->plan = plan::make_plan(std::move(counting), {{"count", TypeId::kBigInt, false}}, plan::read(rows));
    Expression count = Expression::nary(ExpressionKind::kSubquery, TypeId::kBigInt, {});
    count.subquery = std::move(subquery);
    limit = TRUENO_TRY(part_of(binder, percent, std::move(count), span));
  }
  Expression no_limit = Expression::literal(Value::null(TypeId::kBigInt));
  std::vector<Expression> outputs = plan::all_columns(schema);
  const auto first = static_cast<int>(outputs.size());
  outputs.push_back(Expression::column(first, TypeId::kBigInt));
  outputs.push_back(offset ? Expression::cast(std::move(*offset), TypeId::kBigInt) : no_limit);
  outputs.push_back(limit ? Expression::cast(std::move(*limit), TypeId::kBigInt) : no_limit);
  Schema fields = schema;
  for (const char* name : {"row number", "offset", "limit"}) fields.push_back({name, TypeId::kBigInt, true});
  plan = plan::make_plan(plan::Project{std::move(outputs)}, fields, plan::with_row_number(std::move(plan), {}));
  const Expression number = Expression::column(first, TypeId::kBigInt);
  const Expression zero = Expression::literal(Value::bigint(0));
  const auto at_least_zero = [&](Expression value, const char* message) -> Result<Expression> {
    Expression negative = TRUENO_TRY(binder.call("<", list_of(value, zero), span));
    return checked(binder, std::move(value), std::move(negative), message, span);
  };
  Expression skipped = TRUENO_TRY(at_least_zero(Expression::column(first + 1, TypeId::kBigInt), "OFFSET must not be negative"));
  skipped = Expression::nary(ExpressionKind::kCoalesce, TypeId::kBigInt, list_of(std::move(skipped), zero));
  Expression wanted = TRUENO_TRY(at_least_zero(Expression::column(first + 2, TypeId::kBigInt), "LIMIT must not be negative"));
  Expression behind = TRUENO_TRY(binder.call(">=", list_of(number, skipped), span));
  Expression at = TRUENO_TRY(binder.call("-", list_of(number, std::move(skipped)), span));
  Expression before = TRUENO_TRY(binder.call("<", list_of(std::move(at), std::move(wanted)), span));
  before =
      Expression::nary(ExpressionKind::kCoalesce, TypeId::kBoolean, list_of(std::move(before), Expression::literal(Value::boolean(true))));
  plan = plan::make_plan(plan::Filter{plan::conjunction(list_of(std::move(behind), std::move(before)))}, fields, std::move(plan));
  return plan::make_plan(plan::Project{plan::all_columns(schema)}, schema, std::move(plan));
}

}  // namespace trueno::bind

// SELECT: its list, GROUP BY, HAVING and DISTINCT.
#include "bind/query_binder.h"

#include <algorithm>

namespace trueno::bind {

using plan::Expression;
using plan::ExpressionKind;
using plan::PlanPtr;

namespace {

// Column names of unnamed expressions: the expression's own text.
std::string text_of(const Expression& expression, const Schema& input) {
  std::string text = plan::print(expression, input);
  if (text.size() > 1 && text.front() == '(' && text.back() == ')') text = text.substr(1, text.size() - 2);
  return text;
}

}  // namespace

// An expression over FROM's columns and aggregate placeholders (numbers from `inputs` on) to one over the Aggregate's output.
Result<Expression> QueryBinder::over_groups(Expression expression, const Grouping& grouping, const Scope& scope) {
  const auto inputs = static_cast<int>(scope.columns.size());
  for (std::size_t i = 0; i < grouping.keys.size(); ++i) {
    if (!same_expression(expression, grouping.keys[i])) continue;
    Expression column = Expression::column(static_cast<int>(i), expression.type);
    column.span = expression.span;
    return column;
  }
  if (expression.kind == ExpressionKind::kColumn) {
    if (expression.index < inputs) {
      return error(ErrorCode::kBinder, "column \"{}\" must appear in GROUP BY or be used in an aggregate",
                   scope.columns[static_cast<std::size_t>(expression.index)].name)
          .hint(fmt::format("add it to GROUP BY, or write any value of it as min({})",
                            scope.columns[static_cast<std::size_t>(expression.index)].name))
          .at(expression.span);
    }
    const bool mask = expression.index >= inputs + kMaskColumns;
    const std::size_t before = mask ? grouping.keys.size() + grouping.calls.size() : grouping.keys.size();
    expression.index = static_cast<int>(before) + expression.index - inputs - (mask ? kMaskColumns : 0);
    return expression;
  }
  for (Expression& argument : expression.arguments) argument = TRUENO_TRY(over_groups(std::move(argument), grouping, scope));
  return expression;
}

Result<PlanPtr> QueryBinder::bind_select(const sql::Query& query, const sql::Select& select) {
  if (!select.distinct_on.empty() || select.qualify || !select.windows.empty() || select.sample) {
    return error(ErrorCode::kNotSupported, "DISTINCT ON, QUALIFY, WINDOW and SAMPLE are not supported yet").at(query.span);
  }
  Relation input = TRUENO_TRY(bind_from(select.from));
  const Scope& scope = input.scope;
  if (select.where) {
    ExpressionBinder binder(context_, scope, around());
    Expression condition = TRUENO_TRY(binder.bind_condition(*select.where));
    const Schema schema = input.plan->schema;
    input.plan = plan::make_plan(plan::Filter{std::move(condition)}, schema, std::move(input.plan));
  }
  Grouping grouping;
  ExpressionBinder binder(context_, scope, around());
  binder.allow_aggregates([&](plan::AggregateCall call, SourceSpan span) -> Result<Expression> {
    grouping.active = true;
    Expression column = Expression::column(static_cast<int>(scope.columns.size() + grouping.calls.size()), call.signature.result);
    for (std::size_t i = 0; i < grouping.calls.size(); ++i) {
      if (same_call(grouping.calls[i], call)) column.index = static_cast<int>(scope.columns.size() + i);
    }
    if (column.index == static_cast<int>(scope.columns.size() + grouping.calls.size())) grouping.calls.push_back(std::move(call));
    column.span = span;
    return column;
  });
  binder.allow_grouping([&](std::vector<Expression> keys, SourceSpan span) -> Result<Expression> {
    Expression column =
        Expression::column(static_cast<int>(scope.columns.size() + grouping.sets.masks.size()) + kMaskColumns, TypeId::kBigInt);
    column.span = span;
    grouping.sets.masks.push_back(std::move(keys));
    return column;
  });

  std::vector<Expression> outputs;
  std::vector<std::string> names;
  for (const sql::SelectItem& item : select.items) TRUENO_TRY(bind_item(item, binder, input, outputs, names));
  TRUENO_TRY(bind_group_by(select, binder, outputs, names, scope, grouping));
  std::optional<Expression> having;
  if (select.having) {
    having = TRUENO_TRY(binder.bind_condition(*select.having));
    grouping.active = true;
  }
  // ORDER BY may name outputs, count them, or compute anything SELECT could.
  std::vector<plan::SortOrder> orders;
  const std::size_t visible = outputs.size();
  TRUENO_TRY(bind_order_by(query, binder, names, outputs, orders, select.distinct));

  if (!grouping.sets.masks.empty() && grouping.keys.empty()) return error(ErrorCode::kBinder, "GROUPING needs GROUP BY").at(query.span);
  PlanPtr plan = std::move(input.plan);
  if (grouping.active) {
    Schema schema;
    for (std::size_t i = 0; i < grouping.keys.size(); ++i)
      schema.push_back({text_of(grouping.keys[i], plan->schema), grouping.keys[i].type, true});
    for (const plan::AggregateCall& call : grouping.calls) {
      schema.push_back({fmt::format("{}({}{})", call.function->name, call.distinct ? "DISTINCT " : "",
                                    call.arguments.empty() ? "*" : plan::print(call.arguments[0], plan->schema)),
                        call.signature.result, true});
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i] = TRUENO_TRY(over_groups(std::move(outputs[i]), grouping, scope));
    if (having) having = TRUENO_TRY(over_groups(std::move(*having), grouping, scope));
    plan = TRUENO_TRY(group(plan::Aggregate{std::move(grouping.keys), std::move(grouping.calls)}, grouping.sets, schema, std::move(plan)));
    if (having) plan = plan::make_plan(plan::Filter{std::move(*having)}, schema, std::move(plan));
  }
  Schema schema;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    std::string name = i < names.size() ? names[i] : "";
    if (name.empty()) name = text_of(outputs[i], plan->schema);
    schema.push_back({std::move(name), outputs[i].type.id == TypeId::kNull ? Type(TypeId::kInteger) : outputs[i].type, true});
    outputs[i] = Expression::cast(std::move(outputs[i]), schema.back().type);
  }
  plan = plan::make_plan(plan::Project{std::move(outputs)}, schema, std::move(plan));
  if (select.distinct) {
    plan::Aggregate distinct;
    for (std::size_t i = 0; i < schema.size(); ++i) distinct.keys.push_back(Expression::column(static_cast<int>(i), schema[i].type));
    plan = plan::make_plan(std::move(distinct), schema, std::move(plan));
  }
  return order_and_limit(query, std::move(plan), std::move(orders), visible);
}

bool QueryBinder::same_call(const plan::AggregateCall& a, const plan::AggregateCall& b) {
  if (a.function != b.function || a.distinct != b.distinct || a.filter.has_value() != b.filter.has_value() ||
      (a.filter && !same_expression(*a.filter, *b.filter)))
    return false;
  const auto same_order = [](const plan::SortOrder& x, const plan::SortOrder& y) {
    return same_expression(x.expression, y.expression) && x.descending == y.descending && x.nulls_first == y.nulls_first;
  };
  return a.constants == b.constants && std::ranges::equal(a.orders, b.orders, same_order) &&
         std::ranges::equal(a.arguments, b.arguments, plan::same_expression);
}

Status QueryBinder::bind_group_by(const sql::Select& select, ExpressionBinder&, const std::vector<Expression>& outputs,
                                  const std::vector<std::string>& names, const Scope& scope, Grouping& grouping) {
  const auto inputs = static_cast<int>(scope.columns.size());
  const auto has_aggregate = [&](const Expression& e) {
    const std::vector<int> columns = plan::columns_of(e);
    return !columns.empty() && columns.back() >= inputs;
  };
  const auto add = [&](Expression key) {
    grouping.active = true;
    if (key.type.id == TypeId::kNull) key = Expression::cast(std::move(key), TypeId::kInteger);
    if (std::ranges::none_of(grouping.keys, [&](const Expression& known) { return same_expression(known, key); }))
      grouping.keys.push_back(std::move(key));
  };
  if (select.group_by.all) {
    for (const Expression& output : outputs) {
      if (!has_aggregate(output)) add(output);
    }
    grouping.active = true;
  }
  // The number of the key that an expression is.
  const auto key_number = [&](const sql::Expression& expression) -> Result<std::size_t> {
    const int output = output_named(expression, names, &scope);
    if (output < -1 || output >= static_cast<int>(outputs.size()))
      return error(ErrorCode::kBinder, "GROUP BY position is not in the SELECT list (1 to {})", outputs.size()).at(expression.span);
    ExpressionBinder plain(context_, scope, around());
    Expression key = output >= 0 ? outputs[static_cast<std::size_t>(output)] : TRUENO_TRY(plain.bind(expression));
    if (has_aggregate(key)) return error(ErrorCode::kBinder, "GROUP BY cannot name an aggregate").at(expression.span);
    if (key.type.id == TypeId::kNull) key = Expression::cast(std::move(key), TypeId::kInteger);
    add(key);
    const auto known = std::ranges::find_if(grouping.keys, [&](const Expression& k) { return same_expression(k, key); });
    return static_cast<std::size_t>(known - grouping.keys.begin());
  };
  if (!select.group_by.elements.empty()) {
    grouping.active = true;
    grouping.sets.sets = TRUENO_TRY(sets_of(select.group_by.elements, key_number));
  }
  return {};
}

}  // namespace trueno::bind

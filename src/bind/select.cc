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

// x, or alias.x where no table is called so.
bool may_be_alias(const sql::QualifiedName& name, const Scope& scope) {
  const std::size_t parts = name.parts.size();
  return parts == 1 || (parts == 2 && same_name(name.parts[0].text, "alias") && !scope.has_table("alias"));
}

// An item of SELECT where its name is used: computed again.
Result<Expression> named_item(Expression item, const sql::QualifiedName& name) {
  if (plan::is_volatile(item))
    return error(ErrorCode::kBinder, "\"{}\" is another value each time, and cannot be used by its name", name.last().text)
        .hint("compute it in a subquery")
        .at(name.span());
  if (plan::has_subquery(item))
    return error(ErrorCode::kNotSupported, "\"{}\" is a subquery; to use it by its name is not supported yet", name.last().text)
        .hint("compute it in a subquery of FROM")
        .at(name.span());
  item.span = name.span();
  return item;
}

// The item of SELECT that a WHERE names, bound where it is named. `inside`: those that are being bound, which do not see themselves.
std::optional<Result<Expression>> item_named(const sql::QualifiedName& name, const std::vector<sql::SelectItem>& items, const Scope& scope,
                                             ExpressionBinder& binder, std::vector<bool>& inside) {
  if (!may_be_alias(name, scope)) return std::nullopt;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (inside[i] || items[i].alias.empty() || !same_name(items[i].alias.text, name.last().text)) continue;
    inside[i] = true;
    Result<Expression> bound = binder.bind(*items[i].expression);
    inside[i] = false;
    if (!bound) return error(bound.error().code(), "{}", bound.error().message()).hint(bound.error().hint()).at(name.span());
    return named_item(std::move(*bound), name);
  }
  return std::nullopt;
}

// What statistics prove of a column: of rows that a table holds, whether a condition leaves them or not.
std::optional<std::pair<Value, Value>> bounds_of(const plan::Plan& plan, const Expression& column) {
  if (column.kind != ExpressionKind::kColumn || !column.type.is_integer()) return std::nullopt;
  if (std::holds_alternative<plan::Filter>(plan.node)) return bounds_of(plan.input(), column);
  if (std::holds_alternative<plan::Join>(plan.node)) {
    const auto left = static_cast<int>(plan.inputs[0]->schema.size());
    const bool is_right = column.index >= left;
    return bounds_of(*plan.inputs[is_right ? 1 : 0], Expression::column(is_right ? column.index - left : column.index, column.type));
  }
  const auto* scan = std::get_if<plan::Scan>(&plan.node);
  if (scan == nullptr) return std::nullopt;
  const ColumnStatistics known = scan->source->column_statistics(scan->columns[static_cast<std::size_t>(column.index)]);
  const std::optional<std::int64_t> rows = scan->source->row_count();
  if (!rows) return std::nullopt;
  if (*rows == 0 || known.null_count == *rows) return std::pair(Value::bigint(0), Value::bigint(0));  // there is no value
  if (!known.proven || !known.exact_bounds || !known.min || !known.max) return std::nullopt;
  return std::pair(*known.min, *known.max);
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
  if (select.qualify) return error(ErrorCode::kNotSupported, "QUALIFY is not supported yet").at(select.qualify->span);
  Relation input = TRUENO_TRY(bind_from(select.from));
  if (select.sample) input.plan = TRUENO_TRY(sampled(*select.sample, std::move(input.plan)));
  const Scope& scope = input.scope;
  if (select.where) {
    ExpressionBinder binder(context_, scope, around());
    binder.explain_no_aggregates("WHERE looks at single rows; conditions on groups go to HAVING");
    std::vector<bool> inside(select.items.size(), false);
    binder.allow_aliases([&](const sql::QualifiedName& name) { return item_named(name, select.items, scope, binder, inside); });
    Expression condition = TRUENO_TRY(bind_conditions(*select.where, binder, scope));
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

  binder.allow_bounds([&](const Expression& column) { return bounds_of(*input.plan, column); });
  std::vector<const sql::FunctionCall*> numbered;
  if (context_.draw_numbers && correlation_ == nullptr && recursive_ == nullptr) {
    binder.allow_numbers([&](const sql::FunctionCall& call) -> Result<Expression> {
      numbered.push_back(&call);
      return Expression::column(static_cast<int>(scope.columns.size() + numbered.size()) - 1, TypeId::kBigInt);
    });
  }

  std::vector<Expression> outputs;
  std::vector<std::string> names;
  binder.allow_aliases([&](const sql::QualifiedName& name) -> std::optional<Result<Expression>> {
    if (!may_be_alias(name, scope)) return std::nullopt;
    const auto known = std::ranges::find_if(names, [&](const std::string& n) { return same_name(n, name.last().text); });
    if (known == names.end()) return std::nullopt;
    return named_item(outputs[static_cast<std::size_t>(known - names.begin())], name);
  });
  for (const sql::SelectItem& item : select.items) TRUENO_TRY(bind_item(item, binder, input, outputs, names));
  if (outputs.empty()) return error(ErrorCode::kBinder, "* leaves no column").at(query.span);
  TRUENO_TRY(bind_group_by(select, binder, outputs, names, scope, grouping));
  std::optional<Expression> having;
  if (select.having) {
    // A column that is no key means the item of that name, as sum(a) AS a.
    binder.set_shortcut([&](const sql::Expression& e) -> std::optional<Expression> {
      const auto* column = e.as<sql::ColumnRef>();
      if (column == nullptr || column->name.parts.size() != 1) return std::nullopt;
      const Result<int> at = scope.find(column->name);
      const auto item = std::ranges::find_if(names, [&](const std::string& n) { return same_name(n, column->name.last().text); });
      if (!at || item == names.end()) return std::nullopt;
      const Expression itself = Expression::column(*at, scope.columns[static_cast<std::size_t>(*at)].type);
      const bool is_key = std::ranges::any_of(grouping.keys, [&](const Expression& key) { return same_expression(key, itself); });
      return is_key ? std::nullopt : std::optional(outputs[static_cast<std::size_t>(item - names.begin())]);
    });
    having = TRUENO_TRY(bind_conditions(*select.having, binder, scope));
    binder.set_shortcut({});
    grouping.active = true;
  }
  // ORDER BY may name outputs, count them, or compute anything SELECT could.
  std::vector<plan::SortOrder> orders;
  const std::size_t visible = outputs.size();
  const bool distinct_rows = select.distinct && select.distinct_on.empty();
  TRUENO_TRY(bind_order_by(query, binder, scope, names, outputs, orders, distinct_rows));
  std::vector<int> distinct_on;
  for (const auto& key : select.distinct_on) {
    if (const auto* literal = key->as<sql::Literal>(); literal != nullptr && literal->kind != sql::LiteralKind::kInteger)
      return error(ErrorCode::kBinder, "DISTINCT ON a constant").hint("name a column, or count it: DISTINCT ON (1)").at(key->span);
    std::ranges::move(TRUENO_TRY(output_for(*key, "DISTINCT ON", binder, scope, names, outputs)), std::back_inserter(distinct_on));
  }

  if (!grouping.sets.masks.empty() && grouping.keys.empty()) return error(ErrorCode::kBinder, "GROUPING needs GROUP BY").at(query.span);
  PlanPtr plan = std::move(input.plan);
  if (!numbered.empty()) {
    if (grouping.active) return error(ErrorCode::kNotSupported, "nextval beside groups is not supported yet").at(query.span);
    plan = TRUENO_TRY(with_drawn_numbers(std::move(plan), numbered, binder));
  }
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
    if (having) {
      const Schema grouped = plan->schema;  // with the columns of GROUPING
      plan = plan::make_plan(plan::Filter{std::move(*having)}, grouped, std::move(plan));
    }
  }
  Schema schema;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    std::string name = i < names.size() ? names[i] : "";
    if (name.empty()) name = text_of(outputs[i], plan->schema);
    schema.push_back({std::move(name), outputs[i].type.id == TypeId::kNull ? Type(TypeId::kInteger) : outputs[i].type, true});
    outputs[i] = Expression::cast(std::move(outputs[i]), schema.back().type);
  }
  plan = plan::make_plan(plan::Project{std::move(outputs)}, schema, std::move(plan));
  if (distinct_rows) plan = plan::make_plan(plan::Aggregate{plan::all_columns(schema), {}}, schema, std::move(plan));
  if (!distinct_on.empty()) {  // the first row of each key, as ORDER BY has them
    plan::Limit first{1};
    for (const int key : distinct_on) first.keys.push_back(Expression::column(key, schema[static_cast<std::size_t>(key)].type));
    if (!orders.empty()) plan = plan::make_plan(plan::Sort{orders}, schema, std::move(plan));
    plan = plan::make_plan(std::move(first), schema, std::move(plan));
  }
  return order_and_limit(query, std::move(plan), std::move(orders), visible);
}

// Behind the columns of the plan those of the calls: first + step * the row's number.
Result<PlanPtr> QueryBinder::with_drawn_numbers(PlanPtr plan, const std::vector<const sql::FunctionCall*>& calls,
                                                const ExpressionBinder& binder) const {
  const std::vector<Drawn> drawn = rests_ ? std::vector<Drawn>(calls.size()) : TRUENO_TRY(context_.draw_numbers(*plan, calls));
  Schema schema = plan->schema;
  std::vector<Expression> outputs = plan::all_columns(schema);
  const Expression row = Expression::column(static_cast<int>(schema.size()), TypeId::kBigInt);
  for (const Drawn& numbers : drawn) {
    Expression steps = TRUENO_TRY(binder.call("*", {row, Expression::literal(Value::bigint(numbers.step))}, {}));
    outputs.push_back(TRUENO_TRY(binder.call("+", {std::move(steps), Expression::literal(Value::bigint(numbers.first))}, {})));
    schema.push_back({"nextval", TypeId::kBigInt, false});
  }
  return plan::make_plan(plan::Project{std::move(outputs)}, schema, plan::with_row_number(std::move(plan), {}));
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
  if (select.group_by.all) {  // what is the same for all rows makes no groups
    for (const Expression& output : outputs) {
      if (!has_aggregate(output) && !output.is_constant()) add(output);
    }
  }
  // The number of the key that an expression is.
  const auto key_number = [&](const sql::Expression& expression) -> Result<std::size_t> {
    const int output = output_named(expression, names, &scope);
    if (output < -1 || output >= static_cast<int>(outputs.size()))
      return error(ErrorCode::kBinder, "GROUP BY position is not in the SELECT list (1 to {})", outputs.size()).at(expression.span);
    ExpressionBinder plain(context_, scope, around());
    plain.explain_no_aggregates("GROUP BY names what the groups have in common");
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

#include "bind/query_binder.h"

#include "bind/join.h"
#include "bind/set_operation.h"

namespace trueno::bind {

using plan::Expression;
using plan::PlanPtr;

namespace {

Scope scope_of(const Schema& schema, const std::string& table) {
  Scope scope;
  scope.add(table, schema);
  return scope;
}

}  // namespace

QueryBinder::QueryBinder(const Context& context) : context_(context) {
  if (context.common_tables == nullptr) return;
  given_ = {context.common_tables, context.common_tables->size(), nullptr};
  common_tables_ = &given_;
}

Surroundings QueryBinder::around() {
  return {correlation_, [this](const sql::Query& query, Correlation& correlation) -> Result<PlanPtr> {
            Correlation* const outside = std::exchange(correlation_, &correlation);
            const bool outermost = std::exchange(outermost_, false);
            Result<PlanPtr> plan = bind(query);
            correlation_ = outside;
            outermost_ = outermost;
            return plan;
          }};
}

Result<PlanPtr> QueryBinder::bind_changed(const ChangedRows& changed) {
  outermost_ = false;
  Relation all = scan(changed.table, changed.known);
  const auto identity = static_cast<int>(all.scope.columns.size()) - 1;
  all.scope.columns.back().hidden = true;
  for (const sql::TableRefPtr& table : changed.from) {
    std::vector<Expression> outer;
    Relation next = TRUENO_TRY(bind_beside(*table, all.scope, outer));
    all = cross(std::move(all), std::move(next), std::move(outer));
  }
  ExpressionBinder binder(context_, all.scope, around());
  if (changed.where != nullptr) {
    Expression condition = TRUENO_TRY(binder.bind_condition(*changed.where));
    const Schema schema = all.plan->schema;
    all.plan = plan::make_plan(plan::Filter{std::move(condition)}, schema, std::move(all.plan));
  }
  std::vector<Expression> outputs = {Expression::column(identity, all.scope.columns[static_cast<std::size_t>(identity)].type)};
  for (const sql::Expression* value : changed.values) outputs.push_back(TRUENO_TRY(binder.bind(*value)));
  Schema schema;
  for (Expression& output : outputs) {
    if (output.type.id == TypeId::kNull) output = Expression::cast(std::move(output), TypeId::kInteger);
    schema.push_back({fmt::format("{}", schema.size()), output.type, true});
  }
  return plan::make_plan(plan::Project{std::move(outputs)}, schema, std::move(all.plan));
}

Result<PlanPtr> QueryBinder::bind(const sql::Query& query) {
  const bool outermost = std::exchange(outermost_, false);
  const CommonTables own{&query.with, query.with.size(), common_tables_, correlation_, query.recursive};
  if (query.with.empty()) return bind_body(query, outermost);
  for (std::size_t i = 0; i < query.with.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (same_name(query.with[i].name.text, query.with[k].name.text))
        return error(ErrorCode::kBinder, "WITH names \"{}\" twice", query.with[i].name.text).at(query.with[i].name.span);
    }
  }
  const CommonTables* const outer = std::exchange(common_tables_, &own);
  Result<PlanPtr> plan = bind_body(query, outermost);
  common_tables_ = outer;
  return plan;
}

Result<PlanPtr> QueryBinder::bind_body(const sql::Query& query, bool outermost) {
  if (const auto* select = query.as<sql::Select>()) return bind_select(query, *select);
  if (const auto* values = query.as<sql::Values>()) {
    Relation relation = TRUENO_TRY(bind_values(*values, outermost));
    Scope scope = relation.scope;
    return finish(query, std::move(relation.plan), scope);
  }
  if (const auto* operation = query.as<sql::SetOperation>()) {
    std::vector<PlanPtr> inputs;
    std::vector<Names> other_names;  // ORDER BY may call a column as any of the queries does
    for (const sql::QueryPtr& input : operation->inputs) {
      inputs.push_back(TRUENO_TRY(bind(*input)));
      Names& names = other_names.emplace_back();
      for (const Field& field : inputs.back()->schema) names.push_back(field.name);
    }
    if (operation->by_name) other_names.clear();
    PlanPtr plan = TRUENO_TRY(bind_set_operation(*operation, std::move(inputs), context_));
    Scope scope;
    scope.add("", plan->schema);
    return finish(query, std::move(plan), scope, other_names);
  }
  PlanPtr plan = TRUENO_TRY(bind_describe(*query.as<sql::Describe>(), query.span));
  Scope scope;
  scope.add("", plan->schema);
  return finish(query, std::move(plan), scope);
}

Result<PlanPtr> bind_changed_rows(const ChangedRows& changed, const Context& context) { return QueryBinder(context).bind_changed(changed); }

Result<PlanPtr> bind_query(const sql::Query& query, const Context& context) { return QueryBinder(context).bind(query); }

Result<Expression> bind_condition(const sql::Expression& expression, const Schema& schema, const std::string& table,
                                  const Context& context) {
  const Scope scope = scope_of(schema, table);
  QueryBinder queries(context);
  ExpressionBinder binder(context, scope, queries.around());
  return binder.bind_condition(expression);
}

Result<Expression> bind_value(const sql::Expression& expression, const Schema& schema, const std::string& table, const Context& context) {
  const Scope scope = scope_of(schema, table);
  QueryBinder queries(context);
  ExpressionBinder binder(context, scope, queries.around());
  return binder.bind(expression);
}

}  // namespace trueno::bind

// ORDER BY, LIMIT and OFFSET.
#include "bind/query_binder.h"

#include <algorithm>

#include "base/number_text.h"

namespace trueno::bind {

using plan::Expression;
using plan::PlanPtr;

// The output an ordinal or alias stands for; -1: neither; -2: an ordinal out of range. Columns of `scope` go before aliases.
int QueryBinder::output_named(const sql::Expression& expression, const std::vector<std::string>& names, const Scope* scope) {
  if (const auto* literal = expression.as<sql::Literal>(); literal != nullptr && literal->kind == sql::LiteralKind::kInteger) {
    const auto number = parse_i128(literal->text).value_or(0);
    return number >= 1 && number <= static_cast<i128>(names.size()) ? static_cast<int>(number) - 1 : -2;
  }
  const auto* column = expression.as<sql::ColumnRef>();
  if (column == nullptr || column->name.parts.size() != 1) return -1;
  if (scope != nullptr && scope->find(column->name)) return -1;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (same_name(names[i], column->name.last().text)) return static_cast<int>(i);
  }
  return -1;
}

Status QueryBinder::bind_order_by(const sql::Query& query, ExpressionBinder& binder, const std::vector<std::string>& names,
                                  std::vector<Expression>& outputs, std::vector<plan::SortOrder>& orders, bool distinct) {
  const std::size_t visible = names.size();
  const auto add = [&](int output, const sql::OrderItem& item) {
    const bool descending = item.direction == sql::SortDirection::kDescending;
    const NullOrder& unsaid = context_.null_order;
    const bool first = item.nulls == sql::NullsOrder::kDefault ? (descending ? unsaid.first_when_descending : unsaid.first_when_ascending)
                                                               : item.nulls == sql::NullsOrder::kFirst;
    orders.push_back({Expression::column(output, outputs[static_cast<std::size_t>(output)].type), descending, first});
  };
  for (const sql::OrderItem& item : query.order_by) {
    if (item.expression->is<sql::Star>()) {
      for (std::size_t i = 0; i < visible; ++i) add(static_cast<int>(i), item);
      continue;
    }
    if (const auto* literal = item.expression->as<sql::Literal>(); literal != nullptr && literal->kind != sql::LiteralKind::kInteger)
      return error(ErrorCode::kBinder, "ORDER BY a constant orders nothing")
          .hint("name a column, or count it: ORDER BY 1")
          .at(item.expression->span);
    int output = output_named(*item.expression, names, nullptr);
    if (output == -2)
      return error(ErrorCode::kBinder, "ORDER BY position is not in the SELECT list (1 to {})", visible).at(item.expression->span);
    if (output < 0) {
      Expression bound = TRUENO_TRY(binder.bind(*item.expression));
      const auto known = std::ranges::find_if(outputs, [&](const Expression& e) { return same_expression(e, bound); });
      output = static_cast<int>(known - outputs.begin());
      if (known == outputs.end()) {
        if (distinct) return error(ErrorCode::kBinder, "with DISTINCT, ORDER BY may only use what is selected").at(item.expression->span);
        outputs.push_back(std::move(bound));
      }
    }
    add(output, item);
  }
  return {};
}

Result<std::int64_t> QueryBinder::constant_count(const sql::Expression& expression, std::string_view what) {
  const Expression bound = TRUENO_TRY(bind_constant(expression, context_));
  const Value value = TRUENO_TRY(context_.constants.evaluate(Expression::cast(bound, TypeId::kBigInt)));
  if (value.is_null()) return std::int64_t{-1};
  if (value.as_integer() < 0) return error(ErrorCode::kBinder, "{} must not be negative", what).at(expression.span);
  return static_cast<std::int64_t>(value.as_integer());
}

Result<PlanPtr> QueryBinder::order_and_limit(const sql::Query& query, PlanPtr plan, std::vector<plan::SortOrder> orders,
                                             std::size_t visible) {
  if (query.limit_percent) return error(ErrorCode::kNotSupported, "LIMIT in percent is not supported yet").at(query.span);
  const std::int64_t limit = query.limit ? TRUENO_TRY(constant_count(*query.limit, "LIMIT")) : -1;
  const std::int64_t offset = query.offset ? std::max<std::int64_t>(0, TRUENO_TRY(constant_count(*query.offset, "OFFSET"))) : 0;
  const Schema schema = plan->schema;
  if (!orders.empty()) plan = plan::make_plan(plan::Sort{std::move(orders)}, schema, std::move(plan));
  if (limit >= 0 || offset > 0) plan = plan::make_plan(plan::Limit{limit, offset}, schema, std::move(plan));
  if (visible < schema.size()) {
    std::vector<Expression> kept;
    for (std::size_t i = 0; i < visible; ++i) kept.push_back(Expression::column(static_cast<int>(i), schema[i].type));
    plan = plan::make_plan(plan::Project{std::move(kept)}, Schema(schema.begin(), schema.begin() + static_cast<std::ptrdiff_t>(visible)),
                           std::move(plan));
  }
  return plan;
}

Result<PlanPtr> QueryBinder::finish(const sql::Query& query, PlanPtr plan, const Scope& scope) {
  std::vector<std::string> names;
  std::vector<Expression> outputs;
  for (std::size_t i = 0; i < scope.columns.size(); ++i) {
    names.push_back(scope.columns[i].name);
    outputs.push_back(Expression::column(static_cast<int>(i), scope.columns[i].type));
  }
  ExpressionBinder binder(context_, scope, around());
  std::vector<plan::SortOrder> orders;
  TRUENO_TRY(bind_order_by(query, binder, names, outputs, orders, true));
  return order_and_limit(query, std::move(plan), std::move(orders), outputs.size());
}

}  // namespace trueno::bind

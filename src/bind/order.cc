// ORDER BY.
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
  if (const auto* unary = expression.as<sql::Unary>(); unary != nullptr && unary->op == "-") {
    const auto* literal = unary->operand->as<sql::Literal>();
    return literal != nullptr && literal->kind == sql::LiteralKind::kInteger ? -2 : -1;
  }
  const auto* column = expression.as<sql::ColumnRef>();
  if (column == nullptr) return -1;
  const bool as_alias = column->name.parts.size() == 2 && same_name(column->name.parts[0].text, "alias");  // alias.name
  if (column->name.parts.size() != 1 && !(as_alias && scope != nullptr && !scope->has_table("alias"))) return -1;
  if (scope != nullptr && !as_alias && scope->find(column->name)) return -1;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (same_name(names[i], column->name.last().text)) return static_cast<int>(i);
  }
  return -1;
}

// The numbers of the outputs that an expression names, counts or computes; more of them, where they are none of those that are there.
Result<std::vector<int>> QueryBinder::output_for(const sql::Expression& expression, std::string_view clause, ExpressionBinder& binder,
                                                 const Scope& scope, const std::vector<std::string>& names,
                                                 std::vector<Expression>& outputs) {
  const int output = output_named(expression, names, nullptr);
  if (output == -2)
    return error(ErrorCode::kBinder, "{} position is not in the SELECT list (1 to {})", clause, names.size()).at(expression.span);
  if (output >= 0) {
    const auto at = static_cast<std::size_t>(output);
    for (std::size_t i = at + 1; i < names.size() && expression.is<sql::ColumnRef>(); ++i) {
      if (same_name(names[i], names[at]) && !same_expression(outputs[i], outputs[at]))
        return error(ErrorCode::kBinder, "\"{}\" names two columns of SELECT", names[at])
            .hint(fmt::format("write {}'s number, or the column with its table", clause))
            .at(expression.span);
    }
    return std::vector<int>{output};
  }
  std::vector<std::string> chosen;
  std::vector<int> numbers;
  for (Expression& bound : TRUENO_TRY(bind_each(expression, binder, scope, chosen, true))) {
    const auto known = std::ranges::find_if(outputs, [&](const Expression& e) { return same_expression(e, bound); });
    numbers.push_back(static_cast<int>(known - outputs.begin()));
    if (known == outputs.end()) outputs.push_back(std::move(bound));
  }
  return numbers;
}

Status QueryBinder::bind_order_by(const sql::Query& query, ExpressionBinder& binder, const Scope& scope,
                                  const std::vector<std::string>& names, std::vector<Expression>& outputs,
                                  std::vector<plan::SortOrder>& orders, bool distinct) {
  const std::size_t visible = names.size();
  const auto add = [&](int output, const sql::OrderItem& item) {
    const bool descending = context_.is_descending(item);
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
    if (const auto* literal = item.expression->as<sql::Literal>(); literal != nullptr && literal->kind != sql::LiteralKind::kInteger) {
      if (context_.order_by_constants) continue;
      return error(ErrorCode::kBinder, "ORDER BY a constant orders nothing")
          .hint("name a column, or count it: ORDER BY 1")
          .at(item.expression->span);
    }
    const std::size_t before = outputs.size();
    const std::vector<int> numbers = TRUENO_TRY(output_for(*item.expression, "ORDER BY", binder, scope, names, outputs));
    if (distinct && outputs.size() > before)
      return error(ErrorCode::kBinder, "with DISTINCT, ORDER BY may only use what is selected").at(item.expression->span);
    for (const int output : numbers) add(output, item);
  }
  return {};
}

Result<PlanPtr> QueryBinder::order_and_limit(const sql::Query& query, PlanPtr plan, std::vector<plan::SortOrder> orders,
                                             std::size_t visible) {
  const Schema schema = plan->schema;
  if (!orders.empty()) plan = plan::make_plan(plan::Sort{std::move(orders)}, schema, std::move(plan));
  if (query.limit || query.offset) plan = TRUENO_TRY(limited(query, std::move(plan)));
  return plan::first_columns(std::move(plan), visible);
}

namespace {

// The column of a set operation that one of its queries computes as ORDER BY writes it: none where two of them disagree.
std::optional<std::size_t> column_written_as(const sql::Expression& expression, const sql::SetOperation& operation) {
  std::optional<std::size_t> column;
  if (expression.is<sql::Literal>() || expression.is<sql::ColumnRef>()) return column;
  for (const sql::QueryPtr& input : operation.inputs) {
    const auto* select = input->as<sql::Select>();
    const auto is_several = [](const sql::SelectItem& item) {
      return item.expression->is<sql::Star>() || item.expression->is<sql::Columns>();
    };
    if (select == nullptr || std::ranges::any_of(select->items, is_several)) continue;
    for (std::size_t i = 0; i < select->items.size(); ++i) {
      if (!(*select->items[i].expression == expression)) continue;
      if (column && *column != i) return std::nullopt;
      column = i;
    }
  }
  return column;
}

}  // namespace

Result<PlanPtr> QueryBinder::finish(const sql::Query& query, PlanPtr plan, const Scope& scope, const std::vector<Names>& other_names) {
  std::vector<std::string> names;
  std::vector<Expression> outputs;
  for (std::size_t i = 0; i < scope.columns.size(); ++i) {
    names.push_back(scope.columns[i].name);
    outputs.push_back(Expression::column(static_cast<int>(i), scope.columns[i].type));
  }
  ExpressionBinder binder(context_, scope, around());
  binder.allow_aliases([&](const sql::QualifiedName& name) -> std::optional<Result<Expression>> {
    for (const Names& others : other_names) {
      const auto known = std::ranges::find_if(others, [&](const std::string& n) { return same_name(n, name.last().text); });
      if (known != others.end()) return outputs[static_cast<std::size_t>(known - others.begin())];
    }
    return std::nullopt;
  });
  if (const auto* operation = query.as<sql::SetOperation>(); operation != nullptr && !operation->by_name) {
    binder.set_shortcut([&outputs, operation](const sql::Expression& e) {
      const std::optional<std::size_t> column = column_written_as(e, *operation);
      return column ? std::optional(outputs[*column]) : std::nullopt;
    });
  }
  std::vector<plan::SortOrder> orders;
  TRUENO_TRY(bind_order_by(query, binder, scope, names, outputs, orders, true));
  return order_and_limit(query, std::move(plan), std::move(orders), outputs.size());
}

}  // namespace trueno::bind

// Calls of aggregates: arguments of each row, arguments that are constants, ORDER BY inside the call and behind it, DISTINCT, FILTER.
//
// Aggregates with a fixed state cannot tell in which order rows come: their ORDER BY is checked and forgotten.
#include <algorithm>
#include <cmath>

#include "bind/expression_binder.h"

namespace trueno::bind {

using plan::Expression;
using plan::ExpressionKind;

namespace {

// Whether an expression reads nothing but what `argument` gives.
bool reads_only(const Expression& e, const Expression& argument) {
  if (plan::same_expression(e, argument)) return true;
  if (e.kind == ExpressionKind::kColumn || e.kind == ExpressionKind::kOuter || e.kind == ExpressionKind::kSubquery) return false;
  return std::ranges::all_of(e.arguments, [&](const Expression& part) { return reads_only(part, argument); });
}

bool is_descending(const std::vector<sql::OrderItem>& items, const Context& context) {
  return items.size() == 1 && context.is_descending(items.front());
}

// A fraction of WITHIN GROUP counts from one end, which ORDER BY names.
Status check_fraction(const Value& value, SourceSpan span) {
  if (value.is_null()) return {};
  if (value.type().is_nested()) {
    for (const Value& element : value.as_children()) TRUENO_TRY(check_fraction(element, span));
    return {};
  }
  const std::string text = value.to_string();
  if (text.front() != '-') return {};
  return error(ErrorCode::kBinder, "a percentile is between 0 and 1, not {}", text).at(span);
}

}  // namespace

Result<Value> ExpressionBinder::converted_constant(const Value& value, const Type& type) const {
  if (value.type() == type) return value;
  if (value.is_null()) return Value::null(type);
  if (!type.is_nested()) return context_.constants.evaluate(TRUENO_TRY(convert(Expression::literal(value), type)));
  std::vector<Value> elements;
  for (const Value& element : value.as_children()) elements.push_back(TRUENO_TRY(converted_constant(element, type.children->front().type)));
  return Value::nested(type, std::move(elements));
}

// The value of an argument that is the same for all rows; a list may hold several.
Result<Value> ExpressionBinder::constant_argument(const sql::Expression& expression, std::string_view function) {
  if (const auto* list = expression.as<sql::ListValue>()) {
    std::vector<Value> elements;
    Type type;
    for (const auto& element : list->elements) {
      elements.push_back(TRUENO_TRY(constant_argument(*element, function)));
      const auto common = function::common_type(type, elements.back().type());
      if (!common)
        return error(ErrorCode::kBinder, "the values of a list have no common type: {} and {}", type.to_string(),
                     elements.back().type().to_string())
            .at(expression.span);
      type = *common;
    }
    for (Value& element : elements) element = TRUENO_TRY(converted_constant(element, type));
    return Value::nested(Type::list(type), std::move(elements));
  }
  ExpressionBinder inner(context_, scope_, around_);
  const Expression bound = TRUENO_TRY(inner.bind(expression));
  if (!bound.is_constant() || plan::is_volatile(bound))
    return error(ErrorCode::kBinder, "an argument of {} must be a constant, the same for all rows", function).at(expression.span);
  return context_.constants.evaluate(bound);
}

// Aggregates do not nest; what else may be named is the same.
ExpressionBinder ExpressionBinder::within_aggregate() const {
  ExpressionBinder inner(context_, scope_, around_);
  inner.explain_no_aggregates("aggregates do not nest: compute the inner one in a subquery of FROM");
  inner.allow_columns(columns_, unpacked_columns_);
  inner.allow_aliases(aliases_);
  return inner;
}

Status ExpressionBinder::aggregate_arguments(plan::AggregateCall& call, const sql::FunctionCall& node, bool descending) {
  const function::AggregateFunction& named = *call.function;
  ExpressionBinder inner = within_aggregate();
  std::vector<const sql::Expression*> given;
  if (node.within_group) {
    for (const sql::OrderItem& item : node.order_by) given.push_back(item.expression.get());
  }
  for (const sql::Argument& argument : node.arguments) {
    if (argument.value->is<sql::Star>()) continue;  // count(*)
    const bool fits =
        argument.name.empty() || (same_name(argument.name.text, std::string(named.constant_name)) && given.size() == named.row_arguments);
    if (!fits) return error(ErrorCode::kBinder, "{} has no argument \"{}\"", named.name, argument.name.text).at(argument.value->span);
    given.push_back(argument.value.get());
  }
  std::vector<Type> types;
  std::vector<const Value*> literals;
  call.constants.reserve(given.size() + 2);  // `literals` points to them
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (i >= named.row_arguments) {
      call.constants.push_back(TRUENO_TRY(constant_argument(*given[i], named.name)));
      if (node.within_group) TRUENO_TRY(check_fraction(call.constants.back(), given[i]->span));
      types.push_back(call.constants.back().type());
      literals.push_back(&call.constants.back());
      continue;
    }
    call.arguments.push_back(TRUENO_TRY(inner.bind(*given[i])));
    types.push_back(call.arguments.back().type);
    literals.push_back(nullptr);
  }
  // bitstring_agg(x): its bounds are those of the column.
  if (bounds_ && named.name == "bitstring_agg" && types.size() == 1) {
    if (auto bounds = bounds_(call.arguments.front())) {
      for (Value* bound : {&bounds->first, &bounds->second}) {
        call.constants.push_back(std::move(*bound));
        types.push_back(call.constants.back().type());
        literals.push_back(&call.constants.back());
      }
    }
  }
  // bit_and(BIT), avg(INTERVAL) and their like are functions of another kind, which have a name of their own.
  const TypeId only = types.size() == 1 ? types.front().id : TypeId::kNull;
  const std::string_view kind = only == TypeId::kBit ? "_of_bits" : (only == TypeId::kInterval ? "_of_intervals" : "");
  const auto* of_kind = kind.empty() ? nullptr : context_.functions.aggregate(fmt::format("{}{}", named.name, kind));
  if (of_kind != nullptr) call.function = of_kind;
  const function::AggregateFunction& function = *call.function;
  function::BindContext types_context = context_.types;
  types_context.literals = literals;
  const std::string name = lower_name(node.name.last().text);
  types_context.name = name;
  Result<function::Signature> signature = function.bind(types, types_context);
  if (!signature) return with_signature(std::move(signature).error(), name, function.signature, types);
  call.signature = std::move(*signature);
  const std::vector<Type>& wanted = call.signature.arguments;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) call.arguments[i] = TRUENO_TRY(convert(std::move(call.arguments[i]), wanted[i]));
  for (std::size_t i = 0; i < call.constants.size(); ++i) {
    call.constants[i] = TRUENO_TRY(converted_constant(call.constants[i], wanted[call.arguments.size() + i]));
  }
  if (function.is_quantile) call.constants.push_back(Value::boolean(descending));
  return {};
}

Status ExpressionBinder::aggregate_order(plan::AggregateCall& call, const std::vector<sql::OrderItem>& items) {
  ExpressionBinder inner = within_aggregate();
  for (const sql::OrderItem& item : items) {
    Expression value = TRUENO_TRY(inner.bind(*item.expression));
    if (call.distinct && !reads_only(value, call.arguments[0]))
      return error(ErrorCode::kBinder, "with DISTINCT, ORDER BY in an aggregate may only use its argument").at(item.expression->span);
    if (value.is_constant()) continue;  // orders nothing
    const bool descending = context_.is_descending(item);
    const NullOrder& unsaid = context_.null_order;
    const bool first = item.nulls == sql::NullsOrder::kDefault ? (descending ? unsaid.first_when_descending : unsaid.first_when_ascending)
                                                               : item.nulls == sql::NullsOrder::kFirst;
    if (call.function->observes_order()) call.orders.push_back({std::move(value), descending, first});
  }
  return {};
}

Result<Expression> ExpressionBinder::aggregate_call(const function::AggregateFunction& named, const sql::FunctionCall& node,
                                                    SourceSpan span) {
  if (!aggregates_)
    return error(ErrorCode::kBinder, "{} is an aggregate and cannot be used here", named.name).hint(no_aggregates_).at(span);
  plan::AggregateCall call;
  call.function = &named;
  // min(x, n) and its like: the n first, by a name of their own.
  const function::AggregateFunction* several = context_.functions.aggregate(fmt::format("{}_n", named.name));
  if (several != nullptr && node.arguments.size() == several->row_arguments) call.function = several;
  if (node.within_group && !call.function->ordered_set)
    return error(ErrorCode::kBinder, "{} takes no WITHIN GROUP", named.name).hint("write ORDER BY between its parentheses").at(span);
  if (node.within_group && node.order_by.size() > 1)
    return error(ErrorCode::kBinder, "WITHIN GROUP takes one ORDER BY expression, not {}", node.order_by.size()).at(span);
  const bool descending = is_descending(node.order_by, context_);
  if (Status status = aggregate_arguments(call, node, descending); !status) return std::move(status).error().at(span);
  const function::AggregateFunction& function = *call.function;
  if (node.distinct && call.arguments.empty())
    return error(ErrorCode::kBinder, "DISTINCT needs a value").hint(fmt::format("{}(DISTINCT x)", function.name)).at(span);
  if (node.distinct && call.arguments.size() != 1 && !function.ignores_repeats)
    return error(ErrorCode::kNotSupported, "DISTINCT of other than one argument is not supported yet").at(span);
  const bool extreme = function.fold == nullptr && function.finish == kernel::FinishKind::kExtreme;
  call.distinct = (node.distinct || function.of_distinct_values) && !function.ignores_repeats && !extreme;
  const bool sorts = !node.within_group || (function.ordered_set && !function.is_quantile);
  if (sorts) TRUENO_TRY(aggregate_order(call, node.order_by));
  ExpressionBinder inner = within_aggregate();
  if (node.filter) call.filter = TRUENO_TRY(inner.bind_condition(*node.filter));
  const function::Composition& composition = function.composition;
  if (composition.aggregate.empty()) return aggregates_(std::move(call), span);
  // Values that differ may be equal inside.
  if (call.distinct) return error(ErrorCode::kBinder, "{} takes no DISTINCT", function.name).at(span);
  call.arguments[0] = TRUENO_TRY(this->call(composition.inner, list_of(std::move(call.arguments[0])), span));
  call.function = context_.functions.aggregate(composition.aggregate);
  return this->call(composition.outer, list_of(TRUENO_TRY(aggregates_(std::move(call), span))), span);
}

}  // namespace trueno::bind

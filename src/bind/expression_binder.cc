#include "bind/expression_binder.h"

#include <algorithm>

#include "base/hash.h"
#include "base/number_text.h"
#include "bind/foreign_names.h"
#include "bind/strict_floats.h"

namespace trueno::bind {

using plan::Expression;
using plan::ExpressionKind;
using Bound = Result<Expression>;

namespace {

bool is_comparison(std::string_view op) { return op == "=" || op == "<>" || op == "<" || op == "<=" || op == ">" || op == ">="; }

std::string like_function(sql::LikeKind kind) {
  switch (kind) {
    case sql::LikeKind::kLike: return "like";
    case sql::LikeKind::kILike: return "ilike";
    case sql::LikeKind::kGlob: return "glob";
    case sql::LikeKind::kSimilarTo: return "similar_to";
  }
  return "like";
}

Bound unsupported(std::string_view what, SourceSpan span) {
  return error(ErrorCode::kNotSupported, "{} is not supported yet", what).at(span);
}

}  // namespace

Bound ExpressionBinder::bind(const sql::Expression& expression) {
  if (shortcut_) {
    if (std::optional<Expression> whole = shortcut_(expression)) return std::move(*whole);
  }
  if (expression.height > sql::kMaxNesting * 2) {
    return error(ErrorCode::kBinder, "the expression is nested {} levels deep; the most is {}", expression.height, sql::kMaxNesting * 2)
        .at(expression.span);
  }
  Bound bound = bind_node(expression);
  if (!bound) return std::move(bound).error().at(expression.span);
  if (bound->span.empty()) bound->span = expression.span;
  return bound;
}

Bound ExpressionBinder::bind_condition(const sql::Expression& expression) {
  return as_condition(TRUENO_TRY(bind(expression)), expression.span);
}

Bound ExpressionBinder::as_condition(Expression condition, SourceSpan span) const {
  if (condition.type.id == TypeId::kVarchar && condition.kind != ExpressionKind::kLiteral) {
    return error(ErrorCode::kBinder, "a condition must be BOOLEAN, not {}", condition.type.to_string()).at(span);
  }
  return convert(std::move(condition), TypeId::kBoolean);
}

Bound ExpressionBinder::convert(Expression expression, const Type& type, bool trying) const {
  if (expression.type == type) return expression;
  if (expression.type.id == TypeId::kEnum && !function::cast_possible(expression.type, type) &&
      function::cast_possible(TypeId::kVarchar, type))
    return convert(Expression::cast(std::move(expression), TypeId::kVarchar), type, trying);
  if (!function::cast_possible(expression.type, type)) {
    return error(ErrorCode::kBinder, "cannot cast {} to {}", expression.type.to_string(), type.to_string()).at(expression.span);
  }
  if (expression.kind == ExpressionKind::kLiteral && expression.value.is_null()) {
    expression.type = type;
    expression.value = Value::null(type);
    return expression;
  }
  if (type.is_nested()) return unsupported("a value of type " + type.to_string(), expression.span);
  return Expression::cast(std::move(expression), type, trying);
}

Bound ExpressionBinder::parameter(const sql::Parameter& node, SourceSpan span) const {
  const Value* value = nullptr;
  if (node.number != 0 && node.number <= context_.parameters.size()) value = &context_.parameters[node.number - 1];
  if (node.number == 0 && context_.named_parameters != nullptr) {
    for (const auto& [name, named] : *context_.named_parameters) {
      if (same_name(name, node.name)) value = &named;
    }
  }
  if (value == nullptr)
    return error(ErrorCode::kInvalidInput, "parameter ${} has no value", node.name.empty() ? std::to_string(node.number) : node.name)
        .at(span);
  Expression bound = Expression::literal(*value);
  bound.kind = ExpressionKind::kParameter;
  return bound;
}

Bound ExpressionBinder::literal(const sql::Literal& literal) const {
  switch (literal.kind) {
    case sql::LiteralKind::kNull: return Expression::literal(Value());
    case sql::LiteralKind::kBoolean: return Expression::literal(Value::boolean(literal.text == "true"));
    case sql::LiteralKind::kInteger: {
      const auto value = parse_i128(literal.text);
      if (!value) return Expression::literal(Value::floating(parse_double(literal.text).value_or(0)));
      const TypeId id = *value <= INT32_MAX ? TypeId::kInteger : (*value <= INT64_MAX ? TypeId::kBigInt : TypeId::kHugeInt);
      return Expression::literal(Value::integer(*value, id));
    }
    case sql::LiteralKind::kDecimal: {
      const std::size_t point = literal.text.find('.');
      const auto scale = static_cast<int>(literal.text.size() - point - 1);
      std::string digits = literal.text.substr(0, point) + literal.text.substr(point + 1);
      const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size());
      const int precision = std::max({static_cast<int>(digits.size() - first), scale, 1});
      if (precision > 38) return Expression::literal(Value::floating(parse_double(literal.text).value_or(0)));
      return Expression::literal(Value::decimal(parse_i128(digits.empty() ? "0" : digits).value_or(0), precision, scale));
    }
    case sql::LiteralKind::kFloat: return Expression::literal(Value::floating(parse_double(literal.text).value_or(0)));
    case sql::LiteralKind::kString: return Expression::literal(Value::varchar(literal.text));
    case sql::LiteralKind::kBlob: return Expression::literal(Value(TypeId::kBlob, literal.text));
  }
  return error(ErrorCode::kInternal, "unknown literal");
}

namespace {

bool is_integer_literal(const Expression& e) {
  return e.kind == ExpressionKind::kLiteral && !e.typed && !e.value.is_null() && e.type.is_integer();
}

// The types of values that meet in one type (CASE, COALESCE, GREATEST): beside integers, whole-number literals that fit take their type.
std::vector<Type> with_literals_narrowed(const std::vector<Expression>& values) {
  std::optional<Type> others = Type();
  for (const Expression& value : values) {
    if (!is_integer_literal(value) && others) others = function::common_type(*others, value.type);
  }
  std::vector<Type> types;
  for (const Expression& value : values) {
    const bool narrowed =
        others && others->is_integer() && is_integer_literal(value) && function::integer_fits(value.value.as_integer(), *others);
    types.push_back(narrowed ? *others : value.type);
  }
  return types;
}

}  // namespace

Error ExpressionBinder::no_function(std::string_view name, SourceSpan span) const {
  std::string hint(foreign_function(name));
  if (hint.empty()) {
    const std::string near = nearest_name(name, context_.functions.names());
    if (!near.empty()) hint = fmt::format("did you mean {}?", near);
  }
  return error(ErrorCode::kBinder, "no function {}", name).hint(std::move(hint)).at(span);
}

Error with_signature(Error why, std::string_view name, std::string_view signature, const std::vector<Type>& types) {
  if (why.code() != ErrorCode::kBinder || !why.message().starts_with("no function ")) return why;
  std::string list;
  const bool sign = name.find_first_of("abcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
  const bool word = name == "like" || name == "ilike" || name == "glob" || name == "not_like" || name == "not_ilike";
  for (const Type& type : types) list += (list.empty() ? "" : sign || word ? " and " : ", ") + type.to_string();
  if (sign || word) {
    const bool texts = name == "+" && std::ranges::any_of(types, [](const Type& type) { return type.id == TypeId::kVarchar; });
    std::string shown(name.substr(name.starts_with("not_") ? 4 : 0));
    std::ranges::transform(shown, shown.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return error(ErrorCode::kBinder, "no operator {} for {}", shown, list)
        .hint(texts  ? "texts are joined with ||; a text becomes a number by CAST(x AS type)"
              : word ? "cast to VARCHAR first: CAST(x AS VARCHAR)"
                     : "cast one side first: CAST(x AS type)");
  }
  return error(ErrorCode::kBinder, "no function {}({})", name, list).hint(fmt::format("it is {}", signature));
}

namespace {

// A comparison or a sum with a NULL that is written down is NULL, and its other side is not evaluated: part of what the query means, not
// a rule of the optimizer, since the other side may fail.
bool is_null_whatever_else(std::string_view name, const std::vector<Expression>& arguments) {
  constexpr std::string_view kArithmetic[] = {"+", "-", "*", "/", "//", "%"};
  if (!is_comparison(name) && std::ranges::find(kArithmetic, name) == std::end(kArithmetic)) return false;
  if (std::ranges::any_of(arguments, [](const Expression& e) { return plan::has_subquery(e); })) return false;
  return std::ranges::any_of(arguments, [](const Expression& e) { return e.kind == ExpressionKind::kLiteral && e.value.is_null(); });
}

}  // namespace

Bound ExpressionBinder::call(std::string_view name, std::vector<Expression> arguments, SourceSpan span) const {
  const function::ScalarFunction* function = context_.functions.scalar(name);
  if (function == nullptr) return no_function(name, span);
  // A whole-number literal takes the narrowest type its neighbour allows, so that `tinyint_column + 1` stays TINYINT.
  std::vector<Type> types;
  for (const Expression& argument : arguments) types.push_back(argument.type);
  if (name == "greatest" || name == "least") types = with_literals_narrowed(arguments);
  const bool is_operator = name == "xor" || name.find_first_of("abcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
  if (is_operator && arguments.size() == 2) {
    for (std::size_t i = 0; i < 2; ++i) {
      const Expression& literal = arguments[i];
      const Type& other = arguments[1 - i].type;
      if (!is_integer_literal(literal)) continue;
      const i128 value = literal.value.as_integer();
      if (other.id == TypeId::kDecimal)
        types[i] = Type::decimal(std::max<int>(1, static_cast<int>(to_string(value < 0 ? -value : value).size())), 0);
      if (other.is_integer() && function::integer_fits(value, other)) types[i] = other;
    }
  }
  std::vector<const Value*> literals;
  for (const Expression& argument : arguments) literals.push_back(argument.kind == ExpressionKind::kLiteral ? &argument.value : nullptr);
  function::BindContext types_context = context_.types;
  types_context.literals = literals;
  Result<function::Signature> signature = function->bind(types, types_context);
  if (!signature) {
    types.clear();  // as written, without what literals adapted to
    for (const Expression& argument : arguments) types.push_back(argument.type);
    return with_signature(std::move(signature).error(), name, function->signature, types).at(span);
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) arguments[i] = TRUENO_TRY(convert(std::move(arguments[i]), signature->arguments[i]));
  if (is_null_whatever_else(name, arguments)) return Expression::literal(Value::null(signature->result));
  Expression e = Expression::nary(ExpressionKind::kCall, signature->result, std::move(arguments), span);
  e.function = function;
  e.signature = std::move(*signature);
  if (context_.types.ieee_floats) return e;
  return with_strict_floats(std::move(e),
                            [&](std::string_view of, std::vector<Expression> tested) { return call(of, std::move(tested), span); });
}

Bound ExpressionBinder::bind_node(const sql::Expression& expression) {
  const SourceSpan span = expression.span;
  return std::visit(
      sql::Overloaded{
          [&](const sql::Literal& node) -> Bound { return literal(node); },
          [&](const sql::TypedLiteral& node) -> Bound {
            return convert(Expression::literal(Value::varchar(node.text)), TRUENO_TRY(bind_type(*node.type)));
          },
          [&](const sql::IntervalLiteral& node) -> Bound { return interval(node, span); },
          [&](const sql::ColumnRef&) -> Bound { return column(expression); },
          [&](const sql::Parameter& node) -> Bound { return parameter(node, span); },
          [&](const sql::Logical& node) -> Bound {
            std::vector<Expression> operands;
            for (const auto& operand : node.operands) operands.push_back(TRUENO_TRY(bind_condition(*operand)));
            return Expression::nary(node.op == sql::LogicalOperator::kAnd ? ExpressionKind::kAnd : ExpressionKind::kOr, TypeId::kBoolean,
                                    std::move(operands), span);
          },
          [&](const sql::Not& node) -> Bound { return call("not", list_of(TRUENO_TRY(bind_condition(*node.operand))), span); },
          [&](const sql::Unary& node) -> Bound {
            Expression operand = TRUENO_TRY(bind(*node.operand));
            if (node.op == "-" && operand.kind == ExpressionKind::kLiteral && !operand.value.is_null() &&
                node.operand->is<sql::Literal>()) {
              if (operand.type.id == TypeId::kDecimal) return Expression::literal(Value(operand.type, -operand.value.as_integer()));
              if (const auto* text = node.operand->as<sql::Literal>(); text->kind == sql::LiteralKind::kInteger) {
                // Read with its sign, so that the least value of each type is a literal of that type.
                if (const auto negative = parse_i128("-" + text->text))
                  return Expression::literal(
                      Value::integer(*negative, *negative >= INT32_MIN ? TypeId::kInteger
                                                                       : (*negative >= INT64_MIN ? TypeId::kBigInt : TypeId::kHugeInt)));
              }
            }
            return call(node.op, list_of(std::move(operand)), span);
          },
          [&](const sql::Binary& node) -> Bound {
            if (is_comparison(node.op) && (node.left->is<sql::Collate>() || node.right->is<sql::Collate>()))
              return collated_comparison(node, span);
            Expression left = TRUENO_TRY(bind(*node.left));
            // ~ with one operand is the complement of bits.
            return call(node.op == "~" ? "regexp_matches" : lower_name(node.op), list_of(std::move(left), TRUENO_TRY(bind(*node.right))),
                        span);
          },
          [&](const sql::IsTest& node) -> Bound {
            Expression operand = TRUENO_TRY(bind(*node.operand));
            std::string_view name = node.negated ? "is_not_null" : "is_null";
            if (node.test == sql::TruthTest::kTrue) name = node.negated ? "is_not_true" : "is_true";
            if (node.test == sql::TruthTest::kFalse) name = node.negated ? "is_not_false" : "is_false";
            return call(name, list_of(std::move(operand)), span);
          },
          [&](const sql::IsDistinctFrom& node) -> Bound {
            Expression left = TRUENO_TRY(bind(*node.left));
            return call(node.negated ? "is_not_distinct_from" : "is_distinct_from", list_of(std::move(left), TRUENO_TRY(bind(*node.right))),
                        span);
          },
          [&](const sql::Between& node) -> Bound {
            if (node.symmetric) return unsupported("BETWEEN SYMMETRIC", span);
            const Expression value = TRUENO_TRY(bind(*node.value));
            Expression low = TRUENO_TRY(call(">=", list_of(value, TRUENO_TRY(bind(*node.low))), span));
            Expression high = TRUENO_TRY(call("<=", list_of(value, TRUENO_TRY(bind(*node.high))), span));
            Expression both = Expression::nary(ExpressionKind::kAnd, TypeId::kBoolean, list_of(std::move(low), std::move(high)), span);
            return node.negated ? call("not", list_of(std::move(both)), span) : Bound(std::move(both));
          },
          [&](const sql::In& node) -> Bound { return in_list(node, span); },
          [&](const sql::Like& node) -> Bound {
            std::vector<Expression> arguments = list_of(TRUENO_TRY(bind(*node.value)), TRUENO_TRY(bind(*node.pattern)));
            if (node.escape) arguments.push_back(TRUENO_TRY(bind(*node.escape)));
            return call((node.negated ? "not_" : "") + like_function(node.kind), std::move(arguments), span);
          },
          [&](const sql::Cast& node) -> Bound {
            Expression operand = TRUENO_TRY(bind(*node.operand));
            Expression converted = TRUENO_TRY(convert(std::move(operand), TRUENO_TRY(bind_type(*node.type)), node.trying));
            converted.typed = true;
            converted.span = span;
            return converted;
          },
          [&](const sql::Case& node) -> Bound { return case_expression(node, span); },
          [&](const sql::FunctionCall& node) -> Bound { return function_call(node, span); },
          [&](const sql::Star&) -> Bound { return error(ErrorCode::kBinder, "* is not an expression here").at(span); },
          [&](const sql::Columns& node) -> Bound {
            if (node.unpacked) return error(ErrorCode::kBinder, "*COLUMNS(...) can only stand among arguments").at(span);
            if (!columns_) return error(ErrorCode::kBinder, "COLUMNS(...) cannot stand here").at(span);
            return columns_(node, span);
          },
          [&](const sql::PositionalRef& node) -> Bound { return positional(node, span); },
          [&](const sql::DefaultValue&) -> Bound { return unsupported("DEFAULT here", span); },
          [&](const sql::Collate& node) -> Bound {
            static_cast<void>(TRUENO_TRY(folds_case(node, span)));
            return bind(*node.operand);
          },
          [&](const sql::AtTimeZone&) -> Bound { return unsupported("AT TIME ZONE", span); },
          [&](const sql::Lambda&) -> Bound { return unsupported("a lambda", span); },
          [&](const sql::Subquery& node) -> Bound { return subquery(node, span); },
          [&](const sql::Quantified& node) -> Bound {
            if (!node.query) return unsupported("ANY and ALL over a list", span);
            return any_of(node.op, *node.left, *node.query, node.all, span);
          },
          [&](const sql::Row&) -> Bound { return unsupported("a row value", span); },
          [&](const sql::ListValue&) -> Bound { return unsupported("a list value", span); },
          [&](const sql::StructValue&) -> Bound { return unsupported("a struct value", span); },
          [&](const sql::MapValue&) -> Bound { return unsupported("a map value", span); },
          [&](const sql::Subscript& node) -> Bound {
            Expression operand = TRUENO_TRY(bind(*node.operand));
            if (operand.type.id != TypeId::kVarchar) return unsupported("a subscript of " + operand.type.to_string(), span);
            return call("array_extract", list_of(std::move(operand), TRUENO_TRY(bind(*node.index))), span);
          },
          [&](const sql::Slice& node) -> Bound { return slice(node, span); },
          [&](const sql::FieldAccess&) -> Bound { return unsupported("field access", span); },
      },
      expression.node);
}

// Compared as if written in lower case: NOCASE of either side counts for both.
Bound ExpressionBinder::collated_comparison(const sql::Binary& node, SourceSpan span) {
  bool folds = false;
  std::vector<Expression> sides;
  for (const sql::ExpressionPtr* side : {&node.left, &node.right}) {
    if (const auto* collate = (*side)->as<sql::Collate>(); collate != nullptr && TRUENO_TRY(folds_case(*collate, span))) folds = true;
    sides.push_back(TRUENO_TRY(bind(**side)));
  }
  for (Expression& side : sides) {
    if (folds) side = TRUENO_TRY(call("lower", list_of(std::move(side)), span));
  }
  return call(node.op, std::move(sides), span);
}

Result<bool> ExpressionBinder::folds_case(const sql::Collate& node, SourceSpan span) {
  const std::string name = lower_name(node.collation.last().text);
  if (name == "nocase") return true;
  if (name == "binary" || name == "c" || name == "posix") return false;
  return error(ErrorCode::kNotSupported, "the collation {} is not supported yet", name).hint("NOCASE, BINARY").at(span);
}

Bound ExpressionBinder::bind_order(const sql::Expression& expression) {
  const auto* collate = expression.as<sql::Collate>();
  if (collate == nullptr) return bind(expression);
  Expression operand = TRUENO_TRY(bind(*collate->operand));
  if (!TRUENO_TRY(folds_case(*collate, expression.span))) return operand;
  return call("lower", list_of(std::move(operand)), expression.span);
}

Bound ExpressionBinder::slice(const sql::Slice& node, SourceSpan span) {
  Expression operand = TRUENO_TRY(bind(*node.operand));
  if (operand.type.id != TypeId::kVarchar || node.step) return unsupported("a slice of " + operand.type.to_string(), span);
  // A bound that is left out is the first or the last place.
  Expression lower = node.lower ? TRUENO_TRY(bind(*node.lower)) : Expression::literal(Value::bigint(1));
  Expression upper = node.upper ? TRUENO_TRY(bind(*node.upper)) : Expression::literal(Value::bigint(INT64_MAX));
  return call("array_slice", list_of(std::move(operand), std::move(lower), std::move(upper)), span);
}

Bound ExpressionBinder::in_list(const sql::In& in, SourceSpan span) {
  if (in.collection) return unsupported("IN over a list", span);
  if (in.query) {
    Expression any = TRUENO_TRY(any_of("=", *in.value, *in.query, false, span));
    return in.negated ? call("not", list_of(std::move(any)), span) : Bound(std::move(any));
  }
  // Each value becomes a comparison of some kilobytes: an end before the memory's.
  constexpr std::size_t kMostListed = 131'072;
  if (in.list.size() > kMostListed)
    return error(ErrorCode::kNotSupported, "an IN list of more than {} values is not supported yet", kMostListed)
        .hint("put the values into a table")
        .at(span);
  const Expression value = TRUENO_TRY(bind_order(*in.value));
  const auto* collate = in.value->as<sql::Collate>();
  const bool folds = collate != nullptr && TRUENO_TRY(folds_case(*collate, span));
  std::vector<Expression> tests;
  for (const auto& item : in.list) {
    Expression listed = TRUENO_TRY(bind(*item));
    if (folds) listed = TRUENO_TRY(call("lower", list_of(std::move(listed)), span));
    tests.push_back(TRUENO_TRY(call("=", list_of(value, std::move(listed)), span)));
  }
  if (tests.empty()) return Expression::literal(Value::boolean(in.negated));
  Expression any =
      tests.size() == 1 ? std::move(tests.front()) : Expression::nary(ExpressionKind::kOr, TypeId::kBoolean, std::move(tests), span);
  return in.negated ? call("not", list_of(std::move(any)), span) : Bound(std::move(any));
}

// A column of this scope, or of one outside.
Bound ExpressionBinder::column(const sql::Expression& expression) {
  const sql::QualifiedName& name = expression.as<sql::ColumnRef>()->name;
  Result<int> column = scope_.find(name);
  if (column) return Expression::column(*column, scope_.columns[static_cast<std::size_t>(*column)].type);
  if (scope_.has(name)) return std::move(column).error();
  if (aliases_) {
    if (std::optional<Bound> item = aliases_(name)) return std::move(*item);
  }
  if (around_.correlation == nullptr) return std::move(column).error();
  Bound outside = around_.correlation->bind(expression);
  if (outside) return outside;
  return std::move(column).error();
}

// #n: the n-th column of FROM.
Bound ExpressionBinder::positional(const sql::PositionalRef& node, SourceSpan span) const {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < scope_.columns.size(); ++i) {
    if (scope_.columns[i].hidden || scope_.columns[i].implicit || ++number != node.number) continue;
    return Expression::column(static_cast<int>(i), scope_.columns[i].type);
  }
  return error(ErrorCode::kBinder, "there is no column #{}: FROM has {}", node.number, number).at(span);
}

Bound Correlation::bind(const sql::Expression& column) {
  Expression value = TRUENO_TRY(outer->bind(column));
  const Type type = value.type;
  const auto known = std::ranges::find_if(arguments, [&](const Expression& a) { return plan::same_expression(a, value); });
  const auto number = static_cast<int>(known - arguments.begin());
  if (known == arguments.end()) arguments.push_back(std::move(value));
  return Expression::outer(number, type);
}

Result<std::shared_ptr<plan::Subquery>> ExpressionBinder::bind_subquery(const sql::Query& query, Correlation& correlation,
                                                                        SourceSpan span) {
  if (!around_.bind_query) return error(ErrorCode::kBinder, "a subquery cannot stand here").at(span);
  auto bound = std::make_shared<plan::Subquery>();
  bound->plan = TRUENO_TRY(around_.bind_query(query, correlation));
  return bound;
}

Bound ExpressionBinder::subquery(const sql::Subquery& node, SourceSpan span) {
  if (node.kind == sql::SubqueryKind::kArray) return unsupported("ARRAY of a subquery", span);
  Correlation correlation{this, {}};
  std::shared_ptr<plan::Subquery> bound = TRUENO_TRY(bind_subquery(*node.query, correlation, span));
  const bool exists = node.kind == sql::SubqueryKind::kExists;
  bound->kind = exists ? plan::SubqueryKind::kExists : plan::SubqueryKind::kScalar;
  if (!exists && !context_.one_row_subqueries) {  // the first row counts
    const Schema schema = bound->plan->schema;
    bound->plan = plan::make_plan(plan::Limit{1}, schema, std::move(bound->plan));
  }
  if (!exists && bound->plan->schema.size() != 1)
    return error(ErrorCode::kBinder, "a subquery used as a value must give one column, not {}", bound->plan->schema.size()).at(span);
  Expression e = Expression::nary(ExpressionKind::kSubquery, exists ? Type(TypeId::kBoolean) : bound->plan->schema.front().type,
                                  std::move(correlation.arguments), span);
  e.subquery = std::move(bound);
  return e;
}

// `left op ANY (query)`; ALL is NOT ANY of the opposite. The left side, a value or a row of values, is one more argument.
Bound ExpressionBinder::any_of(std::string_view op, const sql::Expression& left, const sql::Query& query, bool all, SourceSpan span) {
  std::vector<Expression> values;
  const auto* row = left.as<sql::Row>();
  if (row != nullptr) {
    for (const auto& element : row->elements) values.push_back(TRUENO_TRY(bind(*element)));
  } else {
    values.push_back(TRUENO_TRY(bind(left)));
  }
  Correlation correlation{this, {}};
  std::shared_ptr<plan::Subquery> bound = TRUENO_TRY(bind_subquery(query, correlation, span));
  if (bound->plan->schema.size() != values.size())
    return error(ErrorCode::kBinder, "{} value{} compared with a subquery of {} column{}", values.size(),
                 values.size() == 1 ? " is" : "s are", bound->plan->schema.size(), bound->plan->schema.size() == 1 ? "" : "s")
        .at(span);
  if (values.size() > 1 && op != "=" && op != "<>") return unsupported("an order of rows of values", span);
  bound->kind = plan::SubqueryKind::kAny;
  std::vector<Expression> tests;
  for (std::size_t i = 0; i < values.size(); ++i) {
    // Literals stay themselves, so that they take their neighbour's type.
    Expression value = values[i];
    if (value.kind != ExpressionKind::kLiteral) {
      value = Expression::outer(static_cast<int>(correlation.arguments.size()), value.type);
      correlation.arguments.push_back(std::move(values[i]));
    }
    Expression column = Expression::column(static_cast<int>(i), bound->plan->schema[i].type);
    tests.push_back(TRUENO_TRY(call(op, list_of(std::move(value), std::move(column)), span)));
  }
  const bool differs = op == "<>" && tests.size() > 1;  // rows differ where one of their values does
  Expression test = tests.size() == 1
                        ? std::move(tests.front())
                        : Expression::nary(differs ? ExpressionKind::kOr : ExpressionKind::kAnd, TypeId::kBoolean, std::move(tests), span);
  if (all) test = TRUENO_TRY(call("not", list_of(std::move(test)), span));
  bound->test = std::move(test);
  Expression any = Expression::nary(ExpressionKind::kSubquery, TypeId::kBoolean, std::move(correlation.arguments), span);
  any.subquery = std::move(bound);
  return all ? call("not", list_of(std::move(any)), span) : Bound(std::move(any));
}

Bound ExpressionBinder::case_expression(const sql::Case& c, SourceSpan span) {
  std::vector<Expression> arguments;  // condition, value, condition, value, ..., otherwise
  for (const sql::CaseBranch& branch : c.branches) {
    if (c.operand) {
      Expression operand = TRUENO_TRY(bind(*c.operand));
      arguments.push_back(TRUENO_TRY(call("=", list_of(std::move(operand), TRUENO_TRY(bind(*branch.when))), span)));
    } else {
      arguments.push_back(TRUENO_TRY(bind_condition(*branch.when)));
    }
    arguments.push_back(TRUENO_TRY(bind(*branch.then)));
  }
  arguments.push_back(c.otherwise ? TRUENO_TRY(bind(*c.otherwise)) : Expression::literal(Value()));
  return branches(std::move(arguments), span);
}

// Values at the odd places and the last one get their common type.
Bound ExpressionBinder::branches(std::vector<Expression> arguments, SourceSpan span) const {
  const auto is_value = [&](std::size_t i) { return i % 2 == 1 || i + 1 == arguments.size(); };
  std::vector<Expression> values;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (is_value(i)) values.push_back(std::move(arguments[i]));
  }
  Type type;
  const std::vector<Type> types = with_literals_narrowed(values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto common = function::common_type(type, types[i]);
    if (!common)
      return error(ErrorCode::kBinder, "the branches of CASE have no common type: {} and {}", type.to_string(), types[i].to_string())
          .at(values[i].span);
    type = *common;
  }
  if (type.id == TypeId::kNull) type = TypeId::kInteger;
  std::size_t next = 0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (is_value(i)) arguments[i] = TRUENO_TRY(convert(std::move(values[next++]), type));
  }
  return Expression::nary(ExpressionKind::kCase, type, std::move(arguments), span);
}

Bound ExpressionBinder::interval(const sql::IntervalLiteral& node, SourceSpan span) {
  Expression value = TRUENO_TRY(bind(*node.value));
  if (!node.unit.empty() && value.type.is_numeric() && value.kind != ExpressionKind::kLiteral)
    return interval_of_number(std::move(value), node.unit, span);
  if (value.kind != ExpressionKind::kLiteral || value.value.is_null()) {
    value = TRUENO_TRY(convert(std::move(value), TypeId::kVarchar));
    if (!node.unit.empty())
      value = TRUENO_TRY(call("||", list_of(std::move(value), Expression::literal(Value::varchar(" " + node.unit))), span));
    return convert(std::move(value), TypeId::kInterval);
  }
  std::string text = value.value.to_string();
  // As of a computed number: only of seconds a fraction counts.
  const std::string_view function = node.unit.empty() ? std::string_view() : function::interval_function(lower_name(node.unit));
  const bool fraction = function == "to_seconds" || function == "to_milliseconds";
  if (!function.empty() && !fraction && text.find_first_not_of("+-.0123456789") == std::string::npos) {
    text = text.substr(0, text.find('.'));
    if (text.find_first_of("0123456789") == std::string::npos) text = "0";
  }
  if (!node.unit.empty()) text += " " + node.unit;
  return convert(Expression::literal(Value::varchar(text)), TypeId::kInterval);
}

// INTERVAL (x) DAY is to_days(x), of x without its fraction.
Bound ExpressionBinder::interval_of_number(Expression number, std::string_view unit, SourceSpan span) const {
  const std::string_view function = function::interval_function(lower_name(unit));
  if (function.empty()) return error(ErrorCode::kBinder, "no unit {} of an INTERVAL", unit).hint("year, month, day, hour, ...").at(span);
  if (function != "to_seconds" && function != "to_milliseconds" && !number.type.is_integer())
    number = TRUENO_TRY(convert(TRUENO_TRY(call("trunc", list_of(std::move(number)), span)), TypeId::kBigInt));
  if (number.type.id == TypeId::kBigInt && function != "to_hours" && function != "to_minutes" && function != "to_microseconds" &&
      function != "to_seconds" && function != "to_milliseconds")
    number = TRUENO_TRY(convert(std::move(number), TypeId::kInteger));
  return call(function, list_of(std::move(number)), span);
}

// Functions that the catalogue has, and those that are bound in a way of their own.
bool ExpressionBinder::is_known(std::string_view name) const {
  return context_.functions.scalar(name) != nullptr || name == "coalesce" || name == "ifnull" || name == "if" || name == "grouping" ||
         name == "grouping_id" || name == "date_part" || name == "datepart" || name == "date_trunc" || name == "datetrunc";
}

Bound ExpressionBinder::function_call(const sql::FunctionCall& node, SourceSpan span) {
  const std::string name = lower_name(node.name.last().text);
  if (node.name.parts.size() > 1) return call_with_dot(node, span);
  if (node.over) return unsupported("a window function", span);
  if (name == "nextval" || name == "currval") {
    if (name == "nextval" && numbers_) return numbers_(node);
    return error(ErrorCode::kNotSupported, "{} here is not supported yet", name)
        .hint("possible in VALUES, among the items of a SELECT without groups and as a DEFAULT")
        .at(span);
  }
  if (const function::AggregateFunction* aggregate = context_.functions.aggregate(name)) return aggregate_call(*aggregate, node, span);
  if (name == "random" || name == "uuid" || name == "gen_random_uuid" || name == "uuidv4" || name == "uuidv7" || name == "setseed")
    return random_call(name, node, span);
  std::vector<Expression> arguments;
  for (const sql::Argument& argument : node.arguments) {
    if (!argument.name.empty()) return unsupported("a named argument", span);
    if (const auto* columns = argument.value->as<sql::Columns>(); columns != nullptr && columns->unpacked && unpacked_columns_) {
      std::ranges::move(TRUENO_TRY(unpacked_columns_(*columns)), std::back_inserter(arguments));
      continue;
    }
    Bound bound = bind(*argument.value);
    if (!bound && !is_known(name)) return no_function(name, span);  // rather than what is wrong inside
    arguments.push_back(TRUENO_TRY(std::move(bound)));
  }
  if (name == "grouping" || name == "grouping_id") {
    if (!grouping_) return error(ErrorCode::kBinder, "{} needs GROUP BY, and cannot stand here", name).at(span);
    if (arguments.empty()) return Expression::literal(Value::bigint(0));
    return grouping_(std::move(arguments), span);
  }
  if (name == "coalesce" || name == "ifnull") {
    if (arguments.empty()) return error(ErrorCode::kBinder, "{} needs arguments", name).at(span);
    Type type;
    for (const Type& argument : with_literals_narrowed(arguments)) {
      const auto common = function::common_type(type, argument);
      if (!common)
        return error(ErrorCode::kBinder, "the arguments of {} have no common type: {} and {}", name, type.to_string(), argument.to_string())
            .at(span);
      type = *common;
    }
    if (type.id == TypeId::kNull) type = TypeId::kInteger;
    for (Expression& argument : arguments) argument = TRUENO_TRY(convert(std::move(argument), type));
    return Expression::nary(ExpressionKind::kCoalesce, type, std::move(arguments), span);
  }
  if (arguments.empty()) {
    if (auto moment = moment_named(name)) return Expression::literal(std::move(*moment));
  }
  if (name == "age" && arguments.size() == 1)  // from today
    arguments.insert(arguments.begin(), Expression::literal(*moment_named("current_date")));
  if (name == "try" && arguments.size() == 1 && plan::has_subquery(arguments[0])) return unsupported("a subquery inside of try", span);
  if (name == "if" && arguments.size() != 3)
    return error(ErrorCode::kBinder, "if takes three arguments").hint("if(condition, x, y)").at(span);
  if (name == "if") {
    arguments[0] = TRUENO_TRY(convert(std::move(arguments[0]), TypeId::kBoolean));
    return branches(std::move(arguments), span);
  }
  const bool by_part = name == "date_part" || name == "datepart" || name == "date_trunc" || name == "datetrunc";
  // A part that is written down has a function of its own, and often an instruction.
  if (by_part && arguments.size() == 2 && arguments[0].kind == ExpressionKind::kLiteral && !arguments[0].typed) {
    if (arguments[0].value.is_null()) {
      const bool truncates = name.ends_with("trunc");
      const Type result = truncates ? Type(arguments[1].type.id == TypeId::kTimestampTz ? TypeId::kTimestampTz : TypeId::kTimestamp)
                                    : Type(TypeId::kBigInt);
      return Expression::literal(Value::null(result));
    }
    if (arguments[0].type.id != TypeId::kVarchar)
      return error(ErrorCode::kBinder, "a date part is a text, not {}", arguments[0].type.to_string()).at(arguments[0].span);
    const std::string part = lower_name(arguments[0].value.as_string());
    const std::string_view function = name.ends_with("part") ? function::date_part_function(part) : function::date_trunc_function(part);
    if (function.empty()) {
      const std::string near = nearest_name(part, {"year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond",
                                                   "microsecond", "dayofweek", "dayofyear", "decade", "century", "epoch"});
      return error(ErrorCode::kBinder, "no date part '{}'", part)
          .hint(near.empty() ? "year, month, day, hour, ..." : fmt::format("did you mean '{}'?", near))
          .at(arguments[0].span);
    }
    return call(function, list_of(std::move(arguments[1])), span);
  }
  return call(name, std::move(arguments), span);
}

// x.f(y) is f(x, y) where x is a column; main.f(x) is f(x).
Bound ExpressionBinder::call_with_dot(const sql::FunctionCall& node, SourceSpan span) {
  sql::QualifiedName prefix = node.name;
  prefix.parts.pop_back();
  const std::string schema = lower_name(prefix.parts.front().text);
  const bool is_schema =
      prefix.parts.size() == 1 && !scope_.has(prefix) && (schema == "main" || schema == "system" || schema == "pg_catalog");
  if (!is_schema && (node.over || node.distinct || node.filter || !node.order_by.empty()))
    return unsupported("an aggregate or window function called with a dot", span);
  std::vector<Expression> arguments;
  if (!is_schema) arguments.push_back(TRUENO_TRY(bind(sql::Expression(sql::ColumnRef{prefix}, prefix.span()))));
  for (const sql::Argument& argument : node.arguments) {
    if (!argument.name.empty()) return unsupported("a named argument", span);
    arguments.push_back(TRUENO_TRY(bind(*argument.value)));
  }
  return call(lower_name(node.name.last().text), std::move(arguments), span);
}

std::optional<Value> ExpressionBinder::moment_named(std::string_view name) const {
  std::optional<Value> moment = function::moment_of_statement(name, context_.types.now);
  if (moment && context_.reads_clock != nullptr) *context_.reads_clock = true;
  return moment;
}

// Every call has a seed of its own, so that two of them in one row differ.
Bound ExpressionBinder::random_call(std::string_view name, const sql::FunctionCall& node, SourceSpan span) {
  if (context_.random == nullptr) return error(ErrorCode::kBinder, "{} cannot stand here", name).at(span);
  if (name != "setseed") {
    if (!node.arguments.empty()) return error(ErrorCode::kBinder, "{} takes no arguments", name).at(span);
    const std::uint64_t seed = hash_combine(context_.random->seed, ++context_.random->calls);
    std::vector<Expression> arguments = list_of(Expression::literal(Value::integer(static_cast<i128>(seed), TypeId::kUBigInt)));
    if (name == "uuidv7") arguments.push_back(Expression::literal(*moment_named("now")));
    return call(name, std::move(arguments), span);
  }
  if (node.arguments.size() != 1) return error(ErrorCode::kBinder, "setseed takes one number").at(span);
  const Expression bound = TRUENO_TRY(bind_constant(*node.arguments[0].value, context_));
  const Value seed = TRUENO_TRY(context_.constants.evaluate(TRUENO_TRY(convert(bound, TypeId::kDouble))));
  if (seed.is_null()) return Expression::literal(Value());
  if (!(seed.as_double() >= -1 && seed.as_double() <= 1))
    return error(ErrorCode::kInvalidInput, "setseed takes a number from -1 to 1").at(node.arguments[0].value->span);
  if (context_.random->set_seed) context_.random->set_seed(seed.as_double());
  return Expression::literal(Value());
}

Result<Expression> bind_constant(const sql::Expression& expression, const Context& context) {
  const Scope empty;
  ExpressionBinder binder(context, empty);
  return binder.bind(expression);
}

}  // namespace trueno::bind

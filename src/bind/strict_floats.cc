#include "bind/strict_floats.h"

#include <algorithm>

namespace trueno::bind {

using plan::Expression;
using plan::ExpressionKind;

namespace {

// Where a function of x is not defined: `x test bound`, or where `test` is a function of its own, test(x).
struct Gap {
  std::string_view function;
  std::string_view test;
  double bound;
  std::string_view message;
};
constexpr Gap kGaps[] = {
    {"sqrt", "<", 0, "the square root of a negative number is undefined"},
    {"ln", "<=", 0, "the logarithm of zero or a negative number is undefined"},
    {"log", "<=", 0, "the logarithm of zero or a negative number is undefined"},
    {"log10", "<=", 0, "the logarithm of zero or a negative number is undefined"},
    {"log2", "<=", 0, "the logarithm of zero or a negative number is undefined"},
    {"asin", ">", 1, "asin is undefined outside [-1, 1]"},
    {"asin", "<", -1, "asin is undefined outside [-1, 1]"},
    {"acos", ">", 1, "acos is undefined outside [-1, 1]"},
    {"acos", "<", -1, "acos is undefined outside [-1, 1]"},
    {"gamma", "=", 0, "the gamma function of zero is undefined"},
    {"lgamma", "=", 0, "the gamma function of zero is undefined"},
    {"sin", "isinf", 0, "sin of an infinity is undefined"},
    {"cos", "isinf", 0, "cos of an infinity is undefined"},
    {"tan", "isinf", 0, "tan of an infinity is undefined"},
    {"cot", "isinf", 0, "cot of an infinity is undefined"},
    {"cot", "=", 0, "cot of zero is undefined"},
    {"atanh", ">", 1, "atanh is undefined outside [-1, 1]"},
    {"atanh", "<", -1, "atanh is undefined outside [-1, 1]"},
};
constexpr std::string_view kDivisions[] = {"/", "%", "fmod", "fdiv"};

}  // namespace

Result<Expression> with_strict_floats(Expression e,
                                      const std::function<Result<Expression>(std::string_view, std::vector<Expression>)>& call) {
  if (e.kind != ExpressionKind::kCall || !e.type.is_float()) return e;
  const std::string_view name = e.function->name;
  const auto number = [](double value, const Type& type) {
    return Expression::literal(type.id == TypeId::kFloat ? Value(type, static_cast<float>(value)) : Value(TypeId::kDouble, value));
  };
  if (std::ranges::find(kDivisions, name) != std::end(kDivisions)) {
    Expression divisor = e.arguments[1];
    Expression zero = number(0, divisor.type);
    Expression null = Expression::literal(Value::null(e.type));
    return Expression::choice(TRUENO_TRY(call("=", {std::move(divisor), std::move(zero)})), std::move(null), std::move(e));
  }
  const std::vector<Expression> arguments = e.arguments;
  const auto fail_where = [&](Expression condition, std::string_view message) -> Status {
    Expression failed = TRUENO_TRY(call("error", {Expression::literal(Value::varchar(std::string(message)))}));
    failed = Expression::cast(std::move(failed), e.type);
    e = Expression::choice(std::move(condition), std::move(failed), std::move(e));
    return {};
  };
  for (const Gap& gap : kGaps) {
    if (gap.function != name) continue;
    for (const Expression& argument : arguments) {
      std::vector<Expression> tested = {argument};
      if (gap.test != "isinf") tested.push_back(number(gap.bound, argument.type));
      TRUENO_TRY(fail_where(TRUENO_TRY(call(gap.test, std::move(tested))), gap.message));
    }
  }
  if (name == "pow") {
    Expression zero = TRUENO_TRY(call("=", {arguments[0], number(0, arguments[0].type)}));
    Expression negative = TRUENO_TRY(call("<", {arguments[1], number(0, arguments[1].type)}));
    Expression both = Expression::choice(std::move(zero), std::move(negative), Expression::literal(Value::boolean(false)));
    TRUENO_TRY(fail_where(std::move(both), "zero to a negative power is undefined"));
  }
  if (name == "log" && arguments.size() == 2)
    TRUENO_TRY(fail_where(TRUENO_TRY(call("=", {arguments[0], number(1, arguments[0].type)})), "the logarithm to base 1 is undefined"));
  return e;
}

}  // namespace trueno::bind

// Division of decimals that stays decimal.
#include <algorithm>

#include "function/families.h"
#include "kernel/cell.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Cell;
using kernel::ValueId;

constexpr int kMostDigits = 38;
constexpr int kLeastScale = 6;  // as SQL Server has it

// a / b, cut off: arguments are the numerator, the denominator and the power of ten between their steps and the result's.
Status divide(std::span<const Cell> args, Cell& result, Arena&) {
  if (args[1].integer == 0) return error(ErrorCode::kDivisionByZero, "decimal_division: division by zero");
  const auto shift = static_cast<int>(args[2].integer);
  i128 value = args[0].integer;
  if (shift >= 0 && __builtin_mul_overflow(value, power_of_ten(shift), &value))
    return error(ErrorCode::kOutOfRange, "decimal_division could not perform an accurate division: its numerator has too many digits");
  if (shift < 0) value /= power_of_ten(-shift);
  result = Cell::of_integer(value / args[1].integer);
  return {};
}

Result<Signature> bind_division(std::span<const Type> arguments, const BindContext& context) {
  const auto is_number = [](const Type& type) { return type.is_integer() || type.id == TypeId::kDecimal || type.id == TypeId::kNull; };
  if (arguments.size() < 2 || arguments.size() > 3 || !is_number(arguments[0]) || !is_number(arguments[1]))
    return error(ErrorCode::kBinder, "decimal_division takes two decimals, and the scale of the result if it is to be another");
  const Type left = as_decimal(arguments[0]);
  const Type right = as_decimal(arguments[1]);
  int scale = std::max(kLeastScale, left.scale + right.precision + 1);
  std::vector<Type> types = {left, right};
  if (arguments.size() == 3) {
    const Value* given = context.literals.size() == 3 ? context.literals[2] : nullptr;
    if (given == nullptr || given->is_null() || !given->type().is_integer())
      return error(ErrorCode::kBinder, "decimal_division: the scale must be a constant");
    const i128 wanted = given->as_integer();
    if (wanted < 0 || wanted > kMostDigits)
      return error(ErrorCode::kBinder, "decimal_division: the scale must be between 0 and {}", kMostDigits);
    scale = static_cast<int>(wanted);
    types.push_back(TypeId::kInteger);
  }
  const int precision = std::max(left.precision - left.scale + right.scale + scale, 1);
  if (precision > kMostDigits)
    return error(ErrorCode::kBinder, "decimal_division could not perform an accurate division of {} by {}: the result needs {} digits",
                 left.to_string(), right.to_string(), precision)
        .hint("cast to narrower decimals, or name a scale as third argument");
  return Signature{std::move(types), Type::decimal(precision, scale)};
}

Result<ValueId> lower_division(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  const int shift = signature.result.scale + signature.arguments[1].scale - signature.arguments[0].scale;
  return b.host({"decimal_division", divide, false, true}, signature.result, {args[0], args[1], b.constant(Value::integer(shift))});
}

}  // namespace

std::vector<ScalarFunction> decimal_division_functions() {
  return {
      {"decimal_division",
       {},
       "decimal_division(a, b [, scale])",
       "Quotient of two decimals as a decimal, cut off behind its scale; an error where 38 digits do not do.",
       "decimal_division(10.00, 4.00)",
       "2.500000",
       bind_division,
       lower_division},
  };
}

}  // namespace trueno::function

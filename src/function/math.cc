// Math: signs, roundings, roots. Transcendentals come with their normative algorithms in kernel/math.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/number_text.h"
#include "function/families.h"
#include "kernel/cell.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Cell;
using kernel::Opcode;
using kernel::ValueId;

Result<Signature> bind_same(std::span<const Type> arguments, const BindContext&) {
  if (arguments.size() != 1 || !(arguments[0].is_numeric() || arguments[0].id == TypeId::kNull))
    return no_overload("math function", arguments);
  const Type type = arguments[0].id == TypeId::kNull ? Type(TypeId::kInteger) : arguments[0];
  return Signature{{type}, type};
}

Result<Signature> bind_double(std::span<const Type> arguments, const BindContext&) {
  if (arguments.size() != 1 || !(arguments[0].is_numeric() || arguments[0].id == TypeId::kNull))
    return no_overload("math function", arguments);
  return Signature{{TypeId::kDouble}, TypeId::kDouble};
}

Result<ValueId> lower_abs(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  if (signature.result.is_unsigned()) return args[0];
  return b.emit(Opcode::kAbs, signature.result, {args[0]});
}

Result<Signature> bind_sign(std::span<const Type> arguments, const BindContext& context) {
  Signature signature = TRUENO_TRY(bind_same(arguments, context));
  signature.result = TypeId::kTinyInt;
  return signature;
}

Status sign_of(std::span<const Cell> args, Cell& result, Arena&) {
  const Cell& x = args[0];
  const int sign = x.integer != 0 ? (x.integer > 0) - (x.integer < 0) : ((x.f64 > 0) - (x.f64 < 0)) + ((x.f32 > 0) - (x.f32 < 0));
  result = Cell::of_integer(sign);
  return {};
}

Result<ValueId> lower_sign(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  return b.host({"sign", sign_of, false, false}, signature.result, {args[0]});
}

Status square_root(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_f64(args[0].f64 < 0 ? kernel::canonical(std::numeric_limits<double>::quiet_NaN()) : std::sqrt(args[0].f64));
  return {};
}

Result<ValueId> lower_sqrt(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  return b.host({"sqrt", square_root, false, false}, signature.result, {args[0]});
}

// floor, ceil and trunc of integers are the identity; of decimals they keep the type's precision and drop the scale.
Result<Signature> bind_whole(std::span<const Type> arguments, const BindContext& context) {
  Signature signature = TRUENO_TRY(bind_same(arguments, context));
  if (signature.result.id == TypeId::kDecimal) signature.result = Type::decimal(signature.result.precision, 0);
  return signature;
}

template <kernel::MathFunction function>
Result<ValueId> lower_whole(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  const Type& from = signature.arguments[0];
  if (from.is_integer()) return args[0];
  if (from.is_float()) return b.emit(Opcode::kMath, signature.result, {args[0]}, static_cast<std::uint32_t>(function));
  if (from.scale == 0) return args[0];
  // Decimal x = q + r / 10^s with the remainder's sign: floor subtracts one where r < 0, ceil adds one where r > 0.
  const Type whole = Type::decimal(from.precision, 0);
  const ValueId factor = b.constant(Value::integer(power_of_ten(from.scale), from.precision > 18 ? TypeId::kHugeInt : TypeId::kBigInt));
  const ValueId quotient = b.emit(Opcode::kIntegerDivide, whole, {args[0], factor});
  if constexpr (function == kernel::MathFunction::kTrunc) return quotient;
  const ValueId rest = b.emit(Opcode::kModulo, from, {args[0], factor});
  const ValueId zero = b.constant(Value(from, i128{0}));
  constexpr bool kFloor = function == kernel::MathFunction::kFloor;
  const ValueId off = b.emit(kFloor ? Opcode::kLess : Opcode::kGreater, TypeId::kBoolean, {rest, zero});
  const ValueId one = b.constant(Value(whole, i128{1}));
  const ValueId moved = b.emit(kFloor ? Opcode::kSubtract : Opcode::kAdd, whole, {quotient, one});
  return b.emit(Opcode::kSelect, whole, {off, moved, quotient});
}

// round half away from zero, to `digits` decimal places of the text of the number as written (doubles go through their exact value).
Status round_double(std::span<const Cell> args, Cell& result, Arena&) {
  const double x = args[0].f64;
  const auto digits = static_cast<int>(args[1].integer);
  if (!std::isfinite(x) || digits > 308 || digits < -308) {  // 10^309 is past the greatest double
    result = Cell::of_f64(digits < -308 && std::isfinite(x) ? 0 : x);
    return {};
  }
  if (digits == 0) {
    result = Cell::of_f64(std::round(x));
    return {};
  }
  // Multiplying by a power of ten rounds; DuckDB does the same, so the visible digits agree.
  double factor = 1;
  for (int i = digits < 0 ? -digits : digits; i > 0; --i) factor *= 10;
  const double rounded = digits > 0 ? std::round(x * factor) / factor : std::round(x / factor) * factor;
  result = Cell::of_f64(std::isfinite(rounded) ? rounded : x);
  return {};
}

// Unscaled decimals and integers. args: value, its scale, digits asked for, scale and limits of the result.
Status round_exact(std::span<const Cell> args, Cell& result, Arena&) {
  const auto scale = static_cast<int>(args[1].integer);
  const i128 digits = std::clamp<i128>(args[2].integer, -100, 100);
  const auto result_scale = static_cast<int>(args[3].integer);
  const int drop = scale - static_cast<int>(digits);
  i128 value = args[0].integer;
  if (drop > 0) {
    value = drop > 38 ? 0 : divide_rounded(value, power_of_ten(drop));
    const int zeros = result_scale - static_cast<int>(digits);
    const bool fits = value == 0 || (zeros <= 38 && !__builtin_mul_overflow(value, power_of_ten(zeros), &value));
    if (!fits || value < args[4].integer || value > args[5].integer)
      return error(ErrorCode::kOutOfRange, "round: {} rounded to {} digits does not fit", format_decimal(args[0].integer, scale),
                   to_string(digits));
  }
  result = Cell::of_integer(value);
  return {};
}

Status round_float(std::span<const Cell> args, Cell& result, Arena& arena) {
  Cell wide = args[0];
  wide.f64 = static_cast<double>(args[0].f32);
  const Cell wide_args[] = {wide, args[1]};
  Cell rounded;
  TRUENO_TRY(round_double(wide_args, rounded, arena));
  result = Cell::of_f32(static_cast<float>(rounded.f64));
  return {};
}

// A literal number of digits is also the scale of a decimal's result, so that 9.99 can become 10.0.
Result<Signature> bind_round(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.empty() || arguments.size() > 2 || !(arguments[0].is_numeric() || arguments[0].id == TypeId::kNull))
    return no_overload("round", arguments);
  if (arguments.size() == 2 && !arguments[1].is_integer() && arguments[1].id != TypeId::kNull) return no_overload("round", arguments);
  const Type type = arguments[0].id == TypeId::kNull ? Type(TypeId::kInteger) : arguments[0];
  Signature signature{{type}, type};
  if (type.id == TypeId::kDecimal && arguments.size() == 1) signature.result = Type::decimal(type.precision, 0);
  if (arguments.size() == 2) signature.arguments.emplace_back(TypeId::kInteger);
  const Value* digits = arguments.size() == 2 && context.literals.size() == 2 ? context.literals[1] : nullptr;
  if (type.id == TypeId::kDecimal && digits != nullptr && !digits->is_null())
    signature.result = Type::decimal(std::min(38, type.precision + (type.scale == 0 && digits->as_integer() < 0 ? 1 : 0)),
                                     static_cast<int>(std::clamp<i128>(digits->as_integer(), 0, type.scale)));
  return signature;
}

Result<ValueId> lower_round(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  const Type& from = signature.arguments[0];
  if (from.id == TypeId::kDecimal && args.size() == 1) return b.cast(args[0], signature.result);
  const ValueId digits = args.size() == 2 ? args[1] : b.constant(Value::integer(0));
  if (from.id == TypeId::kFloat) return b.host({"round(FLOAT)", round_float, false, false}, signature.result, {args[0], digits});
  if (from.is_float()) return b.host({"round", round_double, false, false}, signature.result, {args[0], digits});
  if (from.is_integer() && args.size() == 1) return args[0];
  const kernel::TypeLimits limits = *kernel::limits_of(signature.result);
  const ValueId least = b.constant(Value::integer(limits.min, TypeId::kHugeInt));
  const ValueId most = b.constant(Value::integer(limits.max, TypeId::kHugeInt));
  return b.host({"round_exact", round_exact, false, true}, signature.result,
                {args[0], b.constant(Value::integer(from.scale)), digits, b.constant(Value::integer(signature.result.scale)), least, most});
}

Result<Signature> bind_float_test(std::span<const Type> arguments, const BindContext& context) {
  Signature signature = TRUENO_TRY(bind_double(arguments, context));
  signature.result = TypeId::kBoolean;
  return signature;
}
Status is_nan(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_bool(std::isnan(args[0].f64));
  return {};
}
Status is_infinite(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_bool(std::isinf(args[0].f64));
  return {};
}
Status is_finite(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_bool(std::isfinite(args[0].f64));
  return {};
}
Result<ValueId> lower_is_nan(Builder& b, std::span<const ValueId> args, const Signature& s) {
  return b.host({"isnan", is_nan, false, false}, s.result, {args[0]});
}
Result<ValueId> lower_is_infinite(Builder& b, std::span<const ValueId> args, const Signature& s) {
  return b.host({"isinf", is_infinite, false, false}, s.result, {args[0]});
}
Result<ValueId> lower_is_finite(Builder& b, std::span<const ValueId> args, const Signature& s) {
  return b.host({"isfinite", is_finite, false, false}, s.result, {args[0]});
}

Result<Signature> bind_bit_count(std::span<const Type> arguments, const BindContext&) {
  if (arguments.size() != 1 || !arguments[0].is_integer()) return no_overload("bit_count", arguments);
  // 128 bits are one more than TINYINT can count.
  return Signature{{arguments[0]}, arguments[0].id == TypeId::kHugeInt ? TypeId::kSmallInt : TypeId::kTinyInt};
}
Result<ValueId> lower_bit_count(Builder& b, std::span<const ValueId> args, const Signature& s) {
  return b.emit(Opcode::kPopcount, s.result, {args[0]});
}

}  // namespace

std::vector<ScalarFunction> math_functions() {
  using kernel::MathFunction;
  return {
      {"abs", {"@"}, "abs(x)", "Absolute value; an error where it does not fit.", "abs(-17)", "17", bind_same, lower_abs},
      {"sign", {}, "sign(x)", "-1, 0 or 1.", "sign(-3.5)", "-1", bind_sign, lower_sign},
      {"sqrt", {}, "sqrt(x)", "Square root, correctly rounded; NaN for negative numbers.", "sqrt(16)", "4.0", bind_double, lower_sqrt},
      {"floor", {}, "floor(x)", "Greatest whole number not above x.", "floor(-1.5)", "-2", bind_whole, lower_whole<MathFunction::kFloor>},
      {"ceil", {"ceiling"}, "ceil(x)", "Least whole number not below x.", "ceil(1.2)", "2", bind_whole, lower_whole<MathFunction::kCeil>},
      {"trunc", {}, "trunc(x)", "Drops the fraction.", "trunc(-1.7)", "-1", bind_whole, lower_whole<MathFunction::kTrunc>},
      {"round", {}, "round(x [, digits])", "Rounds half away from zero.", "round(2.345, 2)", "2.35", bind_round, lower_round},
      {"isnan", {}, "isnan(x)", "Whether x is NaN.", "isnan('nan'::DOUBLE)", "true", bind_float_test, lower_is_nan},
      {"isinf", {}, "isinf(x)", "Whether x is an infinity.", "isinf('-inf'::DOUBLE)", "true", bind_float_test, lower_is_infinite},
      {"isfinite",
       {},
       "isfinite(x)",
       "Whether x is neither NaN nor an infinity.",
       "isfinite(1.5)",
       "true",
       bind_float_test,
       lower_is_finite},
      {"bit_count", {}, "bit_count(x)", "Number of set bits.", "bit_count(31)", "5", bind_bit_count, lower_bit_count},
  };
}

}  // namespace trueno::function

// Math: signs, whole numbers, roots. Transcendentals come with their normative algorithms in kernel/math.
#include <algorithm>
#include <cmath>
#include <limits>

#include "function/families.h"
#include "function/overload.h"
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
  const Type type = type_or_integer(arguments[0]);
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
Result<ValueId> lower_whole(Builder& b, std::span<const ValueId> args, const Signature&) {
  return whole_number(b, args[0], function);
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
  if (arguments.size() == 1 && arguments[0].id == TypeId::kBit) return Signature{{TypeId::kBit}, TypeId::kBigInt};
  if (arguments.size() != 1 || !arguments[0].is_integer()) return no_overload("bit_count", arguments);
  // 128 bits are one more than TINYINT can count.
  return Signature{{arguments[0]}, arguments[0].id == TypeId::kHugeInt ? TypeId::kSmallInt : TypeId::kTinyInt};
}
Status count_bits(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_integer(std::ranges::count(args[0].string.view(), '1'));
  return {};
}
Result<ValueId> lower_bit_count(Builder& b, std::span<const ValueId> args, const Signature& s) {
  if (s.arguments[0].id == TypeId::kBit) return b.host({"bit_count of BIT", count_bits, false, false}, s.result, {args[0]});
  return b.emit(Opcode::kPopcount, s.result, {args[0]});
}

}  // namespace

// Decimal x = q + r / 10^s with the remainder's sign: floor subtracts one where r < 0, ceil adds one where r > 0.
ValueId whole_number(Builder& b, ValueId x, kernel::MathFunction function) {
  const Type from = b.at(x).type;
  if (from.is_integer() || (from.id == TypeId::kDecimal && from.scale == 0)) return x;
  if (from.is_float()) return b.emit(Opcode::kMath, from, {x}, static_cast<std::uint32_t>(function));
  const Type whole = Type::decimal(from.precision, 0);
  const ValueId factor = b.constant(Value::integer(power_of_ten(from.scale), from.precision > 18 ? TypeId::kHugeInt : TypeId::kBigInt));
  const ValueId quotient = b.emit(Opcode::kIntegerDivide, whole, {x, factor});
  if (function == kernel::MathFunction::kTrunc) return quotient;
  const ValueId rest = b.emit(Opcode::kModulo, from, {x, factor});
  const ValueId zero = b.constant(Value(from, i128{0}));
  const bool floor = function == kernel::MathFunction::kFloor;
  const ValueId off = b.emit(floor ? Opcode::kLess : Opcode::kGreater, TypeId::kBoolean, {rest, zero});
  const ValueId one = b.constant(Value(whole, i128{1}));
  const ValueId moved = b.emit(floor ? Opcode::kSubtract : Opcode::kAdd, whole, {quotient, one});
  return b.emit(Opcode::kSelect, whole, {off, moved, quotient});
}

std::vector<ScalarFunction> math_functions() {
  using kernel::MathFunction;
  return {
      {"abs", {"@"}, "abs(x)", "Absolute value; an error where it does not fit.", "abs(-17)", "17", bind_same, lower_abs},
      {"sign", {}, "sign(x)", "-1, 0 or 1.", "sign(-3.5)", "-1", bind_sign, lower_sign},
      {"sqrt", {}, "sqrt(x)", "Square root, correctly rounded; NaN for negative numbers.", "sqrt(16)", "4.0", bind_double, lower_sqrt},
      {"floor", {}, "floor(x)", "Greatest whole number not above x.", "floor(-1.5)", "-2", bind_whole, lower_whole<MathFunction::kFloor>},
      {"ceil", {"ceiling"}, "ceil(x)", "Least whole number not below x.", "ceil(1.2)", "2", bind_whole, lower_whole<MathFunction::kCeil>},
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

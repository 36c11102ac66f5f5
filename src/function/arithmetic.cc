// Arithmetic operators: + - * / // % and unary minus, bit operators.
#include <algorithm>

#include "base/civil_time.h"
#include "function/families.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Opcode;
using kernel::ValueId;

constexpr int kMaxSmallPrecision = 18;  // of a DECIMAL that lies in 64 bits

bool is_exact(const Type& type) { return type.is_integer() || type.id == TypeId::kDecimal || type.id == TypeId::kBoolean; }

// NULL literals take the other side's type.
std::pair<Type, Type> resolved(std::span<const Type> arguments) {
  Type a = arguments[0];
  Type b = arguments[1];
  if (a.id == TypeId::kNull) a = b.id == TypeId::kNull || b.id == TypeId::kInterval ? Type(TypeId::kInteger) : b;
  if (b.id == TypeId::kNull) b = a;
  if (a.id == TypeId::kBoolean) a = TypeId::kInteger;
  if (b.id == TypeId::kBoolean) b = TypeId::kInteger;
  return {a, b};
}

// One digit more than the wider side, so that only 38 digits can overflow.
Type decimal_sum(const Type& a, const Type& b) {
  const int scale = std::max(a.scale, b.scale);
  const int precision = std::max(a.precision - a.scale, b.precision - b.scale) + scale + 1;
  return Type::decimal(std::min(precision, 38), scale);
}

Result<Signature> bind_sum(std::span<const Type> arguments, std::string_view name) {
  if (arguments.size() == 1) {
    if (arguments[0].id == TypeId::kNull) return Signature{{TypeId::kInteger}, TypeId::kInteger};
    if (!arguments[0].is_numeric()) return no_overload(name, arguments);
    return Signature{{arguments[0]}, arguments[0]};
  }
  const auto [a, b] = resolved(arguments);
  if (is_exact(a) && is_exact(b)) {
    if (a.id == TypeId::kDecimal || b.id == TypeId::kDecimal) {
      const Type sum = decimal_sum(as_decimal(a), as_decimal(b));
      const auto side = [&](const Type& type) {
        return Type::decimal(std::min<int>(38, std::max(as_decimal(type).precision - as_decimal(type).scale + sum.scale, 1)), sum.scale);
      };
      return Signature{{side(a), side(b)}, sum};
    }
    const Type type = *common_type(a, b);
    return Signature{{type, type}, type};
  }
  if (a.is_numeric() && b.is_numeric()) {
    const Type type = *common_type(a, b);
    return Signature{{type, type}, type};
  }
  return no_overload(name, arguments);
}

Result<Signature> bind_add(std::span<const Type> arguments, const BindContext&) {
  // A sign that changes nothing is fine before everything.
  if (arguments.size() == 1 && !arguments[0].is_numeric()) return Signature{{arguments[0]}, arguments[0]};
  if (arguments.size() == 2) {
    const auto [a, b] = resolved(arguments);
    if (a.id == TypeId::kDate && b.is_integer()) return Signature{{TypeId::kDate, TypeId::kInteger}, TypeId::kDate};
    if (a.is_integer() && b.id == TypeId::kDate) return Signature{{TypeId::kInteger, TypeId::kDate}, TypeId::kDate};
    if ((a.id == TypeId::kDate || a.id == TypeId::kTimestamp) && b.id == TypeId::kInterval)
      return Signature{{TypeId::kTimestamp, TypeId::kInterval}, TypeId::kTimestamp};
    if (a.id == TypeId::kInterval && (b.id == TypeId::kDate || b.id == TypeId::kTimestamp))
      return Signature{{TypeId::kInterval, TypeId::kTimestamp}, TypeId::kTimestamp};
    if (a.id == TypeId::kTimestampTz && b.id == TypeId::kInterval) return Signature{{a, b}, a};
  }
  return bind_sum(arguments, "+");
}

Result<Signature> bind_subtract(std::span<const Type> arguments, const BindContext&) {
  if (arguments.size() == 1 && arguments[0].id == TypeId::kInterval) return Signature{{TypeId::kInterval}, TypeId::kInterval};
  if (arguments.size() == 2) {
    const auto [a, b] = resolved(arguments);
    if (a.id == TypeId::kDate && b.is_integer()) return Signature{{TypeId::kDate, TypeId::kInteger}, TypeId::kDate};
    if (a.id == TypeId::kDate && b.id == TypeId::kDate) return Signature{{TypeId::kDate, TypeId::kDate}, TypeId::kBigInt};
    if ((a.id == TypeId::kDate || a.id == TypeId::kTimestamp) && b.id == TypeId::kInterval)
      return Signature{{TypeId::kTimestamp, TypeId::kInterval}, TypeId::kTimestamp};
    if (a.is_timestamp() && b.is_timestamp()) return Signature{{TypeId::kTimestamp, TypeId::kTimestamp}, TypeId::kInterval};
  }
  return bind_sum(arguments, "-");
}

Status negate_interval(std::span<const kernel::Cell> args, kernel::Cell& result, Arena&) {
  const IntervalValue& i = args[0].interval;
  if (i.months == INT32_MIN || i.days == INT32_MIN || i.micros == INT64_MIN) return error(ErrorCode::kOutOfRange, "overflow of INTERVAL");
  result = kernel::Cell::of_interval({-i.months, -i.days, -i.micros});
  return {};
}

// TIMESTAMP - TIMESTAMP: whole days and the rest, as DuckDB gives it.
Status timestamp_difference(std::span<const kernel::Cell> args, kernel::Cell& result, Arena&) {
  constexpr i128 kDay = 86'400'000'000;
  for (const kernel::Cell& time : args) {
    if (time.integer == kTimestampInfinity || time.integer == kTimestampMinusInfinity)
      return error(ErrorCode::kInvalidInput, "cannot subtract infinite timestamps");
  }
  const i128 micros = args[0].integer - args[1].integer;
  result = kernel::Cell::of_interval({0, static_cast<std::int32_t>(micros / kDay), static_cast<std::int64_t>(micros % kDay)});
  return {};
}

// op(time, amount), where an infinite time stays what it is.
ValueId move_time(Builder& b, Opcode op, const Type& type, ValueId time, ValueId amount) {
  ValueId finite = is_finite_time(b, time);
  if (finite == kernel::kNoValue) return b.emit(op, type, {time, amount});
  if (b.at(amount).range.nullable) {
    finite = b.emit(Opcode::kOr, TypeId::kBoolean, {finite, b.emit(Opcode::kIsNull, TypeId::kBoolean, {amount})});
  }
  const ValueId former = b.narrow_active(finite);
  const ValueId moved = b.emit(op, type, {time, amount});
  b.restore_active(former);
  return b.emit(Opcode::kSelect, type, {finite, moved, time});
}

constexpr auto kNegateInterval = "negate(INTERVAL)";

Result<ValueId> lower_add(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  if (args.size() == 1) return args[0];
  const Opcode op = signature.result.is_timestamp() ? Opcode::kTimestampAdd : Opcode::kAdd;
  if (!signature.result.is_temporal()) return b.emit(op, signature.result, {args[0], args[1]});
  const bool time_first = signature.arguments[0].is_temporal();
  return move_time(b, op, signature.result, args[time_first ? 0 : 1], args[time_first ? 1 : 0]);
}

Result<ValueId> lower_subtract(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  const kernel::HostCall negate{kNegateInterval, negate_interval, false, true};
  if (args.size() == 1) {
    if (signature.result.id == TypeId::kInterval) return b.host(negate, TypeId::kInterval, {args[0]});
    return b.emit(Opcode::kNegate, signature.result, {args[0]});
  }
  if (signature.result.id == TypeId::kInterval)
    return b.host({"timestamp_difference", timestamp_difference, false, true}, TypeId::kInterval, {args[0], args[1]});
  if (signature.arguments[1].id == TypeId::kInterval)
    return move_time(b, Opcode::kTimestampAdd, signature.result, args[0], b.host(negate, TypeId::kInterval, {args[1]}));
  if (signature.result.id == TypeId::kDate) return move_time(b, Opcode::kSubtract, signature.result, args[0], args[1]);
  return b.emit(Opcode::kSubtract, signature.result, {args[0], args[1]});
}

Result<Signature> bind_multiply(std::span<const Type> arguments, const BindContext&) {
  const auto [a, b] = resolved(arguments);
  if (is_exact(a) && is_exact(b) && (a.id == TypeId::kDecimal || b.id == TypeId::kDecimal)) {
    const Type left = as_decimal(a);
    const Type right = as_decimal(b);
    const int scale = left.scale + right.scale;
    if (scale > 38)
      return error(ErrorCode::kBinder, "the product of {} and {} would have {} decimal places; the most is 38", a.to_string(),
                   b.to_string(), scale)
          .hint("cast an operand to DOUBLE or to a smaller scale");
    const bool small = std::max(left.precision, right.precision) <= kMaxSmallPrecision && scale <= kMaxSmallPrecision;
    return Signature{{left, right}, Type::decimal(std::min(left.precision + right.precision, small ? kMaxSmallPrecision : 38), scale)};
  }
  if (!a.is_numeric() || !b.is_numeric()) return no_overload("*", arguments);
  const Type type = *common_type(a, b);
  return Signature{{type, type}, type};
}

Result<ValueId> lower_multiply(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  return b.emit(Opcode::kMultiply, signature.result, {args[0], args[1]});
}

Result<Signature> bind_integer_divide(std::span<const Type> arguments, const BindContext&) {
  const auto [a, b] = resolved(arguments);
  if (!a.is_integer() || !b.is_integer()) return no_overload("//", arguments);
  const Type type = *common_type(a, b);
  return Signature{{type, type}, type};
}

Result<ValueId> lower_integer_divide(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  return b.emit(Opcode::kIntegerDivide, signature.result, {args[0], args[1]});
}

Result<Signature> bind_divide(std::span<const Type> arguments, const BindContext& context) {
  const auto [a, b] = resolved(arguments);
  if (!a.is_numeric() || !b.is_numeric()) return no_overload("/", arguments);
  if (context.integer_division && a.is_integer() && b.is_integer()) return bind_integer_divide(arguments, context);
  const Type type = common_type(a, b)->id == TypeId::kFloat ? TypeId::kFloat : TypeId::kDouble;
  return Signature{{type, type}, type};
}

Result<ValueId> lower_divide(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  return b.emit(signature.result.is_float() ? Opcode::kDivide : Opcode::kIntegerDivide, signature.result, {args[0], args[1]});
}

Result<Signature> bind_modulo(std::span<const Type> arguments, const BindContext&) {
  const auto [a, b] = resolved(arguments);
  if (!a.is_numeric() || !b.is_numeric()) return no_overload("%", arguments);
  const Type type = *common_type(a, b);
  return Signature{{type, type}, type};
}

Result<ValueId> lower_modulo(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  return b.emit(Opcode::kModulo, signature.result, {args[0], args[1]});
}

Result<Signature> bind_bits(std::span<const Type> arguments, const BindContext&) {
  Type type = arguments[0].id == TypeId::kNull ? Type(TypeId::kInteger) : arguments[0];
  if (arguments.size() == 2) {
    const auto [a, b] = resolved(arguments);
    if (!a.is_integer() || !b.is_integer()) return no_overload("bit operator", arguments);
    type = *common_type(a, b);
    return Signature{{type, type}, type};
  }
  if (!type.is_integer()) return no_overload("bit operator", arguments);
  return Signature{{type}, type};
}

template <Opcode op>
Result<ValueId> lower_bits(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  return b.emit(op, signature.result, {args.begin(), args.end()});
}

}  // namespace

std::vector<ScalarFunction> arithmetic_functions() {
  return {
      {"+", {"add"}, "a + b", "Sum of numbers; a date plus days or an interval.", "2 + 3", "5", bind_add, lower_add},
      {"-",
       {"subtract"},
       "a - b",
       "Difference; days between dates; negation with one operand.",
       "2 - 3",
       "-1",
       bind_subtract,
       lower_subtract},
      {"*", {"multiply"}, "a * b", "Product.", "2 * 3", "6", bind_multiply, lower_multiply},
      {"/",
       {"divide_real"},
       "a / b",
       "IEEE division in DOUBLE, or FLOAT where one side is FLOAT and none DOUBLE; of integers too, unless integer_division is set.",
       "7 / 2",
       "3.5",
       bind_divide,
       lower_divide},
      {"//",
       {"divide"},
       "a // b",
       "Integer division, truncated toward zero; an error by zero.",
       "7 // 2",
       "3",
       bind_integer_divide,
       lower_integer_divide},
      {"%", {"mod"}, "a % b", "Remainder with the sign of a; an error for integers by zero.", "-7 % 2", "-1", bind_modulo, lower_modulo},
      {"&", {}, "a & b", "Bitwise and.", "6 & 3", "2", bind_bits, lower_bits<Opcode::kBitAnd>},
      {"|", {}, "a | b", "Bitwise or.", "6 | 3", "7", bind_bits, lower_bits<Opcode::kBitOr>},
      {"xor", {}, "xor(a, b)", "Bitwise exclusive or.", "xor(6, 3)", "5", bind_bits, lower_bits<Opcode::kBitXor>},
      {"~", {}, "~a", "Bitwise complement.", "~5", "-6", bind_bits, lower_bits<Opcode::kBitNot>},
      {"<<",
       {},
       "a << n",
       "Bits shifted left; 0 when n is not below the width.",
       "1 << 4",
       "16",
       bind_bits,
       lower_bits<Opcode::kShiftLeft>},
      {">>", {}, "a >> n", "Bits shifted right, keeping the sign.", "16 >> 2", "4", bind_bits, lower_bits<Opcode::kShiftRight>},
  };
}

}  // namespace trueno::function

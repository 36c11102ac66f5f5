// Arithmetic operators: + - * / // % and unary minus, bit operators.
#include <algorithm>

#include "function/bit_string.h"
#include "function/families.h"
#include "function/overload.h"
#include "function/time_arithmetic.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Cell;
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
    if (auto signature = time_sum(arguments[0], arguments[1])) return std::move(*signature);
  }
  return bind_sum(arguments, "+");
}

Result<Signature> bind_subtract(std::span<const Type> arguments, const BindContext&) {
  if (arguments.size() == 1 && arguments[0].id == TypeId::kInterval) return Signature{{TypeId::kInterval}, TypeId::kInterval};
  if (arguments.size() == 2) {
    if (auto signature = time_difference(arguments[0], arguments[1])) return std::move(*signature);
  }
  return bind_sum(arguments, "-");
}

bool of_time(const Signature& signature) {
  return std::ranges::any_of(signature.arguments, [](const Type& type) { return type.is_temporal() || type.id == TypeId::kInterval; });
}

Result<ValueId> lower_add(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  if (args.size() == 1) return args[0];
  if (of_time(signature)) return lower_time_sum(b, args, signature);
  return b.emit(Opcode::kAdd, signature.result, {args[0], args[1]});
}

Result<ValueId> lower_subtract(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  if (of_time(signature)) return lower_time_difference(b, args, signature);
  if (args.size() == 1) return b.emit(Opcode::kNegate, signature.result, {args[0]});
  return b.emit(Opcode::kSubtract, signature.result, {args[0], args[1]});
}

Result<Signature> bind_multiply(std::span<const Type> arguments, const BindContext&) {
  if (auto signature = interval_product(arguments[0], arguments[1])) return std::move(*signature);
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
  if (of_time(signature)) return lower_interval_product(b, args, signature);
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
  if (auto signature = interval_quotient(arguments[0], arguments[1])) return std::move(*signature);
  const auto [a, b] = resolved(arguments);
  if (!a.is_numeric() || !b.is_numeric()) return no_overload("/", arguments);
  if (context.integer_division && a.is_integer() && b.is_integer()) return bind_integer_divide(arguments, context);
  const Type type = common_type(a, b)->id == TypeId::kFloat ? TypeId::kFloat : TypeId::kDouble;
  return Signature{{type, type}, type};
}

Result<ValueId> lower_divide(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  if (of_time(signature)) return lower_interval_quotient(b, args, signature);
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

template <bool shifts = false>
Result<Signature> bind_bits(std::span<const Type> arguments, const BindContext&) {
  if (auto of_bit_strings = bind_bit_string_operation(arguments, shifts)) return *std::move(of_bit_strings);
  Type type = type_or_integer(arguments[0]);
  if (arguments.size() == 2) {
    const auto [a, b] = resolved(arguments);
    if (!a.is_integer() || !b.is_integer()) return no_overload("bit operator", arguments);
    type = *common_type(a, b);
    return Signature{{type, type}, type};
  }
  if (!type.is_integer()) return no_overload("bit operator", arguments);
  return Signature{{type}, type};
}

// The third argument: how many bits a result that is not negative may have.
Status shift_left(std::span<const Cell> args, Cell& result, Arena&) {
  const i128 value = args[0].integer;
  const i128 count = args[1].integer;
  const i128 bits = args[2].integer;
  if (value < 0) return error(ErrorCode::kOutOfRange, "a negative number cannot be shifted left: {}", to_string(value));
  if (count < 0) return error(ErrorCode::kOutOfRange, "cannot shift left by a negative number: {}", to_string(count));
  const auto pattern = static_cast<u128>(value);
  if (value != 0 && (count >= bits || pattern >> static_cast<int>(bits - count) != 0))
    return error(ErrorCode::kOutOfRange, "overflow of {} << {}", to_string(value), to_string(count));
  result = Cell::of_integer(value == 0 ? 0 : static_cast<i128>(pattern << static_cast<int>(count)));
  return {};
}
Result<ValueId> lower_shift_left(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  if (signature.result.id == TypeId::kBit) return b.host(shift_bit_string_left(), TypeId::kBit, {args[0], args[1]});
  const Physical physical = signature.result.physical();
  const int bits = width_of(physical) * 8 - (is_signed_integer(physical) ? 1 : 0);
  return b.host({"shift_left", shift_left, false, true}, signature.result, {args[0], args[1], b.constant(Value::integer(bits))});
}

template <Opcode op>
Result<ValueId> lower_bits(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  if (signature.result.id == TypeId::kBit) return b.host(bit_string_operation(op), TypeId::kBit, {args.begin(), args.end()});
  return b.emit(op, signature.result, {args.begin(), args.end()});
}

}  // namespace

std::vector<ScalarFunction> arithmetic_functions() {
  return {
      {"+", {"add", "date_add"}, "a + b", "Sum of numbers; a date plus days or an interval.", "2 + 3", "5", bind_add, lower_add},
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
      {"&", {}, "a & b", "Bitwise and.", "6 & 3", "2", bind_bits<>, lower_bits<Opcode::kBitAnd>},
      {"|", {}, "a | b", "Bitwise or.", "6 | 3", "7", bind_bits<>, lower_bits<Opcode::kBitOr>},
      {"xor", {}, "xor(a, b)", "Bitwise exclusive or.", "xor(6, 3)", "5", bind_bits<>, lower_bits<Opcode::kBitXor>},
      {"~", {}, "~a", "Bitwise complement.", "~5", "-6", bind_bits<>, lower_bits<Opcode::kBitNot>},
      {"<<",
       {},
       "a << n",
       "Bits shifted left; an error where bits would be lost, and of negative numbers.",
       "1 << 4",
       "16",
       bind_bits<true>,
       lower_shift_left},
      {">>", {}, "a >> n", "Bits shifted right, keeping the sign.", "16 >> 2", "4", bind_bits<true>, lower_bits<Opcode::kShiftRight>},
  };
}

}  // namespace trueno::function

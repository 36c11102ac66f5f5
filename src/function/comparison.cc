// Comparisons, NOT, IS NULL, IS TRUE and pattern matching.
#include "function/families.h"

#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Opcode;
using kernel::ValueId;

Result<Signature> bind_comparison(std::span<const Type> arguments, const BindContext&) {
  const auto common = common_type(arguments[0], arguments[1]);
  if (!common) {
    return error(ErrorCode::kBinder, "cannot compare {} with {}", arguments[0].to_string(), arguments[1].to_string()).hint("cast one side");
  }
  const Type type = common->id == TypeId::kNull ? Type(TypeId::kInteger) : *common;
  if (type.is_nested()) return error(ErrorCode::kNotSupported, "values of type {} are carried, not compared", type.to_string());
  return Signature{{type, type}, TypeId::kBoolean};
}

template <Opcode op>
Result<ValueId> lower_binary(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  return b.emit(op, signature.result, {args[0], args[1]});
}

Result<Signature> bind_boolean(std::span<const Type> arguments, const BindContext&) {
  if (arguments[0].id != TypeId::kBoolean && arguments[0].id != TypeId::kNull && !arguments[0].is_numeric() &&
      arguments[0].id != TypeId::kVarchar)
    return no_overload("NOT", arguments);
  return Signature{{TypeId::kBoolean}, TypeId::kBoolean};
}

Result<Signature> bind_any(std::span<const Type> arguments, const BindContext&) {
  return Signature{{type_or_integer(arguments[0])}, TypeId::kBoolean};
}

template <Opcode op>
Result<ValueId> lower_unary(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  return b.emit(op, signature.result, {args[0]});
}

Result<ValueId> lower_is_false(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  return b.emit(Opcode::kNot, signature.result, {b.emit(Opcode::kIsNotFalse, signature.result, {args[0]})});
}
Result<ValueId> lower_is_not_true(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  return b.emit(Opcode::kNot, signature.result, {b.emit(Opcode::kIsTrue, signature.result, {args[0]})});
}

Result<Signature> bind_pattern(std::span<const Type> arguments, const BindContext&) {
  for (const Type& type : arguments) {
    if (type.id != TypeId::kVarchar && type.id != TypeId::kNull && type.id != TypeId::kEnum) return no_overload("LIKE", arguments);
  }
  return Signature{std::vector<Type>(arguments.size(), Type(TypeId::kVarchar)), TypeId::kBoolean};
}

Result<ValueId> lower_like(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  return b.emit(Opcode::kLike, signature.result, {args.begin(), args.end()});
}
Result<ValueId> lower_not_like(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  return b.emit(Opcode::kNot, signature.result, {TRUENO_TRY(lower_like(b, args, signature))});
}

}  // namespace

std::vector<ScalarFunction> comparison_functions() {
  return {
      {"=",
       {"=="},
       "a = b",
       "Equal; NULL if either is NULL. NaN equals NaN.",
       "1 = 1",
       "true",
       bind_comparison,
       lower_binary<Opcode::kEqual>},
      {"<>", {"!="}, "a <> b", "Not equal.", "1 <> 1", "false", bind_comparison, lower_binary<Opcode::kNotEqual>},
      {"<", {}, "a < b", "Less.", "1 < 2", "true", bind_comparison, lower_binary<Opcode::kLess>},
      {"<=", {}, "a <= b", "Less or equal.", "2 <= 2", "true", bind_comparison, lower_binary<Opcode::kLessEqual>},
      {">", {}, "a > b", "Greater.", "1 > 2", "false", bind_comparison, lower_binary<Opcode::kGreater>},
      {">=", {}, "a >= b", "Greater or equal.", "2 >= 2", "true", bind_comparison, lower_binary<Opcode::kGreaterEqual>},
      {"is_distinct_from",
       {},
       "a IS DISTINCT FROM b",
       "Not equal, where NULL equals NULL; never NULL.",
       "NULL IS DISTINCT FROM 1",
       "true",
       bind_comparison,
       lower_binary<Opcode::kIsDistinct>},
      {"is_not_distinct_from",
       {},
       "a IS NOT DISTINCT FROM b",
       "Equal, where NULL equals NULL; never NULL.",
       "NULL IS NOT DISTINCT FROM NULL",
       "true",
       bind_comparison,
       lower_binary<Opcode::kIsNotDistinct>},
      {"not", {}, "NOT a", "Negation; NULL stays NULL.", "NOT true", "false", bind_boolean, lower_unary<Opcode::kNot>},
      {"is_null", {}, "a IS NULL", "Whether a is NULL.", "NULL IS NULL", "true", bind_any, lower_unary<Opcode::kIsNull>},
      {"is_not_null", {}, "a IS NOT NULL", "Whether a is not NULL.", "1 IS NOT NULL", "true", bind_any, lower_unary<Opcode::kIsNotNull>},
      {"is_true",
       {},
       "a IS TRUE",
       "Whether a is true (not false, not NULL).",
       "NULL IS TRUE",
       "false",
       bind_boolean,
       lower_unary<Opcode::kIsTrue>},
      {"is_not_true", {}, "a IS NOT TRUE", "Whether a is false or NULL.", "NULL IS NOT TRUE", "true", bind_boolean, lower_is_not_true},
      {"is_false", {}, "a IS FALSE", "Whether a is false.", "false IS FALSE", "true", bind_boolean, lower_is_false},
      {"is_not_false",
       {},
       "a IS NOT FALSE",
       "Whether a is true or NULL.",
       "NULL IS NOT FALSE",
       "true",
       bind_boolean,
       lower_unary<Opcode::kIsNotFalse>},
      {"like",
       {"~~"},
       "text LIKE pattern [ESCAPE c]",
       "Matches where % is any text and _ one character.",
       "'duck' LIKE 'd%k'",
       "true",
       bind_pattern,
       lower_like},
      {"not_like",
       {"!~~"},
       "text NOT LIKE pattern [ESCAPE c]",
       "Does not match.",
       "'duck' NOT LIKE 'g%'",
       "true",
       bind_pattern,
       lower_not_like},
      {"starts_with",
       {"prefix", "^@"},
       "starts_with(text, prefix)",
       "Whether text begins with prefix.",
       "starts_with('duck', 'du')",
       "true",
       bind_pattern,
       lower_binary<Opcode::kStartsWith>},
      {"ends_with",
       {"suffix"},
       "ends_with(text, suffix)",
       "Whether text ends with suffix.",
       "ends_with('duck', 'ck')",
       "true",
       bind_pattern,
       lower_binary<Opcode::kEndsWith>},
      {"contains",
       {},
       "contains(text, search)",
       "Whether search occurs in text.",
       "contains('duck', 'uc')",
       "true",
       bind_pattern,
       lower_binary<Opcode::kContains>},
  };
}

}  // namespace trueno::function

// TRY, NULLIF, GREATEST, LEAST, TYPEOF. COALESCE, CASE, AND and OR are forms of their own: they decide which operands may fail.
#include "function/families.h"

#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Opcode;
using kernel::ValueId;

Result<Type> common_of(std::span<const Type> arguments) {
  Type type = arguments[0];
  for (const Type& other : arguments.subspan(1)) {
    const auto common = common_type(type, other);
    if (!common)
      return error(ErrorCode::kBinder, "{} and {} have no common type", type.to_string(), other.to_string()).hint("cast one of them");
    type = *common;
  }
  return type.id == TypeId::kNull ? Type(TypeId::kInteger) : type;
}

// The result has a's type; only the comparison is made in the common one.
Result<Signature> bind_nullif(std::span<const Type> arguments, const BindContext&) {
  if (arguments.size() != 2) return no_overload("nullif", arguments);
  const Type common = TRUENO_TRY(common_of(arguments));
  const Type type = arguments[0].id == TypeId::kNull ? common : arguments[0];
  return Signature{{type, arguments[1].id == TypeId::kNull ? common : arguments[1]}, type};
}

Result<ValueId> lower_nullif(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  const Type common = *common_type(signature.arguments[0], signature.arguments[1]);
  const ValueId same = b.emit(Opcode::kEqual, TypeId::kBoolean, {b.cast(args[0], common), b.cast(args[1], common)});
  return b.emit(Opcode::kSelect, signature.result, {same, b.constant(Value::null(signature.result)), args[0]});
}

Result<Signature> bind_extreme(std::span<const Type> arguments, const BindContext&) {
  if (arguments.empty()) return no_overload("greatest", arguments);
  const Type type = TRUENO_TRY(common_of(arguments));
  return Signature{std::vector<Type>(arguments.size(), type), type};
}

// NULLs are left out, as DuckDB and PostgreSQL do: a wins when b is NULL or a compares so.
template <Opcode wins>
Result<ValueId> lower_extreme(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  ValueId best = args[0];
  for (const ValueId next : args.subspan(1)) {
    const ValueId better = b.emit(wins, TypeId::kBoolean, {next, best});
    const ValueId missing = b.emit(Opcode::kIsNull, TypeId::kBoolean, {best});
    const ValueId take = b.emit(Opcode::kOr, TypeId::kBoolean, {missing, better});
    best = b.emit(Opcode::kSelect, signature.result, {take, next, best});
  }
  return best;
}

Result<Signature> bind_typeof(std::span<const Type> arguments, const BindContext&) {
  if (arguments.size() != 1) return no_overload("typeof", arguments);
  return Signature{{arguments[0]}, TypeId::kVarchar};
}

// Known before any row is.
Result<ValueId> lower_typeof(Builder& b, std::span<const ValueId>, const Signature& signature) {
  const Type& type = signature.arguments[0];
  return b.constant(Value::varchar(type.id == TypeId::kNull ? "\"NULL\"" : type.to_string()));
}

Result<Signature> bind_try(std::span<const Type> arguments, const BindContext&) {
  if (arguments.size() != 1 || arguments[0].is_nested()) return no_overload("try", arguments);
  const Type type = type_or_integer(arguments[0]);
  return Signature{{type}, type};
}

// Says how its argument is written, so it is the expression writer's.
Result<ValueId> lower_try(Builder&, std::span<const ValueId>, const Signature&) {
  return error(ErrorCode::kInternal, "try() was lowered as a function");
}

}  // namespace

std::vector<ScalarFunction> conditional_functions() {
  return {
      {"try", {}, "try(x)", "The value of x, or NULL where computing it fails.", "try('a'::INTEGER)", "NULL", bind_try, lower_try},
      {"typeof", {}, "typeof(x)", "Name of the type of x.", "typeof(1.5)", "DECIMAL(2,1)", bind_typeof, lower_typeof},
      {"nullif", {}, "nullif(a, b)", "NULL when a equals b, else a.", "nullif(1, 2)", "1", bind_nullif, lower_nullif},
      {"greatest",
       {},
       "greatest(a, ...)",
       "The greatest value; NULLs are left out.",
       "greatest(1, NULL, 3)",
       "3",
       bind_extreme,
       lower_extreme<Opcode::kGreater>},
      {"least",
       {},
       "least(a, ...)",
       "The least value; NULLs are left out.",
       "least(4, NULL, 3)",
       "3",
       bind_extreme,
       lower_extreme<Opcode::kLess>},
  };
}

}  // namespace trueno::function

#include <algorithm>

#include "function/descriptor.h"
#include "kernel/cast.h"

namespace trueno::function {

namespace {

int integer_digits(TypeId id) {
  switch (id) {
    case TypeId::kBoolean: return 1;
    case TypeId::kTinyInt:
    case TypeId::kUTinyInt: return 3;
    case TypeId::kSmallInt:
    case TypeId::kUSmallInt: return 5;
    case TypeId::kInteger:
    case TypeId::kUInteger: return 10;
    case TypeId::kBigInt: return 19;
    case TypeId::kUBigInt: return 20;
    default: return 38;
  }
}

Type common_integer(const Type& a, const Type& b) {
  if (a.is_unsigned() == b.is_unsigned()) return a.id < b.id ? b : a;  // ids of one signedness ascend by width
  const Type& unsigned_side = a.is_unsigned() ? a : b;
  const Type& signed_side = a.is_unsigned() ? b : a;
  // The next wider signed type holds the unsigned one: UINTEGER and INTEGER meet in BIGINT.
  const int wider = static_cast<int>(unsigned_side.id) - static_cast<int>(TypeId::kUTinyInt) + static_cast<int>(TypeId::kSmallInt);
  return static_cast<TypeId>(std::max(wider, static_cast<int>(signed_side.id)));
}

Type common_decimal(const Type& a, const Type& b) {
  const int scale = std::max(a.scale, b.scale);
  const int whole = std::max(a.precision - a.scale, b.precision - b.scale);
  return Type::decimal(std::min(38, whole + scale), std::min(scale, 38));
}

}  // namespace

Type as_decimal(const Type& type) {
  if (type.id == TypeId::kDecimal) return type;
  return Type::decimal(integer_digits(type.id), 0);
}

std::optional<Type> common_type(const Type& a, const Type& b) {
  if (a == b) return a;
  if (a.id == TypeId::kNull) return b;
  if (b.id == TypeId::kNull) return a;
  if (a.is_numeric() && b.is_numeric()) {
    if (a.id == TypeId::kDouble || b.id == TypeId::kDouble) return Type(TypeId::kDouble);
    if (a.id == TypeId::kFloat || b.id == TypeId::kFloat) return Type(TypeId::kFloat);
    if (a.id == TypeId::kDecimal || b.id == TypeId::kDecimal) return common_decimal(as_decimal(a), as_decimal(b));
    return common_integer(a, b);
  }
  if (a.id == TypeId::kBoolean && b.is_numeric()) return b;
  if (b.id == TypeId::kBoolean && a.is_numeric()) return a;
  if (a.is_temporal() && b.is_temporal() && a.id != TypeId::kTime && b.id != TypeId::kTime) {
    if (a.id == TypeId::kTimestampTz || b.id == TypeId::kTimestampTz) return Type(TypeId::kTimestampTz);
    return Type(TypeId::kTimestamp);
  }
  const auto textual = [](const Type& t) { return t.id == TypeId::kVarchar || t.id == TypeId::kEnum; };
  if (textual(a) && textual(b)) return Type(TypeId::kVarchar);
  // A text literal meets another type: the text is converted.
  if (a.id == TypeId::kVarchar && !b.is_nested()) return b;
  if (b.id == TypeId::kVarchar && !a.is_nested()) return a;
  return std::nullopt;
}

bool implicit_cast_exists(const Type& from, const Type& to) {
  if (from == to || from.id == TypeId::kNull) return true;
  if (to.id == TypeId::kVarchar) return from.id == TypeId::kEnum;
  if (from.is_numeric() && to.is_numeric()) {
    if (to.id == TypeId::kDouble) return true;
    if (to.id == TypeId::kFloat) return from.id != TypeId::kDouble;
    if (from.is_float()) return false;
    if (to.id == TypeId::kDecimal)
      return as_decimal(from).precision - as_decimal(from).scale <= to.precision - to.scale && as_decimal(from).scale <= to.scale;
    if (from.id == TypeId::kDecimal) return false;
    return common_integer(from, to) == to;
  }
  if (from.id == TypeId::kDate) return to.is_timestamp();
  if (from.is_timestamp()) return to.is_timestamp();
  return false;
}

bool cast_possible(const Type& from, const Type& to) { return kernel::cast_exists(from, to); }

bool integer_fits(i128 value, const Type& type) {
  const auto limits = kernel::limits_of(type);
  return limits && value >= limits->min && value <= limits->max;
}

Error no_overload(std::string_view name, std::span<const Type> arguments) {
  std::string types;
  for (const Type& type : arguments) types += (types.empty() ? "" : ", ") + type.to_string();
  return error(ErrorCode::kBinder, "no function {}({})", name, types).hint("add explicit casts, or see SELECT * FROM trueno_functions()");
}

}  // namespace trueno::function

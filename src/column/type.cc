// Names of types, both ways, and what lies in memory for each.
#include "column/type.h"

#include <algorithm>
#include <array>

namespace trueno {

Type Type::decimal(int precision, int scale) {
  TRUENO_ASSERT(precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision);
  Type type(TypeId::kDecimal);
  type.precision = static_cast<std::uint8_t>(precision);
  type.scale = static_cast<std::uint8_t>(scale);
  return type;
}

Type Type::enumeration(std::vector<std::string> values) {
  Type type(TypeId::kEnum);
  type.enum_values = std::make_shared<const std::vector<std::string>>(std::move(values));
  return type;
}

Type Type::list(Type element) {
  Type type(TypeId::kList);
  type.children = std::make_shared<const std::vector<TypeField>>(std::vector<TypeField>{{"", std::move(element)}});
  return type;
}

Type Type::structure(std::vector<TypeField> fields) {
  Type type(TypeId::kStruct);
  type.children = std::make_shared<const std::vector<TypeField>>(std::move(fields));
  return type;
}

Type Type::map(Type key, Type value) {
  Type type(TypeId::kMap);
  type.children = std::make_shared<const std::vector<TypeField>>(std::vector<TypeField>{{"", std::move(key)}, {"", std::move(value)}});
  return type;
}

Physical Type::physical() const {
  switch (id) {
    case TypeId::kNull: return Physical::kI32;
    case TypeId::kBoolean: return Physical::kBool;
    case TypeId::kTinyInt: return Physical::kI8;
    case TypeId::kSmallInt: return Physical::kI16;
    case TypeId::kInteger: return Physical::kI32;
    case TypeId::kBigInt: return Physical::kI64;
    case TypeId::kHugeInt: return Physical::kI128;
    case TypeId::kUTinyInt: return Physical::kU8;
    case TypeId::kUSmallInt: return Physical::kU16;
    case TypeId::kUInteger: return Physical::kU32;
    case TypeId::kUBigInt: return Physical::kU64;
    case TypeId::kFloat: return Physical::kF32;
    case TypeId::kDouble: return Physical::kF64;
    case TypeId::kDecimal: return precision <= 18 ? Physical::kI64 : Physical::kI128;
    case TypeId::kVarchar:
    case TypeId::kBlob:
    case TypeId::kBit: return Physical::kString;
    case TypeId::kUuid: return Physical::kI128;
    case TypeId::kDate: return Physical::kI32;
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampS:
    case TypeId::kTimestampMs:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTz: return Physical::kI64;
    case TypeId::kInterval: return Physical::kInterval;
    case TypeId::kEnum: return Physical::kCode;
    case TypeId::kList:
    case TypeId::kStruct:
    case TypeId::kMap: return Physical::kNested;
  }
  return Physical::kNested;
}

namespace {

// Names that SQL reads without quotes.
bool is_plain_identifier(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (name.empty() || !letter(name.front())) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

// `text` between `quote`s, which are doubled inside.
std::string in_quotes(std::string_view text, char quote) {
  std::string result(1, quote);
  for (const char c : text) {
    if (c == quote) result.push_back(quote);
    result.push_back(c);
  }
  result.push_back(quote);
  return result;
}

}  // namespace

std::string Type::to_string() const {
  switch (id) {
    case TypeId::kNull: return "\"NULL\"";
    case TypeId::kBoolean: return "BOOLEAN";
    case TypeId::kTinyInt: return "TINYINT";
    case TypeId::kSmallInt: return "SMALLINT";
    case TypeId::kInteger: return "INTEGER";
    case TypeId::kBigInt: return "BIGINT";
    case TypeId::kHugeInt: return "HUGEINT";
    case TypeId::kUTinyInt: return "UTINYINT";
    case TypeId::kUSmallInt: return "USMALLINT";
    case TypeId::kUInteger: return "UINTEGER";
    case TypeId::kUBigInt: return "UBIGINT";
    case TypeId::kFloat: return "FLOAT";
    case TypeId::kDouble: return "DOUBLE";
    case TypeId::kDecimal: return fmt::format("DECIMAL({},{})", precision, scale);
    case TypeId::kVarchar: return "VARCHAR";
    case TypeId::kBlob: return "BLOB";
    case TypeId::kBit: return "BIT";
    case TypeId::kUuid: return "UUID";
    case TypeId::kDate: return "DATE";
    case TypeId::kTime: return "TIME";
    case TypeId::kTimestamp: return "TIMESTAMP";
    case TypeId::kTimestampS: return "TIMESTAMP_S";
    case TypeId::kTimestampMs: return "TIMESTAMP_MS";
    case TypeId::kTimestampNs: return "TIMESTAMP_NS";
    case TypeId::kTimestampTz: return "TIMESTAMP WITH TIME ZONE";
    case TypeId::kInterval: return "INTERVAL";
    case TypeId::kEnum: {
      std::string text = "ENUM(";
      for (const std::string& label : *enum_values) text += (text.back() == '(' ? "" : ", ") + in_quotes(label, '\'');
      return text + ")";
    }
    case TypeId::kList: return children->front().type.to_string() + "[]";
    case TypeId::kStruct: {
      std::string text = "STRUCT(";
      for (const TypeField& field : *children) {
        if (&field != &children->front()) text += ", ";
        text += (is_plain_identifier(field.name) ? field.name : in_quotes(field.name, '"')) + " " + field.type.to_string();
      }
      return text + ")";
    }
    case TypeId::kMap: return fmt::format("MAP({}, {})", (*children)[0].type.to_string(), (*children)[1].type.to_string());
  }
  return "?";
}

// Children and labels compare by content; shared ones without looking.
bool operator==(const Type& a, const Type& b) {
  if (a.id != b.id || a.precision != b.precision || a.scale != b.scale) return false;
  const auto same = [](const auto& x, const auto& y) { return x == y || (x != nullptr && y != nullptr && *x == *y); };
  return same(a.children, b.children) && same(a.enum_values, b.enum_values);
}

int width_of(Physical physical) {
  switch (physical) {
    case Physical::kBool:
    case Physical::kI8:
    case Physical::kU8: return 1;
    case Physical::kI16:
    case Physical::kU16: return 2;
    case Physical::kI32:
    case Physical::kU32:
    case Physical::kF32:
    case Physical::kCode: return 4;
    case Physical::kI64:
    case Physical::kU64:
    case Physical::kF64: return 8;
    case Physical::kI128:
    case Physical::kString:
    case Physical::kInterval: return 16;
    case Physical::kNested: return 0;
  }
  return 0;
}

std::string_view physical_name(Physical physical) {
  switch (physical) {
    case Physical::kBool: return "bool";
    case Physical::kI8: return "i8";
    case Physical::kI16: return "i16";
    case Physical::kI32: return "i32";
    case Physical::kI64: return "i64";
    case Physical::kI128: return "i128";
    case Physical::kU8: return "u8";
    case Physical::kU16: return "u16";
    case Physical::kU32: return "u32";
    case Physical::kU64: return "u64";
    case Physical::kF32: return "f32";
    case Physical::kF64: return "f64";
    case Physical::kString: return "string";
    case Physical::kCode: return "code";
    case Physical::kInterval: return "interval";
    case Physical::kNested: return "nested";
  }
  return "?";
}

namespace {

// Every spelling, the first of a type being the usual one; from DuckDB's type names.
struct TypeName {
  std::string_view name;
  TypeId id;
};

constexpr std::array kTypeNames = {
    TypeName{"boolean", TypeId::kBoolean},
    TypeName{"bool", TypeId::kBoolean},
    TypeName{"logical", TypeId::kBoolean},
    TypeName{"tinyint", TypeId::kTinyInt},
    TypeName{"int1", TypeId::kTinyInt},
    TypeName{"smallint", TypeId::kSmallInt},
    TypeName{"int2", TypeId::kSmallInt},
    TypeName{"int16", TypeId::kSmallInt},
    TypeName{"short", TypeId::kSmallInt},
    TypeName{"integer", TypeId::kInteger},
    TypeName{"int", TypeId::kInteger},
    TypeName{"int4", TypeId::kInteger},
    TypeName{"int32", TypeId::kInteger},
    TypeName{"integral", TypeId::kInteger},
    TypeName{"signed", TypeId::kInteger},
    TypeName{"bigint", TypeId::kBigInt},
    TypeName{"int8", TypeId::kBigInt},
    TypeName{"int64", TypeId::kBigInt},
    TypeName{"long", TypeId::kBigInt},
    TypeName{"oid", TypeId::kBigInt},
    TypeName{"hugeint", TypeId::kHugeInt},
    TypeName{"int128", TypeId::kHugeInt},
    TypeName{"utinyint", TypeId::kUTinyInt},
    TypeName{"uint8", TypeId::kUTinyInt},
    TypeName{"usmallint", TypeId::kUSmallInt},
    TypeName{"uint16", TypeId::kUSmallInt},
    TypeName{"uinteger", TypeId::kUInteger},
    TypeName{"uint32", TypeId::kUInteger},
    TypeName{"ubigint", TypeId::kUBigInt},
    TypeName{"uint64", TypeId::kUBigInt},
    TypeName{"float", TypeId::kFloat},
    TypeName{"float4", TypeId::kFloat},
    TypeName{"real", TypeId::kFloat},
    TypeName{"double", TypeId::kDouble},
    TypeName{"float8", TypeId::kDouble},
    TypeName{"double precision", TypeId::kDouble},
    TypeName{"decimal", TypeId::kDecimal},
    TypeName{"numeric", TypeId::kDecimal},
    TypeName{"dec", TypeId::kDecimal},
    TypeName{"varchar", TypeId::kVarchar},
    TypeName{"text", TypeId::kVarchar},
    TypeName{"string", TypeId::kVarchar},
    TypeName{"char", TypeId::kVarchar},
    TypeName{"character", TypeId::kVarchar},
    TypeName{"character varying", TypeId::kVarchar},
    TypeName{"bpchar", TypeId::kVarchar},
    TypeName{"nvarchar", TypeId::kVarchar},
    TypeName{"blob", TypeId::kBlob},
    TypeName{"bytea", TypeId::kBlob},
    TypeName{"binary", TypeId::kBlob},
    TypeName{"varbinary", TypeId::kBlob},
    TypeName{"bit", TypeId::kBit},
    TypeName{"bitstring", TypeId::kBit},
    TypeName{"uuid", TypeId::kUuid},
    TypeName{"guid", TypeId::kUuid},
    TypeName{"date", TypeId::kDate},
    TypeName{"time", TypeId::kTime},
    TypeName{"time without time zone", TypeId::kTime},
    TypeName{"timestamp", TypeId::kTimestamp},
    TypeName{"datetime", TypeId::kTimestamp},
    TypeName{"timestamp_us", TypeId::kTimestamp},
    TypeName{"timestamp without time zone", TypeId::kTimestamp},
    TypeName{"timestamp_s", TypeId::kTimestampS},
    TypeName{"timestamp_ms", TypeId::kTimestampMs},
    TypeName{"timestamp_ns", TypeId::kTimestampNs},
    TypeName{"timestamptz", TypeId::kTimestampTz},
    TypeName{"timestamp with time zone", TypeId::kTimestampTz},
    TypeName{"interval", TypeId::kInterval},
};

// DECIMAL is DECIMAL(18,3), DECIMAL(p) is DECIMAL(p,0).
Result<Type> decimal_from(const std::vector<int>& arguments) {
  if (arguments.empty()) return Type::decimal(18, 3);
  const int precision = arguments[0];
  const int scale = arguments.size() > 1 ? arguments[1] : 0;
  if (arguments.size() > 2) return error(ErrorCode::kBinder, "DECIMAL takes a width and a scale, not {} numbers", arguments.size());
  if (precision < 1 || precision > 38) return error(ErrorCode::kBinder, "the width of a DECIMAL is between 1 and 38, not {}", precision);
  if (scale < 0 || scale > precision)
    return error(ErrorCode::kBinder, "the scale of a DECIMAL({},{}) is larger than its width", precision, scale);
  return Type::decimal(precision, scale);
}

// FLOAT(p) by its bits, TIMESTAMP(p) by its digits, VARCHAR(n) without a limit.
Result<Type> with_argument(TypeId id, std::string_view name, int argument) {
  if (id == TypeId::kVarchar || id == TypeId::kBit) return Type(id);
  if (id == TypeId::kFloat && argument >= 1 && argument <= 53) return Type(argument <= 24 ? TypeId::kFloat : TypeId::kDouble);
  if (id == TypeId::kTimestamp && argument >= 0 && argument <= 9) {
    return Type(argument == 0 ? TypeId::kTimestampS : (argument <= 3 ? TypeId::kTimestampMs : (argument <= 6 ? id : TypeId::kTimestampNs)));
  }
  return error(ErrorCode::kBinder, "the type {} does not take the argument {}", name, argument);
}

}  // namespace

Result<std::optional<Type>> type_from_name(std::string_view name, std::vector<int> arguments) {
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; };
  const auto found = std::find_if(kTypeNames.begin(), kTypeNames.end(), [&](const TypeName& known) {
    return std::equal(name.begin(), name.end(), known.name.begin(), known.name.end(), same);
  });
  if (found == kTypeNames.end()) return std::optional<Type>();
  if (found->id == TypeId::kDecimal) return std::optional(TRUENO_TRY(decimal_from(arguments)));
  if (arguments.empty()) return std::optional<Type>(found->id);
  if (arguments.size() > 1) return error(ErrorCode::kBinder, "the type {} does not take {} arguments", name, arguments.size());
  return std::optional(TRUENO_TRY(with_argument(found->id, name, arguments[0])));
}

const std::vector<std::string_view>& type_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> list;
    for (const TypeName& known : kTypeNames) list.push_back(known.name);
    return list;
  }();
  return names;
}

}  // namespace trueno

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace trueno {

/// Logical types, with DuckDB's names.
enum class TypeId : std::uint8_t {
  kNull,  // the type of a bare NULL; casts to everything
  kBoolean,
  kTinyInt,
  kSmallInt,
  kInteger,
  kBigInt,
  kHugeInt,
  kUTinyInt,
  kUSmallInt,
  kUInteger,
  kUBigInt,
  kFloat,
  kDouble,
  kDecimal,
  kVarchar,
  kBlob,
  kBit,  // the text of its bits
  kUuid,
  kDate,
  kTime,
  kTimestamp,
  kTimestampS,
  kTimestampMs,
  kTimestampNs,
  kTimestampTz,
  kInterval,
  kEnum,
  kList,
  kStruct,
  kMap,
};

/// How a value lies in memory and in a kernel's registers.
enum class Physical : std::uint8_t {
  kBool,  // one byte, 0 or 1
  kI8,
  kI16,
  kI32,
  kI64,
  kI128,
  kU8,
  kU16,
  kU32,
  kU64,
  kF32,
  kF64,
  kString,    // StringView: 16 bytes, 12 inline
  kCode,      // u32 into the column's dictionary, or the position of an ENUM's label
  kInterval,  // IntervalValue: 16 bytes
  kNested,    // carried, not computed
};

struct Type;

/// A named child of a STRUCT; LIST has one child, MAP two (key, value). Names are empty there.
struct TypeField;

/// A logical type with its parameters. Value type; children are shared and immutable.
struct Type {
  TypeId id = TypeId::kNull;
  std::uint8_t precision = 0;                                   // DECIMAL: 1..38
  std::uint8_t scale = 0;                                       // DECIMAL: 0..precision
  std::shared_ptr<const std::vector<TypeField>> children;       // LIST, STRUCT, MAP
  std::shared_ptr<const std::vector<std::string>> enum_values;  // ENUM, in order

  Type() = default;
  constexpr Type(TypeId type_id) : id(type_id) {}  // NOLINT(google-explicit-constructor): TypeId names a parameterless type
  [[nodiscard]] static Type decimal(int precision, int scale);
  [[nodiscard]] static Type enumeration(std::vector<std::string> values);
  [[nodiscard]] static Type list(Type element);
  [[nodiscard]] static Type structure(std::vector<TypeField> fields);
  [[nodiscard]] static Type map(Type key, Type value);

  [[nodiscard]] Physical physical() const;
  /// "DECIMAL(15,2)", "INTEGER[]", "STRUCT(a INTEGER)"
  [[nodiscard]] std::string to_string() const;

  [[nodiscard]] bool is_integer() const { return id >= TypeId::kTinyInt && id <= TypeId::kUBigInt; }
  [[nodiscard]] bool is_unsigned() const { return id >= TypeId::kUTinyInt && id <= TypeId::kUBigInt; }
  [[nodiscard]] bool is_float() const { return id == TypeId::kFloat || id == TypeId::kDouble; }
  [[nodiscard]] bool is_numeric() const { return is_integer() || is_float() || id == TypeId::kDecimal; }
  [[nodiscard]] bool is_timestamp() const { return id >= TypeId::kTimestamp && id <= TypeId::kTimestampTz; }
  [[nodiscard]] bool is_temporal() const { return id >= TypeId::kDate && id <= TypeId::kTimestampTz; }
  [[nodiscard]] bool is_nested() const { return id >= TypeId::kList; }
};
bool operator==(const Type& a, const Type& b);

struct TypeField {
  std::string name;
  Type type;
  bool operator==(const TypeField&) const = default;
};

/// The type an SQL name stands for ("int8", "text", "decimal(10,2)", "numeric"); nothing when unknown. Case-insensitive.
/// `arguments` are the numbers in parentheses. kBinder error when they do not fit (DECIMAL(39)).
[[nodiscard]] Result<std::optional<Type>> type_from_name(std::string_view name, std::vector<int> arguments = {});
/// Every spelling `type_from_name` knows, for "did you mean" and completion.
[[nodiscard]] const std::vector<std::string_view>& type_names();

/// Bytes of one plain value; kNested has none.
[[nodiscard]] int width_of(Physical physical);
[[nodiscard]] std::string_view physical_name(Physical physical);
[[nodiscard]] constexpr bool is_signed_integer(Physical p) { return p >= Physical::kI8 && p <= Physical::kI128; }
[[nodiscard]] constexpr bool is_unsigned_integer(Physical p) { return p >= Physical::kU8 && p <= Physical::kU64; }
[[nodiscard]] constexpr bool is_integer(Physical p) { return p >= Physical::kI8 && p <= Physical::kU64; }
[[nodiscard]] constexpr bool is_float(Physical p) { return p == Physical::kF32 || p == Physical::kF64; }

/// One column of a table or a result.
struct Field {
  std::string name;
  Type type;
  bool nullable = true;
  bool operator==(const Field&) const = default;
};
using Schema = std::vector<Field>;

}  // namespace trueno

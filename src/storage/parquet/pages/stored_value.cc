#include "storage/parquet/pages/stored_value.h"

#include <cmath>

#include "base/bits.h"
#include "base/civil_time.h"

namespace trueno::pages {

namespace {

constexpr std::size_t kLongestInteger = 16;

template <class T>
std::string bytes_of(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

bool is_counted(const Type& type) {
  return type.is_integer() || type.id == TypeId::kDecimal || type.id == TypeId::kDate || type.id == TypeId::kTime || type.is_timestamp();
}

// A stored integer in the unit of our type.
template <class T>
std::optional<Value> integer_bound(const LeafValues& leaf, std::string_view bytes) {
  if (bytes.size() != sizeof(T) || !is_counted(leaf.type)) return std::nullopt;
  const T stored = load<T>(bytes.data());
  if (leaf.type.is_unsigned()) return Value(leaf.type, static_cast<i128>(static_cast<std::make_unsigned_t<T>>(stored)));
  std::int64_t value = 0;
  if (__builtin_mul_overflow(static_cast<std::int64_t>(stored), leaf.multiplier, &value)) return std::nullopt;
  return Value(leaf.type, static_cast<i128>(floor_divide(value, leaf.divisor)));
}

// A NaN among the bounds makes both useless (the format forbids it, old writers did it). -0 and +0 are not told apart.
template <class T>
std::optional<Value> float_bound(const LeafValues& leaf, std::string_view bytes) {
  if (bytes.size() != sizeof(T) || !leaf.type.is_float()) return std::nullopt;
  const T stored = load<T>(bytes.data());
  if (std::isnan(stored)) return std::nullopt;
  return leaf.type.id == TypeId::kFloat ? Value(leaf.type, static_cast<float>(stored)) : Value(leaf.type, static_cast<double>(stored));
}

// Decimals in byte arrays are big-endian two's complement, of any length up to 16.
std::optional<Value> big_endian_bound(const Type& type, std::string_view bytes) {
  if (bytes.empty() || bytes.size() > kLongestInteger) return std::nullopt;
  i128 value = (bytes[0] & 0x80) != 0 ? -1 : 0;
  for (const char byte : bytes) value = static_cast<i128>((static_cast<u128>(value) << 8) | static_cast<unsigned char>(byte));
  return Value(type, value);
}

std::string big_endian(u128 value, std::size_t width) {
  std::string bytes(width, '\0');
  for (std::size_t i = width; i-- > 0; value >>= 8) bytes[i] = static_cast<char>(static_cast<unsigned char>(value & 0xFF));
  return bytes;
}

std::vector<std::string> integer_forms(const LeafValues& leaf, i128 value) {
  const bool rounded = leaf.multiplier != 1 || leaf.divisor != 1;
  if (!is_counted(leaf.type) || rounded) return {};
  const bool is_unsigned = leaf.type.is_unsigned();
  if (leaf.stored == StoredType::kInt32) {
    const bool fits = is_unsigned ? value >= 0 && value <= UINT32_MAX : value >= INT32_MIN && value <= INT32_MAX;
    return fits ? std::vector{bytes_of(static_cast<std::uint32_t>(value))} : std::vector<std::string>();
  }
  const bool fits = is_unsigned ? value >= 0 && value <= static_cast<i128>(UINT64_MAX) : value >= INT64_MIN && value <= INT64_MAX;
  return fits ? std::vector{bytes_of(static_cast<std::uint64_t>(value))} : std::vector<std::string>();
}

std::vector<std::string> fixed_forms(const LeafValues& leaf, i128 value) {
  const auto width = static_cast<std::size_t>(leaf.stored_width);
  if (leaf.stored_width <= 0 || width > kLongestInteger) return {};
  if (leaf.type.id == TypeId::kUuid && width == kLongestInteger) return {big_endian(static_cast<u128>(value) ^ (u128{1} << 127), width)};
  if (leaf.type.id != TypeId::kDecimal) return {};
  std::string bytes = big_endian(static_cast<u128>(value), width);
  const auto back = big_endian_bound(leaf.type, bytes);
  return back && back->as_integer() == value ? std::vector{std::move(bytes)} : std::vector<std::string>();
}

// Zeros of both signs are equal. NaNs of all bits are, too: which of them a file holds is not known.
template <class T>
std::vector<std::string> float_forms(T value) {
  if (std::isnan(value)) return {};
  if (value == 0) return {bytes_of(T{0}), bytes_of(-T{0})};
  return {bytes_of(value)};
}

}  // namespace

std::optional<Value> bound_of(const LeafValues& leaf, std::string_view bytes) {
  const Type& type = leaf.type;
  switch (leaf.stored) {
    case StoredType::kBoolean:
      if (type.id != TypeId::kBoolean || bytes.size() != 1) return std::nullopt;
      return Value(type, bytes[0] != 0);
    case StoredType::kInt32: return integer_bound<std::int32_t>(leaf, bytes);
    case StoredType::kInt64: return integer_bound<std::int64_t>(leaf, bytes);
    case StoredType::kFloat: return float_bound<float>(leaf, bytes);
    case StoredType::kDouble: return float_bound<double>(leaf, bytes);
    case StoredType::kByteArray:
      if (type.id == TypeId::kVarchar || type.id == TypeId::kBlob) return Value(type, std::string(bytes));
      return type.id == TypeId::kDecimal ? big_endian_bound(type, bytes) : std::nullopt;
    case StoredType::kFixedBytes:
      if (type.id == TypeId::kBlob) return Value(type, std::string(bytes));
      return type.id == TypeId::kDecimal ? big_endian_bound(type, bytes) : std::nullopt;
    case StoredType::kInt96: return std::nullopt;
  }
  return std::nullopt;
}

std::vector<std::string> stored_forms(const LeafValues& leaf, const Value& value) {
  switch (leaf.stored) {
    case StoredType::kInt32:
    case StoredType::kInt64:
      return std::holds_alternative<i128>(value.payload()) ? integer_forms(leaf, value.as_integer()) : std::vector<std::string>();
    case StoredType::kFloat:
      return std::holds_alternative<float>(value.payload()) ? float_forms(std::get<float>(value.payload())) : std::vector<std::string>();
    case StoredType::kDouble:
      return std::holds_alternative<double>(value.payload()) ? float_forms(std::get<double>(value.payload())) : std::vector<std::string>();
    case StoredType::kByteArray:
    case StoredType::kFixedBytes:
      if (std::holds_alternative<std::string>(value.payload())) return {value.as_string()};
      return leaf.stored == StoredType::kFixedBytes && std::holds_alternative<i128>(value.payload()) ? fixed_forms(leaf, value.as_integer())
                                                                                                     : std::vector<std::string>();
    case StoredType::kBoolean:
    case StoredType::kInt96: return {};
  }
  return {};
}

}  // namespace trueno::pages

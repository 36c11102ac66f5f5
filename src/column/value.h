#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/int128.h"
#include "base/result.h"
#include "column/type.h"

namespace trueno {

/// A string or blob as registers hold it: length, then 12 inline bytes, or a 4-byte prefix and a pointer. Equal prefix words decide most
/// comparisons. Does not own the bytes: they live in a column's buffer or a query's arena. (Columns store Arrow's Utf8View, where the
/// pointer is a buffer number and an offset; see Column::view.)
class StringView {
 public:
  static constexpr std::uint32_t kInline = 12;

  StringView() : StringView(std::string_view{}) {}
  StringView(std::string_view text) : length_(static_cast<std::uint32_t>(text.size())) {  // NOLINT(google-explicit-constructor)
    std::memset(inline_, 0, sizeof inline_);
    if (length_ <= kInline) {
      if (length_ != 0) std::memcpy(inline_, text.data(), length_);
    } else {
      std::memcpy(inline_, text.data(), 4);
      const char* pointer = text.data();
      std::memcpy(inline_ + 4, &pointer, sizeof pointer);
    }
  }
  [[nodiscard]] std::uint32_t size() const { return length_; }
  [[nodiscard]] bool is_inline() const { return length_ <= kInline; }
  /// Points into this object when inline.
  [[nodiscard]] const char* data() const {
    if (is_inline()) return inline_;
    const char* pointer;
    std::memcpy(&pointer, inline_ + 4, sizeof pointer);
    return pointer;
  }
  [[nodiscard]] std::string_view view() const { return {data(), length_}; }
  /// Length and first four bytes as one word: different words, different strings.
  [[nodiscard]] std::uint64_t head() const {
    std::uint64_t word;
    std::memcpy(&word, this, sizeof word);
    return word;
  }
  friend bool operator==(const StringView& a, const StringView& b) { return a.head() == b.head() && a.view() == b.view(); }
  /// Order of the UTF-8 bytes.
  friend auto operator<=>(const StringView& a, const StringView& b) { return a.view() <=> b.view(); }

 private:
  std::uint32_t length_;
  char inline_[12];
};
static_assert(sizeof(StringView) == 16);

/// INTERVAL: three parts that do not convert exactly. Compared and grouped in normalised form (30-day months, 24-hour days).
struct IntervalValue {
  std::int32_t months = 0;
  std::int32_t days = 0;
  std::int64_t micros = 0;
  bool operator==(const IntervalValue&) const = default;
  /// The length in microseconds with 30-day months and 24-hour days: what comparison compares.
  [[nodiscard]] i128 normalised_micros() const { return (static_cast<i128>(months) * 30 + days) * 86'400'000'000 + micros; }
};
static_assert(sizeof(IntervalValue) == 16);

/// A single typed value that owns its bytes: literals, parameters, bounds, cells of small results. NULL is `std::monostate`.
/// Integers, decimals (unscaled), dates, times, timestamps, ENUM positions and UUIDs (top bit flipped, so that order is right) are held
/// as i128. Nested values share their children: the elements of a LIST, the fields of a STRUCT, key and value by turns of a MAP.
class Value {
 public:
  using Children = std::shared_ptr<const std::vector<Value>>;
  using Payload = std::variant<std::monostate, bool, i128, double, float, std::string, IntervalValue, Children>;

  Value() = default;  // NULL of type NULL
  Value(Type type, Payload payload) : type_(std::move(type)), payload_(std::move(payload)) {}
  [[nodiscard]] static Value null(Type type) { return {std::move(type), std::monostate{}}; }
  [[nodiscard]] static Value boolean(bool value) { return {TypeId::kBoolean, value}; }
  [[nodiscard]] static Value integer(i128 value, Type type = TypeId::kInteger) { return {std::move(type), value}; }
  [[nodiscard]] static Value bigint(std::int64_t value) { return {TypeId::kBigInt, static_cast<i128>(value)}; }
  [[nodiscard]] static Value decimal(i128 unscaled, int precision, int scale) { return {Type::decimal(precision, scale), unscaled}; }
  [[nodiscard]] static Value floating(double value) { return {TypeId::kDouble, value}; }
  [[nodiscard]] static Value varchar(std::string value) { return {TypeId::kVarchar, std::move(value)}; }
  [[nodiscard]] static Value nested(Type type, std::vector<Value> children);

  [[nodiscard]] const Type& type() const { return type_; }
  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(payload_); }
  [[nodiscard]] const Payload& payload() const { return payload_; }
  [[nodiscard]] bool as_bool() const { return std::get<bool>(payload_); }
  [[nodiscard]] i128 as_integer() const { return std::get<i128>(payload_); }
  /// FLOAT or DOUBLE.
  [[nodiscard]] double as_double() const {
    return std::holds_alternative<float>(payload_) ? static_cast<double>(std::get<float>(payload_)) : std::get<double>(payload_);
  }
  [[nodiscard]] const std::string& as_string() const { return std::get<std::string>(payload_); }
  [[nodiscard]] const IntervalValue& as_interval() const { return std::get<IntervalValue>(payload_); }
  [[nodiscard]] const std::vector<Value>& as_children() const { return *std::get<Children>(payload_); }

  /// The text SQL's CAST to VARCHAR gives; "NULL" for NULL.
  [[nodiscard]] std::string to_string() const;
  /// Same type and same bits (so NaN equals NaN and -0 differs from +0).
  friend bool operator==(const Value& a, const Value& b);

 private:
  Type type_;
  Payload payload_;
};

inline Value Value::nested(Type type, std::vector<Value> children) {
  return {std::move(type), std::make_shared<const std::vector<Value>>(std::move(children))};
}

/// "\xAA" for bytes outside printable ASCII, as DuckDB prints a BLOB.
[[nodiscard]] std::string format_blob(std::string_view bytes);
/// The bytes of such a text; nothing where it is malformed or holds bytes outside ASCII.
[[nodiscard]] std::optional<std::string> parse_blob(std::string_view text);

}  // namespace trueno

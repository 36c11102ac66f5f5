// Values as text. The forms are those of DuckDB's CAST to VARCHAR, checked against it.
#include "column/value.h"

#include <algorithm>
#include <bit>

#include "base/civil_time.h"
#include "base/number_text.h"

namespace trueno {

namespace {

// Whether a text inside a printed LIST, STRUCT or MAP must stand in quotes to be told from its surroundings.
bool needs_quotes(std::string_view text) {
  if (text.empty() || text == "NULL" || text.front() == ' ' || text.back() == ' ') return true;
  return text.find_first_of("[]{}(),:='\"\\") != std::string_view::npos;
}

std::string in_quotes(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result.push_back('\\');
    result.push_back(c);
  }
  return result + "'";
}

// Nested texts are built from the inside out; only leaves can need quotes.
std::string element_text(const Value& element) {
  std::string text = element.to_string();
  if (element.is_null() || element.type().is_nested()) return text;
  return needs_quotes(text) ? in_quotes(text) : text;
}

// [1, NULL], {'a': 1}, {key=value}: DuckDB's forms.
std::string nested_text(const Type& type, const std::vector<Value>& children) {
  std::string text = type.id == TypeId::kList ? "[" : "{";
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (type.id == TypeId::kMap && i % 2 == 1) {
      text += "=";
    } else if (i != 0) {
      text += ", ";
    }
    if (type.id == TypeId::kStruct) text += in_quotes((*type.children)[i].name) + ": ";
    text += element_text(children[i]);
  }
  return text + (type.id == TypeId::kList ? "]" : "}");
}

// One payload, many types: what the number stands for is the type's matter.
std::string integer_text(const Type& type, i128 value) {
  const auto ticks = static_cast<std::int64_t>(value);
  switch (type.id) {
    case TypeId::kDecimal: return format_decimal(value, type.scale);
    case TypeId::kUuid: return format_uuid(value);
    case TypeId::kDate: return format_date(static_cast<std::int32_t>(value));
    case TypeId::kTime: return format_time(ticks);
    case TypeId::kTimestamp: return format_timestamp(ticks, TimeUnit::kMicro);
    case TypeId::kTimestampS: return format_timestamp(ticks, TimeUnit::kSecond);
    case TypeId::kTimestampMs: return format_timestamp(ticks, TimeUnit::kMilli);
    case TypeId::kTimestampNs: return format_timestamp(ticks, TimeUnit::kNano);
    case TypeId::kTimestampTz: return format_timestamp_tz(ticks);
    case TypeId::kEnum: {
      const bool known = type.enum_values != nullptr && value >= 0 && value < static_cast<i128>(type.enum_values->size());
      return known ? (*type.enum_values)[static_cast<std::size_t>(value)] : to_string(value);
    }
    default: return to_string(value);
  }
}

}  // namespace

std::string format_blob(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F && c != '\\' && c != '\'' && c != '"') {
      text.push_back(c);
    } else {
      text += fmt::format("\\x{:02X}", byte);
    }
  }
  return text;
}

std::optional<std::string> parse_blob(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  };
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) >= 0x80) return std::nullopt;
    if (text[i] != '\\') {
      bytes.push_back(text[i]);
      continue;
    }
    if (i + 3 >= text.size() || text[i + 1] != 'x') return std::nullopt;
    const int high = digit(text[i + 2]);
    const int low = digit(text[i + 3]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
    i += 3;
  }
  return bytes;
}

std::string Value::to_string() const {
  struct Text {
    const Type& type;
    std::string operator()(std::monostate) const { return "NULL"; }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(i128 value) const { return integer_text(type, value); }
    std::string operator()(double value) const { return format_double(value); }
    std::string operator()(float value) const { return format_float(value); }
    std::string operator()(const std::string& value) const { return type.id == TypeId::kBlob ? format_blob(value) : value; }
    std::string operator()(const IntervalValue& value) const { return format_interval({value.months, value.days, value.micros}); }
    std::string operator()(const Children& value) const { return nested_text(type, *value); }
  };
  return std::visit(Text{type_}, payload_);
}

// Bits, not SQL equality: this is what tests and caches compare. SQL's order is `compare_values`.
bool operator==(const Value& a, const Value& b) {
  if (!(a.type_ == b.type_) || a.payload_.index() != b.payload_.index()) return false;
  struct Same {
    const Value::Payload& other;
    bool operator()(double value) const {
      return std::bit_cast<std::uint64_t>(value) == std::bit_cast<std::uint64_t>(std::get<double>(other));
    }
    bool operator()(float value) const {
      return std::bit_cast<std::uint32_t>(value) == std::bit_cast<std::uint32_t>(std::get<float>(other));
    }
    bool operator()(const Value::Children& value) const { return *value == *std::get<Value::Children>(other); }
    bool operator()(std::monostate) const { return true; }
    bool operator()(bool value) const { return value == std::get<bool>(other); }
    bool operator()(const i128& value) const { return value == std::get<i128>(other); }
    bool operator()(const std::string& value) const { return value == std::get<std::string>(other); }
    bool operator()(const IntervalValue& value) const { return value == std::get<IntervalValue>(other); }
  };
  return std::visit(Same{b.payload_}, a.payload_);
}

}  // namespace trueno

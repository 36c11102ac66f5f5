#include "session/json_text.h"

#include <cmath>

#include <fmt/format.h>

#include "base/number_text.h"

namespace trueno::session {

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out.push_back(c);
        }
    }
  }
  out.push_back('"');
  return out;
}

std::string json_number(double value) { return std::isfinite(value) ? format_double(value) : "null"; }

namespace {

std::string json_children(const Type& type, const std::vector<Value>& children) {
  const bool is_struct = type.id == TypeId::kStruct;
  std::string out(1, is_struct ? '{' : '[');
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (type.id == TypeId::kMap) {
      out += i % 2 == 0 ? (i == 0 ? "[" : ",[") : ",";
      out += json_value(children[i]);
      if (i % 2 == 1) out += "]";
      continue;
    }
    if (i != 0) out += ",";
    if (is_struct) out += json_string((*type.children)[i].name) + ":";
    out += json_value(children[i]);
  }
  out.push_back(is_struct ? '}' : ']');
  return out;
}

}  // namespace

std::string json_value(const Value& value) {
  if (value.is_null()) return "null";
  const Type& type = value.type();
  if (type.is_nested()) return json_children(type, value.as_children());
  const std::string text = value.to_string();
  if (type.is_float()) return std::isfinite(value.as_double()) ? text : json_string(text);
  return type.is_numeric() || type.id == TypeId::kBoolean ? text : json_string(text);
}

}  // namespace trueno::session

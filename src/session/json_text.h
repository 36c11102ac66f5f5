#pragma once

#include <string>
#include <string_view>

#include "column/value.h"

namespace trueno::session {

/// `text` as a JSON string, in quotes. Valid UTF-8 stays as it is.
[[nodiscard]] std::string json_string(std::string_view text);
/// The shortest form that reads back as the same number; null for NaN and infinities, which JSON has not.
[[nodiscard]] std::string json_number(double value);
/// A cell: numbers and booleans as such, LIST as an array, STRUCT as an object, MAP as an array of pairs, everything else as the text that
/// CAST to VARCHAR gives. NaN and infinities are texts.
[[nodiscard]] std::string json_value(const Value& value);

}  // namespace trueno::session

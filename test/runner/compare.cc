#include "compare.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <regex>
#include <vector>

#include "md5.h"

namespace trueno::test {

namespace {

std::string shown(const QueryResult& result, std::int64_t row, int column, char type) {
  if (result.is_null(row, column)) return "NULL";
  std::string text = result.text(row, column);
  const std::string& sql_type = result.columns()[static_cast<std::size_t>(column)].type;
  if (type == 'R' && result.columns()[static_cast<std::size_t>(column)].is_numeric) {
    char buffer[512];
    std::snprintf(buffer, sizeof buffer, "%.3f", std::strtod(text.c_str(), nullptr));
    return buffer;
  }
  if (type == 'I' && (sql_type == "DOUBLE" || sql_type == "FLOAT")) {
    char buffer[512];
    std::snprintf(buffer, sizeof buffer, "%.0f", std::trunc(std::strtod(text.c_str(), nullptr)));
    return buffer;
  }
  // What sqlite gives where a text is asked for as an integer: the number it begins with.
  if (type == 'I' && sql_type == "VARCHAR") return std::to_string(std::strtoll(text.c_str(), nullptr, 10));
  return text.empty() ? "(empty)" : text;
}

bool as_number(const std::string& text, double& number) {
  char* end = nullptr;
  number = std::strtod(text.c_str(), &end);
  return !text.empty() && end == text.c_str() + text.size();
}

// Whether a double is the expected one as far as that was written out: "0.733333" for 0.7333333333333334, rounded or cut off.
bool same_as_written(const std::string& expected, double a, double b) {
  const std::size_t point = expected.find('.');
  if (point == std::string::npos || expected.find_first_of("eE") != std::string::npos) return false;
  const auto decimals = static_cast<int>(expected.size() - point - 1);
  return decimals >= 3 && std::fabs(a - b) <= 1.001 * std::pow(10.0, -decimals);
}

// Equal texts, equal numbers (doubles to 1e-12 relative), or a boolean spelled 1 and 0. `foreign`: of a suite that writes doubles with
// fewer digits, and any NaN.
bool same_value(const std::string& expected, const std::string& got, bool foreign) {
  if (expected == got) return true;
  if ((expected == "1" && got == "true") || (expected == "0" && got == "false") || (expected == "true" && got == "1") ||
      (expected == "false" && got == "0"))
    return true;
  if (expected == "True" || expected == "False") return (expected == "True") == (got == "true");
  double a = 0;
  double b = 0;
  if (foreign && expected.ends_with(' ') && expected.substr(0, expected.find_last_not_of(' ') + 1) == got) return true;
  const std::size_t first = expected.find_first_not_of(' ');
  if (first != 0 && first != std::string::npos && as_number(got, b) && expected.substr(first) == got) return true;
  if (!as_number(expected, a) || !as_number(got, b)) return false;
  const bool integers = expected.find_first_of(".eEn") == std::string::npos && got.find_first_of(".eEn") == std::string::npos;
  if (foreign && !integers &&
      ((std::isnan(a) && std::isnan(b)) || a == b || (got.size() > expected.size() && same_as_written(expected, a, b))))
    return true;
  return !integers && std::fabs(a - b) <= 1e-12 * std::max(std::fabs(a), std::fabs(b));
}

// Two spellings of one FLOAT: other engines write more digits than are needed.
bool same_float(const std::string& expected, const std::string& got) {
  double unused = 0;
  return as_number(expected, unused) && as_number(got, unused) &&
         std::strtof(expected.c_str(), nullptr) == std::strtof(got.c_str(), nullptr);
}

std::string joined(const std::vector<std::string>& values, const char* separator) {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) text += (i == 0 ? "" : separator) + values[i];
  return text;
}

}  // namespace

std::vector<std::string> values_of(const Record& record, const QueryResult& result, bool raw) {
  std::vector<std::vector<std::string>> rows;
  const auto columns = static_cast<int>(result.columns().size());
  for (std::int64_t row = 0; row < result.row_count(); ++row) {
    std::vector<std::string> line;
    for (int c = 0; c < columns; ++c)
      line.push_back(shown(result, row, c,
                           raw || static_cast<std::size_t>(c) >= record.types.size() ? 'T' : record.types[static_cast<std::size_t>(c)]));
    rows.push_back(std::move(line));
  }
  if (record.sort == "rowsort") std::sort(rows.begin(), rows.end());
  std::vector<std::string> values;
  for (const auto& row : rows) values.insert(values.end(), row.begin(), row.end());
  if (record.sort == "valuesort") std::sort(values.begin(), values.end());
  return values;
}

std::string compare_query(const Record& record, const QueryResult& result, bool raw, bool foreign) {
  const auto columns = static_cast<int>(result.columns().size());
  const std::vector<std::string> values = values_of(record, result, raw);
  static const std::regex kHash("([0-9]+) values hashing to ([0-9a-f]{32})");
  std::smatch match;
  if (record.expected.size() == 1 && std::regex_match(record.expected[0], match, kHash)) {
    std::string text;
    for (const std::string& value : values) text += value + "\n";
    const std::string digest = md5(text);
    if (std::to_string(values.size()) == match[1] && digest == match[2]) return {};
    return "expected " + record.expected[0] + ", got " + std::to_string(values.size()) + " values hashing to " + digest;
  }
  // One value a line, or one row a line with tabs.
  std::vector<std::string> expected;
  const bool by_row =
      columns > 1 && record.expected.size() == static_cast<std::size_t>(result.row_count()) &&
      std::any_of(record.expected.begin(), record.expected.end(), [](const std::string& l) { return l.find('\t') != std::string::npos; });
  if (by_row) {
    std::vector<std::string> lines = record.expected;
    std::vector<std::vector<std::string>> cells;
    for (const std::string& line : lines) {
      std::vector<std::string> row;
      std::size_t begin = 0;
      for (std::size_t tab = line.find('\t'); tab != std::string::npos; tab = line.find('\t', begin)) {
        row.push_back(line.substr(begin, tab - begin));
        begin = tab + 1;
      }
      row.push_back(line.substr(begin));
      // More than one tab between two values: an empty text would be written "(empty)".
      if (row.size() > static_cast<std::size_t>(columns)) std::erase(row, "");
      cells.push_back(std::move(row));
    }
    if (record.sort == "rowsort") std::sort(cells.begin(), cells.end());
    for (const auto& row : cells) expected.insert(expected.end(), row.begin(), row.end());
  } else {
    expected = record.expected;
    if (record.sort == "rowsort" && columns == 1) std::sort(expected.begin(), expected.end());
  }
  if (record.sort == "valuesort") std::sort(expected.begin(), expected.end());
  if (expected.size() != values.size())
    return "expected " + std::to_string(expected.size()) + " values, got " + std::to_string(values.size()) + ": " +
           joined(values, " | ").substr(0, 300);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (expected[i].starts_with("<REGEX>:")) {
      if (std::regex_match(values[i], std::regex(expected[i].substr(8)))) continue;
    } else if (same_value(expected[i], values[i], foreign)) {
      continue;
    } else if (record.sort != "valuesort" && result.columns()[i % static_cast<std::size_t>(columns)].type == "FLOAT" &&
               same_float(expected[i], values[i])) {
      continue;
    }
    return "value " + std::to_string(i + 1) + ": expected '" + expected[i] + "', got '" + values[i] + "'";
  }
  return {};
}

std::string compare_message(const Record& record, const std::string& message) {
  for (const std::string& line : record.expected) {
    const bool found =
        line.starts_with("<REGEX>:") ? std::regex_search(message, std::regex(line.substr(8))) : message.find(line) != std::string::npos;
    if (!found) return "expected the message to hold '" + line + "', got: " + message;
  }
  return {};
}

}  // namespace trueno::test

// Guesses format and columns.
#include "storage/json/json_sniffer.h"

#include <algorithm>
#include <set>

#include "base/name.h"

namespace trueno {

namespace {

constexpr std::string_view kSpace = " \t\r\n";

// One value, with nothing but space around it.
bool is_one_value(std::string_view text) {
  JsonCursor cursor(text);
  cursor.skip_space();
  if (!cursor.skip_value(0)) return false;
  cursor.skip_space();
  return cursor.at_end();
}

// What may stand behind a row: nothing more in its line; a comma or the end of the array; space.
bool pass_separator(JsonCursor& cursor, JsonFormat format) {
  cursor.skip_space();
  if (cursor.at_end()) return true;
  if (format == JsonFormat::kNewlineDelimited) return cursor.fail("more than one value in a line");
  if (format == JsonFormat::kArray && cursor.bytes()[cursor.position()] != ']' && !cursor.accept(','))
    return cursor.fail("unexpected character");
  return true;
}

// Names that are equal but for the case of letters get a number behind, as columns need.
std::vector<std::string> column_names(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  std::set<std::string> taken;
  for (const std::string& written : names) {
    std::string name = written.empty() ? "column" : written;
    const std::string stem = name;
    for (int n = 1; !taken.insert(lower_name(name)).second; ++n) name = fmt::format("{}_{}", stem, n);
    out.push_back(std::move(name));
  }
  return out;
}

}  // namespace

JsonFormat sniff_json_format(const JsonSample& sample) {
  const std::string_view bytes = sample.bytes;
  const std::size_t first = bytes.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return JsonFormat::kNewlineDelimited;
  const std::size_t line_end = std::min(bytes.find('\n', first), bytes.size());
  const bool only_line = sample.whole && bytes.find_first_not_of(kSpace, line_end) == std::string_view::npos;
  const bool complete = line_end < bytes.size() || sample.whole;
  if (complete && is_one_value(bytes.substr(first, line_end - first))) {
    return only_line && bytes[first] == '[' ? JsonFormat::kArray : JsonFormat::kNewlineDelimited;
  }
  if (bytes[first] != '[') return JsonFormat::kUnstructured;
  JsonCursor cursor(bytes, first);
  if (!cursor.skip_value(0)) return JsonFormat::kArray;  // goes on behind the sample, or is broken
  cursor.skip_space();
  return cursor.at_end() ? JsonFormat::kArray : JsonFormat::kUnstructured;
}

Status observe_rows(const JsonSample& sample, JsonFormat format, const JsonOptions& options, std::int64_t limit, JsonShape& shape,
                    std::size_t& fault_at) {
  const std::string_view bytes = sample.bytes;
  const bool lines = format == JsonFormat::kNewlineDelimited;
  std::size_t at = std::min(bytes.find_first_not_of(kSpace), bytes.size());
  if (format == JsonFormat::kArray && at < bytes.size() && bytes[at] == '[') ++at;
  for (std::int64_t row = 0; limit < 0 || row < limit; ++row) {
    at = bytes.find_first_not_of(kSpace, at);
    if (at == std::string_view::npos || (format == JsonFormat::kArray && bytes[at] == ']')) break;
    const std::size_t line_end = lines ? std::min(bytes.find('\n', at), bytes.size()) : bytes.size();
    if (lines && line_end == bytes.size() && !sample.whole) break;
    const std::string_view text = bytes.substr(0, line_end);
    JsonCursor cursor(text, at);
    if (cursor.skip_value(0) && pass_separator(cursor, format)) {
      if (!lines && cursor.at_end() && !sample.whole) break;  // a number may go on
      JsonCursor again(text, at);
      if (!shape.observe(again, options)) return error(ErrorCode::kInternal, "a JSON value reads differently the second time");
      at = cursor.position();
      continue;
    }
    if (!lines && cursor.at_end() && !sample.whole) break;
    if (!lines || !options.ignore_errors) {
      fault_at = cursor.position();
      return error(ErrorCode::kInvalidInput, "{}", cursor.fault());
    }
    at = line_end;
  }
  return {};
}

Result<JsonLayout> json_layout(const JsonShape& shape, const JsonOptions& options) {
  JsonLayout layout;
  if (options.objects) {
    layout.types = {JsonType::json_text(true)};
  } else if (!options.columns.empty()) {
    const bool objects = shape.count() == 0 || shape.only_objects();
    layout.records =
        options.records == JsonRecords::kYes || (options.records == JsonRecords::kAuto && (objects || options.columns.size() > 1));
    if (!layout.records && options.columns.size() != 1) {
      return error(ErrorCode::kBinder, "JSON values that are no records have one column, and {} were given", options.columns.size());
    }
    for (const JsonColumnOption& column : options.columns) {
      layout.names.push_back(column.name);
      layout.types.push_back(column.type);
    }
  } else {
    JsonType row = shape.type(options);
    layout.records = options.records != JsonRecords::kNo && row.type.id == TypeId::kStruct;
    if (options.records == JsonRecords::kYes && !shape.only_objects() && shape.count() != 0) {
      return error(ErrorCode::kInvalidInput, "records are wanted, and not all values are objects").hint("records = 'auto'");
    }
    if (layout.records) {
      for (const TypeField& field : *row.type.children) layout.names.push_back(field.name);
      layout.types = std::move(row.children);
    } else {
      layout.types = {std::move(row)};
    }
  }
  if (!layout.records && layout.names.empty()) layout.names = {"json"};
  const std::vector<std::string> names = column_names(layout.names);
  for (std::size_t i = 0; i < names.size(); ++i) layout.schema.push_back({names[i], layout.types[i].type});
  return layout;
}

}  // namespace trueno

#include "output.h"

#include <algorithm>
#include <vector>

namespace trueno::cli {

namespace {

constexpr std::int64_t kShownRows = 40;  // of a table; csv and json show all

std::size_t display_width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

void put(std::FILE* out, const std::string& text) { std::fwrite(text.data(), 1, text.size(), out); }

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string space(width - std::min(width, display_width(text)), ' ');
  return right ? space + text : text + space;
}

void write_table(const QueryResult& result, bool markdown, std::FILE* out) {
  const auto& columns = result.columns();
  const std::int64_t shown = markdown ? result.row_count() : std::min(result.row_count(), kShownRows);
  std::vector<std::vector<std::string>> cells;
  std::vector<std::size_t> widths;
  for (const ResultColumn& column : columns) widths.push_back(std::max<std::size_t>(3, display_width(column.name)));
  for (std::int64_t row = 0; row < shown; ++row) {
    std::vector<std::string> line;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      line.push_back(result.text(row, static_cast<int>(c)));
      if (line.back().find('\n') == std::string::npos) widths[c] = std::max(widths[c], display_width(line.back()));
    }
    cells.push_back(std::move(line));
  }
  const auto write_line = [&](const std::vector<std::string>& line) {
    std::string text = "|";
    for (std::size_t c = 0; c < columns.size(); ++c) text += " " + padded(line[c], widths[c], columns[c].is_numeric) + " |";
    put(out, text + "\n");
  };
  std::vector<std::string> names;
  std::string rule = "|";
  for (std::size_t c = 0; c < columns.size(); ++c) {
    names.push_back(columns[c].name);
    rule += std::string(widths[c] + (columns[c].is_numeric ? 1 : 2), '-') + (columns[c].is_numeric ? ":|" : "|");
  }
  write_line(names);
  put(out, rule + "\n");
  for (const auto& line : cells) write_line(line);
  if (shown < result.row_count()) put(out, "(" + std::to_string(result.row_count() - shown) + " more rows)\n");
}

std::string csv_cell(const QueryResult& result, std::int64_t row, int column) {
  if (result.is_null(row, column)) return {};
  const std::string text = result.text(row, column);
  if (!text.empty() && text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

void write_csv(const QueryResult& result, std::FILE* out) {
  const auto& columns = result.columns();
  std::string line;
  for (const ResultColumn& column : columns) line += (line.empty() ? "" : ",") + column.name;
  put(out, line + "\n");
  for (std::int64_t row = 0; row < result.row_count(); ++row) {
    line.clear();
    for (std::size_t c = 0; c < columns.size(); ++c) line += (c == 0 ? "" : ",") + csv_cell(result, row, static_cast<int>(c));
    put(out, line + "\n");
  }
}

std::string json_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += std::string("\\") + c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out += escape;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string json_cell(const QueryResult& result, std::int64_t row, std::size_t column) {
  const int c = static_cast<int>(column);
  if (result.is_null(row, c)) return "null";
  const std::string text = result.text(row, c);
  const std::string& type = result.columns()[column].type;
  const bool exact_in_json = type == "BOOLEAN" || (result.columns()[column].is_numeric && text != "nan" && text != "inf" && text != "-inf");
  return exact_in_json ? text : json_text(text);
}

void write_json(const QueryResult& result, bool lines, std::FILE* out) {
  if (!lines) put(out, "[");
  for (std::int64_t row = 0; row < result.row_count(); ++row) {
    std::string line = !lines && row != 0 ? ",\n{" : "{";
    for (std::size_t c = 0; c < result.columns().size(); ++c)
      line += (c == 0 ? "" : ",") + json_text(result.columns()[c].name) + ":" + json_cell(result, row, c);
    put(out, line + (lines ? "}\n" : "}"));
  }
  if (!lines) put(out, "]\n");
}

}  // namespace

bool format_from_name(std::string_view name, Format& format) {
  static constexpr std::pair<std::string_view, Format> kFormats[] = {{"table", Format::kTable},
                                                                     {"csv", Format::kCsv},
                                                                     {"json", Format::kJson},
                                                                     {"jsonl", Format::kJsonLines},
                                                                     {"markdown", Format::kMarkdown}};
  for (const auto& [known, value] : kFormats) {
    if (known == name) {
      format = value;
      return true;
    }
  }
  return false;
}

void write_result(const QueryResult& result, Format format, std::FILE* out) {
  if (!result.is_query()) return;
  switch (format) {
    case Format::kTable: write_table(result, false, out); break;
    case Format::kMarkdown: write_table(result, true, out); break;
    case Format::kCsv: write_csv(result, out); break;
    case Format::kJson: write_json(result, false, out); break;
    case Format::kJsonLines: write_json(result, true, out); break;
  }
}

std::string footer(const QueryResult& result) {
  char text[160];
  std::snprintf(text, sizeof text, "%lld row%s in %.1f ms on %s", static_cast<long long>(result.row_count()),
                result.row_count() == 1 ? "" : "s", result.total_time_ms(),
                result.backend_info().empty() ? "no device" : result.backend_info().c_str());
  return text;
}

}  // namespace trueno::cli

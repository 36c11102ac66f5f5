#include "statement_text.h"

namespace trueno::wasm {

namespace {

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '\\': out += "\\\\"; break;
      case '\t': out += "\\t"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      default: out += c;
    }
  }
}

void append_result(std::string& out, const QueryResult& result) {
  const int columns = static_cast<int>(result.columns().size());
  for (int i = 0; i < columns; ++i) {
    const ResultColumn& column = result.columns()[static_cast<std::size_t>(i)];
    if (i > 0) out += '\t';
    append_escaped(out, column.name + " " + column.type);
  }
  out += '\n';
  for (std::int64_t row = 0; row < result.row_count(); ++row) {
    for (int i = 0; i < columns; ++i) {
      if (i > 0) out += '\t';
      if (result.is_null(row, i)) {
        out += "\\N";
      } else {
        append_escaped(out, result.text(row, i));
      }
    }
    out += '\n';
  }
  out += '\n';
}

}  // namespace

std::string run_as_text(const Database& database, std::string_view sql) {
  const auto results = database.query(std::string(sql)).execute_all();
  if (!results) return "error: " + results.error().text + "\n";
  std::string out;
  for (const QueryResult& result : *results) {
    if (result.is_query()) append_result(out, result);
  }
  return out;
}

}  // namespace trueno::wasm

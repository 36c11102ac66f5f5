#pragma once

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "trueno/trueno.h"

namespace trueno::cli {

enum class Format { kTable, kCsv, kJson, kJsonLines, kMarkdown, kLine, kArrow, kParquet };

[[nodiscard]] std::optional<Format> format_from_name(std::string_view name);
[[nodiscard]] std::string_view format_name(Format format);
/// "table, csv, ..."
[[nodiscard]] std::string format_names();
/// Whether the format is bytes that no terminal shows.
[[nodiscard]] bool is_binary(Format format);

/// How tables are drawn.
struct TableStyle {
  std::int64_t max_rows = 0;  // 0: all
  int max_width = 0;          // columns of the terminal; 0: as wide as it comes
};

/// Writes the rows of a query, and nothing else. Ctrl-C ends it early.
[[nodiscard]] Outcome<void> write_result(const QueryResult& result, Format format, const TableStyle& style, std::FILE* out);

/// A JSON string, in quotes.
[[nodiscard]] std::string json_text(std::string_view text);
/// One line: rows, time, devices.
[[nodiscard]] std::string footer(const QueryResult& result);
/// A time a person reads: "0.123 ms", "4.56 s".
[[nodiscard]] std::string duration(double milliseconds);
/// 1234567 -> "1,234,567"
[[nodiscard]] std::string grouped(std::int64_t number);

}  // namespace trueno::cli

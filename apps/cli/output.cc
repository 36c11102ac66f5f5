// Results as text for programs: CSV, JSON, Markdown, lines. Tables for people are in table.cc.
#include "output.h"

#include <algorithm>
#include <vector>

#include "interrupt.h"
#include "table.h"

namespace trueno::cli {

namespace {

struct NamedFormat {
  std::string_view name;
  Format format;
};
constexpr NamedFormat kFormats[] = {{"table", Format::kTable},     {"csv", Format::kCsv},           {"json", Format::kJson},
                                    {"jsonl", Format::kJsonLines}, {"markdown", Format::kMarkdown}, {"line", Format::kLine},
                                    {"arrow", Format::kArrow},     {"parquet", Format::kParquet}};

constexpr std::size_t kFlushBytes = 1 << 16;

// Collects text and writes it in large pieces. An error of the file is noticed at the end, as ferror keeps it.
class Writer {
 public:
  explicit Writer(std::FILE* out) : out_(out) {}
  ~Writer() { flush(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  /// Whether a person has seen enough.
  [[nodiscard]] bool stopped() const { return Interrupts::pending(); }
  Writer& operator<<(std::string_view text) {
    pending_ += text;
    if (pending_.size() >= kFlushBytes) flush();
    return *this;
  }

 private:
  void flush() {
    std::fwrite(pending_.data(), 1, pending_.size(), out_);
    pending_.clear();
  }
  std::FILE* out_;
  std::string pending_;
};

// NULL is an empty cell, so an empty text is quoted.
std::string csv_text(const std::string& text) {
  if (!text.empty() && text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

void write_csv(const QueryResult& result, Writer& out) {
  const auto width = static_cast<int>(result.columns().size());
  for (int c = 0; c < width; ++c) out << (c == 0 ? "" : ",") << csv_text(result.columns()[static_cast<std::size_t>(c)].name);
  out << "\n";
  for (std::int64_t row = 0; row < result.row_count() && !out.stopped(); ++row) {
    for (int c = 0; c < width; ++c) {
      out << (c == 0 ? "" : ",");
      if (!result.is_null(row, c)) out << csv_text(result.text(row, c));
    }
    out << "\n";
  }
}

std::string markdown_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|')
      out += "\\|";
    else if (c == '\n')
      out += "<br>";
    else
      out += c;
  }
  return out;
}

void write_markdown(const QueryResult& result, Writer& out) {
  const auto& columns = result.columns();
  out << "|";
  for (const ResultColumn& column : columns) out << " " << markdown_text(column.name) << " |";
  out << "\n|";
  for (const ResultColumn& column : columns) out << (column.is_numeric ? "--:|" : "---|");
  out << "\n";
  for (std::int64_t row = 0; row < result.row_count() && !out.stopped(); ++row) {
    out << "|";
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const int column = static_cast<int>(c);
      out << " " << (result.is_null(row, column) ? "" : markdown_text(result.text(row, column))) << " |";
    }
    out << "\n";
  }
}

void write_lines(const QueryResult& result, Writer& out) {
  std::size_t width = 0;
  for (const ResultColumn& column : result.columns()) width = std::max(width, display_width(column.name));
  for (std::int64_t row = 0; row < result.row_count() && !out.stopped(); ++row) {
    if (row != 0) out << "\n";
    for (std::size_t c = 0; c < result.columns().size(); ++c) {
      const std::string& name = result.columns()[c].name;
      out << std::string(width - display_width(name), ' ') << name << " = " << result.text(row, static_cast<int>(c)) << "\n";
    }
  }
}

void write_json(const QueryResult& result, bool lines, Writer& out) {
  std::vector<std::string> names;
  for (const ResultColumn& column : result.columns()) names.push_back(json_text(column.name) + ":");
  if (!lines) out << "[";
  for (std::int64_t row = 0; row < result.row_count() && !out.stopped(); ++row) {
    out << (!lines && row != 0 ? ",\n{" : "{");
    for (std::size_t c = 0; c < names.size(); ++c) out << (c == 0 ? "" : ",") << names[c] << result.json(row, static_cast<int>(c));
    out << (lines ? "}\n" : "}");
  }
  if (!lines) out << "]\n";
}

}  // namespace

std::optional<Format> format_from_name(std::string_view name) {
  for (const NamedFormat& known : kFormats) {
    if (known.name == name) return known.format;
  }
  return std::nullopt;
}

std::string_view format_name(Format format) {
  for (const NamedFormat& known : kFormats) {
    if (known.format == format) return known.name;
  }
  return "?";
}

std::string format_names() {
  std::string names;
  for (const NamedFormat& known : kFormats) names += (names.empty() ? "" : ", ") + std::string(known.name);
  return names;
}

bool is_binary(Format format) { return format == Format::kArrow || format == Format::kParquet; }

Outcome<void> write_result(const QueryResult& result, Format format, const TableStyle& style, std::FILE* out) {
  if (is_binary(format)) {
    return result.write(format == Format::kParquet ? FileFormat::kParquet : FileFormat::kArrowIpc,
                        [&](const void* bytes, std::size_t count) { return std::fwrite(bytes, 1, count, out) == count; });
  }
  Writer writer(out);
  switch (format) {
    case Format::kTable: writer << draw_table(result, style); break;
    case Format::kMarkdown: write_markdown(result, writer); break;
    case Format::kCsv: write_csv(result, writer); break;
    case Format::kJson: write_json(result, false, writer); break;
    case Format::kJsonLines: write_json(result, true, writer); break;
    case Format::kLine: write_lines(result, writer); break;
    case Format::kArrow:
    case Format::kParquet: break;
  }
  return {};
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
      out += escaped;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3 + (number < 0 ? 1u : 0u);) digits.insert(at -= 3, ",");
  return digits;
}

std::string duration(double milliseconds) {
  char text[48];
  if (milliseconds < 10)
    std::snprintf(text, sizeof text, "%.3f ms", milliseconds);
  else if (milliseconds < 1000)
    std::snprintf(text, sizeof text, "%.1f ms", milliseconds);
  else
    std::snprintf(text, sizeof text, "%.2f s", milliseconds / 1000);
  return text;
}

std::string footer(const QueryResult& result) {
  const std::string devices = result.backend_info();
  return grouped(result.row_count()) + (result.row_count() == 1 ? " row in " : " rows in ") + duration(result.total_time_ms()) +
         (devices.empty() ? "" : " on " + devices);
}

}  // namespace trueno::cli

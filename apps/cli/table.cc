#include "table.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace trueno::cli {

namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};
// Blocks of Unicode that terminals draw two columns wide, and marks they draw over the character before.
constexpr Range kWide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xAC00, 0xD7A3},
                           {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
                           {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
constexpr Range kMarks[] = {{0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};

template <std::size_t N>
bool in(std::uint32_t character, const Range (&ranges)[N]) {
  return std::any_of(std::begin(ranges), std::end(ranges), [&](const Range& r) { return character >= r.first && character <= r.last; });
}

// The character at `at`, which is moved behind it. Results are valid UTF-8; a stray byte counts as a character.
std::uint32_t next_character(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  const int more = lead >= 0xF0 ? 3 : (lead >= 0xE0 ? 2 : (lead >= 0xC0 ? 1 : 0));
  std::uint32_t character = more == 3 ? lead & 0x07u : (more == 2 ? lead & 0x0Fu : (more == 1 ? lead & 0x1Fu : lead));
  for (int i = 0; i < more && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0u) == 0x80u; ++i)
    character = character << 6 | (static_cast<unsigned char>(text[at++]) & 0x3Fu);
  return character;
}

std::size_t character_width(std::uint32_t character) { return in(character, kMarks) ? 0 : (in(character, kWide) ? 2 : 1); }

// Lines of a cell; control characters, which could drive the terminal, are written out.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      lines.emplace_back();
    } else if (c == '\t') {
      lines.back() += "    ";
    } else if (byte < 0x20 || byte == 0x7F) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\x%02X", byte);
      lines.back() += escaped;
    } else {
      lines.back() += c;
    }
  }
  while (lines.size() > 1 && lines.back().empty()) lines.pop_back();
  return lines;
}

struct Cell {
  std::vector<std::string> lines;
};

struct TableColumn {
  std::string name;
  std::string type;
  bool right = false;
  bool has_lines = false;  // a cell of several lines: it is not shortened
  std::size_t width = 0;
};

constexpr std::size_t kLeastWidth = 8;  // a column is not made narrower than this

class Table {
 public:
  Table(const QueryResult& result, const TableStyle& style) : result_(result) {
    const std::int64_t rows = result.row_count();
    const bool cut = style.max_rows > 0 && rows > style.max_rows;
    head_ = cut ? (style.max_rows + 1) / 2 : rows;
    tail_ = cut ? style.max_rows / 2 : 0;
    for (const ResultColumn& column : result.columns()) columns_.push_back({column.name, column.type, column.is_numeric, false, 0});
    for (std::int64_t row = 0; row < head_; ++row) add_row(row);
    for (std::int64_t row = rows - tail_; row < rows; ++row) add_row(row);
    measure();
    if (style.max_width > 0) fit(static_cast<std::size_t>(style.max_width));
  }

  std::string draw() const {
    std::string out = rule("┌", "┬", "┐");
    out += text_line([](const TableColumn& c) { return c.name; });
    out += text_line([](const TableColumn& c) { return c.type; });
    out += rule("├", "┼", "┤");
    for (std::size_t row = 0; row < cells_.size(); ++row) {
      if (tail_ + head_ < result_.row_count() && static_cast<std::int64_t>(row) == head_) out += gap();
      out += row_lines(cells_[row]);
    }
    return out + rule("└", "┴", "┘");
  }

 private:
  void add_row(std::int64_t row) {
    std::vector<Cell> cells;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const int column = static_cast<int>(c);
      cells.push_back({lines_of(result_.text(row, column))});
      columns_[c].has_lines |= cells.back().lines.size() > 1;
    }
    cells_.push_back(std::move(cells));
  }

  void measure() {
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      TableColumn& column = columns_[c];
      column.width = std::max(display_width(column.name), display_width(column.type));
      for (const auto& row : cells_) {
        for (const std::string& line : row[c].lines) column.width = std::max(column.width, display_width(line));
      }
    }
  }

  // Narrows the widest columns until the table fits, or none can give more.
  void fit(std::size_t limit) {
    std::size_t total = 1;
    for (const TableColumn& column : columns_) total += column.width + 3;
    while (total > limit) {
      TableColumn* widest = nullptr;
      for (TableColumn& column : columns_) {
        if (!column.has_lines && column.width > kLeastWidth && (widest == nullptr || column.width > widest->width)) widest = &column;
      }
      if (widest == nullptr) return;
      --widest->width;
      --total;
    }
  }

  std::string rule(const char* left, const char* middle, const char* right) const {
    std::string line = left;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      if (c != 0) line += middle;
      for (std::size_t i = 0; i < columns_[c].width + 2; ++i) line += "─";
    }
    return line + right + "\n";
  }

  static std::string padded(const std::string& text, const TableColumn& column) {
    const std::string shown = shortened(text, column.width);
    const std::string space(column.width - std::min(column.width, display_width(shown)), ' ');
    return column.right ? space + shown : shown + space;
  }

  template <class Text>
  std::string text_line(Text text) const {
    std::string line = "│";
    for (const TableColumn& column : columns_) line += " " + padded(text(column), column) + " │";
    return line + "\n";
  }

  std::string gap() const {
    return text_line([](const TableColumn&) { return std::string("·"); });
  }

  std::string row_lines(const std::vector<Cell>& row) const {
    std::size_t height = 1;
    for (const Cell& cell : row) height = std::max(height, cell.lines.size());
    std::string out;
    for (std::size_t line = 0; line < height; ++line) {
      out += "│";
      for (std::size_t c = 0; c < row.size(); ++c)
        out += " " + padded(line < row[c].lines.size() ? row[c].lines[line] : "", columns_[c]) + " │";
      out += "\n";
    }
    return out;
  }

  const QueryResult& result_;
  std::vector<TableColumn> columns_;
  std::vector<std::vector<Cell>> cells_;
  std::int64_t head_ = 0;
  std::int64_t tail_ = 0;
};

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) width += character_width(next_character(text, at));
  return width;
}

std::string shortened(const std::string& text, std::size_t width) {
  if (display_width(text) <= width) return text;
  std::size_t used = 0;
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size();) {
    used += character_width(next_character(text, at));
    if (used + 1 > width) break;
    end = at;
  }
  return text.substr(0, end) + "…";
}

std::string draw_table(const QueryResult& result, const TableStyle& style) {
  if (result.columns().empty()) return {};
  return Table(result, style).draw();
}

}  // namespace trueno::cli

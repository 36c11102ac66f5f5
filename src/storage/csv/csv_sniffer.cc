// Guesses the layout of a file from its beginning.
//
// First the punctuation: every combination splits the sample, and the one that gives most rows of one width wins. Then the types: each cell
// narrows the candidates of its column. Then the header, by whether the first row fits those types. What the options say is never guessed.
#include "storage/csv/csv_sniffer.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "base/ascii.h"
#include "base/civil_time.h"
#include "base/number_text.h"
#include "storage/csv/csv_scanner.h"

namespace trueno {

namespace {

constexpr std::int64_t kDialectRows = 1000;

// The types a cell can be read as, most special first. A column's candidates are those of all its cells.
constexpr std::array kCandidates = {TypeId::kBoolean, TypeId::kBigInt, TypeId::kHugeInt,   TypeId::kDouble,
                                    TypeId::kTime,    TypeId::kDate,   TypeId::kTimestamp, TypeId::kTimestampTz};
constexpr unsigned kAll = (1u << kCandidates.size()) - 1;
constexpr unsigned bit_of(TypeId id) {
  for (unsigned i = 0; i < kCandidates.size(); ++i) {
    if (kCandidates[i] == id) return 1u << i;
  }
  return 0;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// "007" is a code, not a number; "0" and "0.5" are numbers.
unsigned numeric_candidates(std::string_view text) {
  std::string_view digits = text;
  if (!digits.empty() && (digits.front() == '-' || digits.front() == '+')) digits.remove_prefix(1);
  if (digits.size() > 1 && digits[0] == '0' && is_digit(digits[1])) return 0;
  if (text.find('_') != std::string_view::npos || !parse_double(text)) return 0;
  unsigned candidates = bit_of(TypeId::kDouble);
  if (!std::all_of(digits.begin(), digits.end(), is_digit)) return candidates;
  const auto value = parse_i128(text);
  if (!value) return candidates;
  candidates |= bit_of(TypeId::kHugeInt);
  if (*value >= INT64_MIN && *value <= INT64_MAX) candidates |= bit_of(TypeId::kBigInt);
  return candidates;
}

// A time with an offset is a moment; mixed with times without one, the column is text.
unsigned temporal_candidates(std::string_view text) {
  if (parse_time(text, Leniency::kExact)) return bit_of(TypeId::kTime);
  bool has_zone = false;
  if (!parse_timestamp_tz(text, Leniency::kExact, &has_zone)) {
    return parse_date(text, Leniency::kExact) ? bit_of(TypeId::kDate) : 0;  // beyond the range of timestamps
  }
  if (has_zone) return bit_of(TypeId::kTimestampTz);
  return bit_of(TypeId::kTimestamp) | (parse_date(text, Leniency::kExact) ? bit_of(TypeId::kDate) : 0);
}

// Looks at the first byte before it tries anything: most cells are numbers or plainly words.
unsigned candidates_of(std::string_view cell) {
  const std::string_view text = trimmed(cell);
  if (text.empty()) return 0;
  const char c = text.front();
  const char lower = static_cast<char>(c | 0x20);
  if (is_digit(c)) {
    const unsigned numbers = numeric_candidates(text);
    return numbers != 0 ? numbers : temporal_candidates(text);
  }
  if (c == '-' || c == '+' || c == '.' || lower == 'n' || lower == 'i') return numeric_candidates(text);
  // "t", "f", "true", "false"; "1" and "yes" only when a type was asked for.
  if (lower == 't' || lower == 'f') return parse_boolean(text) ? bit_of(TypeId::kBoolean) : 0;
  return 0;
}

// A column without a value says nothing of its type.
Type type_of(unsigned candidates, bool any_value) {
  if (!any_value) return TypeId::kVarchar;
  for (const TypeId id : kCandidates) {
    if ((candidates & bit_of(id)) != 0) return id;
  }
  return TypeId::kVarchar;
}

using Row = std::vector<CsvCell>;

// Rows of the sample; an unfinished last row of a sample that is not the whole file is left out.
struct Sample {
  std::vector<Row> rows;
  std::vector<std::size_t> begins;  // one more than rows: begin of each row, and of what follows
  bool broken = false;              // quotes that do not fit
};

Sample rows_of(std::string_view text, std::size_t begin, bool whole, const CsvDialect& dialect, std::int64_t limit) {
  Sample sample;
  CsvScanner scanner(dialect, text, begin);
  Row row;
  std::size_t next = begin;  // behind the last row that is complete
  while (limit < 0 || static_cast<std::int64_t>(sample.rows.size()) < limit) {
    const std::size_t at = scanner.position();
    const CsvScanner::Outcome outcome = scanner.next_row(row);
    if (outcome == CsvScanner::Outcome::kEnd) break;
    if (outcome == CsvScanner::Outcome::kOpenQuote) {
      sample.broken = sample.broken || whole;
      break;
    }
    if (outcome == CsvScanner::Outcome::kBehindQuote) {
      sample.broken = true;
      next = scanner.position();
      continue;
    }
    if (!whole && scanner.position() >= text.size()) break;  // may go on behind the sample
    sample.rows.push_back(row);
    sample.begins.push_back(at);
    next = scanner.position();
  }
  sample.begins.push_back(next);
  return sample;
}

bool is_blank(const Row& row) { return row.size() == 1 && row[0].size == 0 && row[0].quoted == 0; }

struct Score {
  std::int64_t consistent = 0;  // rows of the most frequent number of cells
  std::size_t cells = 1;
  bool broken = false;
  // More than one cell in most rows first, then consistency, then quotes that close, then more cells.
  [[nodiscard]] auto key(std::int64_t rows) const {
    const bool splits = cells > 1 && consistent * 2 > rows;
    return std::make_tuple(splits, consistent, !broken, cells);
  }
};

// How well a dialect explains the sample: most rows of one width.
Score score_of(const Sample& sample) {
  std::map<std::size_t, std::int64_t> counts;
  for (const Row& row : sample.rows) {
    if (!is_blank(row)) ++counts[row.size()];
  }
  Score score;
  score.broken = sample.broken;
  for (const auto& [cells, rows] : counts) {
    if (rows > score.consistent || (rows == score.consistent && cells > score.cells)) {
      score.consistent = rows;
      score.cells = cells;
    }
  }
  return score;
}

// Tries every combination that the options leave open, on the first thousand rows; the first of equals wins, so the usual one.
CsvDialect sniff_dialect(std::string_view text, std::size_t begin, bool whole, const CsvOptions& options) {
  const std::string delims = options.delim ? std::string(1, *options.delim) : ",;\t|";
  const std::string quotes = options.quote ? std::string(1, *options.quote) : "\"'";
  CsvDialect best;
  std::optional<Score> best_score;
  for (const char quote : quotes) {
    for (const char delim : delims) {
      std::string escapes(1, options.escape.value_or(quote));
      if (!options.escape && quote != '\0') escapes += '\\';
      for (const char escape : escapes) {
        const CsvDialect dialect{delim, quote, escape};
        const Sample sample = rows_of(text, begin, whole, dialect, kDialectRows);
        const Score score = score_of(sample);
        const auto rows = static_cast<std::int64_t>(sample.rows.size());
        if (best_score && !(score.key(rows) > best_score->key(rows))) continue;
        best_score = score;
        best = dialect;
      }
    }
  }
  return best;
}

std::string text_of_cell(std::string_view text, const CsvCell& cell, const CsvDialect& dialect) {
  const std::string_view bytes = text.substr(cell.begin, cell.size);
  return cell.escaped != 0 ? unescape(bytes, dialect) : std::string(bytes);
}

// The candidates of each column over some rows.
struct Columns {
  std::vector<unsigned> candidates;
  std::vector<bool> any_value;
};

// Narrows the candidates of each column by one row.
void include_row(std::string_view text, const Row& row, const CsvOptions& options, const CsvDialect& dialect, Columns& columns) {
  for (std::size_t i = 0; i < std::min(row.size(), columns.candidates.size()); ++i) {
    if (columns.candidates[i] == 0 && columns.any_value[i]) continue;
    const std::string cell = text_of_cell(text, row[i], dialect);
    if (cell == options.nullstr) continue;
    columns.candidates[i] &= candidates_of(cell);
    columns.any_value[i] = true;
  }
}

// A header is a row of names above columns of something else; where everything is text, the first row is taken for names, as DuckDB does.
bool looks_like_header(std::string_view text, const Row& first, const Columns& others, const CsvOptions& options,
                       const CsvDialect& dialect) {
  bool only_texts = true;
  for (std::size_t i = 0; i < others.candidates.size() && i < first.size(); ++i) {
    const std::string cell = text_of_cell(text, first[i], dialect);
    const unsigned own = cell == options.nullstr ? 0 : candidates_of(cell);
    const Type type = type_of(others.candidates[i], others.any_value[i]);
    if (type.id != TypeId::kVarchar) {
      only_texts = false;
      if (cell != options.nullstr && (own & bit_of(type.id)) == 0) return true;
    } else if (own != 0) {
      only_texts = false;
    }
  }
  return only_texts;
}

// Unique names: empty ones by their place, repeated ones with a number behind.
std::vector<std::string> unique_names(std::vector<std::string> names) {
  std::set<std::string> taken;
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string name = names[i].empty() ? fmt::format("column{}", i) : names[i];
    const std::string stem = name;
    for (int n = 1; !taken.insert(name).second; ++n) name = fmt::format("{}_{}", stem, n);
    names[i] = name;
  }
  return names;
}

// Lines, not rows: what is skipped need not be CSV.
std::size_t skip_lines(std::string_view text, std::size_t at, std::int64_t lines) {
  for (; lines > 0 && at < text.size(); --lines) {
    const std::size_t end = text.find_first_of("\r\n", at);
    if (end == std::string_view::npos) return text.size();
    at = end + (text.substr(end, 2) == "\r\n" ? 2 : 1);
  }
  return at;
}

}  // namespace

Result<CsvLayout> sniff_csv(std::string_view text, bool whole, const CsvOptions& options) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return error(ErrorCode::kNotSupported, "the file is UTF-16, and CSV files are read as UTF-8")
        .hint("convert it first, for example with iconv");
  }
  CsvLayout layout;
  const std::size_t bom = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  const std::size_t begin = skip_lines(text, bom, options.skip);
  const std::size_t line_end = text.find_first_of("\r\n", begin);
  if (line_end != std::string_view::npos && text[line_end] == '\r') layout.newline = text.substr(line_end, 2) == "\r\n" ? "\\r\\n" : "\\r";
  layout.dialect = sniff_dialect(text, begin, whole, options);
  const Sample sample =
      rows_of(text, begin, whole, layout.dialect, options.sample_size < 0 ? -1 : std::max<std::int64_t>(options.sample_size, 2));
  // Blank lines before the first row belong to nothing.
  std::size_t first = 0;
  while (first < sample.rows.size() && is_blank(sample.rows[first])) ++first;
  const std::size_t cells = std::max(score_of(sample).cells, options.columns.size());
  Columns columns{std::vector<unsigned>(cells, kAll), std::vector<bool>(cells)};
  for (std::size_t i = first + 1; i < sample.rows.size(); ++i) {
    const bool blank = cells > 1 && is_blank(sample.rows[i]);
    if (!blank) include_row(text, sample.rows[i], options, layout.dialect, columns);
  }
  const bool any_row = first < sample.rows.size();
  layout.header = any_row && options.header.value_or(looks_like_header(text, sample.rows[first], columns, options, layout.dialect));
  std::vector<std::string> names(cells);
  if (layout.header) {
    for (std::size_t i = 0; i < cells && i < sample.rows[first].size(); ++i) {
      names[i] = trimmed(text_of_cell(text, sample.rows[first][i], layout.dialect));
    }
  } else if (any_row) {
    include_row(text, sample.rows[first], options, layout.dialect, columns);
  }
  names = unique_names(std::move(names));
  if (!layout.header && cells > 0) {
    for (std::size_t i = 0; i < cells; ++i) names[i] = fmt::format("column{}", i);
  }
  if (options.names.size() > cells || options.first_types.size() > cells) {
    return error(ErrorCode::kBinder, "the CSV file has {} columns, and {} were named or given types", cells,
                 std::max(options.names.size(), options.first_types.size()));
  }
  std::ranges::copy(options.names, names.begin());
  layout.data_begin = layout.header ? sample.begins[first + 1] : (any_row ? sample.begins[first] : (whole ? text.size() : begin));
  layout.first_row_number = options.skip + static_cast<std::int64_t>(first) + (layout.header ? 2 : 1);
  for (std::size_t i = 0; i < cells; ++i) {
    Type type = options.all_varchar ? Type(TypeId::kVarchar) : type_of(columns.candidates[i], columns.any_value[i]);
    if (i < options.first_types.size()) type = options.first_types[i];
    layout.schema.push_back({names[i], std::move(type)});
  }
  if (!options.columns.empty()) {
    if (cells > options.columns.size()) {
      return error(ErrorCode::kInvalidInput, "the CSV file has {} columns, and {} were given", cells, options.columns.size());
    }
    layout.schema = options.columns;
  }
  for (const auto& [name, type] : options.types) {
    const auto found = std::find_if(layout.schema.begin(), layout.schema.end(), [&](const Field& field) { return field.name == name; });
    if (found == layout.schema.end()) return error(ErrorCode::kBinder, "the CSV file has no column \"{}\" to give a type", name);
    found->type = type;
  }
  for (const Field& field : layout.schema) {
    if (field.type.is_nested()) {
      return error(ErrorCode::kNotSupported, "a CSV file cannot give the type {} to column \"{}\"", field.type.to_string(), field.name);
    }
  }
  return layout;
}

}  // namespace trueno

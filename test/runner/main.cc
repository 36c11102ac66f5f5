// Runs every .test file under a folder against the public API and ends with "N passed, N failed, N skipped".
//
// usage: trueno_sqltest [--set NAME=VALUE]... [--verbose N] PATH...
// What the engine refuses as not supported is skipped, counted by reason; everything else that differs is a failure.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "md5.h"
#include "records.h"
#include "trueno/trueno.h"

namespace {

using trueno::test::Record;

struct Totals {
  long passed = 0;
  long failed = 0;
  long skipped = 0;
  std::map<std::string, long> skip_reasons;
};

struct Options {
  std::string settings;
  long shown_failures = 20;
};

std::string shown(const trueno::QueryResult& result, std::int64_t row, int column, char type) {
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
  return text.empty() ? "(empty)" : text;
}

bool as_number(const std::string& text, double& number) {
  char* end = nullptr;
  number = std::strtod(text.c_str(), &end);
  return !text.empty() && end == text.c_str() + text.size();
}

// Equal texts, equal numbers (doubles to 1e-12 relative), or a boolean spelled 1 and 0.
bool same_value(const std::string& expected, const std::string& got) {
  if (expected == got) return true;
  if ((expected == "1" && got == "true") || (expected == "0" && got == "false") || (expected == "true" && got == "1") ||
      (expected == "false" && got == "0"))
    return true;
  if (expected == "True" || expected == "False") return (expected == "True") == (got == "true");
  double a = 0;
  double b = 0;
  if (!as_number(expected, a) || !as_number(got, b)) return false;
  const bool integers = expected.find_first_of(".eEn") == std::string::npos && got.find_first_of(".eEn") == std::string::npos;
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

// Empty: as expected; otherwise what differs.
std::string compare_query(const Record& record, const trueno::QueryResult& result, bool raw) {
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
  static const std::regex kHash("([0-9]+) values hashing to ([0-9a-f]{32})");
  std::smatch match;
  if (record.expected.size() == 1 && std::regex_match(record.expected[0], match, kHash)) {
    std::string text;
    for (const std::string& value : values) text += value + "\n";
    const std::string digest = trueno::test::md5(text);
    if (std::to_string(values.size()) == match[1] && digest == match[2]) return {};
    return "expected " + record.expected[0] + ", got " + std::to_string(values.size()) + " values hashing to " + digest;
  }
  // One value a line, or one row a line with tabs.
  std::vector<std::string> expected;
  const bool by_row =
      columns > 1 && record.expected.size() == rows.size() &&
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
    } else if (same_value(expected[i], values[i])) {
      continue;
    } else if (record.sort != "valuesort" && result.columns()[i % static_cast<std::size_t>(columns)].type == "FLOAT" &&
               same_float(expected[i], values[i])) {
      continue;
    }
    return "value " + std::to_string(i + 1) + ": expected '" + expected[i] + "', got '" + values[i] + "'";
  }
  return {};
}

void run_file(const std::string& path, const Options& options, Totals& totals) {
  trueno::Database database;
  // SQLite's suite was made with integer division; its results hold R as three decimals, DuckDB's as the shortest text.
  const bool sqlite = path.find("sqllogictest") != std::string::npos;
  if (sqlite) static_cast<void>(database.query("SET integer_division = true").execute());
  if (!options.settings.empty()) static_cast<void>(database.query(options.settings).execute());
  const auto fail = [&](const Record& record, const std::string& why) {
    ++totals.failed;
    if (totals.failed <= options.shown_failures)
      std::printf("FAILED %s:%d\n  %s\n  %s\n", path.c_str(), record.line, record.sql.substr(0, 300).c_str(), why.substr(0, 600).c_str());
  };
  const auto skip = [&](const std::string& reason) {
    ++totals.skipped;
    ++totals.skip_reasons[reason];
  };
  const std::vector<Record> records = trueno::test::read_records(path);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Record& record = records[i];
    if (record.kind == Record::Kind::kSkip) {
      skip(record.skip_reason);
      continue;
    }
    if (record.kind == Record::Kind::kHalt) {
      for (std::size_t rest = i + 1; rest < records.size(); ++rest) skip(record.skip_reason.empty() ? "halt" : record.skip_reason);
      return;
    }
    const auto outcome = database.query(record.sql).execute_all();
    const trueno::Failure* failure = outcome ? nullptr : &outcome.error();
    if (failure != nullptr && failure->code == trueno::FailureCode::kNotSupported) {
      skip("not supported: " + failure->text.substr(0, failure->text.find_first_of("\n;")).substr(15));
      continue;
    }
    if (record.kind == Record::Kind::kStatementError) {
      failure != nullptr ? static_cast<void>(++totals.passed) : fail(record, "expected an error");
      continue;
    }
    if (failure != nullptr) {
      fail(record, failure->text);
      continue;
    }
    if (record.kind == Record::Kind::kQuery) {
      const auto& results = *outcome;
      const std::string difference = results.empty() ? "no result" : compare_query(record, results.back(), !sqlite);
      if (!difference.empty()) {
        fail(record, difference);
        continue;
      }
    }
    ++totals.passed;
  }
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--set" && i + 1 < argc) {
      const std::string setting = argv[++i];
      options.settings += "SET " + setting.substr(0, setting.find('=')) + " = '" + setting.substr(setting.find('=') + 1) + "';";
    } else if (word == "--verbose" && i + 1 < argc) {
      options.shown_failures = std::atol(argv[++i]);
    } else if (std::filesystem::is_directory(word)) {
      for (const auto& entry : std::filesystem::recursive_directory_iterator(word)) {
        if (entry.path().extension() == ".test") files.push_back(entry.path().string());
      }
    } else {
      files.push_back(word);
    }
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    std::fputs("usage: trueno_sqltest [--set NAME=VALUE]... [--verbose N] PATH...\n", stderr);
    return 2;
  }
  Totals totals;
  const auto start = std::chrono::steady_clock::now();
  for (const std::string& file : files) run_file(file, options, totals);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::vector<std::pair<long, std::string>> reasons;
  for (const auto& [reason, count] : totals.skip_reasons) reasons.emplace_back(count, reason);
  std::sort(reasons.rbegin(), reasons.rend());
  for (std::size_t i = 0; i < std::min<std::size_t>(reasons.size(), 15); ++i)
    std::printf("skipped %6ld  %s\n", reasons[i].first, reasons[i].second.c_str());
  std::printf("%zu files, %.0f records a second\n", files.size(),
              static_cast<double>(totals.passed + totals.failed) / std::max(seconds, 1e-9));
  std::printf("%ld passed, %ld failed, %ld skipped\n", totals.passed, totals.failed, totals.skipped);
  return totals.failed == 0 ? 0 : 1;
}

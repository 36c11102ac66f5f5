#include "bench.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "interrupt.h"
#include "shell.h"
#include "table.h"

namespace trueno::cli {

namespace {

struct Measurement {
  std::string statement;
  std::vector<double> ms;  // ascending
  std::int64_t rows = 0;
  std::string devices;
  bool is_query = false;

  [[nodiscard]] double median() const {
    const std::size_t half = ms.size() / 2;
    return ms.size() % 2 == 1 ? ms[half] : (ms[half - 1] + ms[half]) / 2;
  }
};

std::string one_line(const std::string& sql) {
  std::string out;
  for (const char c : sql) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (space && (out.empty() || out.back() == ' ')) continue;
    out += space ? ' ' : c;
  }
  return out;
}

Outcome<Measurement> measure(const Connection& connection, const std::string& sql, int repeat) {
  const Interrupts::Scope interrupts;
  Query query = connection.query(sql);
  query.cancellation(interrupts.cancellation());
  Measurement measured;
  measured.statement = one_line(sql);
  const auto run = [&]() -> Outcome<QueryResult> {
    const auto start = std::chrono::steady_clock::now();
    auto result = query.execute();
    measured.ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    return result;
  };
  const auto first = run();
  if (!first) return first.error();
  measured.is_query = first->is_query();
  measured.rows = first->row_count();
  measured.devices = first->backend_info();
  if (!measured.is_query) return measured;
  measured.ms.clear();  // that was the warm-up
  for (int i = 0; i < repeat; ++i) {
    const auto again = run();
    if (!again) return again.error();
  }
  std::sort(measured.ms.begin(), measured.ms.end());
  return measured;
}

void print_json(const std::vector<Measurement>& all) {
  std::printf("[");
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Measurement& m = all[i];
    std::printf("%s{\"statement\":%s,\"query\":%s,\"runs\":%zu,\"min_ms\":%.6f,\"median_ms\":%.6f,\"rows\":%lld,\"devices\":%s}",
                i == 0 ? "" : ",\n", json_text(m.statement).c_str(), m.is_query ? "true" : "false", m.ms.size(), m.ms.front(), m.median(),
                static_cast<long long>(m.rows), json_text(m.devices).c_str());
  }
  std::printf("]\n");
}

void print_table(const std::vector<Measurement>& all) {
  std::printf("%4s  %12s  %12s  %12s  %-10s %s\n", "#", "min", "median", "rows", "devices", "statement");
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Measurement& m = all[i];
    std::printf("%4zu  %12s  %12s  %12s  %-10s %s\n", i + 1, duration(m.ms.front()).c_str(),
                m.is_query ? duration(m.median()).c_str() : "(once)", m.is_query ? grouped(m.rows).c_str() : "",
                m.devices.empty() ? "-" : m.devices.c_str(), shortened(m.statement, 70).c_str());
  }
}

}  // namespace

namespace {

// Of a result of more rows than kLargeResult only every kStep-th is printed.
constexpr std::int64_t kLargeResult = 20'000;
constexpr std::int64_t kStep = 997;

std::string sampled_rows(const QueryResult& result) {
  if (result.row_count() <= kLargeResult) return result.to_json();
  std::string out = "[";
  for (std::int64_t row = 0; row < result.row_count(); row += kStep) {
    out += row == 0 ? "[" : ",[";
    for (int column = 0; column < static_cast<int>(result.columns().size()); ++column)
      out += (column == 0 ? "" : ",") + result.json(row, column);
    out += "]";
  }
  return out + "]";
}

// One statement a line from standard input, one JSON object a line out: for tools that time several engines by turns.
ExitCode run_lines(const Connection& connection) {
  std::string line;
  for (int c = std::fgetc(stdin);; c = std::fgetc(stdin)) {
    if (c != EOF && c != '\n') {
      line += static_cast<char>(c);
      continue;
    }
    if (line.empty() && c == EOF) return kExitOk;
    const Interrupts::Scope interrupts;
    Query query = connection.query(line);
    query.cancellation(interrupts.cancellation());
    const auto start = std::chrono::steady_clock::now();
    const auto result = query.execute();
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    if (!result) {
      std::fprintf(stderr, "%s\n", result.error().text.c_str());
      return result.error().code == FailureCode::kCancelled ? kExitInterrupted : kExitFailed;
    }
    std::string rows = result->is_query() ? sampled_rows(*result) : "[]";
    std::replace(rows.begin(), rows.end(), '\n', ' ');  // one object a line
    std::printf("{\"ms\":%.6f,\"devices\":\"%s\",\"row_count\":%lld,\"rows\":%s}\n", ms, result->backend_info().c_str(),
                static_cast<long long>(result->row_count()), rows.c_str());
    std::fflush(stdout);
    line.clear();
  }
}

}  // namespace

ExitCode run_bench(const Connection& connection, const Options& options) {
  if (options.bench_file == "-") return run_lines(connection);
  std::string error;
  const std::optional<std::string> text = read_file(options.bench_file, error);
  if (!text) {
    std::fprintf(stderr, "trueno: %s\n", error.c_str());
    return kExitUsage;
  }
  std::vector<Measurement> all;
  for (const std::string& sql : split_statements(*text)) {
    auto measured = measure(connection, sql, options.repeat);
    if (!measured) {
      std::fprintf(stderr, "%s\n", measured.error().text.c_str());
      return measured.error().code == FailureCode::kCancelled ? kExitInterrupted : kExitFailed;
    }
    all.push_back(std::move(*measured));
  }
  options.json ? print_json(all) : print_table(all);
  return kExitOk;
}

}  // namespace trueno::cli

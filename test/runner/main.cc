// Runs every .test file under a folder against the public API and ends with "N passed, N failed, N skipped".
//
// usage: trueno_sqltest [--set NAME=VALUE]... [--scope LIST] [--strict] [--least-on-gpu PIPELINES] [--verbose N] [--bench SECONDS] PATH...
//
// What the engine refuses as not supported is skipped, counted by reason; everything else that differs is a failure, counted by cause.
// --scope names the list of what a foreign suite asks for and is left out; shares of the rest, and of all, are printed, and of the
// failures only those of the rest are shown. --strict, for our own files: nothing may be skipped but by a directive, and messages of
// errors are compared. --bench runs the files again and again and prints records a second.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "compare.h"
#include "engine.h"
#include "records.h"
#include "scope.h"

namespace {

using trueno::test::Answer;
using trueno::test::Record;

struct Totals {
  long passed = 0;
  long failed = 0;
  long shown_failures = 0;
  long skipped = 0;
  long passed_in_scope = 0;
  long in_scope = 0;                         // passed, failed or skipped
  std::map<std::string, long> pipelines;     // by the device that ran them
  std::map<std::string, long> out_of_scope;  // records by feature
  std::map<std::string, long> skip_reasons;
  std::map<std::string, long> failure_causes;
};

struct Options {
  trueno::test::Scope scope;
  std::string settings;
  long shown_failures = 20;
  bool strict = false;
  double bench_seconds = 0;
  long least_on_gpu = -1;  // pipelines that must have run there; -1: not looked at
};

std::string first_line(const std::string& text) { return text.substr(0, text.find_first_of("\n;")); }

// Messages without what changes from record to record.
std::string cause_of(const std::string& why) {
  static const std::regex kTexts("'[^']*'|\"[^\"]*\"");
  static const std::regex kNumbers("-?[0-9][0-9.]*");
  return std::regex_replace(std::regex_replace(first_line(why), kTexts, "..."), kNumbers, "N").substr(0, 90);
}

// Made when its name is first asked for.
class TemporaryFolder {
 public:
  const std::string& path() {
    if (path_.empty()) {
      std::string pattern = (std::filesystem::temp_directory_path() / "sqltest-XXXXXX").string();
      if (mkdtemp(pattern.data()) == nullptr) {
        std::fprintf(stderr, "cannot make a folder like %s\n", pattern.c_str());
        std::exit(2);
      }
      path_ = pattern;
    }
    return path_;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }

 private:
  std::string path_;
};

// One file; a database of its own.
class FileRun {
 public:
  FileRun(const std::string& path, const Options& options, Totals& totals) : path_(path), options_(options), totals_(totals) {
    // SQLite's suite was made with integer division; its results hold R as three decimals, DuckDB's as the shortest text.
    sqlite_ = path.find("suites/sqllogictest") != std::string::npos;
    foreign_ = path.find("suites/") != std::string::npos;
    if (sqlite_) static_cast<void>(engine_.begin_with("SET integer_division = true;"));
    if (foreign_) engine_.share_settings();
    if (!options.settings.empty()) set_up_ = engine_.begin_with(options.settings);
  }

  FileRun(const FileRun&) = delete;
  FileRun& operator=(const FileRun&) = delete;
  ~FileRun() {
    for (const auto& [device, count] : engine_.pipelines()) totals_.pipelines[device] += count;
  }

  void run() {
    if (set_up_.failed) {
      ++totals_.failed;
      std::printf("FAILED %s\n  %s\n  %s\n", path_.c_str(), options_.settings.c_str(), set_up_.message.c_str());
      return;
    }
    const std::vector<Record> records = trueno::test::read_records(path_);
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (records[i].kind == Record::Kind::kHalt) {
        if (is_there(records[i].skip_reason)) continue;
        for (std::size_t rest = i + 1; rest < records.size(); ++rest) {
          Record skipped = records[rest];
          skipped.kind = Record::Kind::kSkip;
          skipped.skip_reason = records[i].skip_reason.empty() ? "halt" : records[i].skip_reason;
          skip(skipped, skipped.skip_reason);
        }
        return;
      }
      run_record(records[i]);
    }
  }

 private:
  // What a file requires and this build may have.
  bool is_there(const std::string& requirement) {
    if (requirement == "requires regular_expressions") return !engine_.run("SELECT 'a' ~ 'a'").failed;
    if (requirement == "requires compression")
      return !engine_.run(with_folders("COPY (SELECT 1 AS a) TO '__TEST_DIR__/is_there.csv.gz'")).failed;
    if (requirement == "requires parquet")
      return !engine_.run(with_folders("COPY (SELECT 1 AS a) TO '__TEST_DIR__/is_there.parquet'")).failed;
    return false;
  }

  void run_record(Record record) {
    if (record.kind == Record::Kind::kSkip) {
      skip(record, record.skip_reason);
      return;
    }
    const Answer answer = engine_.run(with_folders(record.sql), record.connection);
    if (!record.label.empty() && record.has_results) labelled_.try_emplace(record.label, record.expected);
    if (answer.not_supported && !options_.strict) {
      remember_broken(record.sql);
      skip(record, "not supported: " + first_line(answer.message).substr(15));
      return;
    }
    if (record.kind == Record::Kind::kStatementError) {
      const std::string why = !answer.failed     ? "expected an error"
                              : !options_.strict ? std::string()
                                                 : trueno::test::compare_message(record, answer.message);
      why.empty() ? pass(record) : fail(record, why);
      return;
    }
    if (record.kind == Record::Kind::kStatementMaybe) return;  // either will do, so it counts for nothing
    if (answer.failed) {
      fail(record, answer.message);
      remember_broken(record.sql);
      return;
    }
    if (record.kind == Record::Kind::kQuery) {
      if (!record.label.empty()) {  // what the first one has is what the others must give
        const bool knows = record.has_results || !answer.has_result;
        const auto [known, first] =
            labelled_.try_emplace(record.label, knows ? record.expected : trueno::test::values_of(record, answer.result, !sqlite_));
        if (!record.has_results) record.expected = known->second;
      }
      const std::string why = answer.has_result ? trueno::test::compare_query(record, answer.result, !sqlite_, foreign_) : "no result";
      if (!why.empty()) {
        fail(record, why);
        return;
      }
    }
    pass(record);
  }

  void pass(const Record& record) {
    ++totals_.passed;
    if (note_scope(record)) ++totals_.passed_in_scope;
  }
  bool note_scope(const Record& record) {
    const std::string features = left_out_for(record);
    ++(features.empty() ? totals_.in_scope : totals_.out_of_scope[features]);
    return features.empty();
  }
  std::string left_out_for(const Record& record) const {
    const bool by_suite = record.kind == Record::Kind::kSkip && (record.skip_reason == "mode skip" || record.skip_reason == "halt");
    return by_suite ? "what its own runner skips" : options_.scope.left_out(path_, record.line, record.sql);
  }
  void skip(const Record& record, const std::string& reason) {
    ++totals_.skipped;
    note_scope(record);
    ++totals_.skip_reasons[reason];
  }
  void fail(const Record& record, const std::string& why) {
    ++totals_.failed;
    const bool in_scope = note_scope(record);
    ++totals_.failure_causes[leans_on_broken(record.sql) ? "(after a statement that failed or was skipped)" : cause_of(why)];
    if (in_scope && ++totals_.shown_failures <= options_.shown_failures)
      std::printf("FAILED %s:%d\n  %s\n  %s\n", path_.c_str(), record.line, record.sql.substr(0, 400).c_str(), why.substr(0, 600).c_str());
  }

  // Files that a foreign record writes lie in a folder that ends with this run.
  std::string with_folders(std::string sql) {
    for (const std::string word : {"{TEST_DIR}", "__TEST_DIR__"}) {
      for (std::size_t at = sql.find(word); at != std::string::npos; at = sql.find(word, at)) sql.replace(at, word.size(), folder_.path());
    }
    return sql;
  }

  // The table a CREATE, INSERT, ... that did not run was about: what reads it later fails for that reason.
  void remember_broken(const std::string& sql) {
    static const std::regex kTarget(
        "^\\s*(?:create|insert|update|delete|alter|copy|drop)\\b.*?\\b(?:table|into|from|view|update|type)\\s+"
        "(?:if\\s+(?:not\\s+)?exists\\s+)?\"?([a-z_0-9.]+)",
        std::regex::icase);
    std::smatch match;
    const std::string head = sql.substr(0, 300);
    if (std::regex_search(head, match, kTarget)) broken_.insert(match[1]);
  }
  bool leans_on_broken(const std::string& sql) const {
    return std::ranges::any_of(broken_, [&](const std::string& name) {
      for (std::size_t at = sql.find(name); at != std::string::npos; at = sql.find(name, at + 1)) {
        const auto part_of_word = [&](std::size_t i) {
          return i < sql.size() && (std::isalnum(static_cast<unsigned char>(sql[i])) || sql[i] == '_');
        };
        if ((at == 0 || !part_of_word(at - 1)) && !part_of_word(at + name.size())) return true;
      }
      return false;
    });
  }

  const std::string& path_;
  const Options& options_;
  Totals& totals_;
  TemporaryFolder folder_;
  trueno::test::Engine engine_;
  Answer set_up_;
  bool sqlite_ = false;
  bool foreign_ = false;  // of a suite under shared/suites
  std::set<std::string> broken_;
  std::map<std::string, std::vector<std::string>> labelled_;  // results by label
};

void print_counts(const char* word, const std::map<std::string, long>& counts, std::size_t most) {
  std::vector<std::pair<long, std::string>> sorted;
  for (const auto& [text, count] : counts) sorted.emplace_back(count, text);
  std::sort(sorted.rbegin(), sorted.rend());
  for (std::size_t i = 0; i < std::min(sorted.size(), most); ++i)
    std::printf("%s %6ld  %s\n", word, sorted[i].first, sorted[i].second.c_str());
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
    } else if (word == "--bench" && i + 1 < argc) {
      options.bench_seconds = std::atof(argv[++i]);
    } else if (word == "--scope" && i + 1 < argc) {
      auto scope = trueno::test::Scope::read(argv[++i]);
      if (!scope) {
        std::fprintf(stderr, "cannot read the list %s\n", argv[i]);
        return 2;
      }
      options.scope = std::move(*scope);
    } else if (word == "--least-on-gpu" && i + 1 < argc) {
      options.least_on_gpu = std::atol(argv[++i]);
    } else if (word == "--strict") {
      options.strict = true;
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
    std::fputs("usage: trueno_sqltest [--set NAME=VALUE]... [--scope LIST] [--strict] [--verbose N] [--bench SECONDS] PATH...\n", stderr);
    return 2;
  }
  // An instruction set that was asked for and that this machine does not have: ctest counts the run as skipped.
  constexpr int kSkipped = 77;
  if (std::getenv("TRUENO_SIMD") != nullptr) {
    const Answer answer = trueno::test::Engine().run(options.settings + "SELECT 1");
    if (answer.failed) {
      std::printf("skipped: %s\n", answer.message.c_str());
      return kSkipped;
    }
  }
  Totals totals;
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  do {
    for (const std::string& file : files) FileRun(file, options, totals).run();
  } while (seconds() < options.bench_seconds);
  if (!options.scope.empty()) {
    print_counts("out of scope", totals.out_of_scope, 15);
    const long all = totals.passed + totals.failed + totals.skipped;
    const auto share = [](long part, long whole) {
      return whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
    };
    std::printf("in scope: %ld of %ld (%.1f %%); of all: %ld of %ld (%.1f %%)\n", totals.passed_in_scope, totals.in_scope,
                share(totals.passed_in_scope, totals.in_scope), totals.passed, all, share(totals.passed, all));
  }
  print_counts("skipped", totals.skip_reasons, 15);
  print_counts("failed ", totals.failure_causes, 25);
  std::printf("%zu files, %.0f records a second\n", files.size(),
              static_cast<double>(totals.passed + totals.failed) / std::max(seconds(), 1e-9));
  if (options.least_on_gpu >= 0) {
    long on_gpu = 0;  // of whatever kind: a software adapter has its own name
    for (const auto& [device, count] : totals.pipelines) {
      std::printf("pipelines on %s: %ld\n", device.c_str(), count);
      if (device.starts_with("webgpu")) on_gpu += count;
    }
    if (on_gpu < options.least_on_gpu) {
      std::printf("fewer than %ld pipelines ran on the GPU\n", options.least_on_gpu);
      ++totals.failed;
    }
  }
  std::printf("%ld passed, %ld failed, %ld skipped\n", totals.passed, totals.failed, totals.skipped);
  return totals.failed == 0 ? 0 : 1;
}

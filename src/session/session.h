#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "column/column.h"
#include "exec/run.h"
#include "session/parameters.h"
#include "session/settings.h"
#include "sql/ast_statement.h"

namespace trueno::session {

class Database;

/// A finished statement: rows, and the proof of placement.
struct StatementResult {
  Schema schema;
  Batch rows;
  std::vector<exec::PipelineProfile> profile;
  std::vector<std::string> warnings;
  double total_ms = 0;
  bool is_query = false;  // false: DDL and INSERT, `rows` has nothing to show
};

/// A text that was read: its statements refer to it by their spans. Immutable.
struct ParsedText {
  std::string sql;
  std::vector<sql::StatementPtr> statements;
  ParameterNames parameters;
};
/// kParser for a text that is not SQL.
[[nodiscard]] Result<std::shared_ptr<const ParsedText>> parse_text(std::string sql);

/// How one text is run.
struct RunOptions {
  CancelToken cancel;
  std::string backend;                                                                        // instead of the setting; empty: the setting
  std::function<void(std::size_t pipeline, std::int64_t done, std::int64_t total)> progress;  // as exec::Options has it
};

/// One connection: its settings and its prepared statements. Thread-safe; statements of several threads run at the same time.
class Session {
 public:
  /// The database outlives the session.
  explicit Session(Database& database) : database_(database) {}

  /// Takes each result as soon as it is there; false: no further statement is run.
  using OnResult = std::function<bool(StatementResult)>;
  /// Runs the statements of a text in order, until one fails. Spans of errors are those of the text.
  [[nodiscard]] Status execute(const ParsedText& text, const Parameters& parameters, const RunOptions& options, const OnResult& on_result);

  [[nodiscard]] Settings& settings() { return settings_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }

  /// The statements of PREPARE name AS statement; names are lower case.
  void add_prepared(const std::string& name, std::shared_ptr<const ParsedText> text);
  /// Null when there is none.
  [[nodiscard]] std::shared_ptr<const ParsedText> find_prepared(const std::string& name) const;
  /// An empty name: all of them. Whether there was one.
  bool remove_prepared(const std::string& name);

 private:
  Database& database_;
  Settings settings_;
  mutable Mutex mutex_;
  std::map<std::string, std::shared_ptr<const ParsedText>> prepared_;
};

}  // namespace trueno::session

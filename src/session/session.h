#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "catalog/catalog.h"
#include "column/column.h"
#include "exec/run.h"
#include "session/open_transaction.h"
#include "session/parameters.h"
#include "session/search_path.h"
#include "session/settings.h"
#include "sql/ast_statement.h"

namespace trueno::session {

class Database;
struct Values;

/// What the result cache did for a statement: nothing was wanted of it; the rows were in it; they are now; they are not, for a reason.
enum class CacheState : std::uint8_t { kOff, kHit, kKept, kRefused };
struct CacheUse {
  CacheState state = CacheState::kOff;
  std::string reason = {};
};

/// A finished statement: rows, and the proof of placement.
struct StatementResult {
  Schema schema;
  Batch rows;
  std::vector<exec::PipelineProfile> profile;
  std::vector<std::string> warnings;
  double total_ms = 0;
  bool is_query = false;  // false: DDL and INSERT, `rows` has nothing to show
  CacheUse cache;
};

/// A text that was read: its statements refer to it by their spans. Immutable.
struct ParsedText {
  std::string sql;
  std::vector<sql::StatementPtr> statements;
  ParameterNames parameters;
};
/// kParser for a text that is not SQL.
[[nodiscard]] Result<std::shared_ptr<const ParsedText>> parse_text(std::string sql);

/// A wish for queries' results to be kept and used again.
struct CacheRequest {
  std::optional<std::chrono::milliseconds> lifetime = std::nullopt;  // older ones are not wanted; none: of any age
};

/// How one text is run.
struct RunOptions {
  CancelToken cancel;
  std::string backend;                                                                        // instead of the setting; empty: the setting
  std::function<void(std::size_t pipeline, std::int64_t done, std::int64_t total)> progress;  // as exec::Options has it
  std::optional<CacheRequest> cache = std::nullopt;                                           // nothing: the settings
};

/// One connection: its settings, its prepared statements and its transaction. Thread-safe; statements of several threads run at the same
/// time, also inside one transaction, where of two that change one table the second gets kConflict.
class Session {
 public:
  /// The database outlives the session.
  explicit Session(Database& database);
  /// Rolls back what is open, and drops what was temporary.
  ~Session();

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

  // BEGIN, COMMIT, ROLLBACK. kTransaction when one is open already, or none.
  [[nodiscard]] Status begin(bool read_only);
  /// COMMIT or ROLLBACK; to commit what is aborted rolls it back, with a warning. kConflict: somebody else changed what it changed; it is
  /// rolled back.
  [[nodiscard]] Result<StatementResult> end(sql::TransactionAction action);
  /// Null: every statement commits by itself.
  [[nodiscard]] std::shared_ptr<OpenTransaction> transaction() const;

  /// Where names without a schema are looked for.
  [[nodiscard]] SearchPath search_path() const;
  /// now() of a statement that begins: that of BEGIN in a transaction, as DuckDB has it. Microseconds since 1970 UTC.
  [[nodiscard]] std::int64_t moment() const;
  void use_schema(std::string schema);

  /// Another one for every statement; the same ones again after the same set_random_seed.
  [[nodiscard]] std::uint64_t next_random_seed();
  void set_random_seed(double seed);

 private:
  [[nodiscard]] Result<StatementResult> execute(const ParsedText& text, const sql::Statement& statement, const Values& values,
                                                const RunOptions& options);
  [[nodiscard]] Status commit();
  [[nodiscard]] Status rollback();
  [[nodiscard]] Result<std::shared_ptr<OpenTransaction>> end_transaction(std::string_view what);

  Database& database_;
  Settings settings_;
  const std::string temporary_schema_;
  mutable Mutex mutex_;
  std::string schema_ = catalog::kMainSchema;
  std::shared_ptr<OpenTransaction> transaction_;
  std::map<std::string, std::shared_ptr<const ParsedText>> prepared_;
  std::uint64_t random_seed_;
};

}  // namespace trueno::session

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "trueno/editor.h"
#include "trueno/outcome.h"
#include "trueno/query.h"

namespace trueno {

namespace detail {
struct ConnectionState;
}  // namespace detail

/// A session of a database: its own settings, prepared statements, temporary tables and transaction over shared tables.
///
/// Outside a transaction every statement commits by itself. `BEGIN` starts one, by SQL as COMMIT and ROLLBACK are: it sees the database as
/// it was then, with its own changes, which others see all at once when it commits. The first to commit a change of a table wins; the other
/// gets kConflict, its transaction is rolled back, and it can try again. A statement that fails inside aborts the transaction: what follows
/// gets kTransaction until ROLLBACK.
///
/// A handle: copies are the same session, which ends, and rolls back, with the last. Thread-safe; statements of several threads run at the
/// same time, also inside one transaction.
class TRUENO_API Connection {
 public:
  [[nodiscard]] Query query(std::string sql) const;
  /// Reads the text once. kParser when it is not SQL; names and types are looked at when it runs.
  [[nodiscard]] Outcome<PreparedStatement> prepare(const std::string& sql) const;

  /// SET name = value. kCatalog for an unknown setting, kInvalidInput for a value that is not allowed.
  Outcome<void> set(std::string_view name, std::string_view value) const;
  /// The value of a setting, as text.
  [[nodiscard]] Outcome<std::string> setting(std::string_view name) const;

  /// What could be typed at byte `cursor` of a text.
  [[nodiscard]] Completions complete(std::string_view sql, std::size_t cursor) const;

 private:
  friend class Database;
  explicit Connection(std::shared_ptr<detail::ConnectionState> state) : state_(std::move(state)) {}

  std::shared_ptr<detail::ConnectionState> state_;
};

}  // namespace trueno

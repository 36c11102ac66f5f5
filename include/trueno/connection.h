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

/// A session of a database: its own settings and prepared statements over shared tables. Every statement commits by itself: the first of
/// two that change one table at the same time wins, the other gets kConflict.
///
/// A handle: copies are the same session. Thread-safe; statements of several threads run at the same time.
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

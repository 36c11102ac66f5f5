#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/threads.h"
#include "bind/binder.h"
#include "session/session.h"
#include "storage/table/table_data.h"

namespace trueno::session {

/// A named table: its current version. Versions are immutable; writers swap them.
struct Table {
  std::uint64_t id = 0;
  std::uint64_t version = 0;
  std::shared_ptr<const TableData> data;
};

/// The engine: tables, functions, devices and files, shared by all sessions. Thread-safe: readers keep the version they began with; of two
/// writers of one table the first to commit wins.
class Database {
 public:
  Database();
  ~Database();

  /// The auto-commit session of callers that have none of their own.
  [[nodiscard]] Session& implicit_session() { return *implicit_session_; }
  [[nodiscard]] Settings& settings() { return implicit_session_->settings(); }
  /// Runs every statement of the text in the implicit session; the results of all of them. Stops at the first error.
  [[nodiscard]] Result<std::vector<StatementResult>> execute(std::string_view sql, const std::vector<Value>& parameters,
                                                             const CancelToken& cancel);

  /// Makes a table of the rows of a Parquet, CSV or Arrow file; replaces a table of that name. Nothing changes on an error.
  [[nodiscard]] Status load_table(const std::string& name, const std::string& path, const CancelToken& cancel = {});
  /// The same of batches.
  [[nodiscard]] Status load_table(const std::string& name, const Schema& schema, const BatchStream& rows);

  /// In lower case, ascending.
  [[nodiscard]] std::vector<std::string> table_names() const;
  /// Case-insensitive; null when there is none.
  [[nodiscard]] std::shared_ptr<const Table> find_table(const std::string& name) const;
  [[nodiscard]] Result<std::shared_ptr<const TableSource>> open_file(const std::string& path) const;
  /// Puts a new table there. kCatalog when there is one and not `replace`.
  [[nodiscard]] Status create_table(const std::string& name, std::shared_ptr<const TableData> data, bool replace);
  /// Puts the next version of a table there. kConflict when `base` is not the current one any more.
  [[nodiscard]] Status commit(const std::string& name, const Table& base, std::shared_ptr<const TableData> data);
  /// All of them, or on an error none. kCatalog when one does not exist and not `missing_ok`.
  [[nodiscard]] Status drop_tables(const std::vector<std::string>& names, bool missing_ok);

  [[nodiscard]] const function::Catalogue& functions() const { return functions_; }
  [[nodiscard]] const std::vector<std::shared_ptr<backend::Backend>>& devices() const { return devices_; }
  /// Why a device that was asked for by the environment could not be made.
  [[nodiscard]] const std::optional<Error>& device_problem() const { return device_problem_; }

 private:
  function::Catalogue functions_;
  std::vector<std::shared_ptr<backend::Backend>> devices_;
  std::optional<Error> device_problem_;
  std::unique_ptr<FileSystem> files_;
  mutable Mutex mutex_;
  std::map<std::string, std::shared_ptr<const Table>> tables_;  // by lower-case name
  std::uint64_t next_table_id_ = 1;
  std::unique_ptr<Session> implicit_session_;
};

}  // namespace trueno::session

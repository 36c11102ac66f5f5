#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/threads.h"
#include "bind/binder.h"
#include "exec/run.h"
#include "session/settings.h"
#include "storage/table/table_data.h"

namespace trueno::session {

/// A finished statement: rows, and the proof of placement.
struct StatementResult {
  Schema schema;
  Batch rows;
  std::vector<exec::PipelineProfile> profile;
  double total_ms = 0;
  bool is_query = false;  // false: DDL and INSERT, `rows` has nothing to show
};

/// A named table: its current version. Versions are immutable; writers swap them.
struct Table {
  std::uint64_t id = 0;
  std::uint64_t version = 0;
  std::shared_ptr<const TableData> data;
};

/// The engine: tables, settings, functions and devices. Thread-safe: readers keep the version they began with; one writer at a time.
class Database {
 public:
  Database();
  ~Database();

  /// Runs every statement of the text in order; the results of all of them. Stops at the first error.
  [[nodiscard]] Result<std::vector<StatementResult>> execute(std::string_view sql, const std::vector<Value>& parameters,
                                                             const CancelToken& cancel);
  /// Makes a table of a Parquet, CSV or Arrow file.
  [[nodiscard]] Status load_table(const std::string& name, const std::string& path);
  [[nodiscard]] Settings& settings() { return settings_; }
  [[nodiscard]] std::vector<std::string> table_names() const;

 private:
  friend class StatementRunner;
  friend class Names;

  [[nodiscard]] Result<std::shared_ptr<const TableSource>> open_file(const std::string& path) const;
  [[nodiscard]] std::shared_ptr<const Table> find_table(const std::string& name) const;
  [[nodiscard]] Status put_table(const std::string& name, std::shared_ptr<const TableData> data, bool replace);

  function::Catalogue functions_;
  std::vector<std::shared_ptr<backend::Backend>> devices_;
  std::optional<Error> device_problem_;
  std::unique_ptr<FileSystem> files_;
  Settings settings_;
  mutable Mutex mutex_;
  std::map<std::string, std::shared_ptr<const Table>> tables_;  // by lower-case name
  std::uint64_t next_table_id_ = 1;
};

}  // namespace trueno::session

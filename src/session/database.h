#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "bind/binder.h"
#include "catalog/catalog.h"
#include "session/result_cache.h"
#include "session/session.h"

namespace trueno::session {

/// The engine: tables, functions, devices and files, shared by all sessions. Thread-safe.
class Database {
 public:
  Database();
  /// On these devices, the scalar one among them. For tests; nothing measured is kept.
  explicit Database(std::vector<std::shared_ptr<backend::Backend>> devices);
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

  [[nodiscard]] Result<std::shared_ptr<const TableSource>> open_file(const std::string& path) const;
  [[nodiscard]] const FileSystem& files() const { return *files_; }
  [[nodiscard]] catalog::Catalog& catalog() { return catalog_; }
  [[nodiscard]] const catalog::Catalog& catalog() const { return catalog_; }
  [[nodiscard]] const function::Catalogue& functions() const { return functions_; }
  [[nodiscard]] dispatch::Devices& devices() const { return *devices_; }
  [[nodiscard]] ResultCache& results() { return results_; }
  [[nodiscard]] const ResultCache& results() const { return results_; }
  /// Why a device that was asked for by the environment could not be made.
  [[nodiscard]] const std::optional<Error>& device_problem() const { return device_problem_; }

 private:
  [[nodiscard]] Status put_table(const std::string& name, catalog::TableContent content);

  function::Catalogue functions_;
  std::unique_ptr<dispatch::Devices> devices_;
  std::optional<Error> device_problem_;
  std::unique_ptr<FileSystem> files_;
  catalog::Catalog catalog_;
  ResultCache results_;
  std::unique_ptr<Session> implicit_session_;
};

}  // namespace trueno::session

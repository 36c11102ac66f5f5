#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trueno/arrow.h"
#include "trueno/backend.h"
#include "trueno/cancellation.h"
#include "trueno/connection.h"
#include "trueno/diagnosis.h"
#include "trueno/outcome.h"
#include "trueno/query.h"

namespace trueno {

namespace detail {
struct Engine;
}  // namespace detail

class DatabaseBuilder;

/// An embedded database: tables in memory, files where they lie. A handle: copies are the same database, which ends with its last handle
/// (connections and queries hold it, too). Thread-safe.
class TRUENO_API Database {
 public:
  /// A database with the settings as they come.
  Database();
  [[nodiscard]] static DatabaseBuilder builder();

  /// Makes an in-memory table of a Parquet, CSV or Arrow IPC file, by its extension; replaces a table of that name. Nothing changes when it
  /// fails: kFileNotFound, kPermissionDenied, kCorruptFile, kNotSupported for other formats.
  Outcome<void> load_table(const std::string& name, const std::string& path, const Cancellation& cancellation = {}) const;
  /// Makes an in-memory table of an Arrow stream and releases the stream; replaces a table of that name. Memory of fixed-width columns is
  /// re-encoded, so the producer's buffers are free afterwards.
  Outcome<void> load_arrow(const std::string& name, ArrowArrayStream* stream) const;
  /// In lower case, ascending.
  [[nodiscard]] std::vector<std::string> table_names() const;

  /// Runs in the database's own session, which all its callers share: a transaction begun there is everybody's; connect() for one's own.
  [[nodiscard]] Query query(std::string sql) const { return connection().query(std::move(sql)); }
  /// The database's own session.
  [[nodiscard]] Connection connection() const;
  /// A new session with the settings the database was built with.
  [[nodiscard]] Connection connect() const;

  /// Looks at the machine and this installation; loads the optional libraries, so it may take a second.
  [[nodiscard]] std::vector<Finding> diagnose() const;

 private:
  friend class DatabaseBuilder;
  explicit Database(std::shared_ptr<detail::Engine> engine) : engine_(std::move(engine)) {}

  std::shared_ptr<detail::Engine> engine_;
};

/// Says how a Database is to be. A value outside what is allowed makes `build` fail.
class TRUENO_API DatabaseBuilder {
 public:
  /// Who runs queries; setting `backend`.
  DatabaseBuilder& backend(Backend backend);
  /// Who runs what the GPU was asked for and cannot run; setting `fallback`. Not Backend::Gpu.
  DatabaseBuilder& fallback(Backend backend);
  /// MiB of columns that a device with memory of its own may keep; setting `cache_size_mb`.
  DatabaseBuilder& cache_size_mb(std::int64_t mebibytes);
  /// MiB that a device with memory of its own takes at a time; setting `morsel_size_mb`.
  DatabaseBuilder& morsel_size_mb(std::int64_t mebibytes);
  /// Worker threads, 0: one a core; setting `threads`.
  DatabaseBuilder& threads(int count);
  /// Any setting, by name (SHOW ALL lists them).
  DatabaseBuilder& set(std::string name, std::string value);

  /// kInvalidInput or kCatalog for a setting that is not allowed.
  [[nodiscard]] Outcome<Database> build() const;

 private:
  std::vector<std::pair<std::string, std::string>> settings_;
};

}  // namespace trueno

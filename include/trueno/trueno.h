// Trueno-DB: an embedded analytics database. SQL over files and in-memory tables; the same bytes on every device.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "trueno/export.h"

namespace trueno {

class Database;

/// What went wrong, as a person reads it (with the SQL line and a caret) and as a stable code name ("Binder error").
struct Failure {
  std::string code;
  std::string text;
};

/// One column of a result: its name and its SQL type ("DECIMAL(15,2)").
struct ResultColumn {
  std::string name;
  std::string type;
  bool is_numeric = false;
};

/// What one pipeline of a query did, and where.
struct PipelineReport {
  std::string device;
  std::string reason;
  double predicted_us = 0;
  double measured_us = 0;
  std::int64_t rows_in = 0;
  std::int64_t rows_out = 0;
  std::int64_t parts_skipped = 0;
};

/// The rows of one statement. Immutable and cheap to copy; thread-safe to read.
class TRUENO_API QueryResult {
 public:
  QueryResult();
  QueryResult(const QueryResult&);
  QueryResult& operator=(const QueryResult&);
  ~QueryResult();

  [[nodiscard]] const std::vector<ResultColumn>& columns() const;
  [[nodiscard]] std::int64_t row_count() const;
  /// Whether there are rows to show (a query, not DDL).
  [[nodiscard]] bool is_query() const;
  [[nodiscard]] bool is_null(std::int64_t row, int column) const;
  /// The cell as CAST to VARCHAR gives it; "NULL" for NULL. Doubles in their shortest round-trip form.
  [[nodiscard]] std::string text(std::int64_t row, int column) const;
  [[nodiscard]] const std::vector<PipelineReport>& profile() const;
  /// Devices that ran parts of it: "scalar".
  [[nodiscard]] std::string backend_info() const;
  [[nodiscard]] double total_time_ms() const;
  [[nodiscard]] double compute_time_ms() const;
  /// Time spent moving data to and from a device; 0 where all ran on the CPU.
  [[nodiscard]] double transfer_time_ms() const;

 private:
  friend class Database;
  struct Data;
  std::shared_ptr<const Data> data_;
};

/// A wish to stop a running query; copies share it. Thread-safe.
class TRUENO_API Cancellation {
 public:
  Cancellation();
  void cancel() const;

 private:
  friend class Database;
  std::shared_ptr<void> token_;
};

/// An embedded database. Thread-safe.
class TRUENO_API Database {
 public:
  Database();
  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;

  /// Runs all statements of the text; the result of each, or the first failure.
  [[nodiscard]] std::variant<std::vector<QueryResult>, Failure> run(std::string_view sql, const Cancellation& cancellation = {});
  /// Makes an in-memory table of a Parquet, CSV or Arrow file. Empty code: it worked.
  [[nodiscard]] Failure load_table(const std::string& name, const std::string& path);
  [[nodiscard]] std::vector<std::string> table_names() const;

 private:
  struct Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace trueno

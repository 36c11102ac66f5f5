#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/cancel.h"
#include "column/column.h"
#include "column/scan_predicate.h"

namespace trueno {

/// Gives batches until nothing is left; then std::nullopt. Called by one thread.
using BatchStream = std::function<Result<std::optional<Batch>>()>;

/// Whether rows are wanted that have these values: by column of the source, null where the column has not one value for all of them.
using KeepConstants = std::function<bool(std::span<const Value* const> constants)>;

/// Something with rows: a table version, a file, an introspection table. Immutable and thread-safe.
///
/// Rows are grouped in parts (row groups, byte ranges). A row's id is (part, row in part), and scans in that order define the order of
/// the rows. Parts can be scanned at the same time.
class TableSource {
 public:
  virtual ~TableSource() = default;

  [[nodiscard]] virtual const Schema& schema() const = 0;
  /// What content this is: equal names, equal content ("table 7 version 3", "file t.parquet 1234 99"). Empty: not cacheable.
  [[nodiscard]] virtual std::string identity() const = 0;
  /// For people: "table lineitem", "t.parquet".
  [[nodiscard]] virtual std::string description() const = 0;
  [[nodiscard]] virtual std::int64_t part_count() const = 0;
  /// Rows of a part; nothing when only a scan can tell.
  [[nodiscard]] virtual std::optional<std::int64_t> part_rows(std::int64_t part) const = 0;
  /// What is known of one column of a part without reading its values.
  [[nodiscard]] virtual ColumnStatistics statistics(std::int64_t part, int column) const = 0;
  /// What is known of a column over all parts. The same as merging them, unless the source keeps better estimates.
  [[nodiscard]] virtual ColumnStatistics column_statistics(int column) const;
  /// Some rows for estimates, of these columns: chosen by chance, but the same ones in every call and for every column. No rows: the source
  /// knows none without reading.
  [[nodiscard]] virtual Result<Batch> sample(std::span<const int> columns) const;
  /// Whether scans give this text column as codes, whatever the part: programs then compute with codes.
  [[nodiscard]] virtual bool is_dictionary(int column) const;
  /// The one dictionary of all parts of a column, where there is one; its values are distinct.
  [[nodiscard]] virtual std::shared_ptr<const Dictionary> shared_dictionary(int column) const;
  /// Whether scans hand out chunks that exist already: reading a part takes no time, and more than one part at a time no memory.
  [[nodiscard]] virtual bool in_memory() const { return false; }
  /// Rough bytes a scan of this column of a part reads, for the cost model.
  [[nodiscard]] virtual std::int64_t column_bytes(std::int64_t part, int column) const = 0;
  /// The same of all parts.
  [[nodiscard]] virtual std::int64_t all_column_bytes(int column) const;
  /// The rows of one part, in order, only these columns (in this order). `predicate` may skip rows that cannot match; batches then leave
  /// out whole rows, never reorder, and say which rows they begin with. Dictionary columns may come with any dictionary.
  [[nodiscard]] virtual Result<BatchStream> scan(std::int64_t part, std::span<const int> columns, const ScanPredicate& predicate,
                                                 const CancelToken& cancel) const = 0;

  /// The same rows but for some that cannot satisfy `predicate`, or whose constants `keep` refuses, as a source that is ready to be
  /// scanned: a set of files leaves files out, and opens the others. Null: this source is.
  [[nodiscard]] virtual Result<std::shared_ptr<const TableSource>> narrowed(const ScanPredicate& predicate,
                                                                            const KeepConstants& keep) const;

  /// Total rows, when every part knows its own.
  [[nodiscard]] std::optional<std::int64_t> row_count() const;
};

}  // namespace trueno

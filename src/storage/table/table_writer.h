#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/parallel.h"
#include "column/table_source.h"
#include "storage/table/chunk_writer.h"
#include "storage/table/table_data.h"

namespace trueno {

struct TableWriterOptions {
  std::int64_t rows_per_group = kRowGroupRows;
  Parallel parallel = {};  // over columns
};

/// Writes a version of a table: rows in, row groups with chosen encodings and proven statistics out. The old version stays as it is.
/// Not thread-safe; one writer a version.
class TableWriter {
 public:
  explicit TableWriter(Schema schema, TableWriterOptions options = {});
  /// A version that begins without rows but shares the dictionaries of `base`, so that `keep` can take over row groups of it.
  [[nodiscard]] static Result<TableWriter> rewrite(const TableData& base, TableWriterOptions options = {});
  /// All rows of `base`, and then more. A short last row group is filled up when what comes is not much smaller than it.
  [[nodiscard]] static Result<TableWriter> append_to(const TableData& base, std::int64_t expected_rows,
                                                     const TableWriterOptions& options = {});

  /// Rows of the schema's types, in any encoding. kConstraint when a column that is not nullable gets a NULL.
  [[nodiscard]] Status append(const Batch& batch);
  /// The rows of an existing row group, without looking at them.
  [[nodiscard]] Status keep(const std::shared_ptr<const RowGroup>& group);
  /// Ends the row group being filled, so that the next row begins one.
  [[nodiscard]] Status end_group() { return flush(); }
  [[nodiscard]] std::int64_t rows() const { return rows_; }
  /// The version. The writer is spent afterwards.
  [[nodiscard]] Result<std::shared_ptr<const TableData>> finish();

 private:
  [[nodiscard]] Status flush();
  [[nodiscard]] Status each_column(const std::function<Status(std::size_t column)>& body) const;

  Schema schema_;
  TableWriterOptions options_;
  std::vector<ChunkWriter> columns_;
  std::vector<std::shared_ptr<RowGroup>> groups_;
  std::int64_t rows_ = 0;
  std::int64_t pending_ = 0;  // rows of the group being filled
};

/// A table version as a source of rows: a part is a row group, a scan gives the chunks as they lie.
/// `table_id` and `version` name the content for caches; number 0 is no table's, and its rows have no identity.
[[nodiscard]] std::shared_ptr<const TableSource> make_table_source(std::shared_ptr<const TableData> data, std::string name,
                                                                   std::uint64_t table_id, std::uint64_t version);
/// The same of rows that are no table's, whose content `identity` names (see TableSource).
[[nodiscard]] std::shared_ptr<const TableSource> make_table_source(std::shared_ptr<const TableData> data, std::string name,
                                                                   std::string identity);

}  // namespace trueno

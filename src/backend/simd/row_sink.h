#pragma once

#include <vector>

#include "backend/simd/column_writer.h"
#include "backend/simd/evaluator.h"

namespace trueno::backend::simd {

/// Collects rows: emit and build as they come; sort and collect with their keys and row ids, as they come, too; of top-k only those that
/// can be among the first. Not thread-safe.
class RowSink {
 public:
  explicit RowSink(const CompiledProgram& compiled);
  [[nodiscard]] Status consume(const Morsel& morsel, const Evaluator& evaluator, const ChunkRows& chunk);
  [[nodiscard]] Result<Batch> take();
  [[nodiscard]] std::int64_t bytes() const;
  [[nodiscard]] std::int64_t rows() const;

 private:
  [[nodiscard]] bool numbered() const {
    const kernel::SinkKind kind = compiled_.program->sink.kind;
    return kind == kernel::SinkKind::kTopK || kind == kernel::SinkKind::kSort || kind == kernel::SinkKind::kCollect;
  }
  [[nodiscard]] Result<Batch> finish_columns();
  [[nodiscard]] Result<Batch> in_order(Batch rows) const;
  [[nodiscard]] Status prune();
  [[nodiscard]] Status add_row_ids(const ChunkRows& chunk, const std::uint32_t* rows, std::size_t count);
  [[nodiscard]] std::size_t hopeful_rows(const Evaluator& evaluator, const std::uint32_t* rows, std::size_t count);
  void make_writers();
  /// Where the value at a place is first among the values.
  [[nodiscard]] std::size_t first_of(std::size_t place) const;

  const CompiledProgram& compiled_;
  std::vector<kernel::ValueId> values_;  // sort keys or keys, then values
  std::vector<ColumnWriter> writers_;
  std::vector<ColumnBuilder> nested_;  // by value: for LIST, STRUCT and MAP instead of the writer, else unused
  MutableBuffer row_ids_;              // i64, grown in advance; `rows_` says how many are used
  std::vector<Batch> kept_;            // top-k: the best rows so far
  std::int64_t rows_ = 0;
  std::vector<std::uint32_t> chosen_;
};

}  // namespace trueno::backend::simd

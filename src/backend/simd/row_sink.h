#pragma once

#include <vector>

#include "backend/simd/column_writer.h"
#include "backend/simd/evaluator.h"

namespace trueno::backend::simd {

/// Collects rows: emit and build as they come; sort and top-k with their keys and row ids, put in order when they are
/// taken; collect with row ids. Not
/// thread-safe.
class RowSink {
 public:
  explicit RowSink(const CompiledProgram& compiled);
  [[nodiscard]] Status consume(const Morsel& morsel, const Evaluator& evaluator, const ChunkRows& chunk);
  [[nodiscard]] Result<Batch> take();
  [[nodiscard]] std::int64_t bytes() const;

 private:
  [[nodiscard]] bool numbered() const {
    const kernel::SinkKind kind = compiled_.program->sink.kind;
    return kind == kernel::SinkKind::kTopK || kind == kernel::SinkKind::kSort || kind == kernel::SinkKind::kCollect;
  }
  [[nodiscard]] Result<Batch> finish_columns();
  [[nodiscard]] Result<Batch> in_order(Batch rows) const;
  [[nodiscard]] Status prune();
  void make_writers();

  const CompiledProgram& compiled_;
  std::vector<kernel::ValueId> values_;  // sort keys or keys, then values
  std::vector<ColumnWriter> writers_;
  std::vector<ColumnBuilder> nested_;  // by value: for LIST, STRUCT and MAP instead of the writer, else unused
  std::vector<std::int64_t> row_ids_;
  std::vector<Batch> kept_;  // top-k: the best rows so far
  std::int64_t rows_ = 0;
  std::vector<std::uint32_t> chosen_;
};

}  // namespace trueno::backend::simd

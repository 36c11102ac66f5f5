#pragma once

#include <span>
#include <vector>

#include "base/parallel.h"
#include "column/rows.h"
#include "kernel/program.h"

namespace trueno::exec {

/// The rows of a collecting sink's partial states (keys, values, row id) in the order of their row ids, which are left out: pieces of
/// columns, keys before values, which are to be put behind one another. Rows of one id, the matches of one row, stay in the order they came
/// in: they are of one worker.
struct CollectedRows {
  std::int64_t length = 0;
  std::vector<std::vector<Column>> pieces;  // by column
};
[[nodiscard]] Result<CollectedRows> rows_in_order(const kernel::Program& program, const std::vector<Batch>& partials,
                                                  const Parallel& parallel);
/// Columns [first, last), each in one piece; columns at the same time.
[[nodiscard]] Result<std::vector<Column>> joined_columns(const CollectedRows& rows, std::size_t first, std::size_t last,
                                                         const Parallel& parallel);

/// How rows lie group by group, each group's in order. Immutable.
class RowsByGroup {
 public:
  /// Groups are those of `grouped_rows` by all keys, ascending; at least one key. Where few keys are possible, rows are counted instead of
  /// sorted.
  [[nodiscard]] static Result<RowsByGroup> make(std::span<const Column> keys, std::int64_t rows, const Parallel& parallel);

  /// Where each group begins, and its first row.
  [[nodiscard]] const std::vector<std::uint32_t>& starts() const { return starts_; }
  [[nodiscard]] const std::vector<std::uint32_t>& first_rows() const { return first_rows_; }
  /// A column's rows group by group: plain.
  [[nodiscard]] Result<Column> dealt(std::span<const Column> pieces, const Parallel& parallel) const;

 private:
  class CountedKeys;

  [[nodiscard]] std::size_t part_begin(std::size_t part) const { return rows_ * part / places_.size(); }
  template <class T>
  void deal(std::span<const Column> pieces, std::size_t part, T* to) const;
  [[nodiscard]] std::vector<std::uint32_t> order(const Parallel& parallel) const;

  std::size_t rows_ = 0;
  std::vector<std::uint32_t> starts_;
  std::vector<std::uint32_t> first_rows_;
  std::vector<std::uint32_t> sorted_;               // the rows group by group, where they were sorted
  Buffer cells_;                                    // else u32 by row: its cell; cells ascend as keys do
  std::vector<std::vector<std::uint32_t>> places_;  // by part of the rows, by cell: where the part's first row of the cell goes
};

}  // namespace trueno::exec

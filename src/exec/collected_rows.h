#pragma once

#include <span>
#include <vector>

#include "base/parallel.h"
#include "column/rows.h"
#include "kernel/program.h"

namespace trueno::exec {

/// The rows of a collecting sink's partial states (keys, values, row id) in the order of their row ids, which are left out. Rows of one id,
/// the matches of one row, stay in the order they came in: they are of one worker.
[[nodiscard]] Result<Batch> rows_in_order(const kernel::Program& program, const std::vector<Batch>& partials, const Parallel& parallel);

/// Rows group by group, each group's in order, and where in them each group begins.
struct RowsByGroup {
  Buffer buffer;
  std::span<const std::uint32_t> rows;
  std::vector<std::uint32_t> starts;
};

/// Groups are those of `grouped_rows` by all keys, ascending; at least one key. Where few keys are possible, rows are counted and dealt
/// instead of sorted.
[[nodiscard]] Result<RowsByGroup> rows_by_group(std::span<const Column> keys, std::int64_t rows, const Parallel& parallel);

}  // namespace trueno::exec

#pragma once

#include <span>
#include <vector>

#include "base/parallel.h"
#include "column/column.h"
#include "kernel/program.h"

namespace trueno::exec {

/// Unites the partial states of a sink, whoever made them and in whatever order, into the pipeline's output: exact and associative, so the
/// bytes do not depend on how the rows were split. Emit: the batches in the order given.
[[nodiscard]] Result<Batch> merge_partials(const kernel::Program& program, const std::vector<Batch>& partials,
                                           const Parallel& parallel = {});

/// The rows of all, one batch behind the other; at least one, of the same columns. Parts are given up column by column, so that no more
/// than one column is there twice.
[[nodiscard]] Result<Batch> concatenate_batches(std::vector<Batch> parts);

/// Where in the sorted rows each group begins: the first row, and every row whose keys differ from the row before it.
[[nodiscard]] Result<std::vector<std::uint32_t>> group_starts(std::span<const Column> keys, std::span<const std::uint32_t> order);

/// Rows [offset, offset + limit) of a batch; limit -1: to the end.
[[nodiscard]] Batch slice(const Batch& batch, std::int64_t offset, std::int64_t limit);

}  // namespace trueno::exec

#pragma once

#include <vector>

#include "column/column.h"
#include "kernel/program.h"

namespace trueno::exec {

/// Unites the partial states of a sink, whoever made them and in whatever order, into the pipeline's output: exact and associative, so the
/// bytes do not depend on how the rows were split. Emit: the batches in the order given.
[[nodiscard]] Result<Batch> merge_partials(const kernel::Program& program, const std::vector<Batch>& partials);

/// Rows [offset, offset + limit) of a batch; limit -1: to the end.
[[nodiscard]] Batch slice(const Batch& batch, std::int64_t offset, std::int64_t limit);

}  // namespace trueno::exec

#pragma once

#include <vector>

#include "base/parallel.h"
#include "column/column.h"
#include "kernel/program.h"

namespace trueno::exec {

/// The output of a collecting sink from its partial states (keys, values, row id). One row a group, ascending by key; each fold sees its
/// group's rows in its own order, so neither how rows were split nor who collected them matters.
[[nodiscard]] Result<Batch> fold_groups(const kernel::Program& program, const std::vector<Batch>& partials, const Parallel& parallel);

}  // namespace trueno::exec

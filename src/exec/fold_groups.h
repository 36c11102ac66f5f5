#pragma once

#include "column/column.h"
#include "kernel/program.h"

namespace trueno::exec {

/// The output of a collecting sink: `rows` are its partial states behind one another (keys, values, row id). One row a group, ascending by
/// key; each fold sees its group's rows in its own order, so neither how rows were split nor who collected them matters.
[[nodiscard]] Result<Batch> fold_groups(const kernel::Program& program, const Batch& rows);

}  // namespace trueno::exec

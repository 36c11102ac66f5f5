#pragma once

#include <span>

#include "kernel/pipeline.h"

namespace trueno::exec {

/// Sideways information passing: what the keys of the tables that a pipeline probes say about its source's rows becomes part of its
/// predicate. A few keys each by itself, many by the least and the greatest. `outputs`: by pipeline.
void skip_by_keys(kernel::Pipeline& pipeline, std::span<const Batch> outputs);

}  // namespace trueno::exec

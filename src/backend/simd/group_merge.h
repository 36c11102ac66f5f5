#pragma once

#include <optional>
#include <span>

#include "backend/simd/group_sink.h"
#include "base/parallel.h"

namespace trueno::backend::simd {

/// The output of a grouping pipeline from the groups of all its workers: one row a distinct key, ascending. The keys of all workers are
/// sorted as columns; then each thread folds the records of a stretch of groups where they lie and writes its rows of the output.
/// Nothing where a worker has closed groups before (`GroupSink::is_whole`) or none has any: then partial tables are merged.
[[nodiscard]] Result<std::optional<Batch>> merge_groups(const CompiledProgram& compiled, std::span<const GroupSink* const> sinks,
                                                        const Parallel& parallel);

}  // namespace trueno::backend::simd

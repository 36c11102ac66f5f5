#pragma once

#include <optional>
#include <span>

#include "backend/simd/group_sink.h"
#include "base/parallel.h"

namespace trueno::backend::simd {

/// The output of a grouping some of whose workers have dealt rows: one row a distinct key, ascending. Every part is a stretch of the
/// output: its distinct words in order are its groups, then its rows are added to their records, which fit a cache, and what groups of the
/// workers' tables lie in it is folded in. Nothing, and all is as it was, where that is not possible.
[[nodiscard]] Result<std::optional<Batch>> group_parts(const CompiledProgram& compiled, std::span<const GroupSink* const> sinks,
                                                       const Parallel& parallel);

}  // namespace trueno::backend::simd

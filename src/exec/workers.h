#pragma once

#include "base/parallel.h"

namespace trueno::exec {

/// Loops on `threads` threads of the engine, the caller's among them. Blocks the caller.
[[nodiscard]] Parallel workers(std::size_t threads);

}  // namespace trueno::exec

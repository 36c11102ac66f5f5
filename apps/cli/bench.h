#pragma once

#include "options.h"
#include "trueno/trueno.h"

namespace trueno::cli {

/// `trueno bench`: runs each statement of a file in this process, queries once to warm up and then `repeat` times, everything else once.
/// Prints the least and the median time. kExitFailed at the first statement that fails.
[[nodiscard]] ExitCode run_bench(const Connection& connection, const Options& options);

}  // namespace trueno::cli

#pragma once

#include "backend/backend.h"
#include "base/parallel.h"
#include "dispatch/rates.h"

namespace trueno::dispatch {

/// Measures a device with small programs over rows made up here: a tenth of a second for a CPU, about a second for a GPU, which compiles
/// them first. What is not measured follows `typical`, in the proportion of what is. Every answer is checked: kInternal when one is wrong.
[[nodiscard]] Result<Rates> measure_rates(backend::Backend& device, const Rates& typical, const Parallel& parallel);

}  // namespace trueno::dispatch

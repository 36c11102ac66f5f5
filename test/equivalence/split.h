#pragma once

#include "backend/backend.h"
#include "kernel/pipeline.h"
#include "random.h"

namespace trueno::equivalence {

/// Runs a plan on one device with every pipeline's rows cut at random into pieces that go to random states; the partial states are then
/// merged in random order. What spilling, several devices and several workers do.
/// `reference` names the row where a device only says that one failed.
[[nodiscard]] Result<Batch> run_split(const kernel::PipelinePlan& plan, backend::Backend& device, backend::Backend& reference,
                                      std::int64_t chunk_rows, Random& random);

}  // namespace trueno::equivalence

#pragma once

#include <optional>

#include "plan/plan.h"

namespace trueno::optimize {

/// One side of a join (or the one input of a union) where its columns stood in `schema`: the first ones, or for input 1 the last ones. The
/// others are NULL, or one constant.
[[nodiscard]] plan::PlanPtr padded(plan::PlanPtr kept, std::size_t input, Schema schema,
                                   const std::optional<Value>& constant = std::nullopt);

}  // namespace trueno::optimize

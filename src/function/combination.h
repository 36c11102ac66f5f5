#pragma once

#include <optional>

#include "function/descriptor.h"

namespace trueno::function {

/// A call that makes, of what an aggregate gives for parts of some rows, what it gives for all of them, byte for byte.
struct Combination {
  const AggregateFunction* function = nullptr;
  Signature signature;  // of one argument: the aggregate's results
};

/// For calls that cannot fail. Nothing where results of parts do not say enough: of averages, of sums that are rounded, of all that looks
/// at the rows together.
[[nodiscard]] std::optional<Combination> combination_of(const AggregateFunction& function, const Signature& signature);

}  // namespace trueno::function

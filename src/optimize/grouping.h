#pragma once

#include "plan/plan.h"

namespace trueno::optimize {

/// Whether equal values of the type are the same bytes: of others (0.0 and -0.0, a month and 30 days) a grouping gives one for all.
[[nodiscard]] bool equal_is_same(const Type& type);

/// Whether the call gives a result whatever its rows are: a sum of few digits cannot leave its type, however many there are.
[[nodiscard]] bool cannot_fail(const plan::AggregateCall& call);

/// Whether the call gives the same when rows come several times instead of once.
[[nodiscard]] bool ignores_repeats(const plan::AggregateCall& call);

/// What an aggregate computes, over the columns of the first operator below that is not a projection.
struct Grouping {
  plan::Aggregate aggregate;
  plan::PlanPtr* below = nullptr;
};
/// Nothing where that would do work again and again.
[[nodiscard]] std::optional<Grouping> below_projections(plan::Plan& plan);

}  // namespace trueno::optimize

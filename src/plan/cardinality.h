#pragma once

#include <cstdint>

#include "plan/plan.h"

namespace trueno::plan {

/// How many rows a plan is expected to give, from row counts, bounds and distinct counts of its sources. For choosing among plans; costs a
/// look at the statistics of the columns that conditions and keys read. `estimated_rows` is the cheap one.
[[nodiscard]] double cardinality(const Plan& plan);

/// Different values an expression over the plan's columns is expected to have.
[[nodiscard]] double distinct_values(const Plan& plan, const Expression& expression);

/// The part of the plan's rows for which a condition over its columns is expected to hold, 0 to 1.
[[nodiscard]] double selectivity(const Plan& plan, const Expression& condition);

/// Rows of an equality join of `left` and `right` rows, whose keys have so many different values each.
[[nodiscard]] double joined_rows(double left, double right, double left_distinct, double right_distinct);

}  // namespace trueno::plan

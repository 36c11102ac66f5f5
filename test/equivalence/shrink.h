#pragma once

#include <functional>

#include "query.h"

namespace trueno::equivalence {

/// Makes a failing case smaller while `fails` stays true: fewer rows, columns, clauses, smaller expressions, simpler values. Greedy, with
/// at most `tries` runs.
[[nodiscard]] Case shrink(Case test, const std::function<bool(const Case&)>& fails, int tries);

}  // namespace trueno::equivalence

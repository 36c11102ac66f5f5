#pragma once

#include <vector>

#include "bind/binder.h"

namespace trueno::bind {

/// UNION, INTERSECT and EXCEPT of bound queries: columns by position or BY NAME, in their common types.
[[nodiscard]] Result<plan::PlanPtr> bind_set_operation(const sql::SetOperation& operation, std::vector<plan::PlanPtr> inputs,
                                                       const Context& context);

}  // namespace trueno::bind

#pragma once

#include <vector>

#include "plan/plan.h"

namespace trueno::optimize {

/// Neither fails nor changes from row to row by itself: may be evaluated for other rows than it was written for.
[[nodiscard]] bool is_safe(const plan::Expression& e);

/// Gives conjuncts of a Filter right above a join to it: to the input whose columns they read, to an inner join as keys and conditions. An
/// outer join that the terms leave no padded row of becomes the narrower kind; a mark that is only asked for TRUE becomes a semi join.
/// Returns what has to stay above.
[[nodiscard]] std::vector<plan::Expression> push_into_join(plan::PlanPtr& join, std::vector<plan::Expression> terms);

/// Conditions of the join itself that read one side move to that input, where the kind of join allows.
void push_own_conditions(plan::Plan& join);

}  // namespace trueno::optimize

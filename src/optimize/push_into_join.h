#pragma once

#include <vector>

#include "optimize/computed_columns.h"
#include "plan/plan.h"

namespace trueno::optimize {

/// Neither fails nor changes from row to row by itself: may be evaluated for other rows than it was written for.
[[nodiscard]] bool is_safe(const plan::Expression& e);

/// What one pass over a plan has found out, so that hundreds of terms over hundreds of joins are no matter. Pushing changes no column of a
/// plan that is there; plans it replaces are kept to the end of the pass, since what is known is known by their addresses.
struct PushPass {
  ComputedColumns computed;
  std::vector<plan::PlanPtr> replaced;
};

/// Gives conjuncts of a Filter right above a join to it: to the input whose columns they read, to an inner join as keys and conditions. An
/// outer join that the terms leave no padded row of becomes the narrower kind; a mark that is only asked for TRUE becomes a semi join.
/// Returns what has to stay above.
[[nodiscard]] std::vector<plan::Expression> push_into_join(plan::PlanPtr& join, std::vector<plan::Expression> terms, PushPass& pass);

/// Conditions of the join itself that read one side move to that input, where the kind of join allows.
void push_own_conditions(plan::Plan& join, PushPass& pass);

}  // namespace trueno::optimize

#pragma once

#include "plan/plan.h"

namespace trueno::optimize {

/// An ordinary join for one whose right input reads the row of the left (kOuter; see unnest_subqueries.cc). No input holds subqueries in
/// its expressions any more; dependent joins inside stay so.
[[nodiscard]] Result<plan::PlanPtr> make_independent(plan::PlanPtr join);

/// Way 2: moves conditions that read the row outside from the plan into `conditions`, which are over its columns; columns they need are
/// appended. False where the plan reads it otherwise: `plan` is then of no more use.
[[nodiscard]] bool pull_conditions(plan::PlanPtr& plan, std::vector<plan::Expression>& conditions);

/// Way 3: the plan for all values of `domain`'s rows: its own columns, then the domain's. kOuter number i is the domain's column i.
[[nodiscard]] Result<plan::PlanPtr> for_domain(plan::PlanPtr plan, const std::shared_ptr<plan::SharedPlan>& domain);

/// The value that an aggregate call has where no row is: 0 for counts, else NULL; `column` holds it after an outer join.
[[nodiscard]] plan::Expression or_empty(const plan::AggregateCall& call, plan::Expression column);

}  // namespace trueno::optimize

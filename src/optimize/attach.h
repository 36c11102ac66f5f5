#pragma once

#include "plan/plan.h"

namespace trueno::optimize {

/// Joins the subqueries of an expression over `input`'s columns to `input`; each becomes a column behind those, and the expression reads
/// it.
void attach_subqueries(plan::Expression& expression, plan::PlanPtr& input);

/// A join whose ON holds subqueries as one whose ON holds none; some operator below it may hold them then. kNotSupported where one reads
/// both sides and the join stands in a subquery that itself reads the row outside.
[[nodiscard]] Result<plan::PlanPtr> attach_to_join(plan::PlanPtr join);

}  // namespace trueno::optimize

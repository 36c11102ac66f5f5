#pragma once

#include "bind/expression_binder.h"

namespace trueno::bind {

/// `left ASOF JOIN right`: `join` has the kind, the equalities as keys, and in its condition one comparison (<, <=, >, >=) of the two
/// sides. Each row of the left meets, of the rows on the right with equal keys, the nearest one for which the comparison is true.
/// Conditions of the right side alone, and of both, say which rows are looked at; one of the left alone, whether there is one. Output: as
/// of the join without ASOF. kBinder where there is no comparison, or several.
[[nodiscard]] Result<plan::PlanPtr> asof_join(plan::Join join, SourceSpan span, plan::PlanPtr left, plan::PlanPtr right,
                                              const ExpressionBinder& binder);

}  // namespace trueno::bind

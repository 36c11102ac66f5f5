#pragma once

#include "plan/plan.h"

namespace trueno::optimize {

/// Whether the value of a plan's column may fail to be computed, where it is asked for.
///
/// Projections compute nothing by themselves: a column is computed when an operator above reads it, or when the rows are stored (a build
/// side, a sort, an input of a union), and then for all of them. So a rule may neither ask for such a column earlier than it was written,
/// nor drop it or rows of it before they are stored.
[[nodiscard]] bool computed_may_fail(const plan::Plan& plan, std::size_t column);
/// Of any column, and of those that an expression over the plan's columns from `first` on reads.
[[nodiscard]] bool computed_may_fail(const plan::Plan& plan);
[[nodiscard]] bool reads_what_may_fail(const plan::Expression& e, const plan::Plan& plan, std::size_t first = 0);
/// Whether a condition may drop rows of the plan before they are stored: it asks for every column that may fail itself, of each row.
[[nodiscard]] bool may_drop_rows(const plan::Expression& condition, const plan::Plan& plan, std::size_t first = 0);

}  // namespace trueno::optimize

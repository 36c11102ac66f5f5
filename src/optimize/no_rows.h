#pragma once

#include "plan/plan.h"

namespace trueno::optimize {

/// A plan that gives no row and reads nothing.
[[nodiscard]] plan::PlanPtr no_rows(Schema schema);
/// Whether it is such a plan.
[[nodiscard]] bool gives_no_rows(const plan::Plan& plan);

}  // namespace trueno::optimize

#pragma once

#include <cstddef>

#include "plan/plan.h"

namespace trueno::optimize {

/// Whether the order of the rows of one of a plan's inputs can show in what comes out at the top. `observed`: that of the plan's own rows
/// can.
[[nodiscard]] bool shows_order_of(const plan::Plan& plan, std::size_t input, bool observed);
/// The same, or in which row's error is reported.
[[nodiscard]] bool shows_order_or_error_of(const plan::Plan& plan, std::size_t input, bool observed);

}  // namespace trueno::optimize

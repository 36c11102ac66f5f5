#pragma once

#include <functional>

#include "bind/expression_binder.h"

namespace trueno::bind {

/// With `ieee_floating_point_ops = false`: NULL where a float is divided by zero, and an error where a function is not defined, instead of
/// the infinity or NaN of IEEE 754. `call` binds a function of bound arguments.
[[nodiscard]] Result<plan::Expression> with_strict_floats(
    plan::Expression e, const std::function<Result<plan::Expression>(std::string_view, std::vector<plan::Expression>)>& call);

}  // namespace trueno::bind

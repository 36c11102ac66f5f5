#pragma once

#include <vector>

#include "function/descriptor.h"

namespace trueno::function {

// One function a family; catalogue.cc joins them. A new scalar function is one entry in its family's list.
[[nodiscard]] std::vector<ScalarFunction> arithmetic_functions();
[[nodiscard]] std::vector<ScalarFunction> comparison_functions();
[[nodiscard]] std::vector<ScalarFunction> math_functions();
[[nodiscard]] std::vector<ScalarFunction> string_functions();
[[nodiscard]] std::vector<ScalarFunction> date_functions();
[[nodiscard]] std::vector<ScalarFunction> conditional_functions();
[[nodiscard]] std::vector<AggregateFunction> aggregate_functions();

}  // namespace trueno::function

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
[[nodiscard]] std::vector<ScalarFunction> date_format_functions();
[[nodiscard]] std::vector<ScalarFunction> conditional_functions();
[[nodiscard]] std::vector<AggregateFunction> aggregate_functions();

/// Whether a date or timestamp is finite; kNoValue where its range proves that it is.
[[nodiscard]] kernel::ValueId is_finite_time(kernel::Builder& b, kernel::ValueId time);
/// `value` where `time` is finite, `otherwise` where it is infinite or NULL.
[[nodiscard]] kernel::ValueId where_finite(kernel::Builder& b, kernel::ValueId time, kernel::ValueId value, kernel::ValueId otherwise);

}  // namespace trueno::function

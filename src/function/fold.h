#pragma once

#include <algorithm>

#include "kernel/cell.h"
#include "kernel/fold.h"

namespace trueno::function {

/// The rows of sorted input whose first argument is not NULL: they come first.
[[nodiscard]] inline std::span<const std::uint32_t> valid_rows(const kernel::FoldInput& input) {
  const Column& values = input.arguments[0];
  const auto end = std::ranges::partition_point(input.rows, [&](std::uint32_t row) { return values.is_valid(row); });
  return input.rows.first(static_cast<std::size_t>(end - input.rows.begin()));
}

/// The first argument's value at a row.
[[nodiscard]] inline kernel::Cell first_cell(const kernel::FoldInput& input, std::uint32_t row) {
  return kernel::cell_of(input.arguments[0], row);
}

}  // namespace trueno::function

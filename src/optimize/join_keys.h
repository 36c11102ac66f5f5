#pragma once

#include <cstddef>
#include <vector>

#include "plan/plan.h"

namespace trueno::optimize {

/// A key of a join, as a column of one of its inputs, or of operators below that input.
struct Key {
  std::size_t number = 0;
  int column = 0;
};

/// The keys that only pass through a projection, as columns of its input.
[[nodiscard]] std::vector<Key> below_project(const plan::Project& project, const std::vector<Key>& keys);
/// The keys that one side of a join gives, as columns of that side.
[[nodiscard]] std::vector<Key> of_side(const plan::Plan& join, std::size_t side, const std::vector<Key>& keys);
/// The keys as columns of one side of a join: its own, and those that equal one of the other side in every pair of rows.
[[nodiscard]] std::vector<Key> seen_from(const plan::Plan& join, std::size_t side, const std::vector<Key>& keys);

}  // namespace trueno::optimize

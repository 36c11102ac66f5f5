#pragma once

#include <cmath>

#include "kernel/cell.h"

namespace trueno::function {

/// The number, or the one NaN in place of any other: what a result has to hold. Signs of zeros stay.
template <class Float>
[[nodiscard]] Float with_one_nan(Float x) {
  return std::isnan(x) ? kernel::canonical(x) : x;
}

}  // namespace trueno::function

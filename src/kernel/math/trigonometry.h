#pragma once

#include "kernel/math/double_double.h"

namespace trueno::kernel::math {

/// sin(pi r) for |r| <= 0.5, to about 2^-95 relative.
DoubleDouble sine_of_pi_times(double r);

}  // namespace trueno::kernel::math

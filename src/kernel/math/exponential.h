#pragma once

#include "kernel/math/double_double.h"

namespace trueno::kernel::math {

/// mantissa * 2^exponent.
struct Scaled {
  DoubleDouble mantissa;
  int exponent = 0;
};

/// e^x for |x| < 800, to about 2^-95 relative.
Scaled exponential(DoubleDouble x);
/// e^x - 1 for |x| <= 0.35, to about 2^-95 relative.
DoubleDouble exponential_less_one(DoubleDouble x);

/// ln(a) for a normal a > 0, to about 2^-98 relative.
DoubleDouble logarithm(DoubleDouble a);
/// ln(a) for any positive finite double.
DoubleDouble logarithm(double a);
/// ln(1 + f) for f > -1; also where f is tiny.
DoubleDouble logarithm_of_one_plus(DoubleDouble f);

inline constexpr DoubleDouble kLn2{0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};

}  // namespace trueno::kernel::math

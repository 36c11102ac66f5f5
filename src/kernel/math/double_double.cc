#include "kernel/math/double_double.h"

#include <limits>

namespace trueno::kernel::math {

double round_scaled(DoubleDouble a, int exponent) {
  constexpr int kLeastNormal = -1022;
  constexpr int kLeast = -1074;  // of the smallest subnormal
  const double high = std::fabs(a.high);
  if (high == 0 || !std::isfinite(high)) return a.high;
  const int of_high = static_cast<int>(std::bit_cast<std::uint64_t>(high) >> 52) - 1023;
  const int result = of_high + exponent;
  if (result > 1023) return std::copysign(std::numeric_limits<double>::infinity(), a.high);
  if (result >= kLeastNormal + 1) {
    // In two steps, for one power can be out of the range of doubles. The low part is below half a unit: the high part is the rounding.
    const int half = exponent / 2;
    return a.high * power_of_two(half) * power_of_two(exponent - half);
  }
  if (result < kLeast - 2) return std::copysign(0.0, a.high);
  // Round to a whole number of the smallest subnormals. What is left of the high part decides with the low part.
  const int shift = exponent - kLeast;
  const double unit = power_of_two(shift < 1023 ? shift : 1023);
  const double wide = a.high * unit;
  const double low = a.low * unit;
  double whole = std::nearbyint(wide);
  const double rest = (wide - whole) + low;
  if (rest > 0.5) whole += 1;
  if (rest < -0.5) whole -= 1;
  const bool was_tie = std::fabs(wide - std::trunc(wide)) == 0.5;
  if (was_tie && low != 0) whole = low > 0 ? std::ceil(wide) : std::floor(wide);
  const auto count = static_cast<std::uint64_t>(std::fabs(whole));
  return std::copysign(std::bit_cast<double>(count), a.high);
}

}  // namespace trueno::kernel::math

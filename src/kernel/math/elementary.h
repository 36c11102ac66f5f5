#pragma once

namespace trueno::kernel::math {

// Elementary functions of binary64: one normative algorithm each, in double-double arithmetic (double_double.h), so that every platform
// gives the same bits and errors stay below one unit in the last place. Special values follow C's Annex F; NaN results are whatever NaN:
// callers make it the canonical one.

[[nodiscard]] double exp(double x);
[[nodiscard]] double log(double x);  // natural
[[nodiscard]] double log2(double x);
[[nodiscard]] double log10(double x);
/// Logarithm of x to a base.
[[nodiscard]] double log_to_base(double base, double x);
[[nodiscard]] double pow(double x, double y);
[[nodiscard]] double cbrt(double x);

[[nodiscard]] double sin(double x);
[[nodiscard]] double cos(double x);
[[nodiscard]] double tan(double x);
[[nodiscard]] double cot(double x);
[[nodiscard]] double asin(double x);
[[nodiscard]] double acos(double x);
[[nodiscard]] double atan(double x);
[[nodiscard]] double atan2(double y, double x);

[[nodiscard]] double sinh(double x);
[[nodiscard]] double cosh(double x);
[[nodiscard]] double tanh(double x);
[[nodiscard]] double asinh(double x);
[[nodiscard]] double acosh(double x);
[[nodiscard]] double atanh(double x);

/// Gamma function; NaN of negative whole numbers, an infinity with its sign of zeros.
[[nodiscard]] double gamma(double x);
/// ln |gamma(x)|; +infinity of whole numbers up to 0. Near the zeros between negative whole numbers the error is 2^-90 absolute.
[[nodiscard]] double log_gamma(double x);

[[nodiscard]] double degrees(double x);
[[nodiscard]] double radians(double x);

}  // namespace trueno::kernel::math

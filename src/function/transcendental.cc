// Exponentials, logarithms, powers, angles. The bodies are the normative algorithms of kernel/math, never the platform's library.
#include "function/families.h"
#include "function/one_nan.h"
#include "function/overload.h"
#include "kernel/math/elementary.h"

namespace trueno::function {

namespace {

using kernel::Cell;
using enum TypeId;
namespace math = kernel::math;

template <double (*function)(double)>
Status of_one(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_f64(with_one_nan(function(args[0].f64)));
  return {};
}
template <double (*function)(double, double)>
Status of_two(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_f64(with_one_nan(function(args[0].f64, args[1].f64)));
  return {};
}

template <Name name>
constexpr auto kBindOne = bind_as<name, Takes<kDouble, kDouble>>;
template <Name name>
constexpr auto kBindTwo = bind_as<name, Takes<kDouble, kDouble, kDouble>>;

// log(x) is to base 10, log(base, x) to any.
Result<kernel::ValueId> lower_log(kernel::Builder& b, std::span<const kernel::ValueId> args, const Signature& signature) {
  if (args.size() == 1) return lower_host<"log10", of_one<math::log10>>(b, args, signature);
  return lower_host<"log", of_two<math::log_to_base>>(b, args, signature);
}

Result<kernel::ValueId> lower_pi(kernel::Builder& b, std::span<const kernel::ValueId>, const Signature&) {
  return b.constant(Value::floating(0x1.921fb54442d18p+1));
}

}  // namespace

std::vector<ScalarFunction> transcendental_functions() {
  return {
      {"exp", {}, "exp(x)", "e to the power x.", "exp(1)", "2.718281828459045", kBindOne<"exp">, lower_host<"exp", of_one<math::exp>>},
      {"ln",
       {},
       "ln(x)",
       "Natural logarithm; -infinity of 0, NaN of negative numbers.",
       "ln(2)",
       "0.6931471805599453",
       kBindOne<"ln">,
       lower_host<"ln", of_one<math::log>>},
      {"log2", {}, "log2(x)", "Logarithm to base 2.", "log2(8)", "3.0", kBindOne<"log2">, lower_host<"log2", of_one<math::log2>>},
      {"log10", {}, "log10(x)", "Logarithm to base 10.", "log10(1000)", "3.0", kBindOne<"log10">, lower_host<"log10", of_one<math::log10>>},
      {"cbrt", {}, "cbrt(x)", "Cube root.", "cbrt(27)", "3.0", kBindOne<"cbrt">, lower_host<"cbrt", of_one<math::cbrt>>},
      {"sin",
       {},
       "sin(x)",
       "Sine of an angle in radians.",
       "sin(1)",
       "0.8414709848078965",
       kBindOne<"sin">,
       lower_host<"sin", of_one<math::sin>>},
      {"cos",
       {},
       "cos(x)",
       "Cosine of an angle in radians.",
       "cos(1)",
       "0.5403023058681398",
       kBindOne<"cos">,
       lower_host<"cos", of_one<math::cos>>},
      {"tan",
       {},
       "tan(x)",
       "Tangent of an angle in radians.",
       "tan(1)",
       "1.5574077246549023",
       kBindOne<"tan">,
       lower_host<"tan", of_one<math::tan>>},
      {"cot",
       {},
       "cot(x)",
       "Cotangent of an angle in radians.",
       "cot(1)",
       "0.6420926159343308",
       kBindOne<"cot">,
       lower_host<"cot", of_one<math::cot>>},
      {"asin",
       {},
       "asin(x)",
       "Arc sine in radians; NaN outside -1 to 1.",
       "asin(0.5)",
       "0.5235987755982989",
       kBindOne<"asin">,
       lower_host<"asin", of_one<math::asin>>},
      {"acos",
       {},
       "acos(x)",
       "Arc cosine in radians; NaN outside -1 to 1.",
       "acos(0.5)",
       "1.0471975511965979",
       kBindOne<"acos">,
       lower_host<"acos", of_one<math::acos>>},
      {"atan",
       {},
       "atan(x)",
       "Arc tangent in radians.",
       "atan(1)",
       "0.7853981633974483",
       kBindOne<"atan">,
       lower_host<"atan", of_one<math::atan>>},
      {"sinh",
       {},
       "sinh(x)",
       "Hyperbolic sine.",
       "sinh(1)",
       "1.1752011936438014",
       kBindOne<"sinh">,
       lower_host<"sinh", of_one<math::sinh>>},
      {"cosh",
       {},
       "cosh(x)",
       "Hyperbolic cosine.",
       "cosh(1)",
       "1.5430806348152437",
       kBindOne<"cosh">,
       lower_host<"cosh", of_one<math::cosh>>},
      {"tanh",
       {},
       "tanh(x)",
       "Hyperbolic tangent.",
       "tanh(1)",
       "0.7615941559557649",
       kBindOne<"tanh">,
       lower_host<"tanh", of_one<math::tanh>>},
      {"asinh",
       {},
       "asinh(x)",
       "Inverse hyperbolic sine.",
       "asinh(1)",
       "0.881373587019543",
       kBindOne<"asinh">,
       lower_host<"asinh", of_one<math::asinh>>},
      {"acosh",
       {},
       "acosh(x)",
       "Inverse hyperbolic cosine; NaN below 1.",
       "acosh(2)",
       "1.3169578969248168",
       kBindOne<"acosh">,
       lower_host<"acosh", of_one<math::acosh>>},
      {"atanh",
       {},
       "atanh(x)",
       "Inverse hyperbolic tangent; NaN outside -1 to 1.",
       "atanh(0.5)",
       "0.5493061443340549",
       kBindOne<"atanh">,
       lower_host<"atanh", of_one<math::atanh>>},
      {"gamma",
       {},
       "gamma(x)",
       "Gamma function: the factorial of x - 1, continued to all numbers but 0, -1, -2, ...",
       "gamma(5.5)",
       "52.34277778455352",
       kBindOne<"gamma">,
       lower_host<"gamma", of_one<math::gamma>>},
      {"lgamma",
       {},
       "lgamma(x)",
       "Natural logarithm of the size of the gamma function.",
       "lgamma(0.5)",
       "0.5723649429247001",
       kBindOne<"lgamma">,
       lower_host<"lgamma", of_one<math::log_gamma>>},
      {"degrees",
       {},
       "degrees(x)",
       "Radians as degrees.",
       "degrees(pi())",
       "180.0",
       kBindOne<"degrees">,
       lower_host<"degrees", of_one<math::degrees>>},
      {"radians",
       {},
       "radians(x)",
       "Degrees as radians.",
       "radians(90)",
       "1.5707963267948966",
       kBindOne<"radians">,
       lower_host<"radians", of_one<math::radians>>},
      {"log",
       {},
       "log([base,] x)",
       "Logarithm to base 10, or to another base.",
       "log(2, 8)",
       "3.0",
       bind_as<"log", Takes<kDouble, kDouble>, Takes<kDouble, kDouble, kDouble>>,
       lower_log},
      {"pow",
       {"power", "^", "**"},
       "pow(x, y)",
       "x to the power y; NaN for negative x and a y that is no whole number.",
       "pow(2, 0.5)",
       "1.4142135623730951",
       kBindTwo<"pow">,
       lower_host<"pow", of_two<math::pow>>},
      {"atan2",
       {},
       "atan2(y, x)",
       "Angle of the point (x, y) in radians, -pi to pi.",
       "atan2(1, -1)",
       "2.356194490192345",
       kBindTwo<"atan2">,
       lower_host<"atan2", of_two<math::atan2>>},
      {"pi", {}, "pi()", "The double nearest to pi.", "pi()", "3.141592653589793", bind_as<"pi", Takes<kDouble>>, lower_pi},
  };
}

}  // namespace trueno::function

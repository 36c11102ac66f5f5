// round, round_even and trunc to a number of digits. Doubles are multiplied by a power of ten, rounded and divided again; DuckDB does the
// same, so the visible digits agree.
#include <algorithm>
#include <cmath>

#include "base/number_text.h"
#include "function/families.h"
#include "function/overload.h"
#include "kernel/cell.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Cell;
using kernel::ValueId;

enum class Mode { kHalfAway, kHalfEven, kTowardZero };

constexpr std::string_view name_of(Mode mode) {
  return mode == Mode::kHalfAway ? "round" : (mode == Mode::kHalfEven ? "round_even" : "trunc");
}

template <Mode mode>
double to_whole(double x) {
  if constexpr (mode == Mode::kHalfAway) return std::round(x);
  if constexpr (mode == Mode::kHalfEven) return std::nearbyint(x);
  return std::trunc(x);
}

template <Mode mode>
i128 divided(i128 value, i128 divisor) {
  if constexpr (mode == Mode::kHalfAway) return divide_rounded(value, divisor);
  const i128 quotient = value / divisor;
  if constexpr (mode == Mode::kTowardZero) return quotient;
  const i128 rest = value % divisor < 0 ? -(value % divisor) : value % divisor;
  const bool up = rest > divisor - rest || (rest == divisor - rest && quotient % 2 != 0);
  return up ? quotient + (value < 0 ? -1 : 1) : quotient;
}

template <Mode mode>
Status round_double(std::span<const Cell> args, Cell& result, Arena&) {
  const double x = args[0].f64;
  const auto digits = static_cast<int>(args[1].integer);
  if (!std::isfinite(x) || digits > 308 || digits < -308) {  // 10^309 is past the greatest double
    result = Cell::of_f64(digits < -308 && std::isfinite(x) ? 0 : x);
    return {};
  }
  if (digits == 0) {
    result = Cell::of_f64(to_whole<mode>(x));
    return {};
  }
  double factor = 1;
  for (int i = digits < 0 ? -digits : digits; i > 0; --i) factor *= 10;
  const double rounded = digits > 0 ? to_whole<mode>(x * factor) / factor : to_whole<mode>(x / factor) * factor;
  result = Cell::of_f64(std::isfinite(rounded) ? rounded : x);
  return {};
}

template <Mode mode>
Status round_float(std::span<const Cell> args, Cell& result, Arena& arena) {
  const Cell wide[] = {Cell::of_f64(static_cast<double>(args[0].f32)), args[1]};
  Cell rounded;
  TRUENO_TRY(round_double<mode>(wide, rounded, arena));
  result = Cell::of_f32(static_cast<float>(rounded.f64));
  return {};
}

// Unscaled decimals and integers. args: value, its scale, digits asked for, scale and limits of the result.
template <Mode mode>
Status round_exact(std::span<const Cell> args, Cell& result, Arena&) {
  const auto scale = static_cast<int>(args[1].integer);
  const i128 digits = std::clamp<i128>(args[2].integer, -100, 100);
  const auto result_scale = static_cast<int>(args[3].integer);
  const int drop = scale - static_cast<int>(digits);
  i128 value = args[0].integer;
  if (drop > 0) {
    value = drop > 38 ? 0 : divided<mode>(value, power_of_ten(drop));
    const int zeros = result_scale - static_cast<int>(digits);
    const bool fits = value == 0 || (zeros <= 38 && !__builtin_mul_overflow(value, power_of_ten(zeros), &value));
    if (!fits || value < args[4].integer || value > args[5].integer)
      return error(ErrorCode::kOutOfRange, "{}: {} rounded to {} digits does not fit", name_of(mode),
                   format_decimal(args[0].integer, scale), to_string(digits));
  }
  result = Cell::of_integer(value);
  return {};
}

// A literal number of digits is also the scale of a decimal's result, so that 9.99 can become 10.0.
template <Mode mode>
Result<Signature> bind_round(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.empty() || arguments.size() > 2 || !(arguments[0].is_numeric() || arguments[0].id == TypeId::kNull))
    return no_overload(name_of(mode), arguments);
  if (arguments.size() == 2 && !arguments[1].is_integer() && arguments[1].id != TypeId::kNull) return no_overload(name_of(mode), arguments);
  const Type type = type_or_integer(arguments[0]);
  Signature signature{{type}, type};
  if (type.id == TypeId::kDecimal && arguments.size() == 1) signature.result = Type::decimal(type.precision, 0);
  if (arguments.size() == 2) signature.arguments.emplace_back(TypeId::kInteger);
  const Value* digits = arguments.size() == 2 && context.literals.size() == 2 ? context.literals[1] : nullptr;
  if (type.id == TypeId::kDecimal && digits != nullptr && !digits->is_null()) {
    const bool grows = mode != Mode::kTowardZero && type.scale == 0 && digits->as_integer() < 0;
    signature.result = Type::decimal(std::min(38, type.precision + (grows ? 1 : 0)),
                                     static_cast<int>(std::clamp<i128>(digits->as_integer(), 0, type.scale)));
  }
  return signature;
}

template <Mode mode>
Result<ValueId> lower_round(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  const Type& from = signature.arguments[0];
  if (args.size() == 1) {
    if (from.is_integer()) return args[0];
    if (mode == Mode::kTowardZero) return whole_number(b, args[0], kernel::MathFunction::kTrunc);
    if (mode == Mode::kHalfAway && from.id == TypeId::kDecimal) return b.cast(args[0], signature.result);
  }
  const ValueId digits = args.size() == 2 ? args[1] : b.constant(Value::integer(0));
  const auto body = [](std::string_view type) { return fmt::format("{}({})", name_of(mode), type); };
  if (from.id == TypeId::kFloat) return b.host({body("FLOAT"), round_float<mode>, false, false}, signature.result, {args[0], digits});
  if (from.is_float()) return b.host({body("DOUBLE"), round_double<mode>, false, false}, signature.result, {args[0], digits});
  const kernel::TypeLimits limits = *kernel::limits_of(signature.result);
  const ValueId least = b.constant(Value::integer(limits.min, TypeId::kHugeInt));
  const ValueId most = b.constant(Value::integer(limits.max, TypeId::kHugeInt));
  return b.host({body("exact"), round_exact<mode>, false, true}, signature.result,
                {args[0], b.constant(Value::integer(from.scale)), digits, b.constant(Value::integer(signature.result.scale)), least, most});
}

}  // namespace

std::vector<ScalarFunction> rounding_functions() {
  return {
      {"round",
       {},
       "round(x [, digits])",
       "Rounds half away from zero.",
       "round(2.345, 2)",
       "2.35",
       bind_round<Mode::kHalfAway>,
       lower_round<Mode::kHalfAway>},
      {"round_even",
       {"roundbankers"},
       "round_even(x [, digits])",
       "Rounds half to the even neighbour.",
       "round_even(2.345, 2)",
       "2.34",
       bind_round<Mode::kHalfEven>,
       lower_round<Mode::kHalfEven>},
      {"trunc",
       {},
       "trunc(x [, digits])",
       "Drops the fraction, or the digits behind so many.",
       "trunc(-1.79, 1)",
       "-1.7",
       bind_round<Mode::kTowardZero>,
       lower_round<Mode::kTowardZero>},
  };
}

}  // namespace trueno::function

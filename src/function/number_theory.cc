// Whole numbers: divisors, factorials, binomials; and neighbours and signs of floats.
#include <cmath>
#include <limits>

#include "function/families.h"
#include "function/one_nan.h"
#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Cell;
using kernel::ValueId;
using enum TypeId;

u128 magnitude(i128 value) { return value < 0 ? u128{0} - static_cast<u128>(value) : static_cast<u128>(value); }

u128 common_divisor(u128 a, u128 b) {
  while (b != 0) {
    a %= b;
    std::swap(a, b);
  }
  return a;
}

// Divisors and multiples are never negative; the least number of a type has none.
template <bool huge>
constexpr u128 kMost = huge ? static_cast<u128>(kI128Max) : static_cast<u128>(INT64_MAX);

template <bool huge>
Status gcd(std::span<const Cell> args, Cell& result, Arena&) {
  const u128 divisor = common_divisor(magnitude(args[0].integer), magnitude(args[1].integer));
  if (divisor > kMost<huge>) return error(ErrorCode::kOutOfRange, "overflow of gcd");
  result = Cell::of_integer(static_cast<i128>(divisor));
  return {};
}

template <bool huge>
Status lcm(std::span<const Cell> args, Cell& result, Arena&) {
  const u128 a = magnitude(args[0].integer);
  const u128 b = magnitude(args[1].integer);
  u128 multiple = 0;
  if (a != 0 && b != 0 && (__builtin_mul_overflow(a / common_divisor(a, b), b, &multiple) || multiple > kMost<huge>))
    return error(ErrorCode::kOutOfRange, "overflow of lcm");
  result = Cell::of_integer(static_cast<i128>(multiple));
  return {};
}

template <Name name, kernel::HostFunction small, kernel::HostFunction huge>
Result<ValueId> lower_by_width(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  const std::string body{std::string_view(name)};
  if (signature.result.id == kHugeInt) return b.host({body + "(HUGEINT)", huge, false, true}, kHugeInt, {args[0], args[1]});
  return b.host({body, small, false, true}, kBigInt, {args[0], args[1]});
}

Status factorial(std::span<const Cell> args, Cell& result, Arena&) {
  if (args[0].integer < 0) return error(ErrorCode::kOutOfRange, "the factorial of a negative number is undefined");
  i128 product = 1;
  for (i128 i = 2; i <= args[0].integer; ++i) {
    if (__builtin_mul_overflow(product, i, &product)) return error(ErrorCode::kOutOfRange, "overflow of factorial");
  }
  result = Cell::of_integer(product);
  return {};
}

// Each step multiplies and divides without rest; common factors go first, so that only the result has to fit.
Status binom(std::span<const Cell> args, Cell& result, Arena&) {
  const i128 n = args[0].integer;
  i128 k = args[1].integer;
  if (n < 0 || k < 0) return error(ErrorCode::kOutOfRange, "binom of a negative number is undefined");
  if (k > n) {
    result = Cell::of_integer(0);
    return {};
  }
  k = std::min(k, n - k);
  i128 value = 1;
  for (i128 i = 1; i <= k; ++i) {
    const auto common = static_cast<i128>(common_divisor(static_cast<u128>(value), static_cast<u128>(i)));
    if (__builtin_mul_overflow(value / common, (n - k + i) / (i / common), &value))
      return error(ErrorCode::kOutOfRange, "overflow of binom");
  }
  result = Cell::of_integer(value);
  return {};
}

// The next even whole number away from zero.
Status even(std::span<const Cell> args, Cell& result, Arena&) {
  const double x = args[0].f64;
  const double whole = x >= 0 ? std::ceil(x) : std::floor(x);
  const bool odd = std::isfinite(whole) && std::fmod(whole, 2) != 0;
  result = Cell::of_f64(odd ? whole + (x >= 0 ? 1 : -1) : whole);
  return {};
}

Status fdiv(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_f64(with_one_nan(std::floor(args[0].f64 / args[1].f64)));
  return {};
}
Status floored_remainder(std::span<const Cell> args, Cell& result, Arena&) {
  const double whole = std::floor(args[0].f64 / args[1].f64) * args[1].f64;
  result = Cell::of_f64(with_one_nan(args[0].f64 - whole));
  return {};
}

Status sign_bit(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_bool(std::signbit(with_one_nan(args[0].f64)));
  return {};
}

// Exact by their definition on every platform: one step of the bits.
Status next_double(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_f64(with_one_nan(std::nextafter(args[0].f64, args[1].f64)));
  return {};
}
Status next_float(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_f32(with_one_nan(std::nextafterf(args[0].f32, args[1].f32)));
  return {};
}
Result<ValueId> lower_nextafter(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  if (signature.result.id == kFloat) return b.host({"nextafter(FLOAT)", next_float, false, false}, kFloat, {args[0], args[1]});
  return b.host({"nextafter", next_double, false, false}, kDouble, {args[0], args[1]});
}

template <Name name>
constexpr auto kBindWhole = bind_as<name, Takes<kBigInt, kBigInt, kBigInt>, Takes<kHugeInt, kHugeInt, kHugeInt>>;
template <Name name>
constexpr auto kBindTwoDoubles = bind_as<name, Takes<kDouble, kDouble, kDouble>>;

}  // namespace

std::vector<ScalarFunction> number_theory_functions() {
  return {
      {"gcd",
       {"greatest_common_divisor"},
       "gcd(a, b)",
       "Greatest common divisor.",
       "gcd(42, 57)",
       "3",
       kBindWhole<"gcd">,
       lower_by_width<"gcd", gcd<false>, gcd<true>>},
      {"lcm",
       {"least_common_multiple"},
       "lcm(a, b)",
       "Least common multiple.",
       "lcm(42, 57)",
       "798",
       kBindWhole<"lcm">,
       lower_by_width<"lcm", lcm<false>, lcm<true>>},
      {"factorial",
       {"!"},
       "factorial(n)",
       "Product of the numbers from 1 to n.",
       "factorial(4)",
       "24",
       bind_as<"factorial", Takes<kHugeInt, kInteger>>,
       lower_host<"factorial", factorial, true>},
      {"binom",
       {},
       "binom(n, k)",
       "Number of ways to choose k of n.",
       "binom(5, 2)",
       "10",
       bind_as<"binom", Takes<kHugeInt, kBigInt, kBigInt>>,
       lower_host<"binom", binom, true>},
      {"even",
       {},
       "even(x)",
       "The next even number, away from zero.",
       "even(2.9)",
       "4.0",
       bind_as<"even", Takes<kDouble, kDouble>>,
       lower_host<"even", even>},
      {"fdiv", {}, "fdiv(a, b)", "The quotient, rounded down.", "fdiv(-5, 2)", "-3.0", kBindTwoDoubles<"fdiv">, lower_host<"fdiv", fdiv>},
      {"fmod",
       {},
       "fmod(a, b)",
       "a less b times the quotient rounded down; it has the sign of b.",
       "fmod(-5, 2)",
       "1.0",
       kBindTwoDoubles<"fmod">,
       lower_host<"fmod", floored_remainder>},
      {"signbit",
       {},
       "signbit(x)",
       "Whether the sign bit is set: of negative numbers and -0.",
       "signbit('-0.0'::DOUBLE)",
       "true",
       bind_as<"signbit", Takes<kBoolean, kDouble>>,
       lower_host<"signbit", sign_bit>},
      {"nextafter",
       {},
       "nextafter(x, toward)",
       "The next floating-point number in a direction.",
       "nextafter(1::FLOAT, 2::FLOAT)",
       "1.0000001",
       bind_as<"nextafter", Takes<kDouble, kDouble, kDouble>, Takes<kFloat, kFloat, kFloat>>,
       lower_nextafter},
  };
}

}  // namespace trueno::function

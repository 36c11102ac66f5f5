#include "base/wide_integer.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "base/result.h"

namespace trueno {

namespace {

using Limbs = std::vector<std::uint32_t>;

void trim(Limbs& x) {
  while (!x.empty() && x.back() == 0) x.pop_back();
}

int bit_length(const Limbs& x) { return x.empty() ? 0 : static_cast<int>(x.size() * 32) - std::countl_zero(x.back()); }

Limbs shifted_left(const Limbs& x, int bits) {
  Limbs out(static_cast<std::size_t>(bits / 32), 0);
  const int rest = bits % 32;
  std::uint32_t carry = 0;
  for (const std::uint32_t limb : x) {
    out.push_back(rest == 0 ? limb : (limb << rest) | carry);
    carry = rest == 0 ? 0 : limb >> (32 - rest);
  }
  out.push_back(carry);
  trim(out);
  return out;
}

void shift_right_one(Limbs& x) {
  std::uint32_t carry = 0;
  for (std::size_t i = x.size(); i-- > 0;) {
    const std::uint32_t next = x[i] << 31;
    x[i] = (x[i] >> 1) | carry;
    carry = next;
  }
  trim(x);
}

int compare(const Limbs& a, const Limbs& b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  for (std::size_t i = a.size(); i-- > 0;) {
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}

void subtract(Limbs& a, const Limbs& b) {
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::uint64_t take = borrow + (i < b.size() ? b[i] : 0u);
    borrow = a[i] < take ? 1 : 0;
    a[i] = static_cast<std::uint32_t>(a[i] - take);
  }
  trim(a);
}

Limbs multiply(const Limbs& a, std::uint32_t factor) {
  Limbs out;
  std::uint64_t carry = 0;
  for (const std::uint32_t limb : a) {
    carry += static_cast<std::uint64_t>(limb) * factor;
    out.push_back(static_cast<std::uint32_t>(carry));
    carry >>= 32;
  }
  out.push_back(static_cast<std::uint32_t>(carry));
  trim(out);
  return out;
}

// quotient * 2^exponent with `sticky` below, to double. The quotient has at least 55 significant bits, or is exact.
double assemble(bool negative, std::uint64_t quotient, int exponent, bool sticky) {
  int drop = 64 - std::countl_zero(quotient) - 53;
  if (exponent + drop < -1074) drop = -1074 - exponent;  // subnormal: the last place is 2^-1074
  if (drop > 0) {
    if (drop > 64) {
      quotient = 0;  // below half of the smallest subnormal
    } else {
      const std::uint64_t rest = drop == 64 ? quotient : quotient & ((std::uint64_t{1} << drop) - 1);
      const std::uint64_t half = std::uint64_t{1} << (drop - 1);
      quotient = drop == 64 ? 0 : quotient >> drop;
      if (rest > half || (rest == half && (sticky || (quotient & 1) != 0))) ++quotient;
    }
    exponent += drop;
  }
  const double magnitude = std::ldexp(static_cast<double>(quotient), exponent);  // exact: the bits are already those of a double
  return negative ? -magnitude : magnitude;
}

}  // namespace

double quotient_to_double(bool negative, std::span<const std::uint32_t> magnitude, int exponent, std::span<const std::uint32_t> divisor) {
  Limbs numerator(magnitude.begin(), magnitude.end());
  Limbs denominator(divisor.begin(), divisor.end());
  trim(numerator);
  trim(denominator);
  TRUENO_ASSERT(!denominator.empty());
  if (numerator.empty()) return 0.0;
  // Scale so that the quotient lies in [2^62, 2^64).
  const int scale = 63 + bit_length(denominator) - bit_length(numerator);
  if (scale > 0) numerator = shifted_left(numerator, scale);
  if (scale < 0) denominator = shifted_left(denominator, -scale);
  std::uint64_t quotient = 0;
  Limbs step = shifted_left(denominator, 63);
  for (int bit = 63; bit >= 0; --bit) {
    if (compare(numerator, step) >= 0) {
      subtract(numerator, step);
      quotient |= std::uint64_t{1} << bit;
    }
    shift_right_one(step);
  }
  return assemble(negative, quotient, exponent - scale, !numerator.empty());
}

double average_of(const I192& sum, std::int64_t count, int scale) {
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  const i128 scaled_count = scale <= 15 ? static_cast<i128>(count) * power_of_ten(scale) : kI128Max;
  const std::optional<i128> narrow = sum.narrow();
  if (narrow && *narrow <= kExact && *narrow >= -kExact && scaled_count <= kExact) {
    return static_cast<double>(static_cast<std::int64_t>(*narrow)) / static_cast<double>(static_cast<std::int64_t>(scaled_count));
  }
  const bool negative = sum.negative();
  I192 magnitude = sum;
  if (negative) {
    magnitude = I192{~sum.low, ~sum.high};
    magnitude.add(1);
  }
  const auto high = static_cast<u128>(magnitude.high);
  const std::uint32_t limbs[6] = {static_cast<std::uint32_t>(magnitude.low), static_cast<std::uint32_t>(magnitude.low >> 32),
                                  static_cast<std::uint32_t>(high),          static_cast<std::uint32_t>(high >> 32),
                                  static_cast<std::uint32_t>(high >> 64),    static_cast<std::uint32_t>(high >> 96)};
  Limbs divisor = {static_cast<std::uint32_t>(count), static_cast<std::uint32_t>(static_cast<std::uint64_t>(count) >> 32)};
  trim(divisor);
  for (int left = scale; left > 0; left -= 9) {
    divisor = multiply(divisor, static_cast<std::uint32_t>(power_of_ten(left < 9 ? left : 9)));
  }
  return quotient_to_double(negative, limbs, 0, divisor);
}

}  // namespace trueno

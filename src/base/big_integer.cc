#include "base/big_integer.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/int128.h"
#include "base/result.h"

namespace trueno {

BigInteger::BigInteger(std::int64_t value) : negative_(value < 0) {
  const std::uint64_t magnitude = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  limbs_ = {static_cast<std::uint32_t>(magnitude), static_cast<std::uint32_t>(magnitude >> 32)};
  trim();
}

BigInteger BigInteger::of(bool negative, std::span<const std::uint32_t> limbs) {
  BigInteger out;
  out.negative_ = negative;
  out.limbs_.assign(limbs.begin(), limbs.end());
  out.trim();
  return out;
}

void BigInteger::trim() {
  while (!limbs_.empty() && limbs_.back() == 0) limbs_.pop_back();
  if (limbs_.empty()) negative_ = false;
}

int BigInteger::bit_length() const { return limbs_.empty() ? 0 : static_cast<int>(limbs_.size() * 32) - std::countl_zero(limbs_.back()); }

BigInteger BigInteger::magnitude() const { return of(false, limbs_); }

BigInteger BigInteger::shifted_left(int bits) const {
  BigInteger out;
  if (limbs_.empty()) return out;
  out.negative_ = negative_;
  out.limbs_.assign(static_cast<std::size_t>(bits / 32), 0);
  const int rest = bits % 32;
  std::uint32_t carry = 0;
  for (const std::uint32_t limb : limbs_) {
    out.limbs_.push_back((limb << rest) | carry);
    carry = rest == 0 ? 0 : limb >> (32 - rest);
  }
  out.limbs_.push_back(carry);
  out.trim();
  return out;
}

BigInteger BigInteger::operator-() const { return of(!negative_, limbs_); }

int BigInteger::compare_magnitudes(const BigInteger& a, const BigInteger& b) {
  if (a.limbs_.size() != b.limbs_.size()) return a.limbs_.size() < b.limbs_.size() ? -1 : 1;
  for (std::size_t i = a.limbs_.size(); i-- > 0;) {
    if (a.limbs_[i] != b.limbs_[i]) return a.limbs_[i] < b.limbs_[i] ? -1 : 1;
  }
  return 0;
}

BigInteger operator+(const BigInteger& a, const BigInteger& b) {
  const bool swap = BigInteger::compare_magnitudes(a, b) < 0;
  const BigInteger& great = swap ? b : a;
  const BigInteger& small = swap ? a : b;
  BigInteger out;
  out.negative_ = great.negative_;
  std::int64_t carry = 0;
  for (std::size_t i = 0; i < great.limbs_.size(); ++i) {
    const std::int64_t other = i < small.limbs_.size() ? small.limbs_[i] : 0;
    carry += static_cast<std::int64_t>(great.limbs_[i]) + (a.negative_ == b.negative_ ? other : -other);
    out.limbs_.push_back(static_cast<std::uint32_t>(carry));
    carry >>= 32;
  }
  out.limbs_.push_back(static_cast<std::uint32_t>(carry));
  out.trim();
  return out;
}

BigInteger operator*(const BigInteger& a, const BigInteger& b) {
  BigInteger out;
  out.negative_ = a.negative_ != b.negative_;
  out.limbs_.assign(a.limbs_.size() + b.limbs_.size(), 0);
  for (std::size_t i = 0; i < a.limbs_.size(); ++i) {
    std::uint64_t carry = 0;
    for (std::size_t j = 0; j < b.limbs_.size(); ++j) {
      carry += static_cast<std::uint64_t>(a.limbs_[i]) * b.limbs_[j] + out.limbs_[i + j];
      out.limbs_[i + j] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    out.limbs_[i + b.limbs_.size()] = static_cast<std::uint32_t>(carry);
  }
  out.trim();
  return out;
}

BigInteger::Division BigInteger::divided_by(const BigInteger& divisor) const {
  TRUENO_ASSERT(!divisor.is_zero());
  const std::size_t n = divisor.limbs_.size();
  if (limbs_.size() < n) return {BigInteger(), magnitude()};
  // The divisor's first bit is made 1: a quotient digit is then guessed at most two too great from two limbs.
  const int shift = std::countl_zero(divisor.limbs_.back());
  const std::vector<std::uint32_t> v = divisor.magnitude().shifted_left(shift).limbs_;
  std::vector<std::uint32_t> u = magnitude().shifted_left(shift).limbs_;
  u.resize(limbs_.size() + 1, 0);
  BigInteger quotient;
  quotient.limbs_.assign(u.size() - n, 0);
  for (std::size_t j = u.size() - n; j-- > 0;) {
    const std::uint64_t two = (static_cast<std::uint64_t>(u[j + n]) << 32) | u[j + n - 1];
    std::uint64_t guess = two / v[n - 1];
    std::uint64_t rest = two % v[n - 1];
    while (guess >> 32 != 0 || (n > 1 && guess * v[n - 2] > ((rest << 32) | u[j + n - 2]))) {
      --guess;
      rest += v[n - 1];
      if (rest >> 32 != 0) break;
    }
    std::int64_t borrow = 0;
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < n; ++i) {
      carry += guess * v[i];
      borrow += static_cast<std::int64_t>(u[i + j]) - static_cast<std::int64_t>(carry & 0xFFFFFFFF);
      u[i + j] = static_cast<std::uint32_t>(borrow);
      borrow >>= 32;
      carry >>= 32;
    }
    borrow += static_cast<std::int64_t>(u[j + n]) - static_cast<std::int64_t>(carry);
    u[j + n] = static_cast<std::uint32_t>(borrow);
    if (borrow < 0) {  // still one too great: add the divisor back
      --guess;
      std::uint64_t sum = 0;
      for (std::size_t i = 0; i < n; ++i) {
        sum += static_cast<std::uint64_t>(u[i + j]) + v[i];
        u[i + j] = static_cast<std::uint32_t>(sum);
        sum >>= 32;
      }
      u[j + n] += static_cast<std::uint32_t>(sum);
    }
    quotient.limbs_[j] = static_cast<std::uint32_t>(guess);
  }
  quotient.trim();
  BigInteger remainder;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t above = i + 1 < n ? u[i + 1] : 0;
    remainder.limbs_.push_back(shift == 0 ? u[i] : (u[i] >> shift) | (above << (32 - shift)));
  }
  remainder.trim();
  return {std::move(quotient), std::move(remainder)};
}

namespace {

// (digits + something between 0 and 1 where `sticky`) * 2^exponent, to double. Digits have at least 55 significant bits, or are exact.
double assemble(bool negative, std::uint64_t digits, int exponent, bool sticky) {
  if (digits == 0) return 0.0;
  int drop = 64 - std::countl_zero(digits) - 53;
  if (exponent + drop < -1074) drop = -1074 - exponent;  // subnormal: the last place is 2^-1074
  if (drop > 0) {
    if (drop > 64) {
      digits = 0;  // below half of the smallest subnormal
    } else {
      const std::uint64_t rest = drop == 64 ? digits : digits & ((std::uint64_t{1} << drop) - 1);
      const std::uint64_t half = std::uint64_t{1} << (drop - 1);
      digits = drop == 64 ? 0 : digits >> drop;
      if (rest > half || (rest == half && (sticky || (digits & 1) != 0))) ++digits;
    }
    exponent += drop;
  }
  const double magnitude = std::ldexp(static_cast<double>(digits), exponent);  // exact: the bits are already those of a double
  return negative ? -magnitude : magnitude;
}

// The quotient of magnitudes scaled to `bits` bits, or one more.
struct Scaled {
  u128 digits = 0;
  int exponent = 0;
  bool sticky = false;
};
Scaled scaled_quotient(const BigInteger& numerator, const BigInteger& denominator, int exponent, int bits, bool even) {
  int scale = bits + denominator.bit_length() - numerator.bit_length();
  if (even && ((exponent - scale) % 2) != 0) --scale;
  const BigInteger::Division division =
      scale >= 0 ? numerator.shifted_left(scale).divided_by(denominator) : numerator.divided_by(denominator.shifted_left(-scale));
  Scaled out;
  for (std::size_t i = division.quotient.limbs().size(); i-- > 0;) out.digits = (out.digits << 32) | division.quotient.limbs()[i];
  out.exponent = exponent - scale;
  out.sticky = !division.remainder.is_zero();
  return out;
}

}  // namespace

double ratio_to_double(const BigInteger& numerator, const BigInteger& denominator, int exponent) {
  if (numerator.is_zero()) return 0.0;
  const Scaled q = scaled_quotient(numerator, denominator, exponent, 62, false);
  return assemble(numerator.negative() != denominator.negative(), static_cast<std::uint64_t>(q.digits), q.exponent, q.sticky);
}

double root_of_ratio_to_double(const BigInteger& numerator, const BigInteger& denominator, int exponent) {
  TRUENO_ASSERT(numerator.is_zero() || numerator.negative() == denominator.negative());
  if (numerator.is_zero()) return 0.0;
  const Scaled q = scaled_quotient(numerator, denominator, exponent, 126, true);
  // Bit by bit: the greatest root whose square does not exceed the digits.
  u128 rest = q.digits;
  u128 root = 0;
  for (u128 bit = static_cast<u128>(1) << 126; bit != 0; bit >>= 2) {
    if (rest >= root + bit) {
      rest -= root + bit;
      root = (root >> 1) + bit;
    } else {
      root >>= 1;
    }
  }
  return assemble(false, static_cast<std::uint64_t>(root), q.exponent / 2, q.sticky || rest != 0);
}

}  // namespace trueno

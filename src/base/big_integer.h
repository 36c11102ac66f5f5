#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace trueno {

/// A signed integer of any size: what a handful of exact results is worked out in before they are rounded once. Value type.
class BigInteger {
 public:
  BigInteger() = default;
  BigInteger(std::int64_t value);  // NOLINT(google-explicit-constructor): a number is a number
  /// (-1)^negative * the little-endian 32-bit limbs.
  [[nodiscard]] static BigInteger of(bool negative, std::span<const std::uint32_t> limbs);

  [[nodiscard]] bool is_zero() const { return limbs_.empty(); }
  [[nodiscard]] bool negative() const { return negative_; }
  /// Bits of the magnitude; 0 for zero.
  [[nodiscard]] int bit_length() const;
  [[nodiscard]] std::span<const std::uint32_t> limbs() const { return limbs_; }
  [[nodiscard]] BigInteger magnitude() const;
  [[nodiscard]] BigInteger shifted_left(int bits) const;

  BigInteger operator-() const;
  friend BigInteger operator+(const BigInteger& a, const BigInteger& b);
  friend BigInteger operator-(const BigInteger& a, const BigInteger& b) { return a + -b; }
  friend BigInteger operator*(const BigInteger& a, const BigInteger& b);
  bool operator==(const BigInteger&) const = default;

  /// Quotient and remainder of magnitudes, signs left aside. `divisor` is not zero. Source: Knuth, TAOCP 2, 4.3.1, algorithm D.
  struct Division;
  [[nodiscard]] Division divided_by(const BigInteger& divisor) const;

 private:
  void trim();
  [[nodiscard]] static int compare_magnitudes(const BigInteger& a, const BigInteger& b);
  bool negative_ = false;             // never of zero
  std::vector<std::uint32_t> limbs_;  // little-endian, the last is not zero
};
struct BigInteger::Division {
  BigInteger quotient;
  BigInteger remainder;
};

/// A number of the form digits * 2^exponent.
struct ScaledInteger {
  BigInteger digits;
  int exponent = 0;
};

/// numerator / denominator * 2^exponent, rounded once to the nearest double, ties to even. The denominator is not zero. Overflows to
/// infinity, underflows through subnormals.
[[nodiscard]] double ratio_to_double(const BigInteger& numerator, const BigInteger& denominator, int exponent = 0);
/// The square root of the same, which is not negative, rounded once.
[[nodiscard]] double root_of_ratio_to_double(const BigInteger& numerator, const BigInteger& denominator, int exponent = 0);

}  // namespace trueno

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/big_integer.h"

namespace trueno {

/// The exponent of the lowest bit that a double can have.
inline constexpr int kLowestExponent = -1074;

/// Sum of doubles that does not depend on the order of its inputs.
///
/// The state is the exact sum as a fixed-point number, so `add` and `merge` commute and associate; only `rounded()` rounds, once, to
/// nearest even. This is what makes SUM(DOUBLE) the same bits on every device and every number of threads.
///
/// Not thread-safe: one accumulator a thread, merged at the end. Size: about 560 bytes.
/// Source: R. M. Neal, "Fast exact summation using small and large superaccumulators", arXiv 1505.05571, section 2.
class ExactSum {
 public:
  void add(double value) {
    const auto bits = __builtin_bit_cast(std::uint64_t, value);
    const auto exponent = static_cast<unsigned>(bits >> 52) & 0x7FFu;
    if (exponent == 0x7FFu) [[unlikely]] {
      add_special(bits);
      return;
    }
    std::uint64_t mantissa = bits & ((std::uint64_t{1} << 52) - 1);
    mantissa |= exponent == 0 ? 0 : std::uint64_t{1} << 52;
    const unsigned shift = exponent == 0 ? 0 : exponent - 1;  // of the mantissa's last bit above 2^-1074
    add_scaled(mantissa, shift, (bits >> 63) != 0);
  }
  void add(std::span<const double> values);
  void merge(const ExactSum& other);

  /// The exact sum, correctly rounded. NaN if a NaN was added, or both infinities; +0 if the sum is zero.
  [[nodiscard]] double rounded() const;
  /// The exact sum divided by `count` (> 0), rounded once.
  [[nodiscard]] double average(std::int64_t count) const;

  /// The exact sum; nothing when it is not a number of its own (NaN, infinite).
  [[nodiscard]] std::optional<ScaledInteger> exact() const;

  /// Canonical bytes of the state (equal sums, equal bytes): flags, lowest limb number, then the 32-bit limbs of the magnitude that are
  /// in use, little-endian.
  [[nodiscard]] std::string serialise() const;
  /// The state of such bytes; nothing when they are malformed.
  [[nodiscard]] static std::optional<ExactSum> deserialise(std::string_view bytes);

 private:
  static constexpr int kLimbs = 70;
  struct Magnitude;
  void add_scaled(std::uint64_t mantissa, unsigned shift, bool negative) {
    const unsigned limb = shift >> 5;
    const unsigned bit = shift & 31u;
    // A 53-bit mantissa shifted by up to 31 bits covers three limbs.
    const std::uint64_t low = (mantissa & 0xFFFFFFFFu) << bit;
    const std::uint64_t high = (mantissa >> 32) << bit;
    const auto part0 = static_cast<std::int64_t>(low & 0xFFFFFFFFu);
    const auto part1 = static_cast<std::int64_t>((low >> 32) + (high & 0xFFFFFFFFu));
    const auto part2 = static_cast<std::int64_t>(high >> 32);
    const std::int64_t sign = negative ? -1 : 1;
    limbs_[limb] += sign * part0;
    limbs_[limb + 1] += sign * part1;
    limbs_[limb + 2] += sign * part2;
    if (--adds_until_carry_ == 0) propagate();
  }
  void add_special(std::uint64_t bits);
  void propagate();
  [[nodiscard]] Magnitude magnitude() const;

  // limbs_[k] weighs 2^(32k - 1074). An add changes a limb by less than 2^33 and a propagated limb is below 2^32 in magnitude, so 2^29
  // adds keep every limb within 2^62 + 2^32; then carries are propagated. `merge` propagates both sides first.
  std::int64_t limbs_[kLimbs] = {};
  std::uint32_t adds_until_carry_ = 1u << 29;
  bool nan_ = false;
  bool positive_infinity_ = false;
  bool negative_infinity_ = false;
};

}  // namespace trueno

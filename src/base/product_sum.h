#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/big_integer.h"
#include "base/int128.h"

namespace trueno {

/// The exact sum of products of up to four doubles: what variances, covariances and the like are made of (design section 4). Like ExactSum
/// it does not depend on the order of what is added; it keeps only as many digits as the data needs. Products of two factors are added as
/// one number of 256 bits where their exponents lie close together. Not thread-safe.
class ProductSum {
 public:
  static constexpr std::size_t kMostFactors = 4;

  void add(std::span<const double> factors) {
    if (factors.size() != 2 || !add_to_window(factors[0], factors[1])) add_widely(factors);
  }
  void merge(const ProductSum& other);
  /// Whether every factor so far was a finite number; the digits say nothing otherwise.
  [[nodiscard]] bool is_finite() const { return finite_; }
  [[nodiscard]] ScaledInteger value() const;
  [[nodiscard]] std::int64_t bytes() const { return static_cast<std::int64_t>(limbs_.capacity() * sizeof(std::int64_t)); }

  /// Canonical bytes of the state (equal sums, equal bytes): flags, the number of the lowest limb, then the 32-bit limbs of the magnitude.
  [[nodiscard]] std::string serialise() const;
  /// The state of such bytes; nothing when they are malformed.
  [[nodiscard]] static std::optional<ProductSum> deserialise(std::string_view bytes);

 private:
  /// False, and nothing is added: the product does not lie in the window, or is no number.
  bool add_to_window(double a, double b);
  void add_widely(std::span<const double> factors);
  void fold_window();
  void add_digits(std::span<const std::uint32_t> digits, int first, bool negative);
  void propagate();
  // limbs_[k] weighs 2^(32 * (first_ + k)). An add changes a limb by less than 2^32, so 2^29 adds keep it within 2^62.
  std::vector<std::int64_t> limbs_;
  int first_ = 0;
  std::uint32_t adds_until_carry_ = kAddsUntilCarry;
  bool finite_ = true;
  static constexpr std::uint32_t kAddsUntilCarry = 1u << 29;

  // Beside the limbs: (high_ * 2^128 + low_) * 2^(32 * window_), high_ in two's complement. A product has 106 bits and is shifted by at
  // most kMostShift, so 2^30 of them stay below 2^255.
  static constexpr int kNoWindow = INT32_MIN;
  static constexpr int kMostShift = 118;
  static constexpr int kRoomBelow = 56;  // bits by which later products may be smaller than the first
  static constexpr std::uint32_t kAddsUntilFold = 1u << 30;
  u128 low_ = 0;
  u128 high_ = 0;
  int window_ = kNoWindow;
  std::uint32_t adds_until_fold_ = kAddsUntilFold;
};

inline bool ProductSum::add_to_window(double a, double b) {
  constexpr std::uint64_t kImplicit = std::uint64_t{1} << 52;
  const auto bits_a = std::bit_cast<std::uint64_t>(a);
  const auto bits_b = std::bit_cast<std::uint64_t>(b);
  const auto biased_a = static_cast<int>((bits_a >> 52) & 0x7FF);
  const auto biased_b = static_cast<int>((bits_b >> 52) & 0x7FF);
  if (biased_a == 0x7FF || biased_b == 0x7FF) return false;
  const std::uint64_t mantissa_a = (bits_a & (kImplicit - 1)) | (biased_a != 0 ? kImplicit : 0);
  const std::uint64_t mantissa_b = (bits_b & (kImplicit - 1)) | (biased_b != 0 ? kImplicit : 0);
  const u128 product = static_cast<u128>(mantissa_a) * mantissa_b;
  if (product == 0) return true;
  const int exponent = std::max(biased_a, 1) + std::max(biased_b, 1) - 2 * 1075;
  if (window_ == kNoWindow) window_ = (exponent - kRoomBelow) >> 5;
  const int shift = exponent - 32 * window_;
  if (shift < 0 || shift > kMostShift) return false;
  const u128 low = product << shift;
  const u128 high = shift == 0 ? 0 : product >> (128 - shift);
  if (((bits_a ^ bits_b) >> 63) != 0) {
    high_ -= high + (low_ < low ? 1 : 0);
    low_ -= low;
  } else {
    low_ += low;
    high_ += high + (low_ < low ? 1 : 0);
  }
  if (--adds_until_fold_ == 0) fold_window();
  return true;
}

}  // namespace trueno

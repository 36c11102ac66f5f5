#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/big_integer.h"

namespace trueno {

/// The exact sum of products of up to four doubles: what variances, covariances and the like are made of (design section 4). Like ExactSum
/// it does not depend on the order of what is added; it keeps only as many digits as the data needs. Not
/// thread-safe.
class ProductSum {
 public:
  static constexpr std::size_t kMostFactors = 4;

  void add(std::span<const double> factors);
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
  void add_digits(std::span<const std::uint32_t> digits, int first, bool negative);
  void propagate();
  // limbs_[k] weighs 2^(32 * (first_ + k)). An add changes a limb by less than 2^32, so 2^29 adds keep it within 2^62.
  std::vector<std::int64_t> limbs_;
  int first_ = 0;
  std::uint32_t adds_until_carry_ = kAddsUntilCarry;
  bool finite_ = true;
  static constexpr std::uint32_t kAddsUntilCarry = 1u << 29;
};

}  // namespace trueno

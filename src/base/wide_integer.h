#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/int128.h"

namespace trueno {

/// A 192-bit two's complement integer: sums of 128-bit values that may leave 128 bits on the way and come back.
struct I192 {
  std::uint64_t low = 0;
  i128 high = 0;  // value = high * 2^64 + low

  void add(i128 value) { add(I192{low64(value), value >> 64}); }
  void add(const I192& other) {
    const std::uint64_t sum = low + other.low;
    high = static_cast<i128>(static_cast<u128>(high) + static_cast<u128>(other.high) + (sum < low ? 1u : 0u));
    low = sum;
  }
  /// The value, when it fits 128 bits.
  [[nodiscard]] std::optional<i128> narrow() const {
    if ((high >> 63) != 0 && (high >> 63) != -1) return std::nullopt;
    return static_cast<i128>((static_cast<u128>(high) << 64) | low);
  }
  [[nodiscard]] bool negative() const { return high < 0; }
  bool operator==(const I192&) const = default;
};

/// (-1)^negative * magnitude * 2^exponent / divisor, rounded once to the nearest double, ties to even. `magnitude` and `divisor` are
/// little-endian 32-bit limbs; `divisor` is not zero. Overflows to infinity, underflows through subnormals. Works in
/// integers of any size: callers try hardware division first where both sides fit 53 bits.
[[nodiscard]] double quotient_to_double(bool negative, std::span<const std::uint32_t> magnitude, int exponent,
                                        std::span<const std::uint32_t> divisor);

/// sum / (count * 10^scale), rounded once. `count` > 0, `scale` 0..38.
[[nodiscard]] double average_of(const I192& sum, std::int64_t count, int scale);

/// sum / count, rounded to a whole number, ties to even. `count` > 0, and the quotient fits 128 bits: that of numbers that do.
[[nodiscard]] i128 whole_average_of(const I192& sum, std::int64_t count);

}  // namespace trueno

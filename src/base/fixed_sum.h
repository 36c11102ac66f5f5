#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/big_integer.h"

namespace trueno {

/// An exact sum of floats whose digits span at most 192 bits: what almost every group's sum looks like. Reads and writes the bytes of
/// ExactSum::serialise, and adds, rounds and averages them some ten times faster. What does not fit is left to ExactSum.
///
/// value = magnitude * 2^(32 * first_limb - 1074), with a sign. Value type; not thread-safe.
class FixedSum {
 public:
  /// Bytes that `write` needs at most.
  static constexpr int kMostBytes = 2 + 4 * 8;

  FixedSum() = default;
  /// The sum of value[i] * 2^exponent[i]; nothing when it spans too many bits. `exponents` ascend, the least is at least -1074, and the
  /// distance to the greatest is at most 96.
  [[nodiscard]] static std::optional<FixedSum> of(std::span<const std::int64_t> values, std::span<const int> exponents);
  /// From the bytes of a serialised exact sum; nothing when it is too wide, not finite or malformed.
  [[nodiscard]] static std::optional<FixedSum> read(std::string_view bytes);
  /// The canonical bytes; returns how many.
  int write(char* to) const;
  /// False, and this unchanged, when the sum would be too wide.
  [[nodiscard]] bool add(const FixedSum& other);

  [[nodiscard]] ScaledInteger exact() const;
  /// Rounded once to the nearest double, ties to even; +0 for zero.
  [[nodiscard]] double rounded() const { return average(1); }
  /// The exact sum divided by `count` (> 0), rounded once.
  [[nodiscard]] double average(std::int64_t count) const;

 private:
  // Two's complement, so that additions need no cases; at most 192 bits of magnitude are used, the rest is room for carries.
  std::array<std::uint64_t, 4> words_{};
  int first_limb_ = 0;
};

}  // namespace trueno

#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace trueno {

/// An estimate of how many different values were added, from 4 KiB: within about 2 % (one sigma 1.6 %), nearly exact below a thousand.
/// Merging gives what one sketch over all values would have given. Not thread-safe.
/// Source: P. Flajolet et al., "HyperLogLog: the analysis of a near-optimal cardinality estimation algorithm", 2007.
class HyperLogLog {
 public:
  /// `hash` of a value: 64 well mixed bits.
  void add(std::uint64_t hash) {
    const std::size_t index = hash >> (64 - kIndexBits);
    // The rank of the first one among the other bits; the guard bit ends the search.
    const auto rank = static_cast<std::uint8_t>(std::countl_zero((hash << kIndexBits) | (std::uint64_t{1} << (kIndexBits - 1))) + 1);
    if (rank > ranks_[index]) ranks_[index] = rank;
  }
  void merge(const HyperLogLog& other);
  [[nodiscard]] std::int64_t estimate() const;

 private:
  static constexpr int kIndexBits = 12;
  std::array<std::uint8_t, std::size_t{1} << kIndexBits> ranks_{};
};

}  // namespace trueno

#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/product_sum.h"
#include "base/result.h"

namespace trueno::kernel {

/// What follows from the exact sums of powers and products of one column x, or of pairs (x, y): see kernel/README.md for the formulas.
enum class MomentFunction : std::uint8_t {
  // of x
  kVariancePopulation,
  kVarianceSample,
  kDeviationPopulation,
  kDeviationSample,
  kStandardError,  // of the mean: population deviation / sqrt(n)
  kSkewness,       // of a sample (adjusted)
  kKurtosis,       // excess, of a sample (adjusted)
  kKurtosisPopulation,
  // of pairs
  kCovariancePopulation,
  kCovarianceSample,
  kCorrelation,
  kSlope,
  kIntercept,
  kDetermination,  // r squared
  kSumXX,          // n * population variance of x
  kSumYY,
  kSumXY,
  kWeightedAverage,  // of y, by weights x
};

/// Exact sums that a moment is made of, in the order in which a pipeline's output names them.
enum class MomentSum : std::uint8_t { kX, kXX, kXXX, kXXXX, kY, kYY, kXY };
inline constexpr std::size_t kMomentSums = 7;

[[nodiscard]] std::string_view moment_name(MomentFunction function);
/// Whether the function is of pairs.
[[nodiscard]] bool is_of_pairs(MomentFunction function);
/// Whether the function reads a sum.
[[nodiscard]] bool reads(MomentFunction function, MomentSum sum);

/// The sums of one group; those the function does not read may be missing (zero).
struct Moments {
  std::int64_t count = 0;
  bool finite = true;  // no NaN and no infinity was among the values
  std::array<ScaledInteger, kMomentSums> sums;
};

/// The exact value, rounded once to DOUBLE (a root: the root of the exact value, rounded once). Nothing where SQL says NULL: too few
/// values, or a division by zero. NaN where a value was not finite.
[[nodiscard]] std::optional<double> moment(MomentFunction function, const Moments& moments);

}  // namespace trueno::kernel

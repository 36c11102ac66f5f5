// The estimate: a harmonic mean over registers, corrected where few values were seen.
#include "storage/statistics/hyper_log_log.h"

#include <algorithm>
#include <cmath>

namespace trueno {

void HyperLogLog::merge(const HyperLogLog& other) {
  for (std::size_t i = 0; i < ranks_.size(); ++i) ranks_[i] = std::max(ranks_[i], other.ranks_[i]);
}

std::int64_t HyperLogLog::estimate() const {
  const auto registers = static_cast<double>(ranks_.size());
  double harmonic = 0;
  int zeros = 0;
  for (const std::uint8_t rank : ranks_) {
    harmonic += 1.0 / static_cast<double>(std::uint64_t{1} << rank);
    zeros += rank == 0 ? 1 : 0;
  }
  const double bias = 0.7213 / (1 + 1.079 / registers);
  double estimate = bias * registers * registers / harmonic;
  // Linear counting where many registers are still empty.
  if (estimate <= 2.5 * registers && zeros != 0) estimate = registers * std::log(registers / zeros);
  return static_cast<std::int64_t>(std::llround(estimate));
}

}  // namespace trueno

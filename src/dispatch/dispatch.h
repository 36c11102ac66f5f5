#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "kernel/pipeline.h"

namespace trueno::dispatch {

/// SET backend: who decides where a pipeline runs.
enum class Policy : std::uint8_t { kCost, kSimd, kScalar, kGpu };

/// One device's bid for a pipeline.
struct Bid {
  std::string device;
  double predicted_us = 0;
  backend::Support support;
};

/// Where a pipeline runs and why: the proof of placement.
struct Decision {
  std::size_t device = 0;  // index in the list of devices
  double predicted_us = 0;
  std::string reason;
  std::vector<Bid> bids;
};

/// Chooses a device for one pipeline whose input has `rows` rows and `bytes` bytes (-1: unknown). kNotSupported when a forced device
/// declines or is missing. Pure and thread-safe.
[[nodiscard]] Result<Decision> choose(const std::vector<std::shared_ptr<backend::Backend>>& devices, const kernel::Program& program,
                                      std::int64_t rows, std::int64_t bytes, Policy policy);

}  // namespace trueno::dispatch

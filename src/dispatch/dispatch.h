#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "kernel/pipeline.h"

namespace trueno::dispatch {

/// SET backend: who decides where a pipeline runs.
enum class Policy : std::uint8_t { kCost, kSimd, kScalar, kGpu };

/// What a session asks of placement. A bare policy is one.
struct Request {
  Policy policy = Policy::kCost;
  Policy fallback = Policy::kCost;  // who runs what the GPU was asked for and cannot run
  bool gpu_required = false;        // then that is an error instead
  bool software_gpu = false;        // the GPU that is meant is a CPU playing one: for tests

  Request() = default;
  Request(Policy wanted) : policy(wanted) {}  // NOLINT(google-explicit-constructor): a policy is the whole request in most places
};

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
  std::string gpu_refusal;  // why the GPU that was asked for does not run it; empty: it does, or was not asked for
  std::vector<Bid> bids;
};

/// Chooses a device for one pipeline whose input has `rows` rows and `bytes` bytes (-1: unknown). kNotSupported when a forced device
/// declines or is missing; kDevice when that is the GPU and it is required. A GPU is asked whether it supports a program only when it may
/// be chosen, since answering loads its driver. Thread-safe.
[[nodiscard]] Result<Decision> choose(const std::vector<std::shared_ptr<backend::Backend>>& devices, const kernel::Program& program,
                                      std::int64_t rows, std::int64_t bytes, const Request& request);

}  // namespace trueno::dispatch

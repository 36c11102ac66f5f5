#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.h"
#include "dispatch/rates.h"
#include "dispatch/work.h"

namespace trueno::dispatch {

/// SET backend: who decides where a pipeline runs.
enum class Policy : std::uint8_t {
  kCost,  // the least predicted time
  kSimd,  // always this one
  kScalar,
  kGpu,
  kIntensity,  // the published rule of five: the GPU where computing there takes more than five times as long as moving, above 10 MB
};

/// What a session asks of placement. A bare policy is one.
struct Request {
  Policy policy = Policy::kCost;
  Policy fallback = Policy::kCost;  // who runs what the GPU was asked for and cannot run
  bool gpu_required = false;        // then that is an error instead
  bool software_gpu = false;        // the GPU that is meant is a CPU playing one: for tests
  std::string_view no_gpu = {};     // why a GPU is out of the question for this pipeline; empty: it is not
  bool learning = true;             // earlier runs correct predictions, pay for moving, and one in a hundred tries the runner-up
  bool recorded = true;             // the decision is logged; constants are not worth it
  int workers = 1;                  // of the CPU

  Request() = default;
  Request(Policy wanted) : policy(wanted) {}  // NOLINT(google-explicit-constructor): a policy is the whole request in most places
};

/// One device's bid for a pipeline.
struct Bid {
  std::string device;
  double predicted_us = 0;  // what the run is thought to take
  double credit_us = 0;     // of `cost`'s moving and compiling, what earlier runs have lost for want of it: counts as paid
  Cost cost;
  std::int64_t missing_bytes = 0;
  backend::Support support;
  [[nodiscard]] double counted_us() const { return predicted_us - credit_us; }
};

/// Where a pipeline runs and why: the proof of placement.
struct Decision {
  std::size_t device = 0;  // index in the list of devices
  double predicted_us = 0;
  double rows = 0;  // known or assumed
  std::string reason;
  std::string gpu_refusal;  // why the GPU that was asked for does not run it; empty: it does, or was not asked for
  std::vector<Bid> bids;
  // What learning from the run takes.
  std::uint64_t shape = 0;
  double computed_us = 0;  // predicted, without moving and compiling, before it was corrected
  bool compiled = true;
};

/// What a decision came to.
struct Outcome {
  double measured_us = 0;
  double transfer_us = 0;
  std::int64_t moved_bytes = 0;
  std::int64_t rows = 0;
  std::int64_t rows_out = -1;  // -1: not told
};

}  // namespace trueno::dispatch

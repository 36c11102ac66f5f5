#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace trueno {

/// What a device was expected to need for a pipeline, or why it could not take it.
struct DeviceBid {
  std::string device;
  double predicted_us = 0;
  bool supported = true;
  std::string declined;  // the reason: "host function upper"; empty when supported
};

/// What one pipeline of a query did, where, and why there: the proof of placement. Times in microseconds.
struct PipelineReport {
  std::string device;
  std::string reason;
  double predicted_us = 0;
  double measured_us = 0;  // transfers included
  double transfer_us = 0;  // in which rows moved to a device with memory of its own
  std::int64_t rows_in = 0;
  std::int64_t rows_out = 0;
  std::int64_t parts_skipped = 0;  // row groups that statistics or Bloom filters ruled out
  std::int64_t rows_skipped = 0;   // of the other row groups: rows that page indexes ruled out
  std::vector<DeviceBid> bids;     // of every device
};

/// What the result cache did for a query.
enum class CacheState : std::uint8_t {
  // NOLINTBEGIN(readability-identifier-naming): names that users write
  Off,      // nothing was wanted of it
  Hit,      // the rows were kept before: nothing was read
  Kept,     // they are kept now
  Refused,  // they cannot be kept: `reason`
  // NOLINTEND(readability-identifier-naming)
};
struct CacheReport {
  CacheState state = CacheState::Off;
  std::string reason;
};

/// How far a query is. `done` of `total` parts of the pipeline that runs; pipelines are counted from 0.
struct Progress {
  std::int64_t pipeline = 0;
  std::int64_t done = 0;
  std::int64_t total = 0;
};

}  // namespace trueno

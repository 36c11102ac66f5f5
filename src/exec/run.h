#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "dispatch/devices.h"
#include "kernel/pipeline.h"

namespace trueno::exec {

/// How to run: threads, the size of morsels, where.
struct Options {
  int threads = 1;
  std::int64_t morsel_rows = 131'072;
  std::int64_t chunk_rows = 0;                         // rows a CPU backend evaluates at a time; 0: as it likes
  std::int64_t cache_bytes = std::int64_t{512} << 20;  // of columns that a device with memory of its own may keep
  dispatch::Request policy;
  std::int64_t memory_limit = INT64_MAX;  // bytes of large blocks in the process above which states are put aside
  std::string temp_directory;             // where to; empty: nothing is
  bool in_pieces = false;                 // rows may come as several batches, see Output
  std::int64_t spill_morsels = 0;         // states are put aside after so many morsels of a worker; 0: for want of memory. For tests
  /// Called by workers, also at the same time, after each part: parts done and parts in all of the pipeline that runs, and its number.
  std::function<void(std::size_t pipeline, std::int64_t done, std::int64_t total)> progress;
};

/// What one pipeline did.
struct PipelineProfile {
  std::string device;
  std::string reason;
  std::string gpu_refusal;  // why the GPU that was asked for did not run it
  double predicted_us = 0;
  double measured_us = 0;        // from its first to its last row, transfers included
  double transfer_us = 0;        // in which workers moved rows to a device with memory of its own
  std::int64_t moved_bytes = 0;  // to such a device: what was not there yet
  std::int64_t rows_in = 0;
  std::int64_t rows_out = 0;
  std::int64_t parts_skipped = 0;
  std::int64_t spilled_bytes = 0;  // of temporary files
  std::int64_t rows_skipped = 0;   // of the parts that were read
  std::vector<dispatch::Bid> bids;
};

/// A finished query: its rows, and the proof of where they came from.
struct Output {
  Batch rows;
  std::vector<Batch> pieces;  // the rows, one batch behind the other, where Options asked for that: nothing was copied to join them
  std::vector<PipelineProfile> profile;
};

/// Where a pipeline would run. Rows of earlier pipelines are not known yet and are assumed; when it runs, they are.
[[nodiscard]] Result<dispatch::Decision> place(const kernel::Pipeline& pipeline, dispatch::Devices& devices, const Options& options);

/// Runs the pipelines in order; the morsels of each in parallel. The error of the earliest failing row in written order is the one that is
/// reported. Thread-safe; blocks the caller.
[[nodiscard]] Result<Output> run(const kernel::PipelinePlan& plan, dispatch::Devices& devices, const Options& options,
                                 const CancelToken& cancel);

}  // namespace trueno::exec

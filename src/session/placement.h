#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dispatch/devices.h"
#include "exec/run.h"
#include "kernel/pipeline.h"

namespace trueno::session {

/// Where one pipeline would run, or ran, and why: what EXPLAIN shows.
struct Placement {
  std::string device;
  std::string reason;
  std::vector<dispatch::Bid> bids;
  const exec::PipelineProfile* measured = nullptr;  // null: it did not run
};

/// Places pipelines without running them. Rows of later pipelines are not known yet and are assumed; when they run, they are.
[[nodiscard]] Result<std::vector<Placement>> place(const kernel::PipelinePlan& plan, dispatch::Devices& devices,
                                                   const exec::Options& options);
[[nodiscard]] Placement placement_of(const exec::PipelineProfile& profile);

/// Why a device was not chosen: "declined: host function upper", "+120 us", or empty for the chosen one.
[[nodiscard]] std::string reason_lost(const Placement& placement, const dispatch::Bid& bid);

/// One line a device, the chosen one first.
[[nodiscard]] std::string print(const Placement& placement, std::size_t number);

}  // namespace trueno::session

#include "session/placement.h"

#include <algorithm>

namespace trueno::session {

namespace {

const dispatch::Bid* chosen_bid(const Placement& placement) {
  const auto found = std::ranges::find(placement.bids, placement.device, &dispatch::Bid::device);
  return found == placement.bids.end() ? nullptr : &*found;
}

std::string duration(double micros) {
  if (micros < 1000) return fmt::format("{:.0f} us", micros);
  return micros < 1e6 ? fmt::format("{:.2f} ms", micros / 1e3) : fmt::format("{:.2f} s", micros / 1e6);
}

}  // namespace

Result<std::vector<Placement>> place(const kernel::PipelinePlan& plan, dispatch::Devices& devices, const exec::Options& options) {
  std::vector<Placement> placements;
  for (const kernel::Pipeline& pipeline : plan.pipelines) {
    dispatch::Decision decision = TRUENO_TRY(exec::place(pipeline, devices, options));
    placements.push_back({devices.list()[decision.device]->profile().name, std::move(decision.reason), std::move(decision.bids), nullptr});
  }
  return placements;
}

Placement placement_of(const exec::PipelineProfile& profile) { return {profile.device, profile.reason, profile.bids, &profile}; }

std::string reason_lost(const Placement& placement, const dispatch::Bid& bid) {
  if (bid.device == placement.device) return {};
  if (!bid.support.yes()) return fmt::format("declined: {}", bid.support.detail);
  const dispatch::Bid* chosen = chosen_bid(placement);
  if (chosen == nullptr) return {};
  const double more = bid.predicted_us - chosen->predicted_us;
  if (more < 0) return fmt::format("{} less, but {}", duration(-more), placement.reason);
  std::string reason = "+" + duration(more);
  if (bid.cost.transfer > 0)
    reason += fmt::format(", {} of it to move {:.1f} MiB", duration(bid.cost.transfer), static_cast<double>(bid.missing_bytes) / (1 << 20));
  if (bid.cost.compile > 0) reason += fmt::format(", {} to compile", duration(bid.cost.compile));
  if (bid.cost.read_back > more / 2) reason += fmt::format(", {} to read back", duration(bid.cost.read_back));
  return reason;
}

std::string print(const Placement& placement, std::size_t number) {
  const dispatch::Bid* chosen = chosen_bid(placement);
  std::string lines = fmt::format("pipeline {} on {}: {}", number, placement.device, placement.reason);
  if (chosen != nullptr) lines += fmt::format(", predicted {}", duration(chosen->predicted_us));
  if (const exec::PipelineProfile* measured = placement.measured) {
    lines += fmt::format(", measured {}, {} -> {} rows", duration(measured->measured_us), measured->rows_in, measured->rows_out);
    if (measured->transfer_us > 0) lines += fmt::format(", {} of it transfer", duration(measured->transfer_us));
    if (measured->moved_bytes > 0) lines += fmt::format(", {:.1f} MiB moved", static_cast<double>(measured->moved_bytes) / (1 << 20));
    if (measured->spilled_bytes > 0)
      lines += fmt::format(", {:.1f} MiB put aside on disk", static_cast<double>(measured->spilled_bytes) / (1 << 20));
    if (measured->parts_skipped != 0) lines += fmt::format(", {} parts skipped", measured->parts_skipped);
    if (measured->rows_skipped != 0) lines += fmt::format(", {} rows skipped by page indexes", measured->rows_skipped);
  }
  lines += '\n';
  for (const dispatch::Bid& bid : placement.bids) {
    if (bid.device == placement.device) continue;
    lines += fmt::format("  {}: ", bid.device);
    if (bid.support.yes()) lines += fmt::format("predicted {}, ", duration(bid.predicted_us));
    lines += reason_lost(placement, bid) + "\n";
  }
  return lines;
}

}  // namespace trueno::session

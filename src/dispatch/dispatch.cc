#include "dispatch/dispatch.h"

#include <algorithm>

namespace trueno::dispatch {

namespace {

constexpr double kUnknownRows = 100'000;  // assumed where only a scan can tell

// T = fixed + bytes / rate + rows * instructions * time, shared by the device's workers.
double predict_us(const backend::DeviceProfile& profile, const kernel::Program& program, std::int64_t rows, std::int64_t bytes) {
  const double row_count = rows < 0 ? kUnknownRows : static_cast<double>(rows);
  const double scanned = bytes < 0 ? row_count * 8 * static_cast<double>(program.source.columns.size()) : static_cast<double>(bytes);
  const double computed = row_count * static_cast<double>(program.instructions.size()) * profile.instruction_ns / 1000;
  const double grouped = program.sink.kind == kernel::SinkKind::kGroup ? row_count * profile.group_ns / 1000 : 0;
  return profile.fixed_us + scanned / profile.scan_bytes_per_us + (computed + grouped) / std::max(1, profile.parallelism);
}

bool allowed(Policy policy, backend::DeviceKind kind) {
  return policy == Policy::kCost || (policy == Policy::kSimd && kind == backend::DeviceKind::kSimd) ||
         (policy == Policy::kScalar && kind == backend::DeviceKind::kScalar) ||
         (policy == Policy::kGpu && kind == backend::DeviceKind::kWebGpu);
}

}  // namespace

Result<Decision> choose(const std::vector<std::shared_ptr<backend::Backend>>& devices, const kernel::Program& program, std::int64_t rows,
                        std::int64_t bytes, Policy policy) {
  Decision decision;
  bool found = false;
  std::string declined;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const backend::DeviceProfile& profile = devices[i]->profile();
    Bid bid{profile.name, predict_us(profile, program, rows, bytes), devices[i]->supports(program)};
    const bool eligible = bid.support.yes() && allowed(policy, profile.kind);
    if (!bid.support.yes()) declined = fmt::format("{} declined: {}", profile.name, bid.support.detail);
    if (eligible && (!found || bid.predicted_us < decision.predicted_us)) {
      decision.device = i;
      decision.predicted_us = bid.predicted_us;
      found = true;
    }
    decision.bids.push_back(std::move(bid));
  }
  if (!found)
    return error(ErrorCode::kNotSupported, "no device that the setting backend allows can run this: {}",
                 declined.empty() ? "it is not there" : declined)
        .hint("SET backend = 'cost'");
  decision.reason =
      policy == Policy::kCost ? (devices.size() == 1 ? "the only device" : "least predicted time") : "forced by the setting backend";
  return decision;
}

}  // namespace trueno::dispatch

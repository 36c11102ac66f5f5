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

bool is_gpu(const backend::DeviceProfile& profile) { return profile.kind == backend::DeviceKind::kWebGpu; }

bool allowed(Policy policy, const backend::DeviceProfile& profile, bool software_gpu) {
  switch (policy) {
    case Policy::kCost: return !is_gpu(profile);
    case Policy::kSimd: return profile.kind == backend::DeviceKind::kSimd;
    case Policy::kScalar: return profile.kind == backend::DeviceKind::kScalar;
    case Policy::kGpu: return is_gpu(profile) && profile.software == software_gpu;
  }
  return false;
}

std::string_view forced_reason(Policy policy, std::size_t devices) {
  if (policy != Policy::kCost) return "forced by the setting backend";
  return devices == 1 ? "the only device" : "least predicted time";
}

// The cheapest device among those that the policy allows; why the others declined.
struct Choice {
  bool found = false;
  std::size_t device = 0;
  std::string declined;
};
Choice cheapest(const std::vector<std::shared_ptr<backend::Backend>>& devices, const std::vector<Bid>& bids, Policy policy,
                bool software_gpu) {
  Choice choice;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (!allowed(policy, devices[i]->profile(), software_gpu)) continue;
    if (!bids[i].support.yes()) {
      choice.declined = fmt::format("{} declined: {}", bids[i].device, bids[i].support.detail);
    } else if (!choice.found || bids[i].predicted_us < bids[choice.device].predicted_us) {
      choice.found = true;
      choice.device = i;
    }
  }
  return choice;
}

}  // namespace

Result<Decision> choose(const std::vector<std::shared_ptr<backend::Backend>>& devices, const kernel::Program& program, std::int64_t rows,
                        std::int64_t bytes, const Request& request) {
  Decision decision;
  const backend::Support unmeasured{backend::DeclineReason::kNotMeasured, "not measured yet; SET backend = 'gpu' uses it"};
  for (const auto& device : devices) {
    const backend::DeviceProfile& profile = device->profile();
    const bool ask = !is_gpu(profile) || allowed(request.policy, profile, request.software_gpu);
    decision.bids.push_back({profile.name, predict_us(profile, program, rows, bytes), ask ? device->supports(program) : unmeasured});
  }
  Choice choice = cheapest(devices, decision.bids, request.policy, request.software_gpu);
  Policy decisive = request.policy;
  if (!choice.found && request.policy == Policy::kGpu) {
    decision.gpu_refusal = choice.declined.empty() ? "there is none" : choice.declined;
    if (request.gpu_required) {
      return error(ErrorCode::kDevice, "the GPU was asked for, but {}", decision.gpu_refusal)
          .hint("see trueno doctor, or SET gpu_fallback = 'warn'");
    }
    decisive = request.fallback;
    choice = cheapest(devices, decision.bids, decisive, request.software_gpu);
  }
  if (!choice.found)
    return error(ErrorCode::kNotSupported, "no device that the setting backend allows can run this: {}",
                 choice.declined.empty() ? "it is not there" : choice.declined)
        .hint("SET backend = 'cost'");
  decision.device = choice.device;
  decision.predicted_us = decision.bids[choice.device].predicted_us;
  decision.reason = decision.gpu_refusal.empty() ? std::string(forced_reason(decisive, devices.size()))
                                                 : fmt::format("the GPU was asked for, but {}", decision.gpu_refusal);
  // Devices that stand apart from the request (a software GPU nobody asked for) are not shown.
  std::vector<Bid> shown;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (!is_gpu(devices[i]->profile()) || devices[i]->profile().software == request.software_gpu)
      shown.push_back(std::move(decision.bids[i]));
  }
  decision.bids = std::move(shown);
  return decision;
}

}  // namespace trueno::dispatch

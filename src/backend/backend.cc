#include "backend/backend.h"

namespace trueno::backend {

Task<Result<std::optional<Batch>>> Kernel::finish(std::span<const std::unique_ptr<SinkState>>, const Parallel&) const {
  co_return std::optional<Batch>();
}

std::string_view decline_reason_name(DeclineReason reason) {
  switch (reason) {
    case DeclineReason::kNone: return "none";
    case DeclineReason::kHostFunction: return "host function";
    case DeclineReason::kStringOperation: return "string operation";
    case DeclineReason::kType: return "type";
    case DeclineReason::kSink: return "sink";
    case DeclineReason::kInstruction: return "instruction";
    case DeclineReason::kNoDevice: return "no device";
    case DeclineReason::kNotMeasured: return "not measured";
    case DeclineReason::kFailedBefore: return "failed before";
  }
  return "?";
}

}  // namespace trueno::backend

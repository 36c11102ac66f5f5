#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

#include "base/result.h"

namespace trueno {

/// A wish to stop, shared by who asks and who works. Copies share the wish; a deadline belongs to the copy it was set on, and to copies
/// made from that later. `cancel` and `check` are thread-safe, and `cancel` may be called from a signal handler.
class CancelToken {
 public:
  CancelToken() : cancelled_(std::make_shared<std::atomic<bool>>(false)) {}

  void cancel() const { cancelled_->store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool cancelled() const { return cancelled_->load(std::memory_order_relaxed); }
  /// The work is over when this moment has passed; an earlier deadline stays. Set before the work starts.
  void set_deadline(std::chrono::steady_clock::time_point deadline) {
    if (!deadline_ || deadline < *deadline_) deadline_ = deadline;
  }

  /// kCancelled or kDeadlineExceeded. Asked once a morsel: costs a clock read when a deadline is set.
  [[nodiscard]] Status check() const {
    if (cancelled()) return error(ErrorCode::kCancelled, "the query was cancelled");
    if (deadline_ && std::chrono::steady_clock::now() > *deadline_) {
      return error(ErrorCode::kDeadlineExceeded, "the query ran past its deadline");
    }
    return {};
  }

 private:
  std::shared_ptr<std::atomic<bool>> cancelled_;
  std::optional<std::chrono::steady_clock::time_point> deadline_;
};

}  // namespace trueno

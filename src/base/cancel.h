#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

#include "base/result.h"

namespace trueno {

/// A wish to stop, shared by who asks and who works. Copies share one state. Thread-safe.
class CancelToken {
 public:
  CancelToken() : state_(std::make_shared<State>()) {}

  void cancel() const { state_->cancelled.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool cancelled() const { return state_->cancelled.load(std::memory_order_relaxed); }
  /// The work is over when this moment has passed. Set before the work starts.
  void set_deadline(std::chrono::steady_clock::time_point deadline) const { state_->deadline = deadline; }

  /// kCancelled or kDeadlineExceeded. Asked once a morsel: costs a clock read when a deadline is set.
  [[nodiscard]] Status check() const {
    if (cancelled()) return error(ErrorCode::kCancelled, "the query was cancelled");
    if (state_->deadline && std::chrono::steady_clock::now() > *state_->deadline) {
      return error(ErrorCode::kDeadlineExceeded, "the query ran past its deadline");
    }
    return {};
  }

 private:
  struct State {
    std::atomic<bool> cancelled = false;
    std::optional<std::chrono::steady_clock::time_point> deadline;
  };
  std::shared_ptr<State> state_;
};

}  // namespace trueno

#pragma once

#include <memory>

#include "trueno/export.h"

namespace trueno {

namespace detail {
struct Execution;
struct CancellationState;
}  // namespace detail

/// A wish to stop running queries; copies share it, and one may serve many queries. It stays set: make a new one for the next query.
/// Thread-safe; `cancel` may be called from a signal handler. A query notices at its next morsel (a few milliseconds of work).
class TRUENO_API Cancellation {
 public:
  Cancellation();
  void cancel() const;
  [[nodiscard]] bool cancelled() const;

 private:
  friend struct detail::Execution;
  std::shared_ptr<const detail::CancellationState> state_;
};

}  // namespace trueno

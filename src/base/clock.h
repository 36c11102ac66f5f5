#pragma once

#include <chrono>
#include <cstdint>

namespace trueno {

/// Time as seen by a query: settable in tests. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Microseconds since 1970-01-01 00:00:00 UTC.
  [[nodiscard]] virtual std::int64_t now_micros() const = 0;
  /// The computer's clock; lives forever.
  [[nodiscard]] static const Clock& system();
};

/// Measures a stretch of time.
class Stopwatch {
 public:
  [[nodiscard]] double elapsed_ms() const {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace trueno

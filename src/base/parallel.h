#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>

namespace trueno {

/// How loops of independent parts run. The layers below exec know no threads: who conducts hands this down, and without one a loop runs on
/// the caller's thread. Cheap to copy; thread-safe.
class Parallel {
 public:
  using Body = std::function<void(std::size_t part)>;
  using Run = std::function<void(std::size_t parts, const Body& body)>;

  Parallel() = default;
  Parallel(std::size_t threads, Run run) : threads_(threads), run_(std::move(run)) {}

  [[nodiscard]] std::size_t threads() const { return threads_; }
  /// Calls body(0) ... body(parts - 1), each once, in any order and possibly at the same time; returns when all have returned.
  void operator()(std::size_t parts, const Body& body) const {
    if (threads_ > 1 && parts > 1) {
      run_(parts, body);
      return;
    }
    for (std::size_t part = 0; part < parts; ++part) body(part);
  }
  /// body(first, last) over stretches of [0, count), each of at least `least`.
  void ranges(std::size_t count, std::size_t least, const std::function<void(std::size_t first, std::size_t last)>& body) const {
    constexpr std::size_t kPartsPerThread = 4;
    const std::size_t parts = threads_ <= 1 ? 1 : std::min(threads_ * kPartsPerThread, std::max<std::size_t>(1, count / least));
    (*this)(parts, [&](std::size_t part) { body(count * part / parts, count * (part + 1) / parts); });
  }

 private:
  std::size_t threads_ = 1;
  Run run_;
};

}  // namespace trueno

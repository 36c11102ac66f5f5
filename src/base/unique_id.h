#pragma once

#include <atomic>
#include <cstdint>

namespace trueno {

/// A number that no other object of the process has had. A copy is another object and gets a number of its own, so that equal numbers mean
/// the very same object, also after it is gone. Thread-safe.
class UniqueId {
 public:
  UniqueId() = default;
  UniqueId(const UniqueId&) {}
  UniqueId& operator=(const UniqueId&) {
    value_ = next();
    return *this;
  }
  ~UniqueId() = default;
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  static std::uint64_t next() {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
  }
  std::uint64_t value_ = next();
};

}  // namespace trueno

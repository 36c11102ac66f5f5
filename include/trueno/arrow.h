#pragma once

#include "trueno/arrow_abi.h"
#include "trueno/export.h"

namespace trueno {

/// Owns an Arrow C stream and releases it. Moved, not copied; not thread-safe.
class ArrowStream {
 public:
  ArrowStream() = default;
  ArrowStream(ArrowStream&& other) noexcept : stream_(other.take()) {}
  ArrowStream& operator=(ArrowStream&& other) noexcept {
    if (this != &other) {
      reset();
      stream_ = other.take();
    }
    return *this;
  }
  ~ArrowStream() { reset(); }

  /// To be read through, or filled by who writes a stream. Stays the owner.
  [[nodiscard]] ArrowArrayStream* get() { return &stream_; }
  /// Hands the stream over: whoever takes it calls its `release`.
  [[nodiscard]] ArrowArrayStream take() {
    const ArrowArrayStream taken = stream_;
    stream_ = {};
    return taken;
  }

 private:
  void reset() {
    if (stream_.release != nullptr) stream_.release(&stream_);
    stream_ = {};
  }

  ArrowArrayStream stream_ = {};
};

}  // namespace trueno

#pragma once

#include <cstdint>

#include "trueno/export.h"

// The structures of Arrow's C Data and C Stream interfaces, as its specification gives them; guarded as it asks, for programs that
// include another copy.
extern "C" {

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};

#endif

}  // extern "C"

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

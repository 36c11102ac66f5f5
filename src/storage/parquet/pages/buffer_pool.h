#pragma once

#include <memory>
#include <vector>

#include "base/buffer.h"
#include "base/threads.h"

namespace trueno::pages {

/// Memory that goes round: a scan's buffers are as large as those of the row group before, and fresh memory costs a page fault every four
/// kilobytes. Thread-safe.
class BufferPool : public std::enable_shared_from_this<BufferPool> {
 public:
  /// What waits for the next taker; more than this is given back to the system.
  static constexpr std::size_t kMostHeld = std::size_t{64} << 20;

  /// At least `size` bytes of any content, readable and writable 64 bytes further.
  [[nodiscard]] Result<MutableBuffer> take(std::size_t size);
  /// The buffer for readers; its memory comes back when the last of them is gone. `first` bytes at the front are left out.
  [[nodiscard]] Buffer lend(MutableBuffer bytes, std::size_t first, std::size_t size);
  void give_back(MutableBuffer bytes);

 private:
  // Sizes are rounded up to an eighth of their power of two, so a buffer fits the next of about its size.
  static std::size_t rounded(std::size_t size);

  struct Waiting {
    std::size_t size = 0;
    MutableBuffer bytes;
  };
  Mutex mutex_;
  std::vector<Waiting> waiting_;
  std::size_t held_ = 0;
};

}  // namespace trueno::pages

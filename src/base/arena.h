#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "base/large_memory.h"
#include "base/result.h"

namespace trueno {

/// Bytes that live until the arena is cleared or destroyed; addresses are stable. Not thread-safe.
/// Aborts when the system refuses memory (pieces are small; what grows with the data uses Buffer).
class Arena {
 public:
  /// `size` bytes, 16-byte aligned.
  [[nodiscard]] char* allocate(std::size_t size) {
    size = (size + 15) / 16 * 16;
    if (size > left_) grow(size);
    char* at = next_;
    next_ += size;
    left_ -= size;
    return at;
  }
  /// A stable copy of the text.
  [[nodiscard]] std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* at = allocate(text.size());
    std::memcpy(at, text.data(), text.size());
    return {at, text.size()};
  }
  void clear() {
    blocks_.clear();
    block_ = kFirstBlock;
    next_ = nullptr;
    left_ = 0;
    bytes_ = 0;
  }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  static constexpr std::size_t kFirstBlock = 32 * 1024;
  static constexpr std::size_t kLargestBlock = 1024 * 1024;
  struct Free {
    std::size_t size = 0;
    void operator()(char* block) const { free_block(block, size); }
  };
  void grow(std::size_t size) {
    const std::size_t block = size > block_ ? (size + 63) / 64 * 64 : block_;
    auto* bytes = static_cast<char*>(allocate_block(block));
    if (bytes == nullptr) std::abort();
    blocks_.emplace_back(bytes, Free{block});
    next_ = bytes;
    left_ = block;
    bytes_ += block;
    if (block_ < kLargestBlock) block_ *= 2;  // few pieces are small, and many are counted as large memory
  }
  std::vector<std::unique_ptr<char[], Free>> blocks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
  std::size_t bytes_ = 0;
  std::size_t block_ = kFirstBlock;
};

}  // namespace trueno

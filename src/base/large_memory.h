#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace trueno {

/// Blocks of memory from here on live in regions of huge pages.
inline constexpr std::size_t kLargeBytes = std::size_t{128} << 10;

/// `size` bytes (a multiple of 64), aligned to 64, or nullptr when the system refuses. A block of kLargeBytes or more is cut from a region
/// of many blocks, which asks the system for pages of 2 MiB: a scan of several columns touches a page of each in turn, and with pages of
/// 4 KiB address translation costs up to a third of it. Where there are no huge pages, and under sanitizers, it is an ordinary allocation.
/// Thread-safe. Regions that fall empty go back to the system, but for a small share of the machine's
/// memory.
[[nodiscard]] void* allocate_block(std::size_t size);

/// Gives back what allocate_block(size) returned; nullptr is fine.
void free_block(void* block, std::size_t size);

/// Blocks for standard containers that grow with the data. Aborts when the system refuses.
template <class T>
struct LargeAllocator {
  using value_type = T;
  LargeAllocator() = default;
  template <class U>
  LargeAllocator(const LargeAllocator<U>&) {}  // NOLINT(google-explicit-constructor)
  [[nodiscard]] T* allocate(std::size_t count) {
    void* block = allocate_block(bytes(count));
    if (block == nullptr) std::abort();
    return static_cast<T*>(block);
  }
  void deallocate(T* block, std::size_t count) { free_block(block, bytes(count)); }
  bool operator==(const LargeAllocator&) const = default;

 private:
  static std::size_t bytes(std::size_t count) { return (count * sizeof(T) + 63) / 64 * 64; }
};

/// Bytes of the blocks of kLargeBytes or more that are out now, of the whole process. A figure to steer by: it costs a load.
[[nodiscard]] std::int64_t large_bytes_in_use();
/// Regions that fall empty are kept up to so many bytes, or the share of the machine's memory where that is less. Where it is these bytes,
/// memory counts more than time: further blocks are mappings of their own, which go back as they are freed.
void keep_empty_regions(std::size_t bytes);

/// Bytes of memory this process may have: the machine's, or its control group's where that is less.
[[nodiscard]] std::int64_t machine_memory();

/// Bytes of the regions that exist and of the blocks that are out; for tests and reports.
struct LargeMemoryUse {
  std::size_t reserved = 0;
  std::size_t used = 0;
  std::size_t kept = 0;  // of regions that fall empty, at most
};
[[nodiscard]] LargeMemoryUse large_memory_use();

}  // namespace trueno

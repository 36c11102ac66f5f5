#include "base/large_memory.h"

#if !defined(__wasm__)
#include <unistd.h>
#endif

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace trueno {

namespace {

std::atomic<std::int64_t> in_use = 0;

void* counted(void* block, std::size_t size) {
  if (block != nullptr && size >= kLargeBytes) in_use.fetch_add(static_cast<std::int64_t>(size), std::memory_order_relaxed);
  return block;
}
void uncount(std::size_t size) {
  if (size >= kLargeBytes) in_use.fetch_sub(static_cast<std::int64_t>(size), std::memory_order_relaxed);
}

}  // namespace

std::int64_t large_bytes_in_use() { return in_use.load(std::memory_order_relaxed); }

std::int64_t machine_memory() {
#if defined(__wasm__)
  return std::int64_t{4} << 30;
#else
  static const std::int64_t bytes = [] {
    std::int64_t all = static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
    if (all <= 0) all = INT64_MAX;
    // A container's limit; "max" where it has none.
    if (std::FILE* file = std::fopen("/sys/fs/cgroup/memory.max", "re")) {
      char text[32] = {};
      const std::size_t size = std::fread(text, 1, sizeof text - 1, file);
      std::fclose(file);
      const long long limit = size == 0 ? 0 : std::strtoll(text, nullptr, 10);
      if (limit > 0) all = std::min<std::int64_t>(all, limit);
    }
    return all;
  }();
  return bytes;
#endif
}

}  // namespace trueno

#if defined(__SANITIZE_ADDRESS__)
#define TRUENO_ORDINARY_BLOCKS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TRUENO_ORDINARY_BLOCKS 1  // a sanitizer must see every block
#endif
#endif

#if defined(__linux__) && !defined(TRUENO_ORDINARY_BLOCKS)
#include <sys/mman.h>

#include <iterator>
#include <map>
#include <mutex>
#include <vector>

namespace trueno {

namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kRegionBytes = std::size_t{64} << 20;
// Regions that are empty are kept up to a share of the machine's memory: getting pages from the system and having them cleared costs more
// than a pass over them, and the next query wants as many again.
constexpr std::size_t kLeastKeptBytes = std::size_t{256} << 20;
constexpr std::size_t kKeptShare = 32;

std::size_t kept_bytes() { return std::max(kLeastKeptBytes, static_cast<std::size_t>(machine_memory()) / kKeptShare); }

std::size_t rounded(std::size_t size, std::size_t to) { return (size + to - 1) / to * to; }

// Free ranges by address, neighbours joined. First fit: low addresses fill up, high regions fall empty.
struct Region {
  std::uint8_t* begin = nullptr;
  std::size_t size = 0;
  std::size_t used = 0;
  std::map<std::size_t, std::size_t> free;  // offset to bytes

  std::uint8_t* take(std::size_t bytes) {
    for (auto at = free.begin(); at != free.end(); ++at) {
      const auto [offset, available] = *at;
      if (available < bytes) continue;
      free.erase(at);
      if (available > bytes) free.emplace(offset + bytes, available - bytes);
      used += bytes;
      return begin + offset;
    }
    return nullptr;
  }

  void give(std::uint8_t* block, std::size_t bytes) {
    used -= bytes;
    auto offset = static_cast<std::size_t>(block - begin);
    const auto next = free.lower_bound(offset);
    if (next != free.end() && offset + bytes == next->first) {
      bytes += next->second;
      free.erase(next);
    }
    const auto after = free.lower_bound(offset);
    if (after != free.begin() && std::prev(after)->first + std::prev(after)->second == offset) {
      std::prev(after)->second += bytes;
    } else {
      free.emplace(offset, bytes);
    }
  }
};

// The mapping begins at a huge page; what is cut off before and after it goes back at once.
std::uint8_t* map_region(std::size_t size) {
  const std::size_t wanted = size + kHugePage;
  void* mapped = ::mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  auto* const from = static_cast<std::uint8_t*>(mapped);
  const std::size_t before = rounded(reinterpret_cast<std::uintptr_t>(from), kHugePage) - reinterpret_cast<std::uintptr_t>(from);
  if (before != 0) ::munmap(from, before);
  if (before != kHugePage) ::munmap(from + before + size, kHugePage - before);
  ::madvise(from + before, size, MADV_HUGEPAGE);  // refused by kernels without them: ordinary pages then
  return from + before;
}

class Pool {
 public:
  void* take(std::size_t bytes) {
    // Where memory is scarce a block is a mapping of its own: in a region, neighbours that stay would keep what it leaves.
    if (saves_) {
      void* mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      return mapped == MAP_FAILED ? nullptr : mapped;
    }
    const std::lock_guard lock(mutex_);
    for (Region& region : regions_) {
      if (std::uint8_t* block = region.take(bytes)) return block;
    }
    Region region;
    region.size = std::max(kRegionBytes, rounded(bytes, kHugePage));
    region.begin = map_region(region.size);
    if (region.begin == nullptr) return nullptr;
    region.free.emplace(0, region.size);
    std::uint8_t* block = region.take(bytes);
    regions_.push_back(std::move(region));
    return block;
  }

  void give(void* block, std::size_t bytes) {
    auto* const at = static_cast<std::uint8_t*>(block);
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < regions_.size(); ++i) {
      Region& region = regions_[i];
      if (at < region.begin || at >= region.begin + region.size) continue;
      region.give(at, bytes);
      if (region.used == 0 && empty_bytes() > kept_bytes_) unmap(i);
      return;
    }
    ::munmap(block, bytes);  // of no region
  }

  void keep(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    saves_ = bytes < static_cast<std::size_t>(machine_memory()) / kKeptShare;  // not where the machine itself is small
    kept_bytes_ = std::min(bytes, kept_bytes());
    for (std::size_t i = regions_.size(); i-- > 0 && empty_bytes() > kept_bytes_;) {
      if (regions_[i].used == 0) unmap(i);
    }
  }

  LargeMemoryUse use() {
    const std::lock_guard lock(mutex_);
    LargeMemoryUse sum;
    sum.kept = kept_bytes_;
    for (const Region& region : regions_) {
      sum.reserved += region.size;
      sum.used += region.used;
    }
    return sum;
  }

 private:
  [[nodiscard]] std::size_t empty_bytes() const {
    std::size_t sum = 0;
    for (const Region& region : regions_) sum += region.used == 0 ? region.size : 0;
    return sum;
  }

  void unmap(std::size_t i) {
    ::munmap(regions_[i].begin, regions_[i].size);
    regions_.erase(regions_.begin() + static_cast<std::ptrdiff_t>(i));
  }

  std::size_t kept_bytes_ = kept_bytes();
  std::atomic<bool> saves_ = false;  // fewer are kept than is usual: memory is scarce
  std::mutex mutex_;
  std::vector<Region> regions_;
};

// Never destroyed: buffers of static objects may outlive it.
Pool& pool() {
  static Pool& instance = *new Pool;
  return instance;
}

}  // namespace

void* allocate_block(std::size_t size) { return size >= kLargeBytes ? counted(pool().take(size), size) : std::aligned_alloc(64, size); }

void free_block(void* block, std::size_t size) {
  if (block == nullptr) return;
  if (size < kLargeBytes) return std::free(block);
  uncount(size);
  pool().give(block, size);
}

void keep_empty_regions(std::size_t bytes) { pool().keep(bytes); }

LargeMemoryUse large_memory_use() { return pool().use(); }

}  // namespace trueno

#else

namespace trueno {

void* allocate_block(std::size_t size) { return counted(std::aligned_alloc(64, size), size); }
void free_block(void* block, std::size_t size) {
  if (block == nullptr) return;
  uncount(size);
  std::free(block);
}
void keep_empty_regions(std::size_t) {}
LargeMemoryUse large_memory_use() { return {}; }

}  // namespace trueno

#endif

#include "storage/parquet/pages/buffer_pool.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace trueno::pages {

namespace {

constexpr std::size_t kSmallest = std::size_t{32} << 10;  // what is smaller, malloc keeps at hand itself

// Held by the Buffer's readers.
struct Lent {
  Lent(std::shared_ptr<BufferPool> owner, MutableBuffer memory) : pool(std::move(owner)), bytes(std::move(memory)) {}
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;
  ~Lent() { pool->give_back(std::move(bytes)); }
  std::shared_ptr<BufferPool> pool;
  MutableBuffer bytes;
};

}  // namespace

std::size_t BufferPool::rounded(std::size_t size) {
  const std::size_t step = std::bit_floor(std::max(size, kSmallest)) / 8;
  return (size + step - 1) / step * step;
}

Result<MutableBuffer> BufferPool::take(std::size_t size) {
  if (size < kSmallest) return MutableBuffer::uninitialised(size);
  const std::size_t wanted = rounded(size);
  {
    const LockGuard lock(mutex_);
    const auto found = std::find_if(waiting_.rbegin(), waiting_.rend(), [&](const Waiting& w) { return w.size == wanted; });
    if (found != waiting_.rend()) {
      MutableBuffer bytes = std::move(found->bytes);
      waiting_.erase(std::next(found).base());
      held_ -= wanted;
      return bytes;
    }
  }
  return MutableBuffer::uninitialised(wanted);
}

Buffer BufferPool::lend(MutableBuffer bytes, std::size_t first, std::size_t size) {
  const std::uint8_t* data = bytes.data() + first;
  return {data, size, std::make_shared<Lent>(shared_from_this(), std::move(bytes))};
}

void BufferPool::give_back(MutableBuffer bytes) {
  const std::size_t size = bytes.size();
  if (size < kSmallest) return;
  const LockGuard lock(mutex_);
  if (held_ + size > kMostHeld) return;
  held_ += size;
  waiting_.push_back({size, std::move(bytes)});
}

}  // namespace trueno::pages

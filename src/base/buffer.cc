#include "base/buffer.h"

#include <algorithm>
#include <cstring>

#include "base/large_memory.h"

namespace trueno {

namespace {
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kPadding = 64;
constexpr std::size_t kMaxBytes = std::size_t{1} << (sizeof(std::size_t) == 8 ? 46 : 31);

std::size_t capacity_for(std::size_t size) { return (size + kPadding + kAlignment - 1) / kAlignment * kAlignment; }
}  // namespace

void MutableBuffer::Free::operator()(std::uint8_t* bytes) const { free_block(bytes, capacity); }

Result<MutableBuffer> MutableBuffer::uninitialised(std::size_t size) {
  MutableBuffer buffer;
  TRUENO_TRY(buffer.resize(size));
  return buffer;
}

Result<MutableBuffer> MutableBuffer::zeroed(std::size_t size) {
  MutableBuffer buffer = TRUENO_TRY(uninitialised(size));
  std::memset(buffer.data(), 0, buffer.capacity_);
  return buffer;
}

Status MutableBuffer::resize(std::size_t size) {
  if (size > kMaxBytes) return error(ErrorCode::kOutOfMemory, "a buffer of {} bytes was asked for", size);
  const std::size_t needed = capacity_for(size);
  if (needed > capacity_ || data_ == nullptr) {
    const std::size_t capacity = capacity_ == 0 ? needed : std::max(needed, capacity_ + capacity_ / 2 / kAlignment * kAlignment);
    auto* bytes = static_cast<std::uint8_t*>(allocate_block(capacity));
    if (bytes == nullptr) return error(ErrorCode::kOutOfMemory, "the system refused {} bytes", capacity);
    if (size_ != 0) std::memcpy(bytes, data_.get(), size_);
    data_ = {bytes, Free(capacity)};
    capacity_ = capacity;
  }
  size_ = size;
  std::memset(data_.get() + size_, 0, std::min(kPadding, capacity_ - size_));
  return {};
}

Status MutableBuffer::append(const void* bytes, std::size_t count) {
  const std::size_t at = size_;
  TRUENO_TRY(resize(size_ + count));
  if (count != 0) std::memcpy(data_.get() + at, bytes, count);
  return {};
}

Buffer MutableBuffer::freeze() && {
  const std::uint8_t* bytes = data_.get();
  const std::size_t size = size_;
  std::shared_ptr<const void> owner(std::move(data_));
  size_ = capacity_ = 0;
  return {bytes, size, std::move(owner)};
}

}  // namespace trueno

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"

namespace trueno {

/// Immutable, shared bytes. Copying shares them; the owner may be our allocation, an Arrow array or a mapped file.
/// Thread-safe to read. Our own allocations are 64-byte aligned and readable 64 bytes past `size()` (SIMD tails, bit unpacking).
class Buffer {
 public:
  Buffer() = default;
  Buffer(const std::uint8_t* data, std::size_t size, std::shared_ptr<const void> owner)
      : data_(data), size_(size), owner_(std::move(owner)) {}

  [[nodiscard]] const std::uint8_t* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return data_ == nullptr; }
  [[nodiscard]] const std::shared_ptr<const void>& owner() const { return owner_; }
  template <class T>
  [[nodiscard]] const T* as() const {
    return reinterpret_cast<const T*>(data_);
  }
  /// The bytes from `offset` on, sharing the owner.
  [[nodiscard]] Buffer slice(std::size_t offset, std::size_t size) const { return {data_ + offset, size, owner_}; }

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::shared_ptr<const void> owner_;
};

/// Bytes being written, to become a Buffer. Not thread-safe. Growth keeps the padding readable and zeroed.
class MutableBuffer {
 public:
  MutableBuffer() = default;
  /// `size` zeroed bytes; kOutOfMemory when the system refuses.
  [[nodiscard]] static Result<MutableBuffer> zeroed(std::size_t size);
  /// `size` bytes of any content.
  [[nodiscard]] static Result<MutableBuffer> uninitialised(std::size_t size);

  [[nodiscard]] std::uint8_t* data() { return data_.get(); }
  [[nodiscard]] const std::uint8_t* data() const { return data_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  template <class T>
  [[nodiscard]] T* as() {
    return reinterpret_cast<T*>(data_.get());
  }

  [[nodiscard]] Status resize(std::size_t size);
  [[nodiscard]] Status append(const void* bytes, std::size_t count);
  template <class T>
  [[nodiscard]] Status append_value(const T& value) {
    return append(&value, sizeof value);
  }

  /// Hands the bytes over; this becomes empty.
  [[nodiscard]] Buffer freeze() &&;

 private:
  struct Free {
    Free() : capacity(0) {}
    explicit Free(std::size_t bytes) : capacity(bytes) {}
    std::size_t capacity;
    void operator()(std::uint8_t* bytes) const;
  };
  std::unique_ptr<std::uint8_t[], Free> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// A Buffer with a copy of `values`.
template <class T>
[[nodiscard]] Result<Buffer> copy_to_buffer(std::span<const T> values) {
  MutableBuffer buffer = TRUENO_TRY(MutableBuffer::uninitialised(0));
  TRUENO_TRY(buffer.append(values.data(), values.size_bytes()));
  return std::move(buffer).freeze();
}

}  // namespace trueno

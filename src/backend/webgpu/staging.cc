// Host bytes to device memory at the rate of the bus: a ring of mapped buffers, filled by several threads while the ones before are copied.
#include <algorithm>
#include <cstring>

#include "backend/webgpu/device.h"
#include "backend/webgpu/host_loop.h"

namespace trueno::backend::webgpu {

namespace {

constexpr std::uint64_t kStagingBytes = std::uint64_t{16} << 20;
constexpr std::uint64_t kSoftwareStagingBytes = std::uint64_t{1} << 20;
constexpr std::size_t kStagingBuffers = 4;
// The queue's own way is the faster one for little: no mapping to wait for.
constexpr std::uint64_t kSmallUpload = 64 << 10;

std::uint64_t whole_words(std::uint64_t bytes) { return (bytes + 3) / 4 * 4; }

// A part of a piece and where it goes in the mapped buffer.
struct Part {
  const std::uint8_t* from;
  std::uint64_t bytes;
  std::uint8_t* to;
};

void copy_all(std::span<const HostPiece> pieces, std::uint8_t* mapped) {
  std::vector<Part> parts;
  for (const HostPiece& piece : pieces) {
    for (std::uint64_t at = 0; at < piece.bytes; at += kCopyGrain)
      parts.push_back({static_cast<const std::uint8_t*>(piece.from) + at, std::min(kCopyGrain, piece.bytes - at), mapped + at});
    mapped += whole_words(piece.bytes);
  }
  on_host(parts.size(), [&](std::size_t i) { std::memcpy(parts[i].to, parts[i].from, parts[i].bytes); });
}

}  // namespace

// Under mutex_.
Status Device::request_staging(Staging& staging) {
  staging.answer = std::make_unique<Answer>();
  staging.future = api_.BufferMapAsync(staging.buffer.handle(), abi::kMapModeWrite, 0, staging.buffer.size(),
                                       map_callback(*staging.answer, callback_mode()));
  return check();
}

Status Device::map_staging(Staging& staging) {
  const LockGuard lock(mutex_);
  if (staging.mapped != nullptr) return {};
  if (!staging.answer) TRUENO_TRY(request_staging(staging));
  Status waited = wait(staging.future, staging.answer->done);
  if (!waited) {
    Answer::forsake(staging.answer);
    return waited;
  }
  const std::unique_ptr<Answer> answer = std::move(staging.answer);
  TRUENO_TRY(check());
  if (answer->status != abi::kSuccess) return fail("mapping memory for an upload failed: {}", answer->message);
  staging.mapped = static_cast<std::uint8_t*>(api_.BufferGetMappedRange(staging.buffer.handle(), 0, staging.buffer.size()));
  if (staging.mapped == nullptr) return fail("the GPU mapped no memory for an upload");
  return {};
}

Status Device::send_staging(Staging& staging, std::span<const HostPiece> pieces) {
  copy_all(pieces, staging.mapped);
  std::vector<Command> commands;
  std::uint64_t at = 0;
  for (const HostPiece& piece : pieces) {
    Command copy;
    copy.kind = Command::Kind::kCopy;
    copy.from = &staging.buffer;
    copy.from_offset = at;
    copy.to = piece.to;
    copy.to_offset = piece.offset;
    copy.bytes = whole_words(piece.bytes);
    at += copy.bytes;
    commands.push_back(std::move(copy));
  }
  const LockGuard lock(mutex_);
  api_.BufferUnmap(staging.buffer.handle());
  staging.mapped = nullptr;
  TRUENO_TRY(encode(commands));
  return request_staging(staging);
}

Status Device::upload(std::span<const HostPiece> pieces) {
  std::uint64_t total = 0;
  for (const HostPiece& piece : pieces) total += piece.bytes;
  if (total == 0) return {};
  const LockGuard ring(staging_mutex_);
  if (total <= kSmallUpload) {
    for (const HostPiece& piece : pieces) {
      std::vector<std::uint32_t> words(whole_words(piece.bytes) / 4);
      std::memcpy(words.data(), piece.from, piece.bytes);
      const LockGuard lock(mutex_);
      TRUENO_TRY(check());
      api_.QueueWriteBuffer(queue_, piece.to->handle(), piece.offset, words.data(), words.size() * 4);
    }
    return {};
  }
  const std::uint64_t capacity = software_ ? kSoftwareStagingBytes : kStagingBytes;
  if (staging_.empty()) staging_.resize(kStagingBuffers);
  std::vector<HostPiece> batch;
  std::uint64_t filled = 0;
  const auto send = [&]() -> Status {
    Staging& staging = staging_[next_staging_];
    next_staging_ = (next_staging_ + 1) % staging_.size();
    if (staging.buffer.empty()) staging.buffer = TRUENO_TRY(buffer(capacity, abi::kMapWrite | abi::kCopySource));
    TRUENO_TRY(map_staging(staging));
    TRUENO_TRY(send_staging(staging, batch));
    batch.clear();
    filled = 0;
    return {};
  };
  for (HostPiece piece : pieces) {
    while (piece.bytes != 0) {
      HostPiece part = piece;
      part.bytes = std::min(piece.bytes, capacity - filled);
      piece.from = static_cast<const std::uint8_t*>(piece.from) + part.bytes;
      piece.offset += part.bytes;
      piece.bytes -= part.bytes;
      filled += whole_words(part.bytes);
      batch.push_back(part);
      if (filled == capacity) TRUENO_TRY(send());
    }
  }
  return batch.empty() ? Status() : send();
}

}  // namespace trueno::backend::webgpu

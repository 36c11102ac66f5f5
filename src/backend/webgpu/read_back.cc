// Device memory to host bytes at the rate of the bus: a ring of mapped buffers, emptied by several threads while the next ones are filled.
#include <algorithm>
#include <array>
#include <cstring>

#include "backend/webgpu/device.h"
#include "backend/webgpu/host_loop.h"

namespace trueno::backend::webgpu {

namespace {

// Buffers of this size stay in the pool: making one that the host can read takes far longer than what it carries.
constexpr std::uint64_t kPieceBytes = std::uint64_t{16} << 20;
constexpr std::size_t kRing = 4;

void copy_to_host(const void* mapped, std::uint64_t bytes, std::uint8_t* to) {
  const auto* from = static_cast<const std::uint8_t*>(mapped);
  if (bytes <= kCopyGrain) {
    std::memcpy(to, from, bytes);
    return;
  }
  on_host((bytes + kCopyGrain - 1) / kCopyGrain, [&](std::size_t part) {
    const std::uint64_t at = part * kCopyGrain;
    std::memcpy(to + at, from + at, std::min(kCopyGrain, bytes - at));
  });
}

}  // namespace

// Under mutex_: copies a piece to a buffer that the host will read.
Status Device::send_piece(const GpuBuffer& from, Piece& piece) {
  Command copy;
  copy.kind = Command::Kind::kCopy;
  copy.from = &from;
  copy.from_offset = piece.offset;
  copy.to = &piece.buffer;
  copy.bytes = piece.bytes;
  TRUENO_TRY(encode({&copy, 1}));
  piece.answer = std::make_unique<Answer>();
  piece.future =
      api_.BufferMapAsync(piece.buffer.handle(), abi::kMapModeRead, 0, piece.bytes, map_callback(*piece.answer, callback_mode()));
  return check();
}

// Under mutex_: waits for a piece, and copies it to where it belongs.
Status Device::take_piece(Piece& piece, std::uint8_t* to) {
  Status waited = wait(piece.future, piece.answer->done);
  if (!waited) {
    Answer::forsake(piece.answer);
    return waited;
  }
  const std::unique_ptr<Answer> answer = std::move(piece.answer);
  if (answer->status != abi::kSuccess) {
    TRUENO_TRY(check());
    return fail("reading from the GPU failed: {}", answer->message);
  }
  const void* mapped = api_.BufferGetConstMappedRange(piece.buffer.handle(), 0, piece.bytes);
  if (mapped == nullptr) return fail("the GPU mapped no memory to read from");
  copy_to_host(mapped, piece.bytes, to + piece.offset);
  api_.BufferUnmap(piece.buffer.handle());
  return {};
}

Status Device::read_into(const GpuBuffer& from, std::uint64_t bytes, std::uint8_t* to) {
  TRUENO_ASSERT(bytes <= from.size() && bytes % 4 == 0);
  std::array<Piece, kRing> ring;
  const std::size_t pieces = (bytes + kPieceBytes - 1) / kPieceBytes;
  for (std::size_t n = 0; n < std::min(pieces, kRing); ++n)
    ring[n].buffer = TRUENO_TRY(buffer(std::min(bytes, kPieceBytes), abi::kMapRead | abi::kCopyTarget));
  const LockGuard lock(mutex_);
  TRUENO_TRY(check());
  const auto run = [&]() -> Status {
    for (std::size_t n = 0; n < pieces + kRing; ++n) {
      Piece& piece = ring[n % kRing];
      if (n >= kRing && n - kRing < pieces) TRUENO_TRY(take_piece(piece, to));
      if (n >= pieces) continue;
      piece.offset = n * kPieceBytes;
      piece.bytes = std::min(kPieceBytes, bytes - piece.offset);
      TRUENO_TRY(send_piece(from, piece));
    }
    return check();
  };
  Status status = run();
  if (!status) {
    // Answers may still come in to what was asked for.
    for (Piece& piece : ring) {
      if (piece.answer) Answer::forsake(piece.answer);
    }
  }
  return status;
}

Result<std::vector<std::uint32_t>> Device::read(const GpuBuffer& from, std::size_t words) {
  std::vector<std::uint32_t> out(words);
  TRUENO_TRY(read_into(from, words * 4, reinterpret_cast<std::uint8_t*>(out.data())));
  return out;
}

Result<MutableBuffer> Device::read_many(const GpuBuffer& from, std::size_t words) {
  MutableBuffer out = TRUENO_TRY(MutableBuffer::uninitialised(words * 4));
  TRUENO_TRY(read_into(from, words * 4, out.data()));
  return out;
}

}  // namespace trueno::backend::webgpu

#pragma once

#include <cstdint>
#include <memory>

#include "base/buffer.h"
#include "storage/stream/compression.h"

namespace trueno {

/// A stream cut into buffers, for readers of rows: each begins with what the reader left of the one before, because a row that is not
/// complete at the end of a buffer is read again with more bytes behind it. Used by one thread.
class StreamWindow {
 public:
  /// About `bytes` are read at a time; `largest`: more than so many for one row is kInvalidInput.
  StreamWindow(std::unique_ptr<ByteStream> stream, std::string path, std::size_t bytes, std::size_t largest);

  /// Passes over bytes at the begin of the stream. Before the first `next` only.
  [[nodiscard]] Status skip(std::uint64_t bytes);
  /// The next buffer, of which the first bytes are those behind the first `used` of the buffer before.
  [[nodiscard]] Result<Buffer> next(std::size_t used);
  /// Nothing follows the buffer given last.
  [[nodiscard]] bool last() const { return ended_; }
  /// Where the buffer given last begins in the stream.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }

 private:
  std::unique_ptr<ByteStream> stream_;
  std::string path_;
  std::size_t bytes_;
  std::size_t largest_;
  Buffer current_;
  std::uint64_t offset_ = 0;
  bool ended_ = false;
};

/// The first `count` bytes of a stream, or all there are; `whole` tells which.
[[nodiscard]] Result<Buffer> read_beginning(ByteStream& stream, std::size_t count, bool& whole);

}  // namespace trueno

// Windows over a stream.
#include "storage/stream/stream_window.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace trueno {

StreamWindow::StreamWindow(std::unique_ptr<ByteStream> stream, std::string path, std::size_t bytes, std::size_t largest)
    : stream_(std::move(stream)), path_(std::move(path)), bytes_(std::max<std::size_t>(bytes, 1)), largest_(largest) {}

Status StreamWindow::skip(std::uint64_t bytes) {
  std::array<std::uint8_t, 16384> ignored;
  while (bytes != 0) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, ignored.size()));
    const std::size_t got = TRUENO_TRY(stream_->read({ignored.data(), wanted}));
    offset_ += got;
    bytes -= got;
    if (got < wanted) break;
  }
  return {};
}

// A row that fills a window gets one twice as large, so a long row is copied a constant number of times on average.
Result<Buffer> StreamWindow::next(std::size_t used) {
  const std::size_t kept = current_.size() - used;
  const std::size_t size = std::max(bytes_, kept * 2);
  if (kept > largest_) {
    return error(ErrorCode::kInvalidInput, "\"{}\": the row from byte {} on takes more than {} bytes", path_, offset_ + used, largest_);
  }
  MutableBuffer bytes = TRUENO_TRY(MutableBuffer::uninitialised(size));
  if (kept != 0) std::memcpy(bytes.data(), current_.data() + used, kept);
  const std::size_t got = ended_ ? 0 : TRUENO_TRY(stream_->read({bytes.data() + kept, size - kept}));
  ended_ = got < size - kept;
  TRUENO_TRY(bytes.resize(kept + got));
  offset_ += used;
  current_ = std::move(bytes).freeze();
  return current_;
}

Result<Buffer> read_beginning(ByteStream& stream, std::size_t count, bool& whole) {
  MutableBuffer bytes = TRUENO_TRY(MutableBuffer::uninitialised(count));
  const std::size_t got = TRUENO_TRY(stream.read({bytes.data(), count}));
  whole = got < count;
  TRUENO_TRY(bytes.resize(got));
  return std::move(bytes).freeze();
}

}  // namespace trueno

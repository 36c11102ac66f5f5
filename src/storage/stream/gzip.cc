// gzip through zlib (RFC 1952). The only file that includes it.
#include "storage/stream/stream_coder.h"

#ifdef TRUENO_HAS_ZLIB
#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <limits>
#endif

namespace trueno {

#ifndef TRUENO_HAS_ZLIB

namespace {
Error no_gzip() { return error(ErrorCode::kNotSupported, "this build does not read or write gzip").hint("unpack the file first"); }
}  // namespace
Result<std::unique_ptr<StreamCoder>> make_gzip_decoder() { return no_gzip(); }
Result<std::unique_ptr<StreamCoder>> make_gzip_encoder(int) { return no_gzip(); }

#else

namespace {

constexpr int kGzipWindow = 15 + 16;  // 32 KiB, with the header of gzip

uInt clamped(std::size_t size) { return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max())); }

void set_buffers(z_stream& stream, std::span<const std::uint8_t> from, std::span<std::uint8_t> into) {
  stream.next_in = from.data();
  stream.avail_in = clamped(from.size());
  stream.next_out = into.data();
  stream.avail_out = clamped(into.size());
}

CoderStep taken_and_given(const z_stream& stream, std::span<const std::uint8_t> from, std::span<std::uint8_t> into) {
  return {static_cast<std::size_t>(stream.next_in - from.data()), static_cast<std::size_t>(stream.next_out - into.data()), false};
}

// A member behind another begins with a fresh state.
class GzipDecoder final : public StreamCoder {
 public:
  ~GzipDecoder() override { ::inflateEnd(&stream_); }
  bool open() { return ::inflateInit2(&stream_, kGzipWindow) == Z_OK; }

  Result<CoderStep> step(std::span<const std::uint8_t> from, std::span<std::uint8_t> into, bool) override {
    if (at_end_) {
      ::inflateReset(&stream_);
      at_end_ = false;
    }
    set_buffers(stream_, from, into);
    const int outcome = ::inflate(&stream_, Z_NO_FLUSH);
    CoderStep step = taken_and_given(stream_, from, into);
    if (outcome == Z_STREAM_END) {
      at_end_ = step.complete = true;
    } else if (outcome == Z_MEM_ERROR) {
      return error(ErrorCode::kOutOfMemory, "no memory to unpack gzip");
    } else if (outcome != Z_OK && outcome != Z_BUF_ERROR) {
      return error(ErrorCode::kCorruptFile, "the gzip data is broken: {}", stream_.msg != nullptr ? stream_.msg : "a preset dictionary");
    }
    return step;
  }

 private:
  z_stream stream_{};
  bool at_end_ = false;
};

class GzipEncoder final : public StreamCoder {
 public:
  ~GzipEncoder() override { ::deflateEnd(&stream_); }
  bool open(int level) { return ::deflateInit2(&stream_, level, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) == Z_OK; }

  Result<CoderStep> step(std::span<const std::uint8_t> from, std::span<std::uint8_t> into, bool finish) override {
    set_buffers(stream_, from, into);
    const int outcome = ::deflate(&stream_, finish ? Z_FINISH : Z_NO_FLUSH);
    if (outcome == Z_STREAM_ERROR) return error(ErrorCode::kInternal, "zlib refuses to pack");
    CoderStep step = taken_and_given(stream_, from, into);
    step.complete = outcome == Z_STREAM_END;
    return step;
  }

 private:
  z_stream stream_{};
};

}  // namespace

Result<std::unique_ptr<StreamCoder>> make_gzip_decoder() {
  auto decoder = std::make_unique<GzipDecoder>();
  if (!decoder->open()) return error(ErrorCode::kOutOfMemory, "no memory to unpack gzip");
  return std::unique_ptr<StreamCoder>(std::move(decoder));
}

Result<std::unique_ptr<StreamCoder>> make_gzip_encoder(int level) {
  auto encoder = std::make_unique<GzipEncoder>();
  if (level > 9) return error(ErrorCode::kInvalidInput, "gzip has levels 0 to 9, not {}", level);
  if (!encoder->open(level < 0 ? Z_DEFAULT_COMPRESSION : level)) return error(ErrorCode::kOutOfMemory, "no memory to pack gzip");
  return std::unique_ptr<StreamCoder>(std::move(encoder));
}

#endif

}  // namespace trueno

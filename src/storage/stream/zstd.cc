// Zstandard through libzstd (RFC 8878). The only file that includes it.
#include "storage/stream/stream_coder.h"

#ifdef TRUENO_HAS_ZSTD
#include <zstd.h>
#include <zstd_errors.h>
#endif

namespace trueno {

#ifndef TRUENO_HAS_ZSTD

namespace {
Error no_zstd() { return error(ErrorCode::kNotSupported, "this build does not read or write zstd").hint("unpack the file first"); }
}  // namespace
Result<std::unique_ptr<StreamCoder>> make_zstd_decoder() { return no_zstd(); }
Result<std::unique_ptr<StreamCoder>> make_zstd_encoder(int) { return no_zstd(); }

#else

namespace {

Error failure(std::size_t code, ErrorCode otherwise) {
  const bool memory = ::ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation;
  return error(memory ? ErrorCode::kOutOfMemory : otherwise, "zstd: {}", ::ZSTD_getErrorName(code));
}

struct Free {
  void operator()(ZSTD_DCtx* context) const { ::ZSTD_freeDCtx(context); }
  void operator()(ZSTD_CCtx* context) const { ::ZSTD_freeCCtx(context); }
};

// The library refuses windows above 128 MiB by itself.
class ZstdDecoder final : public StreamCoder {
 public:
  [[nodiscard]] bool open() const { return context_ != nullptr; }

  Result<CoderStep> step(std::span<const std::uint8_t> from, std::span<std::uint8_t> into, bool) override {
    ZSTD_inBuffer in{from.data(), from.size(), 0};
    ZSTD_outBuffer out{into.data(), into.size(), 0};
    const std::size_t left = ::ZSTD_decompressStream(context_.get(), &out, &in);
    if (::ZSTD_isError(left) != 0) return failure(left, ErrorCode::kCorruptFile);
    return CoderStep{in.pos, out.pos, left == 0};
  }

 private:
  std::unique_ptr<ZSTD_DCtx, Free> context_{::ZSTD_createDCtx()};
};

class ZstdEncoder final : public StreamCoder {
 public:
  bool open(int level) {
    return context_ != nullptr && ::ZSTD_isError(::ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level)) == 0;
  }

  Result<CoderStep> step(std::span<const std::uint8_t> from, std::span<std::uint8_t> into, bool finish) override {
    ZSTD_inBuffer in{from.data(), from.size(), 0};
    ZSTD_outBuffer out{into.data(), into.size(), 0};
    const std::size_t left = ::ZSTD_compressStream2(context_.get(), &out, &in, finish ? ZSTD_e_end : ZSTD_e_continue);
    if (::ZSTD_isError(left) != 0) return failure(left, ErrorCode::kInternal);
    return CoderStep{in.pos, out.pos, finish && left == 0};
  }

 private:
  std::unique_ptr<ZSTD_CCtx, Free> context_{::ZSTD_createCCtx()};
};

}  // namespace

Result<std::unique_ptr<StreamCoder>> make_zstd_decoder() {
  auto decoder = std::make_unique<ZstdDecoder>();
  if (!decoder->open()) return error(ErrorCode::kOutOfMemory, "no memory to unpack zstd");
  return std::unique_ptr<StreamCoder>(std::move(decoder));
}

Result<std::unique_ptr<StreamCoder>> make_zstd_encoder(int level) {
  auto encoder = std::make_unique<ZstdEncoder>();
  if (level > 22) return error(ErrorCode::kInvalidInput, "zstd has levels 0 to 22, not {}", level);
  if (!encoder->open(level < 0 ? ZSTD_CLEVEL_DEFAULT : level)) return error(ErrorCode::kOutOfMemory, "no memory to pack zstd");
  return std::unique_ptr<StreamCoder>(std::move(encoder));
}

#endif

}  // namespace trueno

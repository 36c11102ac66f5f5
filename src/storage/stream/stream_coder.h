#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/result.h"

namespace trueno {

/// One step of a library that packs or unpacks: what it took and gave.
struct CoderStep {
  std::size_t taken = 0;
  std::size_t given = 0;
  bool complete = false;  // what was begun is complete: a member or frame read to its end, or all written
};

/// A library's state for one stream. Used by one thread.
class StreamCoder {
 public:
  virtual ~StreamCoder() = default;
  /// Takes of `from`, gives to `into`. `finish`: nothing follows `from`. kCorruptFile without the file's name.
  [[nodiscard]] virtual Result<CoderStep> step(std::span<const std::uint8_t> from, std::span<std::uint8_t> into, bool finish) = 0;
};

// kNotSupported where the build has not the library.
[[nodiscard]] Result<std::unique_ptr<StreamCoder>> make_gzip_decoder();
[[nodiscard]] Result<std::unique_ptr<StreamCoder>> make_gzip_encoder(int level);
[[nodiscard]] Result<std::unique_ptr<StreamCoder>> make_zstd_decoder();
[[nodiscard]] Result<std::unique_ptr<StreamCoder>> make_zstd_encoder(int level);

}  // namespace trueno

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/file_system.h"

namespace trueno {

/// How the bytes of a text file are packed.
enum class Compression : std::uint8_t { kNone, kGzip, kZstd };

/// "none", "uncompressed", "gzip", "gz", "zstd", "zst"; kNotSupported for another name.
[[nodiscard]] Result<Compression> compression_named(std::string_view name);
/// By the end of a path: ".gz", ".zst". Takes that end off, so that the ending of the format is the last.
[[nodiscard]] Compression take_compression_ending(std::string& path);

/// Bytes from front to back. Used by one thread.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Fills `into` from its begin and gives how many bytes: fewer than asked for only at the end. kCorruptFile where the bytes cannot be
  /// unpacked, or end too early.
  [[nodiscard]] virtual Result<std::size_t> read(std::span<std::uint8_t> into) = 0;
};

/// The unpacked bytes of a file. Buffers stay below a megabyte, whatever the file promises (and below 128 MiB for a zstd file with such a
/// window). gzip files may have several members, zstd files several frames. kNotSupported where the build has not the library.
[[nodiscard]] Result<std::unique_ptr<ByteStream>> open_stream(std::shared_ptr<const RandomAccessFile> file, Compression compression);

/// A file that packs what is written to it. `level` < 0: the library's own.
[[nodiscard]] Result<std::unique_ptr<WritableFile>> make_packed_file(std::unique_ptr<WritableFile> file, Compression compression,
                                                                     int level = -1);

}  // namespace trueno

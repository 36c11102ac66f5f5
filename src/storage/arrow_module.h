#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/file_system.h"
#include "column/table_source.h"

namespace trueno {

/// How a Parquet file is written. The names are those of SQL's COPY ... (FORMAT parquet, ...).
struct ParquetWriteOptions {
  std::string compression = "zstd";  // zstd, snappy, gzip, brotli, lz4, none
  int compression_level = -1;        // the codec's own
  std::int64_t row_group_size = 131'072;
  int threads = 1;  // that encode columns
};

/// Who decodes the pages of a Parquet file: the results are the same.
struct ParquetReadOptions {
  enum class Pages : std::uint8_t {
    kChoose,  // ours where they know a column chunk's type and encodings, else Arrow's
    kOurs,    // ours; kNotSupported, with the reason, where they do not know it (tests)
    kArrow,   // Arrow's (tests)
  };
  Pages pages = Pages::kChoose;
};

/// The file formats that need Arrow C++. libarrow costs 8 ms of every process that links it, so they live in a shared module,
/// `libtrueno_arrow.so`, which is loaded when the first such file is opened. All functions are thread-safe.
struct ArrowModule {
  /// Goes up whenever a class changes that crosses: TableSource, files, columns, and what they hold.
  static constexpr std::uint32_t kVersion = 5;
  std::uint32_t version = 0;

  /// A Parquet file; its row groups are the parts.
  Result<std::shared_ptr<const TableSource>> (*open_parquet)(std::shared_ptr<const RandomAccessFile> file,
                                                             const ParquetReadOptions& options) = nullptr;
  /// An Arrow IPC (Feather) file or stream; its record batches are the parts, a stream is one part.
  Result<std::shared_ptr<const TableSource>> (*open_arrow_ipc)(std::shared_ptr<const RandomAccessFile> file) = nullptr;
  /// Write all rows, and close the file.
  Status (*write_parquet)(const Schema& schema, const BatchStream& rows, WritableFile& file, const ParquetWriteOptions& options) = nullptr;
  Status (*write_arrow_ipc)(const Schema& schema, const BatchStream& rows, WritableFile& file) = nullptr;
};

/// The module: beside the executable or library that asks, else where the environment variable TRUENO_ARROW_MODULE says. It stays loaded.
/// kNotSupported, with what to do, when it is not there; always so on WebAssembly.
[[nodiscard]] Result<const ArrowModule*> load_arrow_module();

/// The formats' functions, inside the module only.
namespace arrow_module {
[[nodiscard]] Result<std::shared_ptr<const TableSource>> open_parquet(std::shared_ptr<const RandomAccessFile> file,
                                                                      const ParquetReadOptions& options);
[[nodiscard]] Result<std::shared_ptr<const TableSource>> open_arrow_ipc(std::shared_ptr<const RandomAccessFile> file);
[[nodiscard]] Status write_parquet(const Schema& schema, const BatchStream& rows, WritableFile& file, const ParquetWriteOptions& options);
[[nodiscard]] Status write_arrow_ipc(const Schema& schema, const BatchStream& rows, WritableFile& file);
}  // namespace arrow_module

}  // namespace trueno

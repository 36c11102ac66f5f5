#pragma once

// Only for files of the Arrow module: what lies between Arrow C++ and us.

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <arrow/status.h>
#include <arrow/util/future.h>

#include <memory>
#include <optional>
#include <utility>

#include "base/file_system.h"
#include "base/threads.h"

namespace trueno::arrow_module {

/// An Arrow status as an error: what Arrow finds wrong in a file is a corrupt file.
[[nodiscard]] Error to_error(const arrow::Status& status);

// Arrow casts these dynamically: their one source file, storage/parquet/arrow_edge.cc, is compiled with RTTI.

/// Our files as Arrow's. An error of ours passes through Arrow as a status without its code; `failure` gives it back. Reads at positions
/// are thread-safe.
class InputFile final : public arrow::io::RandomAccessFile {
 public:
  explicit InputFile(std::shared_ptr<const trueno::RandomAccessFile> file);
  ~InputFile() override;

  arrow::Status Close() override;
  bool closed() const override { return closed_; }
  arrow::Result<std::int64_t> Tell() const override { return position_; }
  arrow::Status Seek(std::int64_t position) override;
  arrow::Result<std::int64_t> GetSize() override { return size(); }
  using arrow::io::RandomAccessFile::ReadAt;
  arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t count, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(std::int64_t position, std::int64_t count) override;
  arrow::Result<std::int64_t> Read(std::int64_t count, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t count) override;
  // Arrow's own version hands the read to a pool of threads; ours answers on this one.
  using arrow::io::RandomAccessFile::ReadAsync;
  arrow::Future<std::shared_ptr<arrow::Buffer>> ReadAsync(const arrow::io::IOContext& context, std::int64_t position,
                                                          std::int64_t count) override;

  /// The error of a status: ours when a read of ours failed.
  [[nodiscard]] Error failure(const arrow::Status& status) const;
  [[nodiscard]] const FileIdentity& identity() const { return file_->identity(); }
  [[nodiscard]] const std::shared_ptr<const trueno::RandomAccessFile>& ours() const { return file_; }

 private:
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(file_->identity().size); }

  std::shared_ptr<const trueno::RandomAccessFile> file_;
  std::int64_t position_ = 0;
  bool closed_ = false;
  mutable Mutex mutex_;
  std::optional<Error> failure_;
};

/// A file being written, as Arrow's. Closing is left to the owner of the file.
class OutputFile final : public arrow::io::OutputStream {
 public:
  explicit OutputFile(WritableFile& file);
  ~OutputFile() override;
  arrow::Status Close() override;
  bool closed() const override { return closed_; }
  arrow::Result<std::int64_t> Tell() const override { return position_; }
  using arrow::io::OutputStream::Write;
  arrow::Status Write(const void* data, std::int64_t count) override;
  [[nodiscard]] Error failure(const arrow::Status& status) const;

 private:
  WritableFile& file_;
  std::int64_t position_ = 0;
  bool closed_ = false;
  std::optional<Error> failure_;
};

}  // namespace trueno::arrow_module

// The value of an arrow::Result, or return `on_failure(status)` from the enclosing function.
#define TRUENO_ARROW_TRY(expression, on_failure)                                        \
  ({                                                                                    \
    auto trueno_arrow_result_ = (expression);                                           \
    if (!trueno_arrow_result_.ok()) return (on_failure)(trueno_arrow_result_.status()); \
    std::move(trueno_arrow_result_).ValueUnsafe();                                      \
  })

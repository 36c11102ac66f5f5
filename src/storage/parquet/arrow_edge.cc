// Compiled with RTTI, which Arrow's dynamic casts of these classes read.
#include "storage/arrow_edge.h"

#include <arrow/util/compression.h>

#include <algorithm>

#include "storage/parquet/parquet_metadata.h"

namespace trueno::arrow_module {

Error to_error(const arrow::Status& status) {
  switch (status.code()) {
    case arrow::StatusCode::OutOfMemory: return Error(ErrorCode::kOutOfMemory, status.message());
    case arrow::StatusCode::NotImplemented: return Error(ErrorCode::kNotSupported, status.message());
    case arrow::StatusCode::Cancelled: return Error(ErrorCode::kCancelled, status.message());
    default: return Error(ErrorCode::kCorruptFile, status.message());
  }
}

Result<pages::Decompressor> make_decompressor(int compression) {
  const std::shared_ptr<arrow::util::Codec> codec =
      TRUENO_ARROW_TRY(arrow::util::Codec::Create(static_cast<arrow::Compression::type>(compression)), to_error);
  return pages::Decompressor([codec](std::span<const std::uint8_t> from, std::span<std::uint8_t> to) -> Status {
    const auto got = TRUENO_ARROW_TRY(
        codec->Decompress(static_cast<std::int64_t>(from.size()), from.data(), static_cast<std::int64_t>(to.size()), to.data()), to_error);
    if (got == static_cast<std::int64_t>(to.size())) return {};
    return error(ErrorCode::kCorruptFile, "a page decompresses to {} bytes where its header says {}", got, to.size());
  });
}

InputFile::InputFile(std::shared_ptr<const trueno::RandomAccessFile> file) : file_(std::move(file)) {}
InputFile::~InputFile() = default;

arrow::Status InputFile::Close() {
  closed_ = true;
  return arrow::Status::OK();
}

arrow::Status InputFile::Seek(std::int64_t position) {
  position_ = position;
  return arrow::Status::OK();
}

arrow::Result<std::int64_t> InputFile::ReadAt(std::int64_t position, std::int64_t count, void* out) {
  if (position < 0 || count < 0 || position > size())
    return arrow::Status::Invalid("a read of ", count, " bytes at byte ", position, " of ", size());
  count = std::min(count, size() - position);
  const trueno::Status read =
      file_->read(static_cast<std::uint64_t>(position), {static_cast<std::uint8_t*>(out), static_cast<std::size_t>(count)});
  if (read) return count;
  const LockGuard lock(mutex_);
  failure_ = read.error();
  return arrow::Status::IOError(read.error().message());
}

arrow::Result<std::shared_ptr<arrow::Buffer>> InputFile::ReadAt(std::int64_t position, std::int64_t count) {
  if (position < 0 || count < 0 || position > size())
    return arrow::Status::Invalid("a read of ", count, " bytes at byte ", position, " of ", size());
  // Never more than there is: a broken file may ask for any size.
  ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateBuffer(std::min(count, size() - position)));
  ARROW_RETURN_NOT_OK(ReadAt(position, buffer->size(), buffer->mutable_data()));
  return std::shared_ptr<arrow::Buffer>(std::move(buffer));
}

arrow::Result<std::int64_t> InputFile::Read(std::int64_t count, void* out) {
  ARROW_ASSIGN_OR_RAISE(const std::int64_t got, ReadAt(position_, count, out));
  position_ += got;
  return got;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> InputFile::Read(std::int64_t count) {
  ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, count));
  position_ += buffer->size();
  return buffer;
}

arrow::Future<std::shared_ptr<arrow::Buffer>> InputFile::ReadAsync(const arrow::io::IOContext&, std::int64_t position, std::int64_t count) {
  return arrow::Future<std::shared_ptr<arrow::Buffer>>::MakeFinished(ReadAt(position, count));
}

Error InputFile::failure(const arrow::Status& status) const {
  const LockGuard lock(mutex_);
  Error error = failure_ ? Error(*failure_) : to_error(status);
  return std::move(error).context(fmt::format("reading \"{}\"", file_->identity().path));
}

OutputFile::OutputFile(WritableFile& file) : file_(file) {}
OutputFile::~OutputFile() = default;

arrow::Status OutputFile::Close() {
  closed_ = true;
  return arrow::Status::OK();
}

arrow::Status OutputFile::Write(const void* data, std::int64_t count) {
  const trueno::Status written = file_.write({static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(count)});
  if (!written) {
    failure_ = written.error();
    return arrow::Status::IOError(written.error().message());
  }
  position_ += count;
  return arrow::Status::OK();
}

Error OutputFile::failure(const arrow::Status& status) const { return failure_ ? Error(*failure_) : to_error(status); }

}  // namespace trueno::arrow_module

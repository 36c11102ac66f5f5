#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/result.h"

namespace trueno {

/// Identity of a file's content: while it is equal and pinned, caches over the file are good.
struct FileIdentity {
  std::string path;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;  // since 1970-01-01 UTC
  std::string etag;              // what a server calls the content; of a local file which one it is, and when that changed
  bool pinned = true;            // false: other content may have the same identity, so nothing may be kept of it
  bool operator==(const FileIdentity&) const = default;
};

/// One name a content, for TableSource::identity; empty where it is not pinned.
[[nodiscard]] std::string content_name(const FileIdentity& identity);

/// An open file that is read at positions. Thread-safe.
class RandomAccessFile {
 public:
  virtual ~RandomAccessFile() = default;
  [[nodiscard]] virtual const FileIdentity& identity() const = 0;
  /// Reads exactly `into.size()` bytes at `offset`; kIo when the file ends before.
  [[nodiscard]] virtual Status read(std::uint64_t offset, std::span<std::uint8_t> into) const = 0;
  /// The bytes [offset, offset + size) without a copy where the file is mapped.
  [[nodiscard]] virtual Result<Buffer> map(std::uint64_t offset, std::uint64_t size) const = 0;
};

/// A file being written. `close` flushes; without it the file is removed.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  [[nodiscard]] virtual Status write(std::span<const std::uint8_t> bytes) = 0;
  [[nodiscard]] virtual Status close() = 0;
};

/// Where files live: the local disk, memory (tests, browsers) or HTTP. Thread-safe.
/// Errors: kFileNotFound, kPermissionDenied, kInvalidInput (a directory), kIo.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  [[nodiscard]] virtual Result<std::unique_ptr<RandomAccessFile>> open(const std::string& path) const = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<WritableFile>> create(const std::string& path) const = 0;
  [[nodiscard]] virtual Result<FileIdentity> stat(const std::string& path) const = 0;
  /// Makes a directory and those it lies in, where they are not there yet.
  [[nodiscard]] virtual Status create_directories(const std::string& path) const = 0;
  /// Removes a file; none of that name is an error.
  [[nodiscard]] virtual Status remove_file(const std::string& path) const = 0;
  /// Paths that match a pattern with `*`, `?`, `[...]` and `**`, sorted bytewise.
  [[nodiscard]] virtual Result<std::vector<std::string>> glob(const std::string& pattern) const = 0;
};

}  // namespace trueno

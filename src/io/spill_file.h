#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"

namespace trueno {

/// A temporary file that has no name: whatever becomes of the process, nothing of it stays. Bytes are put behind those that are there, and
/// read at positions. Thread-safe.
class SpillFile {
 public:
  /// In a directory, which is made where it is missing. kIo, kPermissionDenied; kNotSupported on WebAssembly, which has no disk.
  [[nodiscard]] static Result<std::unique_ptr<SpillFile>> create(const std::string& directory);
  ~SpillFile();
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  /// Where the bytes begin. kIo when the disk is full.
  [[nodiscard]] Result<std::uint64_t> append(std::span<const std::uint8_t> bytes);
  /// Reads exactly `into.size()` bytes.
  [[nodiscard]] Status read(std::uint64_t offset, std::span<std::uint8_t> into) const;
  [[nodiscard]] std::uint64_t size() const { return size_.load(); }

 private:
  SpillFile(int descriptor, std::string directory) : descriptor_(descriptor), directory_(std::move(directory)) {}

  int descriptor_;
  std::string directory_;
  std::atomic<std::uint64_t> size_ = 0;
};

}  // namespace trueno

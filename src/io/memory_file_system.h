#pragma once

#include <map>
#include <memory>

#include "base/file_system.h"
#include "base/threads.h"

namespace trueno {

/// Files in memory: for tests, for bytes a program already has, and for the browser. Thread-safe; an open file keeps its bytes when the
/// name is written again. Its "modification time" counts writes.
class MemoryFileSystem final : public FileSystem {
 public:
  /// Puts a file there without writing it piece by piece.
  void put(const std::string& path, Buffer bytes);
  Status put(const std::string& path, std::string_view bytes);
  void remove(const std::string& path);

  Result<std::unique_ptr<RandomAccessFile>> open(const std::string& path) const override;
  Result<std::unique_ptr<WritableFile>> create(const std::string& path) const override;
  Result<FileIdentity> stat(const std::string& path) const override;
  /// A path needs no directories here.
  Status create_directories(const std::string& path) const override;
  Status remove_file(const std::string& path) const override;
  Result<std::vector<std::string>> glob(const std::string& pattern) const override;

 private:
  friend class MemoryWritableFile;
  struct Entry {
    Buffer bytes;
    std::int64_t version = 0;
  };
  // Shared with files being written, which may outlive this object.
  struct State {
    Mutex mutex;
    std::map<std::string, Entry> files;
    std::int64_t next_version = 1;
    void put(const std::string& path, Buffer bytes);
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace trueno

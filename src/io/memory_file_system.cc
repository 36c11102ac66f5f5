// Files in memory: a map from paths to immutable buffers.
#include "io/memory_file_system.h"

#include <cstring>

#include "io/path_pattern.h"

namespace trueno {

namespace {

Error not_found(const std::string& path) { return error(ErrorCode::kFileNotFound, "no file \"{}\"", path); }

// Holds its bytes, whatever becomes of the name.
class MemoryFile final : public RandomAccessFile {
 public:
  MemoryFile(FileIdentity identity, Buffer bytes) : identity_(std::move(identity)), bytes_(std::move(bytes)) {}
  const FileIdentity& identity() const override { return identity_; }
  Status read(std::uint64_t offset, std::span<std::uint8_t> into) const override {
    const Buffer part = TRUENO_TRY(map(offset, into.size()));
    if (!into.empty()) std::memcpy(into.data(), part.data(), into.size());
    return {};
  }
  Result<Buffer> map(std::uint64_t offset, std::uint64_t size) const override {
    if (offset > bytes_.size() || size > bytes_.size() - offset) {
      return error(ErrorCode::kIo, "reading \"{}\": it ends at byte {}, before {}", identity_.path, bytes_.size(), offset + size);
    }
    return bytes_.slice(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
  }

 private:
  FileIdentity identity_;
  Buffer bytes_;
};

}  // namespace

// Holds the state of its file system, which may be gone before it is closed.
class MemoryWritableFile final : public WritableFile {
 public:
  MemoryWritableFile(std::shared_ptr<MemoryFileSystem::State> state, std::string path) : state_(std::move(state)), path_(std::move(path)) {}
  Status write(std::span<const std::uint8_t> bytes) override { return buffer_.append(bytes.data(), bytes.size()); }
  Status close() override {
    TRUENO_TRY(buffer_.append(nullptr, 0));  // an empty file has a buffer, too
    state_->put(path_, std::move(buffer_).freeze());
    return {};
  }

 private:
  std::shared_ptr<MemoryFileSystem::State> state_;
  std::string path_;
  MutableBuffer buffer_;
};

void MemoryFileSystem::State::put(const std::string& path, Buffer bytes) {
  const LockGuard lock(mutex);
  files[path] = {std::move(bytes), next_version++};
}

void MemoryFileSystem::put(const std::string& path, Buffer bytes) { state_->put(path, std::move(bytes)); }

Status MemoryFileSystem::put(const std::string& path, std::string_view bytes) {
  put(path, TRUENO_TRY(copy_to_buffer(std::span(bytes.data(), bytes.size()))));
  return {};
}

void MemoryFileSystem::remove(const std::string& path) {
  const LockGuard lock(state_->mutex);
  state_->files.erase(path);
}

Result<std::unique_ptr<RandomAccessFile>> MemoryFileSystem::open(const std::string& path) const {
  const LockGuard lock(state_->mutex);
  const auto found = state_->files.find(path);
  if (found == state_->files.end()) return not_found(path);
  const Entry& entry = found->second;
  return std::make_unique<MemoryFile>(FileIdentity{path, entry.bytes.size(), entry.version, {}}, entry.bytes);
}

Result<std::unique_ptr<WritableFile>> MemoryFileSystem::create(const std::string& path) const {
  return std::make_unique<MemoryWritableFile>(state_, path);
}

Result<FileIdentity> MemoryFileSystem::stat(const std::string& path) const { return TRUENO_TRY(open(path))->identity(); }

Status MemoryFileSystem::create_directories(const std::string&) const { return {}; }

Status MemoryFileSystem::remove_file(const std::string& path) const {
  const LockGuard lock(state_->mutex);
  if (state_->files.erase(path) == 0) return not_found(path);
  return {};
}

Result<std::vector<std::string>> MemoryFileSystem::glob(const std::string& pattern) const {
  const LockGuard lock(state_->mutex);
  std::vector<std::string> paths;  // the map is sorted
  for (const auto& [path, entry] : state_->files) {
    if (path == pattern || path_matches(pattern, path)) paths.push_back(path);
  }
  return paths;
}

}  // namespace trueno

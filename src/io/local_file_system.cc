#if !defined(__wasm__)

// Files of the machine, through POSIX calls. Errors of the system become codes here and nowhere else.
#include "io/local_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "base/clock.h"
#include "io/path_pattern.h"

namespace trueno {

namespace {

constexpr int kMaxGlobDepth = 64;
constexpr std::size_t kWriteBuffer = std::size_t{1} << 20;

Error directory_error(const std::string& path) {
  return error(ErrorCode::kInvalidInput, "\"{}\" is a directory", path)
      .hint(fmt::format("name the files in it, for example '{}/*.parquet'", path));
}

// An errno value as a typed error.
Error failure(const std::string& path, std::string_view what, int code) {
  if (code == ENOENT || code == ENOTDIR) return error(ErrorCode::kFileNotFound, "no file \"{}\"", path);
  if (code == EACCES || code == EPERM || code == EROFS)
    return error(ErrorCode::kPermissionDenied, "{} \"{}\": {}", what, path, std::strerror(code));
  if (code == EISDIR) return directory_error(path);
  return error(ErrorCode::kIo, "{} \"{}\": {}", what, path, std::strerror(code));
}

// Which file it is (inode) and when that was changed: unlike the time of its content, a program cannot set that back. Two writes within a
// tick of the file system's clock leave one time, so a file is pinned once the tick is over: 10 ms, or 2 s where only whole seconds are
// kept.
FileIdentity identity_of(const std::string& path, const struct stat& info) {
  const auto nanoseconds = [](const struct timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; };
  const std::int64_t modified = nanoseconds(info.st_mtim);
  const std::int64_t changed = nanoseconds(info.st_ctim);
  const std::int64_t tick = changed % 1'000'000'000 == 0 ? 2'100'000'000 : 100'000'000;
  const bool settled = Clock::system().now_micros() * 1000 - std::max(modified, changed) > tick;
  return {path, static_cast<std::uint64_t>(info.st_size), modified, fmt::format("{}:{}:{}", info.st_dev, info.st_ino, changed),
          S_ISREG(info.st_mode) && settled};
}

// Closes its descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

// Reads go through the descriptor, so a file that is renamed or removed meanwhile stays readable.
class LocalFile final : public RandomAccessFile {
 public:
  LocalFile(Descriptor descriptor, FileIdentity identity) : descriptor_(std::move(descriptor)), identity_(std::move(identity)) {}
  const FileIdentity& identity() const override { return identity_; }

  // A signal may interrupt a read, and the kernel may give less than was asked for.
  Status read(std::uint64_t offset, std::span<std::uint8_t> into) const override {
    while (!into.empty()) {
      const ssize_t got = ::pread(descriptor_.get(), into.data(), into.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failure(identity_.path, "reading", errno);
      if (got == 0) return error(ErrorCode::kIo, "reading \"{}\": it ends at byte {}, {} bytes early", identity_.path, offset, into.size());
      offset += static_cast<std::uint64_t>(got);
      into = into.subspan(static_cast<std::size_t>(got));
    }
    return {};
  }

  // Each call maps its own pages, from the page boundary before `offset` on, and unmaps them with the buffer.
  Result<Buffer> map(std::uint64_t offset, std::uint64_t size) const override {
    if (offset > identity_.size || size > identity_.size - offset) {
      return error(ErrorCode::kIo, "reading \"{}\": it has {} bytes, not {}", identity_.path, identity_.size, offset + size);
    }
    if (size == 0) return TRUENO_TRY(MutableBuffer::zeroed(0)).freeze();
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const std::uint64_t begin = offset / page * page;
    const std::size_t length = static_cast<std::size_t>(offset - begin + size);
    void* address = ::mmap(nullptr, length, PROT_READ, MAP_PRIVATE, descriptor_.get(), static_cast<off_t>(begin));
    if (address == MAP_FAILED) return failure(identity_.path, "mapping", errno);
    std::shared_ptr<const void> owner(address, [length](const void* at) { ::munmap(const_cast<void*>(at), length); });
    return Buffer(static_cast<const std::uint8_t*>(address) + (offset - begin), static_cast<std::size_t>(size), std::move(owner));
  }

 private:
  Descriptor descriptor_;
  FileIdentity identity_;
};

// Gathers small writes: a system call costs more than a copy.
class LocalWritableFile final : public WritableFile {
 public:
  // `temporary` is renamed to `path` by close; the same when it is written directly.
  LocalWritableFile(Descriptor descriptor, std::string temporary, std::string path)
      : descriptor_(std::move(descriptor)), temporary_(std::move(temporary)), path_(std::move(path)) {
    pending_.reserve(kWriteBuffer);
  }
  ~LocalWritableFile() override {
    if (!closed_ && temporary_ != path_) ::unlink(temporary_.c_str());
  }

  Status write(std::span<const std::uint8_t> bytes) override {
    if (pending_.size() + bytes.size() > kWriteBuffer) TRUENO_TRY(flush());
    if (bytes.size() >= kWriteBuffer) return write_out(bytes);
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    return {};
  }

  Status close() override {
    TRUENO_TRY(flush());
    if (temporary_ != path_ && ::rename(temporary_.c_str(), path_.c_str()) != 0) return failure(path_, "writing", errno);
    closed_ = true;
    return {};
  }

 private:
  Status flush() {
    TRUENO_TRY(write_out(pending_));
    pending_.clear();
    return {};
  }
  Status write_out(std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
      const ssize_t put = ::write(descriptor_.get(), bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return failure(path_, "writing", errno);
      bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
    return {};
  }

  Descriptor descriptor_;
  std::string temporary_;
  std::string path_;
  std::vector<std::uint8_t> pending_;
  bool closed_ = false;
};

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

// Paths below `base` ("" or ending in '/') that match the rest of a pattern.
void expand(const std::string& base, std::string_view pattern, int depth, std::vector<std::string>& paths) {
  if (depth > kMaxGlobDepth) return;
  const std::size_t slash = pattern.find('/');
  const std::string_view segment = pattern.substr(0, slash);
  const bool last = slash == std::string_view::npos;
  const std::string_view rest = last ? std::string_view() : pattern.substr(slash + 1);
  struct stat info{};
  if (segment != "**" && !has_wildcards(segment)) {
    const std::string path = base + std::string(segment);
    if (!last) return expand(path + "/", rest, depth + 1, paths);
    if (::stat(path.c_str(), &info) == 0 && !S_ISDIR(info.st_mode)) paths.push_back(path);
    return;
  }
  if (segment == "**") expand(base, last ? std::string_view("*") : rest, depth + 1, paths);
  const std::unique_ptr<DIR, CloseDirectory> directory(::opendir(base.empty() ? "." : base.c_str()));
  if (directory == nullptr) return;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name(entry->d_name);
    if (name == "." || name == ".." || !segment_matches(segment == "**" ? "*" : segment, name)) continue;
    const std::string path = base + std::string(name);
    // `**` does not follow links, which could lead round in circles.
    if ((segment == "**" ? ::lstat(path.c_str(), &info) : ::stat(path.c_str(), &info)) != 0) continue;
    if (segment == "**") {
      if (S_ISDIR(info.st_mode)) expand(path + "/", pattern, depth + 1, paths);
    } else if (!last) {
      if (S_ISDIR(info.st_mode)) expand(path + "/", rest, depth + 1, paths);
    } else if (!S_ISDIR(info.st_mode)) {
      paths.push_back(path);
    }
  }
}

// Has no state: paths are those of the process.
class LocalFileSystem final : public FileSystem {
 public:
  Result<std::unique_ptr<RandomAccessFile>> open(const std::string& path) const override {
    Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (descriptor.get() < 0) return failure(path, "opening", errno);
    struct stat info{};
    if (::fstat(descriptor.get(), &info) != 0) return failure(path, "opening", errno);
    if (S_ISDIR(info.st_mode)) return directory_error(path);
    return std::make_unique<LocalFile>(std::move(descriptor), identity_of(path, info));
  }

  Result<std::unique_ptr<WritableFile>> create(const std::string& path) const override {
    struct stat info{};
    const bool exists = ::stat(path.c_str(), &info) == 0;
    if (exists && S_ISDIR(info.st_mode)) return directory_error(path);
    std::string target = path;
    if (!exists || S_ISREG(info.st_mode)) {
      static std::atomic<unsigned> counter = 0;
      target += fmt::format(".{}-{}.tmp", ::getpid(), counter.fetch_add(1));
    }
    Descriptor descriptor(::open(target.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (descriptor.get() < 0 && errno == ENOENT) {
      return error(ErrorCode::kFileNotFound, "no directory for the file \"{}\"", path).hint("create the directory first");
    }
    if (descriptor.get() < 0) return failure(path, "creating", errno);
    return std::make_unique<LocalWritableFile>(std::move(descriptor), std::move(target), path);
  }

  Result<FileIdentity> stat(const std::string& path) const override {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) return failure(path, "opening", errno);
    if (S_ISDIR(info.st_mode)) return directory_error(path);
    return identity_of(path, info);
  }

  Status create_directories(const std::string& path) const override {
    struct stat info{};
    for (std::size_t end = path.find('/', 1); !path.empty(); end = path.find('/', end + 1)) {
      const std::string part = path.substr(0, end);
      if (::mkdir(part.c_str(), 0777) != 0 && errno != EEXIST) return failure(part, "creating", errno);
      if (end == std::string::npos) break;
    }
    if (::stat(path.c_str(), &info) != 0) return failure(path, "creating", errno);
    if (!S_ISDIR(info.st_mode)) return error(ErrorCode::kInvalidInput, "\"{}\" is a file, and a directory is wanted", path);
    return {};
  }

  Status remove_file(const std::string& path) const override {
    if (::unlink(path.c_str()) != 0) return failure(path, "removing", errno);
    return {};
  }

  Result<std::vector<std::string>> glob(const std::string& pattern) const override {
    std::vector<std::string> paths;
    const bool absolute = pattern.starts_with("/");
    expand(absolute ? "/" : "", std::string_view(pattern).substr(absolute ? 1 : 0), 0, paths);
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    return paths;
  }
};

}  // namespace

std::unique_ptr<FileSystem> make_local_file_system() { return std::make_unique<LocalFileSystem>(); }

}  // namespace trueno

#else

#include "io/local_file_system.h"
#include "io/memory_file_system.h"

namespace trueno {
std::unique_ptr<FileSystem> make_local_file_system() { return std::make_unique<MemoryFileSystem>(); }
}  // namespace trueno

#endif

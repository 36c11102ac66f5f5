#include "io/spill_file.h"

#if !defined(__wasm__)
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "io/local_file_system.h"
#endif

namespace trueno {

#if defined(__wasm__)

Result<std::unique_ptr<SpillFile>> SpillFile::create(const std::string&) {
  return error(ErrorCode::kNotSupported, "there is no disk to put rows aside on");
}
SpillFile::~SpillFile() { static_cast<void>(descriptor_); }
Result<std::uint64_t> SpillFile::append(std::span<const std::uint8_t>) { return error(ErrorCode::kInternal, "no spill file"); }
Status SpillFile::read(std::uint64_t, std::span<std::uint8_t>) const { return error(ErrorCode::kInternal, "no spill file"); }

#else

namespace {

constexpr std::string_view kAdvice = "SET temp_directory names another place, a larger memory_limit needs less of it";

Error failure(std::string_view what, const std::string& directory, int code) {
  const bool denied = code == EACCES || code == EPERM || code == EROFS;
  return error(denied ? ErrorCode::kPermissionDenied : ErrorCode::kIo, "{} a temporary file in \"{}\": {}", what, directory,
               std::strerror(code))
      .hint(std::string(kAdvice));
}

// Without a name from the beginning where the system knows such files; else its name goes at once.
int open_nameless(const std::string& directory) {
#if defined(O_TMPFILE)
  const int nameless = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (nameless >= 0) return nameless;
#endif
  std::string name = directory + "/trueno_spill_XXXXXX";
  const int named = ::mkstemp(name.data());
  if (named < 0) return named;
  ::fcntl(named, F_SETFD, FD_CLOEXEC);
  ::unlink(name.c_str());
  return named;
}

}  // namespace

Result<std::unique_ptr<SpillFile>> SpillFile::create(const std::string& directory) {
  if (const Status made = make_local_file_system()->create_directories(directory); !made)
    return error(made.error().code(), "making a temporary file in \"{}\": {}", directory, made.error().message())
        .hint(std::string(kAdvice));
  const int descriptor = open_nameless(directory);
  if (descriptor < 0) return failure("making", directory, errno);
  return std::unique_ptr<SpillFile>(new SpillFile(descriptor, directory));
}

SpillFile::~SpillFile() { ::close(descriptor_); }

Result<std::uint64_t> SpillFile::append(std::span<const std::uint8_t> bytes) {
  const std::uint64_t begin = size_.fetch_add(bytes.size());
  for (std::uint64_t at = begin; !bytes.empty();) {
    const ssize_t put = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return failure("writing", directory_, put < 0 ? errno : EIO);
    at += static_cast<std::uint64_t>(put);
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return begin;
}

Status SpillFile::read(std::uint64_t offset, std::span<std::uint8_t> into) const {
  while (!into.empty()) {
    const ssize_t got = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return failure("reading", directory_, got < 0 ? errno : EIO);
    offset += static_cast<std::uint64_t>(got);
    into = into.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

#endif

}  // namespace trueno

// Files at URLs.
//
// Reads of formats are many and small (a footer, pages, a sample), so a file is fetched in blocks of a megabyte, of which the last used are
// kept; reads of several blocks go through at once.
#include "io/http_file_system.h"

#include <algorithm>
#include <cstring>
#include <list>
#include <optional>

#include "base/int128.h"
#include "io/url.h"

namespace trueno {

namespace {

constexpr std::uint64_t kBlock = std::uint64_t{1} << 20;
constexpr std::size_t kBlocksKept = 16;
constexpr std::uint64_t kFirstBytes = std::uint64_t{64} << 10;

// "bytes 0-99/1234" as (first, last, size).
struct ContentRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t size = 0;
};

std::optional<std::uint64_t> number(std::string_view text) {
  const auto value = text.empty() || text.front() == '-' || text.front() == '+' ? std::nullopt : parse_i128(text);
  return value && *value <= INT64_MAX ? std::optional(static_cast<std::uint64_t>(*value)) : std::nullopt;
}

std::optional<ContentRange> parse_content_range(std::string_view text) {
  if (!text.starts_with("bytes ")) return std::nullopt;
  text.remove_prefix(6);
  const std::size_t dash = text.find('-');
  const std::size_t slash = text.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || slash < dash) return std::nullopt;
  const auto first = number(text.substr(0, dash));
  const auto last = number(text.substr(dash + 1, slash - dash - 1));
  const auto size = number(text.substr(slash + 1));
  if (!first || !last || !size || *last < *first || *last >= *size) return std::nullopt;
  return ContentRange{*first, *last, *size};
}

Buffer buffer_of(std::string bytes) {
  auto owner = std::make_shared<const std::string>(std::move(bytes));
  return {reinterpret_cast<const std::uint8_t*>(owner->data()), owner->size(), owner};
}

Error changed(const std::string& url) {
  return error(ErrorCode::kIo, "\"{}\" changed while it was read", url).hint("run the statement again");
}

Error wrong_range(const std::string& url, HttpRange asked, const std::string& answer) {
  return error(ErrorCode::kIo, "\"{}\": the server was asked for bytes {}-{} and answers '{}'", url, asked.first, asked.last, answer);
}

// What a file was when it was opened.
struct Pin {
  std::string etag;  // strong ones only: weak ones may be equal for other bytes
  std::string last_modified;

  [[nodiscard]] std::vector<std::string> headers() const {
    if (!etag.empty()) return {"If-Match: " + etag};
    if (!last_modified.empty()) return {"If-Unmodified-Since: " + last_modified};
    return {};
  }
  [[nodiscard]] bool holds(const HttpResponse& response) const {
    if (!etag.empty() && !response.etag.empty()) return response.etag == etag;
    return last_modified.empty() || response.last_modified.empty() || response.last_modified == last_modified;
  }
};

class HttpFile final : public RandomAccessFile {
 public:
  HttpFile(std::shared_ptr<HttpClient> client, FileIdentity identity, Pin pin, Buffer first, bool whole)
      : client_(std::move(client)), identity_(std::move(identity)), pin_(std::move(pin)), first_(std::move(first)), whole_(whole) {}

  const FileIdentity& identity() const override { return identity_; }

  Status read(std::uint64_t offset, std::span<std::uint8_t> into) const override {
    if (into.empty()) return {};
    if (offset > identity_.size || into.size() > identity_.size - offset) {
      return error(ErrorCode::kIo, "reading \"{}\": it has {} bytes, not {}", identity_.path, identity_.size, offset + into.size());
    }
    if (whole_ || offset + into.size() <= first_.size()) {
      std::memcpy(into.data(), first_.data() + offset, into.size());
      return {};
    }
    if (into.size() >= kBlock) {
      const Buffer bytes = TRUENO_TRY(fetch({offset, offset + into.size() - 1}));
      std::memcpy(into.data(), bytes.data(), into.size());
      return {};
    }
    while (!into.empty()) {
      const std::uint64_t number = offset / kBlock;
      const Buffer block = TRUENO_TRY(block_of(number));
      const auto at = static_cast<std::size_t>(offset - number * kBlock);
      const std::size_t count = std::min(into.size(), block.size() - at);
      std::memcpy(into.data(), block.data() + at, count);
      offset += count;
      into = into.subspan(count);
    }
    return {};
  }

  Result<Buffer> map(std::uint64_t offset, std::uint64_t size) const override {
    MutableBuffer bytes = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(size)));
    TRUENO_TRY(read(offset, {bytes.data(), bytes.size()}));
    return std::move(bytes).freeze();
  }

 private:
  Result<Buffer> fetch(HttpRange range) const {
    HttpResponse response = TRUENO_TRY(client_->get(identity_.path, range, pin_.headers()));
    if (response.status == 412 || response.status == 416 || !pin_.holds(response)) return changed(identity_.path);
    if (response.status != 206) return wrong_range(identity_.path, range, "the whole file");
    const auto given = parse_content_range(response.content_range);
    if (given && given->size != identity_.size) return changed(identity_.path);
    if (!given || given->first != range.first || given->last != range.last)
      return wrong_range(identity_.path, range, response.content_range);
    if (response.body.size() != range.last - range.first + 1) {
      return error(ErrorCode::kIo, "\"{}\": the server sends {} bytes for bytes {}-{}", identity_.path, response.body.size(), range.first,
                   range.last);
    }
    return buffer_of(std::move(response.body));
  }

  // Two threads may fetch the same block at the same time: both get it.
  Result<Buffer> block_of(std::uint64_t number) const {
    {
      const LockGuard lock(mutex_);
      const auto found = std::ranges::find(blocks_, number, &Block::number);
      if (found != blocks_.end()) {
        blocks_.splice(blocks_.begin(), blocks_, found);
        return blocks_.front().bytes;
      }
    }
    const std::uint64_t begin = number * kBlock;
    Buffer bytes = TRUENO_TRY(fetch({begin, std::min(begin + kBlock, identity_.size) - 1}));
    const LockGuard lock(mutex_);
    blocks_.push_front({number, bytes});
    if (blocks_.size() > kBlocksKept) blocks_.pop_back();
    return bytes;
  }

  struct Block {
    std::uint64_t number;
    Buffer bytes;
  };

  std::shared_ptr<HttpClient> client_;
  FileIdentity identity_;
  Pin pin_;
  Buffer first_;  // the first bytes, or all
  bool whole_;
  mutable Mutex mutex_;
  mutable std::list<Block> blocks_;  // the last used first
};

class HttpFileSystem final : public FileSystem {
 public:
  explicit HttpFileSystem(const HttpOptions& options) : client_(std::make_shared<HttpClient>(options)) {}

  // The first request is for the first bytes: its answer says how large the file is, and whether there are ranges.
  Result<std::unique_ptr<RandomAccessFile>> open(const std::string& path) const override {
    const HttpRange range{0, kFirstBytes - 1};
    HttpResponse response = TRUENO_TRY(client_->get(path, range, {}));
    Pin pin{response.etag.starts_with("W/") ? std::string() : response.etag, response.last_modified};
    // A time of change is kept in seconds, and a weak ETag may stay: neither says that the bytes are the same.
    FileIdentity identity{path, 0, 0, response.etag + response.last_modified, !pin.etag.empty()};
    bool whole = response.status == 200;
    if (response.status == 206) {
      const auto given = parse_content_range(response.content_range);
      const bool right =
          given && given->first == 0 && given->last == std::min(kFirstBytes, given->size) - 1 && response.body.size() == given->last + 1;
      if (!right) return wrong_range(path, range, response.content_range);
      identity.size = given->size;
      whole = given->size == response.body.size();
    } else if (whole) {
      identity.size = response.body.size();
    } else if (response.status == 416 && response.content_range.ends_with("*/0")) {
      response.body.clear();
      whole = true;
    } else {
      return error(ErrorCode::kIo, "opening \"{}\": the server says {}", path, response.status);
    }
    return std::make_unique<HttpFile>(client_, std::move(identity), std::move(pin), buffer_of(std::move(response.body)), whole);
  }

  Result<FileIdentity> stat(const std::string& path) const override { return TRUENO_TRY(open(path))->identity(); }
  Result<std::unique_ptr<WritableFile>> create(const std::string& path) const override { return read_only(path); }
  Status create_directories(const std::string& path) const override { return read_only(path); }
  Status remove_file(const std::string& path) const override { return read_only(path); }
  Result<std::vector<std::string>> glob(const std::string& pattern) const override {
    return error(ErrorCode::kNotSupported, "\"{}\": servers do not list files", pattern).hint("give a list of URLs");
  }

 private:
  static Error read_only(const std::string& path) { return error(ErrorCode::kNotSupported, "\"{}\": URLs are only read", path); }

  std::shared_ptr<HttpClient> client_;
};

class FileSystemWithUrls final : public FileSystem {
 public:
  FileSystemWithUrls(std::unique_ptr<FileSystem> local, const HttpOptions& options)
      : local_(std::move(local)), http_(make_http_file_system(options)) {}

  Result<std::unique_ptr<RandomAccessFile>> open(const std::string& path) const override { return of(path).open(path); }
  Result<std::unique_ptr<WritableFile>> create(const std::string& path) const override { return of(path).create(path); }
  Result<FileIdentity> stat(const std::string& path) const override { return of(path).stat(path); }
  Status create_directories(const std::string& path) const override { return of(path).create_directories(path); }
  Status remove_file(const std::string& path) const override { return of(path).remove_file(path); }
  Result<std::vector<std::string>> glob(const std::string& pattern) const override { return of(pattern).glob(pattern); }

 private:
  [[nodiscard]] const FileSystem& of(const std::string& path) const { return is_url(path) ? *http_ : *local_; }

  std::unique_ptr<FileSystem> local_;
  std::unique_ptr<FileSystem> http_;
};

}  // namespace

std::unique_ptr<FileSystem> make_http_file_system(const HttpOptions& options) { return std::make_unique<HttpFileSystem>(options); }

std::unique_ptr<FileSystem> make_file_system_with_urls(std::unique_ptr<FileSystem> local, const HttpOptions& options) {
  return std::make_unique<FileSystemWithUrls>(std::move(local), options);
}

}  // namespace trueno

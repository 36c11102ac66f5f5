// The bytes of a column chunk, page by page.
//
// A chunk is read a window at a time: whole, when it is small, else in pieces that hold at least a page. Windows come from the pool and go
// back when no page refers to them any more.
#include "storage/parquet/pages/page_stream.h"

#include <algorithm>
#include <cstring>

#include "storage/codec/snappy.h"
#include "storage/parquet/pages/page_header.h"

namespace trueno::pages {

namespace {

constexpr std::int64_t kWindow = std::int64_t{2} << 20;
// Headers are tens of bytes; only statistics of long texts make them longer.
constexpr std::int64_t kHeaderBytes = std::int64_t{16} << 10;
constexpr std::int64_t kLongestHeader = std::int64_t{16} << 20;

}  // namespace

PageStream::PageStream(std::shared_ptr<const RandomAccessFile> file, std::shared_ptr<BufferPool> pool, const ChunkPages& chunk,
                       Decompressor decompressor)
    : file_(std::move(file)), pool_(std::move(pool)), chunk_(chunk), decompressor_(std::move(decompressor)), end_(chunk.bytes) {}

Result<PageStream> PageStream::open(std::shared_ptr<const RandomAccessFile> file, std::shared_ptr<BufferPool> pool, const ChunkPages& chunk,
                                    Decompressor decompressor) {
  const auto size = static_cast<std::int64_t>(file->identity().size);
  if (chunk.offset < 0 || chunk.bytes < 0 || chunk.offset > size || chunk.bytes > size - chunk.offset) {
    return error(ErrorCode::kCorruptFile, "a column chunk of {} bytes is said to begin at byte {} of {}", chunk.bytes, chunk.offset, size);
  }
  TRUENO_ASSERT(chunk.codec != PageCodec::kOther || decompressor != nullptr);
  return PageStream(std::move(file), std::move(pool), chunk, std::move(decompressor));
}

// Makes the window hold `count` bytes from the next page on.
Status PageStream::make_available(std::int64_t count) {
  if (at_ >= window_begin_ && at_ + count <= window_begin_ + static_cast<std::int64_t>(window_.size())) return {};
  const std::int64_t size = std::min(std::max(count, kWindow), end_ - at_);
  MutableBuffer bytes = TRUENO_TRY(pool_->take(static_cast<std::size_t>(size)));
  TRUENO_TRY(file_->read(static_cast<std::uint64_t>(chunk_.offset + at_), {bytes.data(), static_cast<std::size_t>(size)}));
  window_ = pool_->lend(std::move(bytes), 0, static_cast<std::size_t>(size));
  window_begin_ = at_;
  return {};
}

void PageStream::narrow(std::int64_t begin, std::int64_t end) {
  TRUENO_ASSERT(begin >= 0 && begin <= end && end <= chunk_.bytes);
  at_ = begin;
  end_ = end;
}

Result<std::optional<StoredPage>> PageStream::next() {
  while (at_ < end_) {
    const std::int64_t left = end_ - at_;
    std::optional<ReadHeader> read;
    for (std::int64_t count = std::min(left, kHeaderBytes);; count = std::min(left, kLongestHeader)) {
      TRUENO_TRY(make_available(count));
      Result<ReadHeader> header = read_page_header({window_.data() + (at_ - window_begin_), static_cast<std::size_t>(count)});
      if (header) {
        read = *header;
        break;
      }
      if (count == std::min(left, kLongestHeader)) return Error(std::move(header).error());
    }
    at_ += static_cast<std::int64_t>(read->bytes);
    const PageHeader& header = read->header;
    if (header.stored_size > end_ - at_) return corrupt_page("a page is longer than its column chunk or its index say");
    TRUENO_TRY(make_available(header.stored_size));
    StoredPage page{header, window_.slice(static_cast<std::size_t>(at_ - window_begin_), static_cast<std::size_t>(header.stored_size))};
    at_ += header.stored_size;
    if (header.kind == PageKind::kIndex) continue;
    if (header.kind == PageKind::kDataV2) {
      const std::size_t levels = header.level_bytes();
      if (levels > static_cast<std::size_t>(header.size) || levels > static_cast<std::size_t>(header.stored_size))
        return corrupt_page("the levels of a page are longer than the page");
    }
    if (!is_compressed(header) && header.size != header.stored_size) return corrupt_page("a page that is not compressed has two sizes");
    return std::optional(std::move(page));
  }
  return std::optional<StoredPage>();
}

bool PageStream::is_compressed(const PageHeader& header) const {
  return chunk_.codec != PageCodec::kNone && (header.kind != PageKind::kDataV2 || header.values_compressed);
}

Status PageStream::decompress_to(const StoredPage& page, std::uint8_t* out) const {
  const auto size = static_cast<std::size_t>(page.header.size);
  if (!is_compressed(page.header)) {
    if (size != 0) std::memcpy(out, page.stored.data(), size);
    return {};
  }
  const std::size_t levels = page.header.level_bytes();
  if (levels != 0) std::memcpy(out, page.stored.data(), levels);
  const std::span<const std::uint8_t> from(page.stored.data() + levels, page.stored.size() - levels);
  if (size == levels) return {};  // a page of NULLs has no values, and writers store none
  if (chunk_.codec == PageCodec::kOther) return decompressor_(from, {out + levels, size - levels});
  if (!snappy::decompress(from, out + levels, size - levels)) return corrupt_page("a page is no Snappy stream of the size its header says");
  return {};
}

Result<Buffer> PageStream::decompress(const StoredPage& page, std::size_t first) const {
  if (!is_compressed(page.header)) return page.stored;
  const auto size = static_cast<std::size_t>(page.header.size);
  // No stream of ours grows by more than this: a size that is a lie is found before the memory is asked for.
  if (chunk_.codec == PageCodec::kSnappy && size / 64 > page.stored.size())
    return corrupt_page("a page is no Snappy stream of the size its header says");
  MutableBuffer bytes = TRUENO_TRY(pool_->take(first + size));
  TRUENO_TRY(decompress_to(page, bytes.data() + first));
  return pool_->lend(std::move(bytes), first, size);
}

std::size_t PageStream::peek(const StoredPage& page, std::span<std::uint8_t> out) const {
  if (is_compressed(page.header) && (chunk_.codec != PageCodec::kSnappy || page.header.kind == PageKind::kDataV2)) return 0;
  if (is_compressed(page.header)) return snappy::peek({page.stored.data(), page.stored.size()}, out);
  const std::size_t count = std::min(out.size(), page.stored.size());
  if (count != 0) std::memcpy(out.data(), page.stored.data(), count);
  return count;
}

}  // namespace trueno::pages

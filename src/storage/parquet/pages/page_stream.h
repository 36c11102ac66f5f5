#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/file_system.h"
#include "storage/parquet/pages/buffer_pool.h"
#include "storage/parquet/pages/flat_column.h"
#include "storage/parquet/pages/page_header.h"

namespace trueno::pages {

/// Decompresses all of `from` into exactly all of `to`; an error when it is no such stream. For the codecs that are not ours.
using Decompressor = std::function<Status(std::span<const std::uint8_t> from, std::span<std::uint8_t> to)>;

/// A page as it lies in the file. `stored` is readable 64 bytes past its end.
struct StoredPage {
  PageHeader header;
  Buffer stored;
};

/// The pages of one column chunk, in order, and their decompression. Everything the file says is checked against the chunk's own size.
/// Not thread-safe.
class PageStream {
 public:
  [[nodiscard]] static Result<PageStream> open(std::shared_ptr<const RandomAccessFile> file, std::shared_ptr<BufferPool> pool,
                                               const ChunkPages& chunk, Decompressor decompressor);

  /// The next page that is not an index; nothing at the end of the chunk, or of what `narrow` has left of it.
  [[nodiscard]] Result<std::optional<StoredPage>> next();
  /// From now on the stream is the chunk's bytes [begin, end): nothing behind them is read. Bytes that are here are not read again.
  void narrow(std::int64_t begin, std::int64_t end);
  /// Where the next page begins, of the chunk's bytes.
  [[nodiscard]] std::int64_t position() const { return at_; }

  /// The bytes of a page, decompressed; a v2 page's levels are left as they are, in front. `first` bytes at the front of the memory stay
  /// unused, so that what follows the levels can be aligned.
  [[nodiscard]] Result<Buffer> decompress(const StoredPage& page, std::size_t first) const;
  /// The same to a given place, which has room for the page and 64 bytes.
  [[nodiscard]] Status decompress_to(const StoredPage& page, std::uint8_t* out) const;
  /// The first bytes of the page as decompressed, where they can be had without doing so; empty where not.
  [[nodiscard]] std::size_t peek(const StoredPage& page, std::span<std::uint8_t> out) const;

  [[nodiscard]] const std::shared_ptr<BufferPool>& pool() const { return pool_; }

 private:
  PageStream(std::shared_ptr<const RandomAccessFile> file, std::shared_ptr<BufferPool> pool, const ChunkPages& chunk,
             Decompressor decompressor);
  [[nodiscard]] bool is_compressed(const PageHeader& header) const;
  [[nodiscard]] Status make_available(std::int64_t count);

  std::shared_ptr<const RandomAccessFile> file_;
  std::shared_ptr<BufferPool> pool_;
  ChunkPages chunk_;
  Decompressor decompressor_;
  std::int64_t at_ = 0;  // of the chunk's bytes: where the next page begins
  std::int64_t end_;     // of the stream
  Buffer window_;        // bytes of the chunk from `window_begin_` on
  std::int64_t window_begin_ = 0;
};

}  // namespace trueno::pages

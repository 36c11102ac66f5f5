#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "storage/parquet/pages/hybrid.h"
#include "storage/parquet/pages/page_index.h"
#include "storage/parquet/pages/page_stream.h"
#include "storage/parquet/pages/plain_values.h"

namespace trueno::pages {

/// The rows of one flat column of one row group, from its pages. Used by one thread.
///
/// All rows come in order; `seek` leaves some out. With an offset index the pages that hold no others are not read, without one they are
/// read and not decompressed.
///
/// Invariant: the next `page_.rows_left` rows are those of `page_`, whose values are dense (NULLs have none); `codes_` is where the next of
/// them is when the page holds codes or runs, else `plain_`.
class ColumnReader {
 public:
  /// `column` outlives the reader.
  [[nodiscard]] static Result<std::unique_ptr<ColumnReader>> open(const FlatColumn& column, const ChunkPages& chunk,
                                                                  std::shared_ptr<const RandomAccessFile> file,
                                                                  std::shared_ptr<BufferPool> pool, Decompressor decompressor);

  /// Where the data pages lie; then the first call is `seek`.
  void set_pages(OffsetIndex index) { index_ = std::move(index); }
  /// Goes on to `row`, which is not behind the next one: only the rows up to `end` will be read before the next `seek`.
  [[nodiscard]] Status seek(std::int64_t row, std::int64_t end);

  /// The next `rows` rows, which there have to be. kCorruptFile when the pages end before, or say what cannot be.
  [[nodiscard]] Result<Column> read(std::int64_t rows);
  /// After the last row: whether the pages hold nothing more.
  [[nodiscard]] Status finish();

 private:
  struct Page {
    Buffer bytes;
    std::int64_t rows_left = 0;
    std::int64_t next_row = 0;  // of the page's validity
    Buffer validity;            // none: no NULL
    bool codes = false;         // values are dictionary codes
    bool bits = false;          // BOOLEAN as runs
    bool ascii = false;         // texts need no look
  };
  // A column being made.
  struct Output {
    MutableBuffer values;
    std::int64_t rows = 0;
    std::int64_t done = 0;
    std::int64_t valid = 0;
    MutableBuffer validity;  // empty until a page has NULLs
    std::vector<Buffer> string_buffers;
  };

  ColumnReader(const FlatColumn& column, PageStream pages, const ChunkPages& chunk);

  [[nodiscard]] Result<std::int64_t> next_page(Output* in_place, std::int64_t leave_out);
  [[nodiscard]] Result<StoredPage> next_stored_page();
  [[nodiscard]] Status go_to(std::size_t page);
  [[nodiscard]] Status find_dictionary();
  [[nodiscard]] Status leave_out(std::int64_t rows);
  [[nodiscard]] Status leave_out_of_page(std::int64_t rows);
  [[nodiscard]] Status read_dictionary(const StoredPage& page);
  [[nodiscard]] Status start_page(const PageHeader& header, Buffer bytes);
  [[nodiscard]] Result<bool> decode_in_place(const StoredPage& page, Output& out);
  [[nodiscard]] Status append(Output& out, std::int64_t rows);
  [[nodiscard]] Status decode_dense(Output& out, std::size_t count, std::uint8_t* to);
  [[nodiscard]] Status decode_plain(Output& out, std::size_t count, std::uint8_t* to);
  [[nodiscard]] Status decode_codes(std::size_t count, std::uint8_t* to);
  [[nodiscard]] Status decode_bits(std::size_t count, std::uint8_t* to);
  [[nodiscard]] Status append_validity(Output& out, const Buffer& validity, std::int64_t first, std::int64_t rows);
  [[nodiscard]] std::optional<Column> view_page(std::int64_t rows);
  [[nodiscard]] Result<Column> finish_column(Output out);
  [[nodiscard]] int width() const { return column_.as_codes ? 4 : column_.width(); }

  const FlatColumn& column_;
  PageStream pages_;
  std::int64_t chunk_offset_ = 0;
  unpack::Routines routines_ = unpack::routines();
  std::int64_t values_left_ = 0;  // of the chunk, in pages that have not begun
  bool began_ = false;            // a data page has been read
  std::int64_t next_row_ = 0;     // of the row group

  OffsetIndex index_;          // no pages: there is none, or none is needed
  std::size_t next_page_ = 0;  // of the index: the one that has not begun
  bool narrowed_ = false;      // to the pages of a seek
  std::int64_t narrowed_end_ = 0;

  Page page_;
  PlainReader plain_;
  HybridReader codes_;

  bool has_dictionary_ = false;
  std::uint32_t dictionary_size_ = 0;
  MutableBuffer entries_;             // decoded values of the dictionary; empty where the column has `as_codes`
  Buffer dictionary_bytes_;           // that text entries refer to
  std::vector<std::uint32_t> remap_;  // of codes to the first equal text; empty: no two are equal
  std::shared_ptr<const Dictionary> dictionary_;

  static constexpr std::size_t kBlock = 1024;         // rows
  alignas(64) std::uint8_t dense_[kBlock * 16 + 64];  // a block's values before they are spread over its NULLs
};

}  // namespace trueno::pages

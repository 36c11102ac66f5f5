// Pages to columns.
//
// Where a page of plain values belongs is known before it is decompressed, so it is decompressed there: `decode_in_place`. A page that is
// longer than the rows asked for is decompressed once, and its values are handed out where they lie: `view_page`. Everything else is
// decoded a block at a time into the column: codes through the dictionary, values between NULLs through `dense_`.
#include "storage/parquet/pages/column_reader.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <unordered_map>

#include "base/bits.h"
#include "column/utf8.h"
#include "storage/parquet/pages/page_header.h"

namespace trueno::pages {

namespace {

// Before the values of an output, so that a page's levels can lie there for a while.
constexpr std::size_t kHeadroom = 64;

// Bytes of one level run that says of `rows` rows that they are valid, and of its length.
std::size_t usual_level_bytes(std::int32_t rows) {
  return 4 + static_cast<std::size_t>(bit_width_of(static_cast<std::uint32_t>(rows) * 2u) + 6) / 7 + 1;
}

bool is_codes(PageEncoding encoding) { return encoding == PageEncoding::kPlainDictionary || encoding == PageEncoding::kRleDictionary; }

}  // namespace

ColumnReader::ColumnReader(const FlatColumn& column, PageStream pages, const ChunkPages& chunk)
    : column_(column), pages_(std::move(pages)), chunk_offset_(chunk.offset), values_left_(chunk.value_count) {}

Result<std::unique_ptr<ColumnReader>> ColumnReader::open(const FlatColumn& column, const ChunkPages& chunk,
                                                         std::shared_ptr<const RandomAccessFile> file, std::shared_ptr<BufferPool> pool,
                                                         Decompressor decompressor) {
  PageStream pages = TRUENO_TRY(PageStream::open(std::move(file), std::move(pool), chunk, std::move(decompressor)));
  return std::unique_ptr<ColumnReader>(new ColumnReader(column, std::move(pages), chunk));
}

// ---- pages

// The next page, which has to be as the index says, where there is one.
Result<StoredPage> ColumnReader::next_stored_page() {
  const PageLocation* location = nullptr;
  if (narrowed_ && next_page_ < index_.pages.size()) {
    location = &index_.pages[next_page_];
    const std::int64_t begin = location->offset - chunk_offset_;
    if (begin > pages_.position()) pages_.narrow(begin, std::max(begin, narrowed_end_));
  }
  std::optional<StoredPage> page = TRUENO_TRY(pages_.next());
  if (!page) return corrupt_page("the pages of a column chunk end before its last row");
  if (!narrowed_) return std::move(*page);
  const bool as_said = location != nullptr && page->header.kind != PageKind::kDictionary &&
                       page->header.value_count == index_.end_row(next_page_) - location->first_row &&
                       pages_.position() == location->offset - chunk_offset_ + location->bytes;
  if (!as_said) return corrupt_page("a page is not as its offset index says").hint("SET statistics_answers = false reads without indexes");
  ++next_page_;
  return std::move(*page);
}

// Makes `page_` the next page with rows, or decodes that page right into `in_place`. Before it, pages of at most `leave_out` rows are left
// out; it ends when all these are. Gives how many were.
Result<std::int64_t> ColumnReader::next_page(Output* in_place, std::int64_t leave_out) {
  std::int64_t left_out = 0;
  while (true) {
    if (leave_out != 0 && left_out == leave_out) return left_out;
    const StoredPage page = TRUENO_TRY(next_stored_page());
    const PageHeader& header = page.header;
    if (header.kind == PageKind::kDictionary) {
      TRUENO_TRY(read_dictionary(page));
      continue;
    }
    if (header.value_count > values_left_) return corrupt_page("the pages of a column chunk hold more rows than its footer says");
    values_left_ -= header.value_count;
    began_ = true;
    if (header.value_count <= leave_out - left_out) {  // a page without rows, too
      left_out += header.value_count;
      continue;
    }
    if (in_place != nullptr && TRUENO_TRY(decode_in_place(page, *in_place))) return left_out;
    // The values of a page that is not in place are aligned if its levels are as long as they are nearly always.
    std::size_t levels = column_.optional ? usual_level_bytes(header.value_count) : 0;
    if (header.kind == PageKind::kDataV2) levels = header.level_bytes();
    Buffer bytes = TRUENO_TRY(pages_.decompress(page, (kHeadroom - levels % kHeadroom) % kHeadroom));
    TRUENO_TRY(start_page(header, std::move(bytes)));
    return left_out;
  }
}

Status ColumnReader::seek(std::int64_t row, std::int64_t end) {
  TRUENO_ASSERT(row >= next_row_ && end > row);
  if (!index_.pages.empty()) {
    if (end > index_.rows) return corrupt_page("the pages of a column chunk end before its last row");
    const std::size_t page = index_.page_of(row);
    const bool has_begun = page_.rows_left != 0 && row < next_row_ + page_.rows_left;
    if (!has_begun) TRUENO_TRY(go_to(page));
    const PageLocation& last = index_.pages[index_.page_of(end - 1)];
    narrowed_end_ = last.offset - chunk_offset_ + last.bytes;
    pages_.narrow(std::min(pages_.position(), narrowed_end_), narrowed_end_);
  }
  return leave_out(row - next_row_);
}

// Goes on with a page of the index.
Status ColumnReader::go_to(std::size_t page) {
  if (!narrowed_) TRUENO_TRY(find_dictionary());
  narrowed_ = true;
  page_ = {};
  const PageLocation& location = index_.pages[page];
  next_page_ = page;
  next_row_ = location.first_row;
  values_left_ = index_.rows - location.first_row;
  pages_.narrow(location.offset - chunk_offset_, location.offset - chunk_offset_ + location.bytes);
  return {};
}

// What lies before the first data page of the index is the dictionary, or nothing.
Status ColumnReader::find_dictionary() {
  pages_.narrow(0, index_.pages.front().offset - chunk_offset_);
  while (const std::optional<StoredPage> page = TRUENO_TRY(pages_.next())) {
    if (page->header.kind != PageKind::kDictionary) return corrupt_page("an offset index does not begin with the first page");
    TRUENO_TRY(read_dictionary(*page));
  }
  return {};
}

Status ColumnReader::leave_out(std::int64_t rows) {
  while (rows > 0) {
    if (page_.rows_left == 0) {
      const std::int64_t of_pages = TRUENO_TRY(next_page(nullptr, rows));
      rows -= of_pages;
      next_row_ += of_pages;
    }
    const std::int64_t of_page = std::min(rows, page_.rows_left);
    TRUENO_TRY(leave_out_of_page(of_page));
    rows -= of_page;
    next_row_ += of_page;
  }
  return {};
}

// Values have no fixed places in a page, so those before the wanted ones are decoded, but for plain numbers.
Status ColumnReader::leave_out_of_page(std::int64_t rows) {
  if (rows == 0 || view_page(rows)) return {};
  Output unused;  // texts note their buffers there
  while (rows > 0) {
    const auto count = std::min(kBlock, static_cast<std::size_t>(rows));
    const std::size_t values =
        page_.validity.empty() ? count : count_set_bits(page_.validity.data(), static_cast<std::size_t>(page_.next_row), count);
    TRUENO_TRY(decode_dense(unused, values, dense_));
    rows -= static_cast<std::int64_t>(count);
    page_.rows_left -= static_cast<std::int64_t>(count);
    page_.next_row += static_cast<std::int64_t>(count);
  }
  return {};
}

Status ColumnReader::read_dictionary(const StoredPage& page) {
  if (has_dictionary_) return corrupt_page("a column chunk has two dictionaries");
  if (began_) return corrupt_page("a column chunk has a dictionary after its first page");
  const bool plain = page.header.encoding == PageEncoding::kPlain || page.header.encoding == PageEncoding::kPlainDictionary;
  if (!plain || column_.kind == ValueKind::kBits) return corrupt_page("a dictionary is not in the plain encoding");
  const Buffer bytes = TRUENO_TRY(pages_.decompress(page, 0));
  const auto count = static_cast<std::size_t>(page.header.value_count);
  const std::size_t least = column_.kind == ValueKind::kText ? 4 : 1;  // bytes of an entry: the memory below is bounded by the page
  if (count > bytes.size() / least) return corrupt_page("a dictionary ends before its last entry");
  const auto width = static_cast<std::size_t>(column_.width());
  if (count > (SIZE_MAX - 64) / width) return error(ErrorCode::kOutOfMemory, "a dictionary of {} entries", count);
  entries_ = TRUENO_TRY(MutableBuffer::uninitialised(count * width + 64));
  PlainReader reader({bytes.data(), bytes.size()}, column_);
  TRUENO_TRY(reader.read(count, entries_.data(), 0, bytes.data()));
  has_dictionary_ = true;
  dictionary_size_ = static_cast<std::uint32_t>(count);
  if (!column_.is_text()) return {};
  dictionary_bytes_ = bytes;
  const std::span<const StoredView> texts(entries_.as<StoredView>(), count);
  if (column_.layout.field.type.id == TypeId::kVarchar && !are_utf8(texts, bytes.data()))
    return corrupt_page("a dictionary holds bytes that are not UTF-8");
  if (!column_.as_codes) return {};
  // Codes are compared in place of texts, so equal texts need equal codes.
  std::unordered_map<std::string_view, std::uint32_t> first_codes;
  first_codes.reserve(count);
  remap_.resize(count);
  bool repeats = false;
  Column values;
  values.type = column_.layout.field.type;
  values.length = page.header.value_count;
  values.string_buffers.push_back(bytes);
  values.values = std::move(entries_).freeze();
  for (std::size_t code = 0; code < count; ++code) {
    const auto [first, is_new] = first_codes.emplace(values.text(static_cast<std::int64_t>(code)), static_cast<std::uint32_t>(code));
    remap_[code] = first->second;
    repeats = repeats || !is_new;
  }
  if (!repeats) remap_.clear();
  auto dictionary = std::make_shared<Dictionary>();
  dictionary->id = Dictionary::next_id();
  dictionary->values = std::make_shared<const Column>(std::move(values));
  dictionary_ = std::move(dictionary);
  return {};
}

// Levels first, then the values: `plain_` or `codes_` begins to read them.
Status ColumnReader::start_page(const PageHeader& header, Buffer bytes) {
  std::span<const std::uint8_t> rest(bytes.data(), bytes.size());
  Levels levels{header.value_count, {}};
  if (header.kind == PageKind::kDataV2) {
    if (header.repetition_bytes != 0) return corrupt_page("a flat column has repetition levels");
    const auto size = static_cast<std::size_t>(header.definition_bytes);
    if (column_.optional) levels = TRUENO_TRY(read_levels(rest.first(size), header.value_count));
    rest = rest.subspan(size);
  } else if (column_.optional) {
    if (header.level_encoding != PageEncoding::kRle) return corrupt_page("a page has levels in an encoding its footer does not name");
    if (rest.size() < 4) return corrupt_page("a page ends before its levels");
    const auto size = load<std::uint32_t>(rest.data());
    if (size > rest.size() - 4) return corrupt_page("a page ends before its levels");
    levels = TRUENO_TRY(read_levels(rest.subspan(4, size), header.value_count));
    rest = rest.subspan(4 + size);
  }
  page_ = {};
  page_.rows_left = header.value_count;
  page_.validity = levels.bits;
  page_.codes = is_codes(header.encoding);
  page_.bits = header.encoding == PageEncoding::kRle && column_.kind == ValueKind::kBits;
  if (page_.codes) {
    if (!has_dictionary_ && levels.valid != 0) return corrupt_page("a page of dictionary codes comes without a dictionary");
    const int width = levels.valid != 0 && !rest.empty() ? rest[0] : 0;
    if ((levels.valid != 0 && rest.empty()) || width > 32) return corrupt_page("dictionary codes have an impossible width");
    codes_.start(rest.subspan(rest.empty() ? 0 : 1), width, routines_);
  } else if (page_.bits) {
    if (levels.valid != 0 && (rest.size() < 4 || load<std::uint32_t>(rest.data()) > rest.size() - 4))
      return corrupt_page("a page ends before its last value");
    codes_.start(levels.valid != 0 ? rest.subspan(4, load<std::uint32_t>(rest.data())) : rest, 1, routines_);
  } else if (header.encoding == PageEncoding::kPlain && !column_.as_codes) {
    plain_ = PlainReader(rest, column_);
    page_.ascii = column_.kind == ValueKind::kText && is_ascii({reinterpret_cast<const char*>(rest.data()), rest.size()});
  } else {
    return corrupt_page("a page is in an encoding its footer does not name");
  }
  page_.bytes = std::move(bytes);
  return {};
}

// A page of plain values without NULLs that all are wanted goes where its values belong, its levels before them, over what is there; that
// is put back. False: the page is of another kind, and nothing has changed.
Result<bool> ColumnReader::decode_in_place(const StoredPage& page, Output& out) {
  const PageHeader& header = page.header;
  if (column_.kind != ValueKind::kSame || header.encoding != PageEncoding::kPlain || header.value_count > out.rows - out.done) return false;
  std::size_t levels = 0;
  if (header.kind == PageKind::kDataV2) {
    levels = header.level_bytes();
    if (header.repetition_bytes != 0) return false;
  } else if (column_.optional) {
    std::uint8_t first[4];
    if (header.level_encoding != PageEncoding::kRle || pages_.peek(page, first) != sizeof first) return false;
    if (load<std::uint32_t>(first) > kHeadroom) return false;
    levels = std::size_t{4} + load<std::uint32_t>(first);
  }
  const auto bytes_of_rows = static_cast<std::size_t>(header.value_count) * static_cast<std::size_t>(column_.width());
  if (levels > kHeadroom || static_cast<std::size_t>(header.size) != levels + bytes_of_rows) return false;
  std::uint8_t* values = out.values.data() + kHeadroom + static_cast<std::size_t>(out.done) * static_cast<std::size_t>(column_.width());
  std::uint8_t before[kHeadroom];
  std::memcpy(before, values - levels, levels);
  TRUENO_TRY(pages_.decompress_to(page, values - levels));
  bool all_valid = true;
  if (column_.optional) {
    const std::size_t prefix = header.kind == PageKind::kDataV2 ? 0 : 4;
    const Levels read = TRUENO_TRY(read_levels({values - levels + prefix, levels - prefix}, header.value_count));
    all_valid = read.valid == header.value_count;
  }
  std::memcpy(values - levels, before, levels);
  if (!all_valid) return false;
  TRUENO_TRY(append_validity(out, {}, 0, header.value_count));
  out.done += header.value_count;
  return true;
}

// ---- rows

Result<Column> ColumnReader::read(std::int64_t rows) {
  Output out;
  out.rows = rows;
  const auto prepare = [&]() -> Status {
    out.values =
        TRUENO_TRY(pages_.pool()->take(kHeadroom + static_cast<std::size_t>(rows) * static_cast<std::size_t>(width()) + kHeadroom));
    return {};
  };
  next_row_ += rows;
  if (page_.rows_left != 0) {
    if (auto view = view_page(rows)) return std::move(*view);
  }
  TRUENO_TRY(prepare());
  while (out.done < rows) {
    if (page_.rows_left == 0) {
      TRUENO_TRY(next_page(&out, 0));
      if (page_.rows_left == 0) continue;  // it was decoded in place
      if (out.done == 0) {
        if (auto view = view_page(rows)) {
          pages_.pool()->give_back(std::move(out.values));
          return std::move(*view);
        }
      }
    }
    TRUENO_TRY(append(out, std::min(page_.rows_left, rows - out.done)));
  }
  return finish_column(std::move(out));
}

Status ColumnReader::finish() {
  if (page_.rows_left != 0 || values_left_ != 0) return corrupt_page("the pages of a column chunk hold more rows than its row group");
  return {};
}

// The rows as they lie in the page, where they are all there and lie as ours do.
std::optional<Column> ColumnReader::view_page(std::int64_t rows) {
  if (column_.kind != ValueKind::kSame || page_.codes || page_.bits || !page_.validity.empty() || page_.rows_left < rows) {
    return std::nullopt;
  }
  const auto size = static_cast<std::size_t>(rows) * static_cast<std::size_t>(column_.width());
  const std::span<const std::uint8_t> rest = plain_.rest();
  if (rest.size() < size || reinterpret_cast<std::uintptr_t>(rest.data()) % static_cast<std::size_t>(column_.width()) != 0) {
    return std::nullopt;
  }
  Column column;
  column.type = column_.layout.field.type;
  column.length = rows;
  column.values = Buffer(rest.data(), size, page_.bytes.owner());
  column.statistics.null_count = 0;
  plain_.skip_bytes(size);
  page_.rows_left -= rows;
  page_.next_row += rows;
  return column;
}

// The next `rows` rows of the page.
Status ColumnReader::append(Output& out, std::int64_t rows) {
  const auto value_width = static_cast<std::size_t>(width());
  std::uint8_t* to = out.values.data() + kHeadroom + static_cast<std::size_t>(out.done) * value_width;
  if (page_.validity.empty()) {
    TRUENO_TRY(decode_dense(out, static_cast<std::size_t>(rows), to));
  } else {
    for (std::int64_t row = 0; row < rows; row += static_cast<std::int64_t>(kBlock)) {
      const auto count = std::min(kBlock, static_cast<std::size_t>(rows - row));
      const auto first = static_cast<std::size_t>(page_.next_row + row);
      TRUENO_TRY(decode_dense(out, count_set_bits(page_.validity.data(), first, count), dense_));
      spread(width(), dense_, page_.validity.data(), first, count, to + static_cast<std::size_t>(row) * value_width);
    }
  }
  TRUENO_TRY(append_validity(out, page_.validity, page_.next_row, rows));
  out.done += rows;
  page_.rows_left -= rows;
  page_.next_row += rows;
  return {};
}

Status ColumnReader::append_validity(Output& out, const Buffer& validity, std::int64_t first, std::int64_t rows) {
  if (out.validity.data() == nullptr) {
    if (validity.empty()) {
      out.valid += rows;
      return {};
    }
    out.validity = TRUENO_TRY(MutableBuffer::uninitialised(bytes_for_bits(static_cast<std::size_t>(out.rows))));
    append_equal_bits(true, static_cast<std::size_t>(out.done), out.validity.data(), 0);
  }
  const auto done = static_cast<std::size_t>(out.done);
  const auto count = static_cast<std::size_t>(rows);
  if (validity.empty()) {
    append_equal_bits(true, count, out.validity.data(), done);
    out.valid += rows;
    return {};
  }
  append_bits(validity.data(), static_cast<std::size_t>(first), count, out.validity.data(), done);
  out.valid += static_cast<std::int64_t>(count_set_bits(validity.data(), static_cast<std::size_t>(first), count));
  return {};
}

Status ColumnReader::decode_dense(Output& out, std::size_t count, std::uint8_t* to) {
  if (page_.codes) return decode_codes(count, to);
  if (page_.bits) return decode_bits(count, to);
  return decode_plain(out, count, to);
}

Status ColumnReader::decode_plain(Output& out, std::size_t count, std::uint8_t* to) {
  std::int32_t buffer = 0;
  if (column_.is_text()) {
    // The dictionary's bytes are always the first of a column's buffers, because its records say so.
    if (has_dictionary_ && out.string_buffers.empty()) out.string_buffers.push_back(dictionary_bytes_);
    if (out.string_buffers.empty() || out.string_buffers.back().data() != page_.bytes.data()) out.string_buffers.push_back(page_.bytes);
    buffer = static_cast<std::int32_t>(out.string_buffers.size()) - 1;
  }
  TRUENO_TRY(plain_.read(count, to, buffer, page_.bytes.data()));
  if (column_.layout.field.type.id != TypeId::kVarchar || page_.ascii) return {};
  if (!are_utf8({reinterpret_cast<const StoredView*>(to), count}, page_.bytes.data()))
    return corrupt_page("a page of texts holds bytes that are not UTF-8");
  return {};
}

Status ColumnReader::decode_codes(std::size_t count, std::uint8_t* to) {
  const int value_width = width();
  for (std::size_t done = 0; done < count;) {
    const HybridReader::Piece piece = codes_.next(count - done);
    if (piece.count == 0) return corrupt_page("a page ends before its last dictionary code");
    const std::uint32_t greatest = piece.codes != nullptr ? routines_.greatest(piece.codes, piece.count) : piece.value;
    if (greatest >= dictionary_size_)
      return error(ErrorCode::kCorruptFile, "a dictionary code of {} in a dictionary of {}", greatest, dictionary_size_);
    std::uint8_t* at = to + done * static_cast<std::size_t>(value_width);
    done += piece.count;
    if (!column_.as_codes) {
      if (piece.codes != nullptr) {
        gather(routines_, value_width, entries_.data(), piece.codes, piece.count, at);
      } else {
        fill(value_width, entries_.data() + std::size_t{piece.value} * static_cast<std::size_t>(value_width), piece.count, at);
      }
    } else if (piece.codes == nullptr) {
      const std::uint32_t code = remap_.empty() ? piece.value : remap_[piece.value];
      fill(4, &code, piece.count, at);
    } else if (remap_.empty()) {
      std::memcpy(at, piece.codes, piece.count * 4);
    } else {
      routines_.gather4(remap_.data(), piece.codes, piece.count, at);
    }
  }
  return {};
}

// BOOLEAN values as runs.
Status ColumnReader::decode_bits(std::size_t count, std::uint8_t* to) {
  for (std::size_t done = 0; done < count;) {
    const HybridReader::Piece piece = codes_.next(count - done);
    if (piece.count == 0) return corrupt_page("a page ends before its last value");
    if (piece.codes == nullptr && piece.value > 1) return corrupt_page("a BOOLEAN is neither 0 nor 1");
    for (std::size_t i = 0; i < piece.count; ++i)
      to[done + i] = static_cast<std::uint8_t>(piece.codes != nullptr ? piece.codes[i] : piece.value);
    done += piece.count;
  }
  return {};
}

Result<Column> ColumnReader::finish_column(Output out) {
  Column column;
  column.type = column_.layout.field.type;
  column.length = out.rows;
  column.null_count = out.rows - out.valid;
  column.statistics.null_count = column.null_count;
  if (column.null_count != 0) column.validity = std::move(out.validity).freeze();
  column.values =
      pages_.pool()->lend(std::move(out.values), kHeadroom, static_cast<std::size_t>(out.rows) * static_cast<std::size_t>(width()));
  if (column_.as_codes) {
    if (dictionary_ == nullptr) {  // all rows are NULL, and the writer has left out an empty one
      Column nothing = TRUENO_TRY(column_of(column.type, {}));
      auto empty = std::make_shared<Dictionary>();
      empty->id = Dictionary::next_id();
      empty->values = std::make_shared<const Column>(std::move(nothing));
      dictionary_ = std::move(empty);
    }
    column.encoding = Encoding::kDictionary;
    column.dictionary = dictionary_;
  } else if (column_.is_text()) {
    if (out.string_buffers.empty() && has_dictionary_) out.string_buffers.push_back(dictionary_bytes_);
    column.string_buffers = std::move(out.string_buffers);
  } else if (column_.kind == ValueKind::kConverted) {
    column.values = TRUENO_TRY(
        convert_arrow_values(column_.layout, column.values.data(), 0, out.rows, column.null_count != 0 ? column.validity.data() : nullptr));
  }
  return column;
}

}  // namespace trueno::pages

// Page indexes: structs of parquet.thrift that lie between the row groups and the footer.
//
//   OffsetIndex   1 page_locations: list of PageLocation { 1 offset, 2 compressed_page_size, 3 first_row_index }
//   ColumnIndex   1 null_pages, 2 min_values, 3 max_values, 4 boundary_order, 5 null_counts: lists with an element a page
#include "storage/parquet/pages/page_index.h"

#include <algorithm>

#include "storage/parquet/pages/thrift_reader.h"

namespace trueno::pages {

namespace {

using Field = ThriftReader::Field;

// The fewest bytes of a location: three fields of two bytes, and the end.
constexpr std::size_t kLocationBytes = 7;

Error corrupt_index(std::string_view what) {
  return error(ErrorCode::kCorruptFile, "{}", what).hint("SET statistics_answers = false reads without indexes");
}

Result<Buffer> read_place(const RandomAccessFile& file, const IndexPlace& place) {
  const auto size = static_cast<std::int64_t>(file.identity().size);
  if (place.offset < 0 || place.bytes <= 0 || place.offset > size || place.bytes > size - place.offset)
    return corrupt_index(fmt::format("a page index of {} bytes is said to begin at byte {} of {}", place.bytes, place.offset, size));
  MutableBuffer bytes = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(place.bytes)));
  TRUENO_TRY(file.read(static_cast<std::uint64_t>(place.offset), {bytes.data(), bytes.size()}));
  return std::move(bytes).freeze();
}

PageLocation read_location(ThriftReader& reader) {
  PageLocation location{-1, -1, -1};
  for (Field field = reader.field(0); field.type != kStop; field = reader.field(field.id)) {
    if (field.id == 1 && field.type == kI64) {
      location.offset = reader.number();
    } else if (field.id == 2) {
      location.bytes = reader.count(field.type);
    } else if (field.id == 3 && field.type == kI64) {
      location.first_row = reader.number();
    } else {
      reader.skip(field.type, 1);
    }
  }
  return location;
}

Status check_locations(const OffsetIndex& index, const ChunkPages& chunk) {
  if (index.pages.empty() ? index.rows != 0 : index.pages.front().first_row != 0)
    return corrupt_index("an offset index does not begin with the first row");
  std::int64_t end = 0;  // of the pages so far, from the chunk's begin
  std::int64_t row = 0;
  for (const PageLocation& page : index.pages) {
    if (page.first_row < row || page.first_row > index.rows)
      return corrupt_index("an offset index has pages that are not in the order of rows");
    row = page.first_row;
    const bool within = chunk.offset >= 0 && page.bytes > 0 && page.offset >= chunk.offset && page.offset - chunk.offset >= end &&
                        page.offset - chunk.offset <= chunk.bytes - page.bytes;
    if (!within) return corrupt_index(fmt::format("an offset index has a page of {} bytes at byte {}", page.bytes, page.offset));
    end = page.offset - chunk.offset + page.bytes;
  }
  return {};
}

}  // namespace

std::size_t OffsetIndex::page_of(std::int64_t row) const {
  const auto behind = std::ranges::upper_bound(pages, row, {}, &PageLocation::first_row);
  return behind == pages.begin() ? 0 : static_cast<std::size_t>(behind - pages.begin()) - 1;
}

Result<OffsetIndex> read_offset_index(const RandomAccessFile& file, const ChunkPages& chunk) {
  const Buffer bytes = TRUENO_TRY(read_place(file, chunk.offset_index));
  ThriftReader reader({bytes.data(), bytes.size()});
  OffsetIndex index;
  index.rows = chunk.value_count;
  for (Field field = reader.field(0); field.type != kStop; field = reader.field(field.id)) {
    if (field.id != 1 || !index.pages.empty()) {
      reader.skip(field.type, 0);
      continue;
    }
    const std::size_t count = reader.list(field.type, kStruct, kLocationBytes);
    index.pages.reserve(count);
    for (std::size_t i = 0; i < count && !reader.failed(); ++i) index.pages.push_back(read_location(reader));
  }
  if (reader.failed()) return corrupt_index("an offset index makes no sense");
  TRUENO_TRY(check_locations(index, chunk));
  return index;
}

Result<ColumnIndex> read_column_index(const RandomAccessFile& file, const ChunkPages& chunk) {
  ColumnIndex index;
  index.bytes = TRUENO_TRY(read_place(file, chunk.column_index));
  ThriftReader reader({index.bytes.data(), index.bytes.size()});
  std::size_t minima = 0;
  std::size_t maxima = 0;
  std::size_t counts = 0;
  // The first list says how many pages there are, the others have to agree.
  const auto length = [&](const Field& field, ThriftType elements, std::size_t& seen) {
    const std::size_t count = reader.list(field.type, elements, 1);
    if (count != index.pages.size() || seen != 0) return std::size_t{0};
    return seen = count;
  };
  bool agree = true;
  for (Field field = reader.field(0); field.type != kStop && agree; field = reader.field(field.id)) {
    switch (field.id) {
      case 1:
        agree = index.pages.empty();
        if (agree) index.pages.resize(reader.list(field.type, kTrue, 1));
        for (PageClaims& page : index.pages) page.only_nulls = reader.element();
        break;
      case 2:
        agree = length(field, kBinary, minima) == index.pages.size();
        for (std::size_t i = 0; i < minima && agree; ++i) index.pages[i].min = reader.binary();
        break;
      case 3:
        agree = length(field, kBinary, maxima) == index.pages.size();
        for (std::size_t i = 0; i < maxima && agree; ++i) index.pages[i].max = reader.binary();
        break;
      case 5:
        agree = length(field, kI64, counts) == index.pages.size();
        for (std::size_t i = 0; i < counts && agree; ++i) {
          const std::int64_t count = reader.number();
          if (count >= 0) index.pages[i].null_count = count;
        }
        break;
      default: reader.skip(field.type, 0);
    }
  }
  const std::size_t pages = index.pages.size();
  if (reader.failed() || !agree || minima != pages || maxima != pages) return corrupt_index("a column index makes no sense");
  return index;
}

}  // namespace trueno::pages

// Puts columns behind one another.
//
// Text records name their buffers by number, and the numbers differ from column to column: the result lists every buffer once, and its
// records are renumbered. Slices of one column share their buffers, so joining them again does not multiply the list.
#include <algorithm>
#include <unordered_map>

#include "column/column.h"

namespace trueno {

namespace {

// Bits of all columns, end to end. Whole bytes are copied where a column begins at one.
Result<Buffer> joined_validity(std::span<const Column> columns, std::int64_t length) {
  MutableBuffer bits = TRUENO_TRY(MutableBuffer::zeroed(bytes_for_bits(static_cast<std::size_t>(length))));
  std::size_t at = 0;
  for (const Column& column : columns) {
    const auto count = static_cast<std::size_t>(column.length);
    if ((at & 7) == 0 && !column.validity.empty()) {
      copy_bits(column.validity.data(), static_cast<std::size_t>(column.offset), count, bits.data() + (at >> 3));
    } else {
      for (std::size_t i = 0; i < count; ++i) {
        if (column.is_valid(static_cast<std::int64_t>(i))) set_bit(bits.data(), at + i);
      }
    }
    at += count;
  }
  return std::move(bits).freeze();
}

// The text buffers of all columns, each once, and the records pointed at their new numbers.
void join_strings(std::span<const Column> plain, StoredView* records, std::vector<Buffer>& buffers) {
  std::unordered_map<const std::uint8_t*, std::int32_t> numbers;
  for (const Column& column : plain) {
    std::vector<std::int32_t> renumbered;
    for (const Buffer& buffer : column.string_buffers) {
      const auto [known, is_new] = numbers.emplace(buffer.data(), static_cast<std::int32_t>(buffers.size()));
      if (is_new) buffers.push_back(buffer);
      // A longer view of the same bytes serves both.
      else if (buffers[static_cast<std::size_t>(known->second)].size() < buffer.size())
        buffers[static_cast<std::size_t>(known->second)] = buffer;
      renumbered.push_back(known->second);
    }
    for (std::int64_t i = 0; i < column.length; ++i) {
      StoredView& record = records[i];
      if (!column.is_valid(i)) {
        record = {};
      } else if (record.size > static_cast<std::int32_t>(StringView::kInline)) {
        record.buffer = renumbered[static_cast<std::size_t>(record.buffer)];
      }
    }
    records += column.length;
  }
}

// Appends the fixed-width values (codes too) of every column.
Result<MutableBuffer> join_values(std::span<const Column> columns, std::size_t width, std::int64_t length) {
  MutableBuffer values = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(length) * width));
  std::uint8_t* to = values.data();
  for (const Column& column : columns) {
    const std::size_t bytes = static_cast<std::size_t>(column.length) * width;
    if (bytes != 0) std::memcpy(to, column.values.data() + static_cast<std::size_t>(column.offset) * width, bytes);
    to += bytes;
  }
  return values;
}

// Nested columns: slow and simple, since they are carried and not computed with.
Result<Column> join_by_rows(std::span<const Column> columns, std::int64_t length) {
  ColumnBuilder builder(columns.front().type);
  builder.reserve(length);
  for (const Column& column : columns) {
    for (std::int64_t row = 0; row < column.length; ++row) TRUENO_TRY(builder.append_row(column, row));
  }
  return builder.finish();
}

// Codes can be put behind one another only when they are codes of the same dictionary.
bool share_dictionary(std::span<const Column> columns) {
  return std::all_of(columns.begin(), columns.end(), [&](const Column& column) {
    return column.encoding == Encoding::kDictionary && column.dictionary->id == columns.front().dictionary->id;
  });
}

}  // namespace

Result<Column> concatenate(std::span<const Column> columns) {
  TRUENO_ASSERT(!columns.empty());
  if (columns.size() == 1) return columns.front().encoding == Encoding::kDictionary ? columns.front() : columns.front().decoded();
  Column joined;
  joined.type = columns.front().type;
  for (const Column& column : columns) {
    joined.length += column.length;
    joined.null_count += column.null_count;
  }
  if (joined.type.is_nested()) return join_by_rows(columns, joined.length);
  if (joined.null_count != 0) joined.validity = TRUENO_TRY(joined_validity(columns, joined.length));
  joined.statistics = columns.front().statistics;
  for (const Column& column : columns.subspan(1)) joined.statistics = merge_statistics(joined.statistics, column.statistics);
  if (columns.front().encoding == Encoding::kDictionary && share_dictionary(columns)) {
    joined.encoding = Encoding::kDictionary;
    // A dictionary that grows keeps its id and its codes: the longest form knows them all.
    joined.dictionary = columns.front().dictionary;
    for (const Column& column : columns) {
      if (column.dictionary->values->length > joined.dictionary->values->length) joined.dictionary = column.dictionary;
    }
    joined.values = TRUENO_TRY(join_values(columns, 4, joined.length)).freeze();
    return joined;
  }
  std::vector<Column> plain;
  for (const Column& column : columns) plain.push_back(TRUENO_TRY(column.decoded()));
  MutableBuffer values = TRUENO_TRY(join_values(plain, static_cast<std::size_t>(width_of(joined.physical())), joined.length));
  if (joined.physical() == Physical::kString) join_strings(plain, values.as<StoredView>(), joined.string_buffers);
  joined.values = std::move(values).freeze();
  return joined;
}

}  // namespace trueno

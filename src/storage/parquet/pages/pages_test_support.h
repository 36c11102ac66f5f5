#pragma once

// Column chunks made byte by byte, after the format's description.

#include <cstring>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/parquet/pages/column_reader.h"

namespace trueno::pages {

/// A file of given bytes, which counts those that are read.
class BytesFile final : public RandomAccessFile {
 public:
  explicit BytesFile(std::string bytes) : bytes_(std::move(bytes)) { identity_ = {"bytes", bytes_.size(), 0, {}}; }
  const FileIdentity& identity() const override { return identity_; }
  Status read(std::uint64_t offset, std::span<std::uint8_t> into) const override {
    if (offset > bytes_.size() || into.size() > bytes_.size() - offset) return error(ErrorCode::kIo, "it ends early");
    std::memcpy(into.data(), bytes_.data() + offset, into.size());
    bytes_read += into.size();
    return {};
  }
  Result<Buffer> map(std::uint64_t, std::uint64_t) const override { return error(ErrorCode::kNotSupported, "not mapped"); }

  mutable std::size_t bytes_read = 0;  // NOLINT(misc-non-private-member-variables-in-classes): for one thread

 private:
  std::string bytes_;
  FileIdentity identity_;
};

/// Little-endian bytes of values.
template <class T>
std::string raw(std::initializer_list<T> values) {
  std::string bytes;
  for (const T value : values) bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  return bytes;
}

inline std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 128; value >>= 7) bytes += static_cast<char>(value | 128);
  return bytes + static_cast<char>(value);
}
/// A Thrift i32 field with the next id: type 5 after a delta of 1.
inline std::string number_field(std::int64_t value, int delta = 1) {
  return static_cast<char>(delta << 4 | 5) + varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

inline std::string zigzag(std::int64_t value) {
  return varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}
/// A Thrift list in the field with the next id: its number of elements, of their type, and the elements.
inline std::string list_field(int type, const std::vector<std::string>& elements, int delta = 1) {
  std::string bytes = {static_cast<char>(delta << 4 | 9)};
  const std::size_t count = elements.size();
  bytes += static_cast<char>(static_cast<int>(count < 15 ? count : 15) << 4 | type);
  if (count >= 15) bytes += varint(count);
  for (const std::string& element : elements) bytes += element;
  return bytes;
}

constexpr int kPlainPage = 0;
constexpr int kCodesPage = 8;
constexpr int kRunsPage = 3;

/// A v1 data page; `size` is what the header says the page has decompressed, -1: what it has.
inline std::string data_page(std::int64_t rows, int encoding, const std::string& stored, std::int64_t size = -1, int levels = 3) {
  return number_field(0) + number_field(size < 0 ? static_cast<std::int64_t>(stored.size()) : size) +
         number_field(static_cast<std::int64_t>(stored.size())) + "\x2C" + number_field(rows) + number_field(encoding) +
         number_field(levels) + number_field(3) + std::string(2, '\0') + stored;
}
inline std::string dictionary_page(std::int64_t entries, const std::string& stored, int encoding = kPlainPage) {
  return number_field(2) + number_field(static_cast<std::int64_t>(stored.size())) + number_field(static_cast<std::int64_t>(stored.size())) +
         "\x4C" + number_field(entries) + number_field(encoding) + std::string(2, '\0') + stored;
}
inline std::string data_page_v2(std::int64_t rows, std::int64_t nulls, int encoding, const std::string& levels, const std::string& values,
                                std::int64_t level_bytes = -1, std::int64_t repetition_bytes = 0) {
  const auto size = static_cast<std::int64_t>(levels.size() + values.size());
  return number_field(3) + number_field(size) + number_field(size) + "\x5C" + number_field(rows) + number_field(nulls) +
         number_field(rows) + number_field(encoding) +
         number_field(level_bytes < 0 ? static_cast<std::int64_t>(levels.size()) : level_bytes) + number_field(repetition_bytes) +
         std::string(2, '\0') + levels + values;
}
/// Levels of a v1 page: their size, then themselves.
inline std::string sized(const std::string& bytes) { return raw({static_cast<std::uint32_t>(bytes.size())}) + bytes; }
/// `count` times one value of up to eight bits, in the hybrid of runs and packed groups.
inline std::string run(std::uint64_t count, int value) { return varint(count << 1) + static_cast<char>(value); }
/// Groups of eight packed values.
inline std::string groups(std::uint64_t count, const std::string& packed) { return varint(count << 1 | 1) + packed; }

inline FlatColumn flat_column(const Type& type, StoredType stored, bool optional = false, ArrowKind kind = ArrowKind::kSame) {
  FlatColumn column;
  column.layout.field = {"c", type, optional};
  column.layout.kind = kind;
  column.stored = stored;
  column.optional = optional;
  column.is_flat = true;
  column.kind = value_kind(column);
  return column;
}
inline FlatColumn bigints(bool optional = false) { return flat_column(TypeId::kBigInt, StoredType::kInt64, optional); }
inline FlatColumn integers(bool optional = false) { return flat_column(TypeId::kInteger, StoredType::kInt32, optional); }
inline FlatColumn texts(bool as_codes = false, bool optional = false) {
  FlatColumn column = flat_column(TypeId::kVarchar, StoredType::kByteArray, optional, ArrowKind::kText32);
  column.as_codes = as_codes;
  return column;
}
inline FlatColumn booleans() { return flat_column(TypeId::kBoolean, StoredType::kBoolean, false, ArrowKind::kBits); }

/// An offset index.
inline std::string offset_index(const std::vector<PageLocation>& pages) {
  std::vector<std::string> locations;
  for (const PageLocation& page : pages) {
    locations.push_back("\x16" + zigzag(page.offset) + "\x15" + zigzag(page.bytes) + "\x16" + zigzag(page.first_row) + '\0');
  }
  return list_field(12, locations) + '\0';
}
/// A column index.
inline std::string column_index(const std::vector<PageClaims>& pages) {
  std::vector<std::string> only_nulls;
  std::vector<std::string> minima;
  std::vector<std::string> maxima;
  std::vector<std::string> null_counts;
  for (const PageClaims& page : pages) {
    only_nulls.emplace_back(1, page.only_nulls ? '\1' : '\2');
    minima.push_back(varint(page.min.size()) + std::string(page.min));
    maxima.push_back(varint(page.max.size()) + std::string(page.max));
    if (page.null_count) null_counts.push_back(zigzag(*page.null_count));
  }
  std::string bytes = list_field(1, only_nulls) + list_field(8, minima) + list_field(8, maxima) + number_field(0);
  if (!null_counts.empty()) bytes += list_field(6, null_counts);
  return bytes + '\0';
}

/// All `rows` of a chunk, `batch` at a time.
inline Result<std::vector<Column>> read_chunk(const FlatColumn& column, const std::string& chunk, std::int64_t rows, std::int64_t batch,
                                              PageCodec codec = PageCodec::kNone) {
  ChunkPages pages;
  pages.bytes = static_cast<std::int64_t>(chunk.size());
  pages.value_count = rows;
  pages.codec = codec;
  const auto reader = TRUENO_TRY(ColumnReader::open(column, pages, std::make_shared<BytesFile>(chunk), std::make_shared<BufferPool>(), {}));
  std::vector<Column> columns;
  for (std::int64_t row = 0; row < rows; row += batch) columns.push_back(TRUENO_TRY(reader->read(std::min(batch, rows - row))));
  TRUENO_TRY(reader->finish());
  return columns;
}

/// The rows as text, one space between two; or the error.
inline std::string read_text(const FlatColumn& column, const std::string& chunk, std::int64_t rows, std::int64_t batch = 1 << 16,
                             PageCodec codec = PageCodec::kNone) {
  const auto columns = read_chunk(column, chunk, rows, batch, codec);
  if (!columns) return std::string(error_code_name(columns.error().code())) + ": " + columns.error().message();
  std::string text;
  for (const Column& piece : *columns) {
    for (std::int64_t row = 0; row < piece.length; ++row) text += (text.empty() ? "" : " ") + piece.value(row).to_string();
  }
  return text;
}

}  // namespace trueno::pages

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bits.h"
#include "base/buffer.h"
#include "base/int128.h"
#include "column/statistics.h"
#include "column/type.h"
#include "column/value.h"

namespace trueno {

/// How a column's values lie in its buffers. Encodings survive into the backends, which may decode in registers.
enum class Encoding : std::uint8_t {
  kPlain,       // one value after the other
  kConstant,    // one value for all rows
  kDictionary,  // u32 codes into a dictionary
  kRunLength,   // runs: exclusive end rows and one value a run
  kPacked,      // frame of reference: base + unsigned value of `bit_width` bits
};

class Column;

/// The distinct values codes refer to. Immutable and shared. Codes of different ids are never compared.
struct Dictionary {
  std::uint64_t id = 0;                  // unique in the process
  bool sorted = false;                   // values ascend, so codes compare like values
  bool distinct = false;                 // known: no value occurs twice, so equal codes and equal values are the same
  std::shared_ptr<const Column> values;  // plain, without NULLs
  /// A fresh id. Thread-safe.
  [[nodiscard]] static std::uint64_t next_id();
};

/// Immutable typed values with encoding, validity and statistics; buffers are shared, so copies and slices are cheap.
///
/// Buffers by encoding (W = width of the physical type):
///   kPlain       values: length * W bytes from row `offset` on. Strings: Arrow Utf8View records that refer into `string_buffers`.
///   kConstant    values: one value
///   kDictionary  values: u32 codes; `dictionary`
///   kRunLength   values: one value a run; run_ends: i64 exclusive end rows, counted without `offset`
///   kPacked      values: bit-packed offsets of `bit_width` bits from `base`; integers only
/// Validity: bit `offset + i` tells whether row i is valid; no buffer = all valid. A NULL row's value bits are arbitrary, but readable,
/// and its dictionary code is below the dictionary's size (or 0 where that is empty).
/// ENUM columns are kPlain: u32 positions in the type's labels. A column of type NULL holds 4 arbitrary bytes a row, none valid.
/// Nested columns (LIST, STRUCT, MAP) are carried as children and cannot be computed with. Row `offset + i` of a STRUCT is that row of its
/// children; row i of a LIST is the rows [offsets[offset + i], offsets[offset + i + 1]) of its child, and so for both children of a MAP.
class Column {
 public:
  Type type;
  Encoding encoding = Encoding::kPlain;
  std::int64_t length = 0;
  std::int64_t offset = 0;
  std::int64_t null_count = 0;  // of these rows
  Buffer values;
  Buffer validity;
  std::vector<Buffer> string_buffers;
  std::shared_ptr<const Dictionary> dictionary;
  Buffer run_ends;
  std::int64_t run_count = 0;
  i128 base = 0;
  int bit_width = 0;
  std::vector<Column> children;  // nested types; LIST and MAP: `values` holds i32 offsets (length + 1)
  ColumnStatistics statistics;

  // Not inline: the code of all members in every file that passes one on is most of what a build compiles.
  Column();
  Column(const Column&);
  Column(Column&&) noexcept;
  Column& operator=(const Column&);
  Column& operator=(Column&&) noexcept;
  ~Column();

  /// The physical type of one decoded value.
  [[nodiscard]] Physical physical() const { return type.physical(); }
  [[nodiscard]] bool may_have_nulls() const { return null_count != 0; }
  [[nodiscard]] bool is_valid(std::int64_t row) const {
    return validity.empty() || get_bit(validity.data(), static_cast<std::size_t>(offset + row));
  }
  /// Rows [begin, begin + count). Shares all buffers; keeps statistics as bounds.
  [[nodiscard]] Column slice(std::int64_t begin, std::int64_t count) const;
  /// One cell. Slow: for results, tests and bounds, not for loops over data.
  [[nodiscard]] Value value(std::int64_t row) const;
  /// The text or blob at a row of a plain or dictionary string column; must be valid there.
  [[nodiscard]] std::string_view text(std::int64_t row) const;
  /// The same values, encoding kPlain, offset 0.
  [[nodiscard]] Result<Column> decoded() const;
  /// Bytes of the buffers this column's rows need.
  [[nodiscard]] std::int64_t byte_size() const;
};

/// Arrow's 16-byte string record as columns store it: `size <= 12`: the bytes are inline; else prefix, buffer number, offset.
struct StoredView {
  std::int32_t size = 0;
  char prefix[4] = {};
  std::int32_t buffer = 0;
  std::int32_t offset = 0;
};
static_assert(sizeof(StoredView) == 16);

/// The register form of a stored string record.
[[nodiscard]] inline StringView resolve_view(const StoredView& stored, const std::vector<Buffer>& buffers) {
  if (stored.size <= static_cast<std::int32_t>(StringView::kInline)) {
    StringView view;
    static_assert(sizeof view == sizeof stored);
    std::memcpy(static_cast<void*>(&view), &stored, sizeof view);
    return view;
  }
  const char* bytes = reinterpret_cast<const char*>(buffers[static_cast<std::size_t>(stored.buffer)].data()) + stored.offset;
  return std::string_view(bytes, static_cast<std::size_t>(stored.size));
}

/// Equally long columns. The unit that flows between pipelines, from files and into results.
struct Batch {
  std::int64_t length = 0;  // also right where there are no columns
  std::vector<Column> columns;
  std::int64_t first_row =
      -1;  // from a scan that leaves out rows: the number of its first row in the part; -1: it follows the batch before
};

/// Builds a plain column value by value; the one way results, VALUES and tests make columns. Not thread-safe.
class ColumnBuilder {
 public:
  explicit ColumnBuilder(Type type);
  void reserve(std::int64_t rows);
  [[nodiscard]] Status append_null();
  /// A value of the column's physical type: `value.type()` is not looked at, its payload must fit.
  [[nodiscard]] Status append(const Value& value);
  /// Plain bytes of one value of the physical type (not strings).
  [[nodiscard]] Status append_bytes(const void* value);
  [[nodiscard]] Status append_string(std::string_view text);
  /// Rows of another column of the same type.
  [[nodiscard]] Status append_row(const Column& from, std::int64_t row);
  /// Of a LIST: one list of rows of a column of its elements.
  [[nodiscard]] Status append_list(const Column& elements, std::span<const std::uint32_t> rows);
  [[nodiscard]] std::int64_t length() const { return length_; }
  /// The column; the builder is empty afterwards.
  [[nodiscard]] Result<Column> finish();

 private:
  [[nodiscard]] Status append_slot(const void* value);
  [[nodiscard]] Status append_children(const std::vector<Value>& values);
  [[nodiscard]] Status append_nested_row(const Column& from, std::int64_t row);
  [[nodiscard]] Status close_list();
  [[nodiscard]] Status set_validity(bool valid);

  Type type_;
  Physical physical_;
  std::size_t width_;  // of a slot of `values_`: a value, or an end offset of LIST and MAP; 0 for STRUCT
  std::int64_t length_ = 0;
  std::int64_t null_count_ = 0;
  // Buffers are as large as their capacity; `length_` and `string_bytes_` say what is used.
  MutableBuffer values_;
  MutableBuffer strings_;
  std::size_t string_bytes_ = 0;
  std::vector<Buffer> full_string_buffers_;
  MutableBuffer validity_;  // empty until the first NULL
  std::vector<ColumnBuilder> children_;
};

/// A constant column of `length` rows.
[[nodiscard]] Result<Column> constant_column(const Value& value, std::int64_t length);
/// A plain column of the values, all of `type`.
[[nodiscard]] Result<Column> column_of(const Type& type, std::span<const Value> values);
/// The rows of all columns, one after the other; plain, or dictionary where all share one dictionary. At least one column.
[[nodiscard]] Result<Column> concatenate(std::span<const Column> columns);

}  // namespace trueno

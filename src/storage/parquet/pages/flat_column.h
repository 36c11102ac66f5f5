#pragma once

#include <cstdint>
#include <string_view>

#include "column/arrow_layout.h"

namespace trueno::pages {

/// How values lie in a file: parquet.thrift's numbers.
enum class StoredType : std::uint8_t { kBoolean = 0, kInt32, kInt64, kInt96, kFloat, kDouble, kByteArray, kFixedBytes };

/// What becomes of a stored value.
enum class ValueKind : std::uint8_t {
  kSame,        // the stored 4 or 8 bytes are ours
  kNarrow,      // an INT32 cut to our 1 or 2 bytes
  kWiden,       // an INT32 to 8 bytes, signed
  kBits,        // BOOLEAN: a bit becomes a byte
  kConverted,   // as the Arrow array of the same values: convert_arrow_values
  kBigEndian,   // a decimal of up to 16 big-endian bytes
  kUuid,        // 16 big-endian bytes
  kText,        // a length and bytes: a string record
  kFixedBytes,  // bytes: a string record
  kNone,        // not read by our pages
};

/// A column that is one leaf of the file, not nested.
struct FlatColumn {
  ArrowLayout layout;  // of the array Arrow makes of it; its field is ours
  StoredType stored = StoredType::kInt32;
  std::int32_t stored_width = 0;  // of kFixedBytes
  bool optional = false;          // one definition level
  bool is_flat = false;           // no repetition, at most one definition level
  bool as_codes = false;          // texts arrive as codes
  ValueKind kind = ValueKind::kNone;

  /// Bytes of a decoded value, before `kConverted` ones are converted.
  [[nodiscard]] int width() const;
  [[nodiscard]] bool is_text() const { return kind == ValueKind::kText || kind == ValueKind::kFixedBytes; }
};

/// The kind of a column's values from its type here and in the file; kNone for pairs that only Arrow knows.
[[nodiscard]] ValueKind value_kind(const FlatColumn& column);

/// How pages are compressed. Snappy is ours; for another codec the reader is given a function.
enum class PageCodec : std::uint8_t { kNone, kSnappy, kOther };

/// Where a page index or a Bloom filter lies. 0 bytes: there is none, or of a Bloom filter that its size is not known; offset 0: none.
struct IndexPlace {
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
};

/// Where a column chunk lies and what its pages are, from the footer.
struct ChunkPages {
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
  std::int64_t value_count = 0;
  PageCodec codec = PageCodec::kNone;
  bool known_encodings = false;    // PLAIN, RLE and dictionary codes only
  bool bit_packed_levels = false;  // levels may be in the deprecated encoding
  bool encrypted = false;
  bool size_is_wrong = false;  // of a writer that left the header of the dictionary page out of the size
  bool elsewhere = false;      // in another file
  IndexPlace column_index;
  IndexPlace offset_index;
  IndexPlace bloom_filter;
};

/// The one place that decides who decodes a column chunk: empty when our pages do, else the reason why Arrow does.
[[nodiscard]] std::string_view why_arrow_decodes(const FlatColumn& column, const ChunkPages& chunk);

}  // namespace trueno::pages

#pragma once

#include <span>
#include <vector>

#include "base/file_system.h"
#include "column/scan_predicate.h"
#include "storage/parquet/pages/stored_value.h"

namespace trueno::pages {

/// Rows [begin, end) of a row group.
struct RowRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  bool operator==(const RowRange&) const = default;
};

/// A condition on a column that is one leaf, and its chunk in a row group. Refers to what the caller has.
struct ChunkCondition {
  const ColumnCondition* condition;
  const LeafValues* leaf;
  const ChunkPages* chunk;
};

/// The rows of a row group of `rows` rows that may satisfy all conditions, as page indexes and Bloom filters tell: in order, with gaps
/// between them. Chunks without indexes rule nothing out. kCorruptFile when an index is none.
[[nodiscard]] Result<std::vector<RowRange>> wanted_rows(const RandomAccessFile& file, std::span<const ChunkCondition> conditions,
                                                        std::int64_t rows);

}  // namespace trueno::pages

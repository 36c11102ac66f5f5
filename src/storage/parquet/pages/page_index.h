#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/file_system.h"
#include "storage/parquet/pages/flat_column.h"

namespace trueno::pages {

/// Where one data page of a column chunk lies: its header included, in the file; and the number of its first row in the row group.
struct PageLocation {
  std::int64_t offset = 0;
  std::int32_t bytes = 0;
  std::int64_t first_row = 0;
};

/// Where the data pages of a flat column chunk lie.
struct OffsetIndex {
  std::vector<PageLocation> pages;
  std::int64_t rows = 0;  // of the row group

  /// The number of the first row behind a page.
  [[nodiscard]] std::int64_t end_row(std::size_t page) const { return page + 1 < pages.size() ? pages[page + 1].first_row : rows; }
  /// The page that holds a row.
  [[nodiscard]] std::size_t page_of(std::int64_t row) const;
};

/// What a file claims of the values of one data page.
struct PageClaims {
  bool only_nulls = false;
  std::string_view min;  // as files hold bounds; maybe cut short, which widens them
  std::string_view max;
  std::optional<std::int64_t> null_count;
};

/// The claims of all data pages of a column chunk. Whether the file says that they are in order is not asked.
struct ColumnIndex {
  std::vector<PageClaims> pages;
  Buffer bytes;  // that the bounds are in
};

/// Reads a chunk's offset index, which there is. Its pages lie one behind the other within the chunk and begin with rows 0 to `value_count`
/// in order, else kCorruptFile; whether each holds as many rows as it says is for who reads the page.
[[nodiscard]] Result<OffsetIndex> read_offset_index(const RandomAccessFile& file, const ChunkPages& chunk);
/// Reads a chunk's column index, which there is. kCorruptFile when it is none.
[[nodiscard]] Result<ColumnIndex> read_column_index(const RandomAccessFile& file, const ChunkPages& chunk);

}  // namespace trueno::pages

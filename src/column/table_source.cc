#include "column/table_source.h"

namespace trueno {

std::int64_t TableSource::all_column_bytes(int column) const {
  std::int64_t bytes = 0;
  for (std::int64_t part = 0; part < part_count(); ++part) bytes += column_bytes(part, column);
  return bytes;
}

std::optional<std::int64_t> TableSource::row_count() const {
  std::int64_t total = 0;
  for (std::int64_t part = 0; part < part_count(); ++part) {
    const auto rows = part_rows(part);
    if (!rows) return std::nullopt;
    total += *rows;
  }
  return total;
}

ColumnStatistics TableSource::column_statistics(int column) const {
  std::optional<ColumnStatistics> merged;
  std::int64_t only_nulls = 0;  // NULLs of parts without a value: they know no bounds, and do not widen those of others
  for (std::int64_t part = 0; part < part_count(); ++part) {
    const ColumnStatistics one = statistics(part, column);
    const auto rows = part_rows(part);
    if (rows && one.null_count && *one.null_count == *rows) {
      only_nulls += *rows;
      continue;
    }
    merged = merged ? merge_statistics(*merged, one) : one;
  }
  if (!merged) merged.emplace().null_count = 0;
  if (merged->null_count) *merged->null_count += only_nulls;
  return *merged;
}

Result<Batch> TableSource::sample(std::span<const int>) const { return Batch(); }

bool TableSource::is_dictionary(int) const { return false; }

std::shared_ptr<const Dictionary> TableSource::shared_dictionary(int) const { return nullptr; }

Result<std::shared_ptr<const TableSource>> TableSource::narrowed(const ScanPredicate&, const KeepConstants&) const {
  return std::shared_ptr<const TableSource>();
}

}  // namespace trueno

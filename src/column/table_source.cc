#include "column/table_source.h"

#include <algorithm>
#include <cmath>

namespace trueno {

namespace {

// How many values all rows have, where some of them show `seen`: each row has one of D at random, so that of n rows D * (1 - exp(-n / D))
// are expected to be seen (Cardenas 1975). Where nearly every row has its own, all have.
double values_of_all(double seen, double some, double all) {
  constexpr double kOwn = 0.99;
  constexpr int kSteps = 50;
  if (seen >= kOwn * some) return all;
  double low = 1e-3;  // n / D
  double high = 1e9;
  for (int step = 0; step < kSteps; ++step) {
    const double middle = std::sqrt(low * high);
    ((1 - std::exp(-middle)) / middle > seen / some ? low : high) = middle;
  }
  const double values = some / low;
  return values * (1 - std::exp(-all / values));
}

}  // namespace

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
  std::int64_t rows_of_all = 0;
  std::int64_t rows_of_richest = 0;  // the part with the most values
  std::int64_t richest = 0;
  double together = 0;
  for (std::int64_t part = 0; part < part_count(); ++part) {
    const ColumnStatistics one = statistics(part, column);
    const auto rows = part_rows(part);
    if (rows && one.null_count && *one.null_count == *rows) {
      only_nulls += *rows;
      continue;
    }
    merged = merged ? merge_statistics(*merged, one) : one;
    const std::int64_t valid = rows ? *rows - one.null_count.value_or(0) : 0;
    const std::int64_t values = one.distinct_count.value_or(0);
    rows_of_all += valid;
    together += static_cast<double>(values);
    if (values <= richest) continue;
    richest = values;
    rows_of_richest = valid;
  }
  // Parts that overlap were taken to share all values. Where a part is still finding new ones, all parts have more.
  if (merged && merged->distinct_count && rows_of_richest > 0) {
    const double estimate =
        values_of_all(static_cast<double>(richest), static_cast<double>(rows_of_richest), static_cast<double>(rows_of_all));
    merged->distinct_count = std::max(*merged->distinct_count, static_cast<std::int64_t>(std::min(estimate, together)));
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

// Which rows of a row group are worth reading.
//
// Column indexes are read first, and only of columns with a condition. Where one rules a page out, the offset index says which rows that
// page holds; pages of other columns do not begin with the same rows, so that what is left is ranges of rows, not pages. What is left is
// asked of the Bloom filters, which cost a read for every value.
#include "storage/parquet/pages/wanted_rows.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "storage/parquet/pages/bloom_filter.h"
#include "storage/parquet/pages/page_index.h"

namespace trueno::pages {

namespace {

// Fewer rows than this are read rather than left out: a range costs about as much as these.
constexpr std::int64_t kShortestGap = 1024;
// A list of constants is compared with the pages while this many comparisons are enough.
constexpr std::size_t kMostComparisons = std::size_t{1} << 20;

// What a page claims, in the column's type.
ColumnStatistics claims_of(const LeafValues& leaf, const PageClaims& page) {
  ColumnStatistics claims;
  claims.null_count = page.null_count;
  if (!leaf.ordered || page.only_nulls) return claims;
  auto min = bound_of(leaf, page.min);
  auto max = bound_of(leaf, page.max);
  // Bounds the wrong way round say nothing of the rows.
  if (!min || !max || compare_values(*min, *max) > 0) return claims;
  claims.min = std::move(min);
  claims.max = std::move(max);
  return claims;
}

// Whether a page may hold a row that satisfies all conditions.
bool may_match_page(std::span<const ChunkCondition> conditions, const PageClaims& page) {
  ColumnStatistics claims = claims_of(*conditions.front().leaf, page);
  if (page.only_nulls) claims.null_count = 1;  // of one row: how many there are does not matter
  const std::int64_t rows = page.only_nulls ? 1 : -1;
  return std::ranges::all_of(conditions, [&](const ChunkCondition& of) { return may_match(*of.condition, claims, rows); });
}

std::vector<RowRange> intersection(const std::vector<RowRange>& a, const std::vector<RowRange>& b) {
  std::vector<RowRange> both;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const RowRange range{std::max(a[i].begin, b[j].begin), std::min(a[i].end, b[j].end)};
    if (range.begin < range.end) both.push_back(range);
    a[i].end < b[j].end ? ++i : ++j;
  }
  return both;
}

// Adds rows behind those there are; short gaps are closed.
void add(std::vector<RowRange>& ranges, RowRange range, std::int64_t shortest_gap) {
  if (range.begin == range.end) return;
  if (!ranges.empty() && range.begin - ranges.back().end < shortest_gap) {
    ranges.back().end = range.end;
  } else {
    ranges.push_back(range);
  }
}

// The rows that the page index of one column leaves to the conditions on it; nothing where it rules none out.
Result<std::optional<std::vector<RowRange>>> rows_of_pages(const RandomAccessFile& file, std::span<const ChunkCondition> conditions,
                                                           std::int64_t rows) {
  const ChunkPages& chunk = *conditions.front().chunk;
  if (chunk.column_index.bytes == 0 || chunk.offset_index.bytes == 0) return std::nullopt;
  const ColumnIndex index = TRUENO_TRY(read_column_index(file, chunk));
  const std::size_t constants = std::accumulate(conditions.begin(), conditions.end(), std::size_t{0},
                                                [](std::size_t sum, const auto& of) { return sum + of.condition->values.size(); });
  if (constants > kMostComparisons / std::max<std::size_t>(index.pages.size(), 1)) return std::nullopt;
  std::vector<bool> kept;
  kept.reserve(index.pages.size());
  for (const PageClaims& page : index.pages) kept.push_back(may_match_page(conditions, page));
  if (std::ranges::all_of(kept, std::identity())) return std::nullopt;
  const OffsetIndex offsets = TRUENO_TRY(read_offset_index(file, chunk));
  if (offsets.rows != rows) return error(ErrorCode::kCorruptFile, "a column chunk has {} rows in a row group of {}", offsets.rows, rows);
  if (offsets.pages.size() != kept.size()) {
    return error(ErrorCode::kCorruptFile, "a column index is about {} pages, its offset index about {}", kept.size(), offsets.pages.size())
        .hint("SET statistics_answers = false reads without indexes");
  }
  std::vector<RowRange> ranges;
  for (std::size_t page = 0; page < kept.size(); ++page) {
    if (kept[page]) add(ranges, {offsets.pages[page].first_row, offsets.end_row(page)}, 1);
  }
  return ranges;
}

bool is_equality(const ColumnCondition& condition) {
  return condition.kind == ColumnCondition::Kind::kIn ||
         (condition.kind == ColumnCondition::Kind::kCompare && condition.op == CompareOp::kEqual && !condition.values.empty());
}

}  // namespace

Result<std::vector<RowRange>> wanted_rows(const RandomAccessFile& file, std::span<const ChunkCondition> conditions, std::int64_t rows) {
  std::vector<RowRange> ranges;
  if (rows == 0) return ranges;
  ranges.push_back({0, rows});
  std::vector<ChunkCondition> by_chunk(conditions.begin(), conditions.end());
  std::ranges::sort(by_chunk, std::less<>(), [](const ChunkCondition& of) { return of.chunk; });
  for (std::size_t begin = 0; begin < by_chunk.size() && !ranges.empty();) {
    std::size_t end = begin + 1;
    while (end < by_chunk.size() && by_chunk[end].chunk == by_chunk[begin].chunk) ++end;
    const auto kept = TRUENO_TRY(rows_of_pages(file, std::span(by_chunk).subspan(begin, end - begin), rows));
    if (kept) ranges = intersection(ranges, *kept);
    begin = end;
  }
  for (const ChunkCondition& of : conditions) {
    if (ranges.empty()) break;
    if (!is_equality(*of.condition)) continue;
    if (!TRUENO_TRY(may_hold_one_of(file, *of.chunk, *of.leaf, of.condition->values))) ranges.clear();
  }
  std::vector<RowRange> wanted;
  for (const RowRange& range : ranges) add(wanted, range, kShortestGap);
  return wanted;
}

}  // namespace trueno::pages

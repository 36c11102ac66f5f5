// Any bytes as page indexes and as a Bloom filter: what they rule out is ranges of rows or a typed error, and a column that is read by
// such an offset index ends in rows or in a typed error. The first two bytes say how long the column index and the offset index are, the
// third chooses a condition; behind the three come a Bloom filter and a column chunk, which are the same bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "storage/parquet/pages/pages_test_support.h"
#include "storage/parquet/pages/wanted_rows.h"

namespace {

using namespace trueno;
using namespace trueno::pages;

constexpr std::int64_t kRows = 5000;

ColumnCondition condition_of(std::uint8_t kind) {
  if (kind % 4 == 0) return {ColumnCondition::Kind::kIsNull, 0, CompareOp::kEqual, {}};
  const auto op = static_cast<CompareOp>(kind / 4 % 6);
  return {kind % 4 == 1 ? ColumnCondition::Kind::kIn : ColumnCondition::Kind::kCompare, 0, op, {Value::bigint(kind)}};
}

Status read_rows(const FlatColumn& column, const ChunkPages& chunk, const std::shared_ptr<BytesFile>& file,
                 const std::vector<RowRange>& ranges) {
  const auto reader = TRUENO_TRY(ColumnReader::open(column, chunk, file, std::make_shared<BufferPool>(), {}));
  reader->set_pages(TRUENO_TRY(read_offset_index(*file, chunk)));
  for (const RowRange& range : ranges) {
    TRUENO_TRY(reader->seek(range.begin, range.end));
    for (std::int64_t row = range.begin; row < range.end; row += 700) {
      const std::int64_t rows = std::min<std::int64_t>(700, range.end - row);
      if (TRUENO_TRY(reader->read(rows)).length != rows) std::abort();
    }
  }
  return {};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4 || size > 4096) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 3, size - 3);
  const auto all = static_cast<std::int64_t>(bytes.size());
  ChunkPages chunk;
  chunk.value_count = kRows;
  chunk.column_index = {0, std::min<std::int64_t>(data[0], all)};
  chunk.offset_index = {chunk.column_index.bytes, std::min<std::int64_t>(data[1], all - chunk.column_index.bytes)};
  chunk.offset = chunk.offset_index.offset + chunk.offset_index.bytes;
  chunk.bytes = all - chunk.offset;
  chunk.bloom_filter = {chunk.offset, 0};
  const auto file = std::make_shared<BytesFile>(bytes);
  const LeafValues leaf{TypeId::kBigInt, StoredType::kInt64, 0, true};
  const ColumnCondition condition = condition_of(data[2]);
  const std::vector<ChunkCondition> conditions = {{&condition, &leaf, &chunk}};
  const auto ranges = wanted_rows(*file, conditions, kRows);
  std::int64_t end = 0;
  if (ranges) {
    for (const RowRange& range : *ranges) {
      if (range.begin < end || range.begin >= range.end || range.end > kRows) std::abort();
      end = range.end;
    }
  }
  const std::vector<RowRange> some = {{10, 20}, {1500, 3000}, {4990, kRows}};
  for (const FlatColumn& column : {bigints((data[2] & 1) != 0), texts((data[2] & 2) != 0, (data[2] & 1) != 0)}) {
    for (const auto* wanted : {&some, ranges ? &*ranges : &some}) {
      const Status read = read_rows(column, chunk, file, *wanted);
      if (!read && read.error().code() == ErrorCode::kInternal) std::abort();
    }
  }
  return 0;
}

#include "exec/sorted_runs.h"

#include <algorithm>
#include <utility>

#include "column/rows.h"
#include "storage/stream/stream_coder.h"

namespace trueno::exec {

namespace {

using kernel::SinkKind;

// Small: a range reads at least one block of every run.
constexpr std::int64_t kBlockBytes = std::int64_t{128} << 10;
constexpr std::int64_t kLeastBlockRows = 256;
constexpr std::int64_t kMostBlockRows = 65'536;
constexpr int kCompressionLevel = 1;

std::int64_t bytes_of(const Batch& batch) {
  std::int64_t bytes = 0;
  for (const Column& column : batch.columns) bytes += column.byte_size();
  return bytes;
}

// The bytes packed; empty where that would save less than an eighth, or the build has no library for it.
Result<std::vector<std::uint8_t>> compressed(const Buffer& bytes) {
  const auto coder = make_zstd_encoder(kCompressionLevel);
  if (!coder) return std::vector<std::uint8_t>();
  std::vector<std::uint8_t> out(bytes.size() - bytes.size() / 8);
  const CoderStep step = TRUENO_TRY((*coder)->step({bytes.data(), bytes.size()}, out, true));
  if (!step.complete) return std::vector<std::uint8_t>();
  out.resize(step.given);
  return out;
}

}  // namespace

SortedRuns::SortedRuns(const kernel::Program& program, std::string directory) : directory_(std::move(directory)) {
  const kernel::Sink& sink = program.sink;
  if (sink.kind == SinkKind::kSort) {
    for (const kernel::SortKey& key : sink.sort_keys) keys_.push_back({keys_.size(), key.descending, key.nulls_first});
  } else {
    for (std::size_t k = 0; k < sink.keys.size(); ++k) keys_.push_back({k, false, false});
  }
}

bool SortedRuns::fits(const kernel::Program& program) {
  const SinkKind kind = program.sink.kind;
  const bool keyed = kind == SinkKind::kSort ? !program.sink.sort_keys.empty() : !program.sink.keys.empty();
  if (!keyed || (kind != SinkKind::kSort && kind != SinkKind::kGroup && kind != SinkKind::kCollect)) return false;
  return std::ranges::none_of(kernel::partial_schema(program), [](const Field& field) { return field.type.is_nested(); });
}

Status SortedRuns::open() {
  const LockGuard lock(mutex_);
  if (file_ == nullptr) file_ = TRUENO_TRY(SpillFile::create(directory_));
  return {};
}

Status SortedRuns::add(const Batch& partial) {
  if (partial.length == 0) return {};
  TRUENO_TRY(open());
  std::vector<OrderKey> order_keys;
  for (const Key& key : keys_) order_keys.push_back({&partial.columns[key.column], key.descending, key.nulls_first});
  const std::vector<std::uint32_t> order = TRUENO_TRY(sorted_rows(order_keys, partial.length));
  const std::int64_t row_bytes = std::max<std::int64_t>(1, bytes_of(partial) / partial.length);
  const std::int64_t rows = std::clamp(kBlockBytes / row_bytes, kLeastBlockRows, kMostBlockRows);
  Run run;
  for (std::int64_t begin = 0; begin < partial.length; begin += rows) {
    const auto count = static_cast<std::size_t>(std::min(rows, partial.length - begin));
    const std::span<const std::uint32_t> chosen = std::span(order).subspan(static_cast<std::size_t>(begin), count);
    Batch block;
    block.length = static_cast<std::int64_t>(count);
    for (const Column& column : partial.columns) block.columns.push_back(TRUENO_TRY(take_rows(column, chosen)));
    run.push_back(TRUENO_TRY(write(block)));
  }
  const LockGuard lock(mutex_);
  runs_.push_back(std::move(run));
  return {};
}

Result<SortedRuns::Block> SortedRuns::write(const Batch& rows) const {
  Block block;
  block.first = key_of(rows, 0);
  block.packed = TRUENO_TRY(pack_batch(rows));
  const Buffer bytes = std::exchange(block.packed.bytes, {});
  block.bytes = static_cast<std::int64_t>(bytes.size());
  const std::vector<std::uint8_t> smaller = TRUENO_TRY(compressed(bytes));
  block.compressed = !smaller.empty();
  const std::span<const std::uint8_t> written =
      block.compressed ? std::span<const std::uint8_t>(smaller) : std::span(bytes.data(), bytes.size());
  block.size = written.size();
  block.place = TRUENO_TRY(file_->append(written));
  return block;
}

Result<Batch> SortedRuns::read(const Block& block) const {
  MutableBuffer stored = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(block.size)));
  TRUENO_TRY(file_->read(block.place, {stored.data(), stored.size()}));
  PackedBatch packed = block.packed;
  if (!block.compressed) {
    packed.bytes = std::move(stored).freeze();
    return unpack_batch(packed);
  }
  MutableBuffer bytes = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(block.bytes)));
  const auto coder = TRUENO_TRY(make_zstd_decoder());
  const CoderStep step = TRUENO_TRY(coder->step({stored.data(), stored.size()}, {bytes.data(), bytes.size()}, true));
  if (step.given != bytes.size()) return error(ErrorCode::kIo, "a temporary file in \"{}\" does not hold what was written", directory_);
  packed.bytes = std::move(bytes).freeze();
  return unpack_batch(packed);
}

std::vector<Value> SortedRuns::key_of(const Batch& rows, std::int64_t row) const {
  std::vector<Value> values;
  for (const Key& key : keys_) values.push_back(rows.columns[key.column].value(row));
  return values;
}

int SortedRuns::compare(const std::vector<Value>& a, const std::vector<Value>& b) const {
  for (std::size_t k = 0; k < keys_.size(); ++k) {
    if (a[k].is_null() && b[k].is_null()) continue;
    if (a[k].is_null() || b[k].is_null()) return a[k].is_null() == keys_[k].nulls_first ? -1 : 1;
    const int order = compare_values(a[k], b[k]);
    if (order != 0) return keys_[k].descending ? -order : order;
  }
  return 0;
}

std::int64_t SortedRuns::first_at_or_behind(const Batch& rows, const std::vector<Value>& key) const {
  std::int64_t low = 0;
  std::int64_t high = rows.length;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (compare(key_of(rows, middle), key) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// Blocks by their first keys: where as many bytes have begun as a range may have, the next range begins. What a block holds behind the cut
// belongs to it too, so that a range may be larger by a block of each run.
Result<std::size_t> SortedRuns::cut(std::int64_t range_bytes) {
  std::vector<const Block*> blocks;
  for (const Run& run : runs_) {
    for (const Block& block : run) blocks.push_back(&block);
  }
  std::ranges::sort(blocks, [&](const Block* a, const Block* b) { return compare(a->first, b->first) < 0; });
  cuts_.clear();
  std::int64_t bytes = 0;
  for (const Block* block : blocks) {
    const std::vector<Value>& begin = cuts_.empty() ? blocks.front()->first : cuts_.back();
    if (bytes + block->bytes > range_bytes && compare(begin, block->first) < 0) {
      cuts_.push_back(block->first);
      bytes = 0;
    }
    bytes += block->bytes;
  }
  return cuts_.size() + 1;
}

Result<SortedRuns::Range> SortedRuns::read(std::size_t range) const {
  const std::vector<Value>* begin = range == 0 ? nullptr : &cuts_[range - 1];
  const std::vector<Value>* end = range == cuts_.size() ? nullptr : &cuts_[range];
  Range out;
  for (const Run& run : runs_) {
    for (std::size_t i = 0; i < run.size(); ++i) {
      // Rows before the first key of the next block, or equal to it.
      if (begin != nullptr && i + 1 < run.size() && compare(run[i + 1].first, *begin) < 0) continue;
      if (end != nullptr && compare(run[i].first, *end) >= 0) break;
      const Batch rows = TRUENO_TRY(read(run[i]));
      const std::int64_t from = begin == nullptr ? 0 : first_at_or_behind(rows, *begin);
      const std::int64_t to = end == nullptr ? rows.length : first_at_or_behind(rows, *end);
      if (from >= to) continue;
      Batch& piece = out.emplace_back();
      piece.length = to - from;
      for (const Column& column : rows.columns) piece.columns.push_back(column.slice(from, piece.length));
    }
  }
  return out;
}

}  // namespace trueno::exec

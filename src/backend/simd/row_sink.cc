#include "backend/simd/row_sink.h"

#include <algorithm>

#include "column/rows.h"
#include "kernel/cell.h"

namespace trueno::backend::simd {

using kernel::SinkKind;

namespace {

// A top-k sink cuts what it holds back to k rows when it has this many times k, and at least kLeastPruned.
constexpr std::int64_t kPruneFactor = 4;
constexpr std::int64_t kLeastPruned = 32 * 1024;

}  // namespace

RowSink::RowSink(const CompiledProgram& compiled) : compiled_(compiled) {
  const kernel::Sink& sink = compiled.program->sink;
  for (const kernel::SortKey& key : sink.sort_keys) values_.push_back(key.value);
  values_.insert(values_.end(), sink.keys.begin(), sink.keys.end());
  values_.insert(values_.end(), sink.values.begin(), sink.values.end());
  make_writers();
  chosen_.resize(kChunkRows + 16);
}

void RowSink::make_writers() {
  writers_.clear();
  nested_.clear();
  for (const kernel::ValueId id : values_) {
    writers_.emplace_back(compiled_.at(id).type, compiled_.lanes[id] == Lane::kCode && compiled_.at(id).physical() == Physical::kString);
  }
  for (const kernel::ValueId id : values_) nested_.emplace_back(compiled_.at(id).type);
  row_ids_ = {};
  rows_ = 0;
}

std::size_t RowSink::first_of(std::size_t place) const {
  return static_cast<std::size_t>(std::ranges::find(values_, values_[place]) - values_.begin());
}

std::int64_t RowSink::rows() const {
  std::int64_t total = rows_;
  for (const Batch& batch : kept_) total += batch.length;
  return total;
}

std::int64_t RowSink::bytes() const {
  auto total = static_cast<std::int64_t>(row_ids_.size());
  for (const ColumnWriter& writer : writers_) total += writer.bytes();
  for (const Batch& batch : kept_) {
    for (const Column& column : batch.columns) total += column.byte_size();
  }
  return total;
}

Status RowSink::consume(const Morsel& morsel, const Evaluator& evaluator, const ChunkRows& chunk) {
  const std::uint32_t* rows = nullptr;
  std::size_t count = chunk.rows;
  if (chunk.mask != nullptr) {
    count = evaluator.routines().true_rows(chunk.mask, chunk.rows, chosen_.data());
    rows = chosen_.data();
  }
  if (compiled_.program->sink.kind == SinkKind::kTopK && !kept_.empty()) {
    count = hopeful_rows(evaluator, rows, count);
    rows = chosen_.data();
    if (count == 0) return {};
  }
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (first_of(i) != i) continue;
    const kernel::Instruction& instruction = compiled_.at(values_[i]);
    if (instruction.physical() == Physical::kNested) {
      if (instruction.op == kernel::Opcode::kBuildColumn) {
        const Vector& vector = evaluator.value(values_[i]);
        const Column& column = evaluator.table(values_[i]).source(instruction.index);
        for (std::size_t k = 0; k < count; ++k) {
          const std::size_t row = rows == nullptr ? k : rows[k];
          TRUENO_TRY(vector.is_valid(row) ? nested_[i].append_row(column, vector.as<std::uint32_t>()[row]) : nested_[i].append_null());
        }
        continue;
      }
      if (instruction.op != kernel::Opcode::kColumn) {  // constants are NULL
        for (std::size_t k = 0; k < count; ++k) TRUENO_TRY(nested_[i].append_null());
        continue;
      }
      const Column& column = morsel.batch.columns[instruction.index];
      for (std::size_t k = 0; k < count; ++k)
        TRUENO_TRY(nested_[i].append_row(column, chunk.row_id(rows == nullptr ? k : rows[k]) - morsel.row_id));
      continue;
    }
    if (evaluator.value(values_[i]).lane == Lane::kCode && instruction.physical() == Physical::kString) {
      writers_[i].set_dictionary(morsel.batch.columns[instruction.index].dictionary);
    }
    TRUENO_TRY(writers_[i].append(evaluator.value(values_[i]), rows, count, evaluator.routines()));
  }
  if (numbered()) TRUENO_TRY(add_row_ids(chunk, rows, count));
  rows_ += static_cast<std::int64_t>(count);
  const kernel::Sink& sink = compiled_.program->sink;
  if (sink.kind == SinkKind::kTopK && rows_ > std::max(kLeastPruned, sink.limit * kPruneFactor)) return prune();
  return {};
}

Status RowSink::add_row_ids(const ChunkRows& chunk, const std::uint32_t* rows, std::size_t count) {
  const std::size_t needed = (static_cast<std::size_t>(rows_) + count) * sizeof(std::int64_t);
  if (needed > row_ids_.size()) TRUENO_TRY(row_ids_.resize(std::max(needed, row_ids_.size() * 2)));
  std::int64_t* const to = row_ids_.as<std::int64_t>() + rows_;
  for (std::size_t k = 0; k < count; ++k) to[k] = chunk.row_id(rows == nullptr ? k : rows[k]);
  return {};
}

namespace {

// Leaves those rows that are not behind `limit`, the first key of the last row that is kept so far. In place: chosen[n] is written after
// row n was read.
template <class IsBehind>
std::size_t keep_rows(const Vector& key, bool keep_nulls, const std::uint32_t* rows, std::size_t count, std::uint32_t* chosen,
                      IsBehind is_behind) {
  std::size_t kept = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const std::uint32_t row = rows == nullptr ? static_cast<std::uint32_t>(k) : rows[k];
    const bool keeps = key.valid == nullptr || key.valid[row] != 0 ? !is_behind(row) : keep_nulls;
    chosen[kept] = row;
    kept += keeps ? 1 : 0;
  }
  return kept;
}

}  // namespace

// The rows, now in `chosen_`, that may be among the first: by the first key alone.
std::size_t RowSink::hopeful_rows(const Evaluator& evaluator, const std::uint32_t* rows, std::size_t count) {
  const kernel::SortKey& key = compiled_.program->sink.sort_keys.front();
  const Vector& vector = evaluator.value(key.value);
  const Column& keys = kept_.front().columns.front();
  const auto keep_all = [&] { return keep_rows(vector, true, rows, count, chosen_.data(), [](std::uint32_t) { return false; }); };
  const std::int64_t last = keys.length - 1;
  if (keys.length < compiled_.program->sink.limit || vector.constant || !keys.is_valid(last)) return keep_all();
  const kernel::Cell limit = kernel::cell_of(keys, last);
  const auto keep = [&](auto is_less) { return keep_rows(vector, key.nulls_first, rows, count, chosen_.data(), is_less); };
  const auto number = [&]<class T>(T end) {
    const T* values = vector.as<T>();
    if (end != end) return keep_all();  // NaN is greatest: rare, and nothing to win
    if (key.descending) return keep([=](std::uint32_t row) { return values[row] < end; });
    return keep([=](std::uint32_t row) { return !(values[row] <= end); });
  };
  switch (vector.lane) {
    case Lane::kI32: return number(static_cast<std::int32_t>(limit.integer));
    case Lane::kI64: return number(static_cast<std::int64_t>(limit.integer));
    case Lane::kF32: return number(limit.f32);
    case Lane::kF64: return number(limit.f64);
    case Lane::kString: {
      // Their first four bytes decide nearly always.
      const auto* texts = vector.as<StringView>();
      const auto prefix = [](const StringView& text) { return __builtin_bswap32(static_cast<std::uint32_t>(text.head() >> 32)); };
      const StringView end = limit.string;
      const std::uint32_t end_prefix = prefix(end);
      if (key.descending) {
        return keep([=](std::uint32_t row) {
          const std::uint32_t own = prefix(texts[row]);
          return own != end_prefix ? own < end_prefix : texts[row] < end;
        });
      }
      return keep([=](std::uint32_t row) {
        const std::uint32_t own = prefix(texts[row]);
        return own != end_prefix ? own > end_prefix : end < texts[row];
      });
    }
    default: return keep_all();
  }
}

Result<Batch> RowSink::finish_columns() {
  Batch out;
  out.length = rows_;
  for (std::size_t i = 0; i < writers_.size(); ++i) {
    if (first_of(i) != i) {  // a value that is a key, too, is kept once
      out.columns.push_back(out.columns[first_of(i)]);
      continue;
    }
    const bool nested = compiled_.at(values_[i]).physical() == Physical::kNested;
    out.columns.push_back(TRUENO_TRY(nested ? nested_[i].finish() : writers_[i].finish()));
  }
  if (numbered()) {
    Column ids;
    ids.type = TypeId::kBigInt;
    ids.length = rows_;
    if (row_ids_.size() == 0) TRUENO_TRY(row_ids_.resize(sizeof(std::int64_t)));
    ids.values = std::move(row_ids_).freeze();
    out.columns.push_back(std::move(ids));
  }
  make_writers();
  return out;
}

Result<Batch> RowSink::in_order(Batch rows) const {
  const kernel::Sink& sink = compiled_.program->sink;
  std::vector<OrderKey> keys;
  for (std::size_t k = 0; k < sink.sort_keys.size(); ++k) {
    keys.push_back({&rows.columns[k], sink.sort_keys[k].descending, sink.sort_keys[k].nulls_first});
  }
  const std::span<const std::int64_t> ids(rows.columns.back().values.as<std::int64_t>() + rows.columns.back().offset,
                                          static_cast<std::size_t>(rows.length));
  const std::vector<std::uint32_t> order = TRUENO_TRY(first_rows(keys, rows.length, ids, sink.limit));
  Batch out;
  out.length = static_cast<std::int64_t>(order.size());
  for (const Column& column : rows.columns) out.columns.push_back(TRUENO_TRY(take_rows(column, order)));
  return out;
}

Status RowSink::prune() {
  kept_.push_back(TRUENO_TRY(finish_columns()));
  if (kept_.size() < 2) {
    kept_.back() = TRUENO_TRY(in_order(std::move(kept_.back())));
    return {};
  }
  Batch all;
  for (const Batch& batch : kept_) all.length += batch.length;
  for (std::size_t c = 0; c < kept_.front().columns.size(); ++c) {
    std::vector<Column> columns;
    for (const Batch& batch : kept_) columns.push_back(batch.columns[c]);
    all.columns.push_back(TRUENO_TRY(concatenate(columns)));
  }
  kept_.clear();
  kept_.push_back(TRUENO_TRY(in_order(std::move(all))));
  return {};
}

Result<Batch> RowSink::take() {
  const kernel::Sink& sink = compiled_.program->sink;
  if (!numbered()) return finish_columns();
  if (sink.kind == SinkKind::kTopK && !kept_.empty()) {
    if (rows_ != 0) TRUENO_TRY(prune());
    Batch out = std::move(kept_.front());
    kept_.clear();
    return out;
  }
  // All are sorted where the partial states meet.
  if (sink.kind == SinkKind::kCollect || sink.kind == SinkKind::kSort) return finish_columns();
  return in_order(TRUENO_TRY(finish_columns()));
}

}  // namespace trueno::backend::simd

#include "backend/simd/group_sink.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "kernel/aggregate.h"

namespace trueno::backend::simd {

namespace {

// 2^31 rows of 32 bits stay below 2^63; by then the groups become a partial table.
constexpr std::int64_t kRowsBeforeSeal = std::int64_t{1} << 31;
// Groups whose records and slots no longer fit a second-level cache.
constexpr std::uint32_t kDealtFrom = 64 * 1024;
constexpr std::uint32_t kGroupsBeforeSeal = 64 * 1024;  // while dealt rows become a partial table
constexpr std::uint32_t kDealtFromInTests = 16;

}  // namespace

GroupSink::GroupSink(const CompiledProgram& compiled, const Launch& launch)
    : compiled_(compiled),
      table_(compiled),
      records_(compiled),
      small_limits_(launch.chunk_rows > 0),
      dealt_from_(small_limits_ ? kDealtFromInTests : kDealtFrom),
      dictionaries_(compiled.program->sink.keys.size()) {
  by_word_ = table_.has_words() && table_.ascends() && table_.word_bits() <= DealtRows::kMostWordBits;
  const bool by_hash = !table_.is_dense() && DealtKeys::may_deal(table_.record_words(), table_.text_words().size());
  if (!(by_word_ || by_hash) || !DealtRows::may_deal(compiled)) dealt_from_ = UINT32_MAX;
  arguments_.first.resize(compiled.program->sink.accumulators.size());
  arguments_.second.resize(compiled.program->sink.accumulators.size());
  groups_.resize(kChunkRows);
  dealt_words_.resize(kChunkRows);
  chosen_.resize(kChunkRows + 16);
}

std::int64_t GroupSink::bytes() const {
  std::int64_t total = table_.bytes() + records_.bytes() + (dealt_ ? dealt_->bytes() : 0) + (dealt_keys_ ? dealt_keys_->bytes() : 0);
  for (const Batch& batch : sealed_) {
    for (const Column& column : batch.columns) total += column.byte_size();
  }
  return total;
}

std::int64_t GroupSink::partial_rows() const {
  std::int64_t total = std::int64_t{table_.size()} + (dealt_ ? static_cast<std::int64_t>(dealt_->rows()) : 0);
  for (const Batch& batch : sealed_) total += batch.length;
  return total;
}

Status GroupSink::consume(const Morsel& morsel, const Evaluator& evaluator, const ChunkRows& chunk) {
  const kernel::Program& program = *compiled_.program;
  for (std::size_t k = 0; k < program.sink.keys.size(); ++k) {
    const kernel::Instruction& i = compiled_.at(program.sink.keys[k]);
    if (i.op != kernel::Opcode::kColumn || !program.source.columns[i.index].as_code) continue;
    const auto& dictionary = morsel.batch.columns[i.index].dictionary;
    // A query's dictionary only grows: the longest one knows all codes.
    if (!dictionaries_[k] || dictionaries_[k]->values->length < dictionary->values->length) dictionaries_[k] = dictionary;
  }
  const std::uint32_t* rows = nullptr;
  std::size_t count = chunk.rows;
  if (chunk.mask != nullptr) {
    count = evaluator.routines().true_rows(chunk.mask, chunk.rows, chosen_.data());
    rows = chosen_.data();
  }
  if (count == 0) return {};
  for (std::size_t i = 0; i < arguments_.first.size(); ++i) {
    const kernel::Accumulator& accumulator = program.sink.accumulators[i];
    if (accumulator.argument != kernel::kNoValue) arguments_.first[i] = &evaluator.value(accumulator.argument);
    if (accumulator.second != kernel::kNoValue) arguments_.second[i] = &evaluator.value(accumulator.second);
  }
  if (dealt_ && dealt_->rows() < DealtRows::kMostRows) return deal(evaluator, chunk.rows, rows, count);
  TRUENO_TRY(table_.find(evaluator, chunk.rows, rows, count, groups_.data()));
  TRUENO_TRY(add_to_groups(arguments_, chunk.rows, chunk.mask, rows, count, evaluator.routines()));
  if (should_deal()) begin_dealing();
  return {};
}

void GroupSink::begin_dealing() {
  if (by_word_) {
    dealt_ = std::make_unique<DealtRows>(compiled_, table_.word_bits());
    return;
  }
  dealt_ = std::make_unique<DealtRows>(compiled_, DealtRows::kHashBits, DealtRows::kHashPartBits);
  dealt_keys_ = std::make_unique<DealtKeys>(table_.record_words(), table_.text_words(), dealt_->parts());
}

Status GroupSink::deal(const Evaluator& evaluator, std::size_t chunk_rows, const std::uint32_t* rows, std::size_t count) {
  if (by_word_) {
    const std::uint64_t* words = table_.words(evaluator, chunk_rows);
    if (rows == nullptr) return dealt_->add(words, nullptr, count, arguments_);
    for (std::size_t k = 0; k < count; ++k) dealt_words_[k] = words[rows[k]];
    return dealt_->add(dealt_words_.data(), rows, count, arguments_);
  }
  TRUENO_TRY(table_.make_records(evaluator, chunk_rows, rows, count));
  for (std::size_t k = 0; k < count; ++k) dealt_words_[k] = word_of_hash(table_.made_hashes()[k]);
  TRUENO_TRY(dealt_keys_->add(dealt_words_.data(), dealt_->rest_bits(), table_.made_records(), count));
  return dealt_->add(dealt_words_.data(), rows, count, arguments_);
}

// The groups of the rows are in `groups_`.
Status GroupSink::add_to_groups(const GroupArguments& arguments, std::size_t chunk_rows, const std::uint8_t* mask,
                                const std::uint32_t* rows, std::size_t count, const Routines& routines) {
  records_.grow(table_.size());
  records_.update(arguments, chunk_rows, mask, rows, count, groups_.data(), routines);
  rows_ += static_cast<std::int64_t>(count);
  if (rows_ >= kRowsBeforeSeal || records_.misfits(rows_)) sealed_.push_back(TRUENO_TRY(seal()));
  return {};
}

// Three rows a group are worth their places in a table that is larger than the cache, one and a half are not.
bool GroupSink::should_deal() const {
  return table_.size() >= dealt_from_ && !dealt_ && sealed_.empty() && rows_ * 2 < std::int64_t{table_.size()} * 3;
}

// For a partial table: the rows that were put aside go the way of all others. No group is in two parts, so that a table of some parts'
// groups can be closed before it outgrows the cache, and with it memory that may be short.
Status GroupSink::group_dealt_rows() {
  if (!dealt_) return {};
  if (table_.size() != 0) sealed_.push_back(TRUENO_TRY(seal()));
  const std::unique_ptr<DealtRows> dealt = std::move(dealt_);
  const std::unique_ptr<DealtKeys> keys = std::move(dealt_keys_);
  DealtRows::Reader reader(*dealt);
  std::vector<std::uint64_t> records(kChunkRows * table_.record_words());
  std::vector<std::uint64_t> hashes(kChunkRows);
  for (std::size_t part = 0; part < dealt->parts(); ++part) {
    std::optional<DealtKeys::Cursor> cursor;
    if (keys) cursor.emplace(*keys, part);
    Status status;
    dealt->for_each(part, [&](const std::uint8_t* tuples, std::size_t count) {
      if (!status) return;
      reader.read(tuples, count);
      if (cursor) {
        cursor->read(count, records.data());
      } else {
        for (std::size_t k = 0; k < count; ++k) records[k] = std::uint64_t{part} << dealt->rest_bits() | reader.numbers()[k];
      }
      table_.hash_records(records.data(), count, hashes.data());
      table_.find_records(records.data(), hashes.data(), count, groups_.data());
      status = add_to_groups(reader.arguments(), count, nullptr, nullptr, count, *compiled_.routines);
    });
    TRUENO_TRY(std::move(status));
    if (table_.size() >= kGroupsBeforeSeal) sealed_.push_back(TRUENO_TRY(seal()));
  }
  return {};
}

Result<Batch> GroupSink::seal() {
  Batch out;
  out.length = table_.size();
  records_.grow(table_.size());
  out.columns = TRUENO_TRY(table_.keys(dictionaries_));
  for (std::size_t i = 0; i < compiled_.program->sink.accumulators.size(); ++i) out.columns.push_back(TRUENO_TRY(records_.state_column(i)));
  table_.clear();
  records_.clear();
  rows_ = 0;
  return out;
}

Result<Batch> GroupSink::take() {
  TRUENO_TRY(group_dealt_rows());
  Batch last = TRUENO_TRY(seal());
  table_.release();
  if (sealed_.empty()) return last;
  sealed_.push_back(std::move(last));
  Batch out;
  for (const Batch& batch : sealed_) out.length += batch.length;
  for (std::size_t c = 0; c < sealed_.front().columns.size(); ++c) {
    std::vector<Column> columns;
    for (Batch& batch : sealed_) {
      if (batch.length != 0) columns.push_back(std::exchange(batch.columns[c], {}));  // only one column is there twice
    }
    if (columns.empty()) columns.push_back(sealed_.front().columns[c]);
    out.columns.push_back(TRUENO_TRY(concatenate(columns)));
  }
  sealed_.clear();
  return out;
}

}  // namespace trueno::backend::simd

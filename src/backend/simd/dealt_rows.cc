#include "backend/simd/dealt_rows.h"

#include <algorithm>
#include <cstring>

#include "base/bits.h"

namespace trueno::backend::simd {

using kernel::AccumulatorKind;

namespace {

// Rows of other sizes are rounded up to the next of these: each has a loop of its own.
constexpr std::size_t kRowBytes[] = {4, 8, 12, 16, 24, 32, 48, 64, 96, 128};
constexpr std::size_t kMostRowBytes = kRowBytes[std::size(kRowBytes) - 1];

std::size_t value_bytes(Lane lane) { return static_cast<std::size_t>(width_of(lane)); }

// The registers that accumulators read, each once.
std::vector<kernel::ValueId> registers_of(const kernel::Program& program) {
  std::vector<kernel::ValueId> out;
  for (const kernel::Accumulator& accumulator : program.sink.accumulators) {
    if (accumulator.argument != kernel::kNoValue && std::ranges::find(out, accumulator.argument) == out.end())
      out.push_back(accumulator.argument);
  }
  return out;
}

bool may_be_null(const kernel::Instruction& instruction) { return instruction.range.nullable || !instruction.range.proven; }

template <class T>
void put(std::uint8_t* to, std::size_t step, const Vector& vector, const std::uint32_t* rows, std::size_t count) {
  const T* from = vector.as<T>();
  if (vector.constant) {
    for (std::size_t k = 0; k < count; ++k) store(to + k * step, from[0]);
  } else if (rows == nullptr) {
    for (std::size_t k = 0; k < count; ++k) store(to + k * step, from[k]);
  } else {
    for (std::size_t k = 0; k < count; ++k) store(to + k * step, from[rows[k]]);
  }
}

template <class T>
void get(const std::uint8_t* from, std::size_t step, std::size_t count, T* to) {
  for (std::size_t k = 0; k < count; ++k) to[k] = load<T>(from + k * step);
}

}  // namespace

bool DealtRows::may_deal(const CompiledProgram& compiled) {
  std::size_t bytes = sizeof(std::uint32_t);
  for (const kernel::ValueId id : registers_of(*compiled.program)) {
    const Lane lane = compiled.lanes[id];
    if (lane == Lane::kString || lane == Lane::kCode || lane == Lane::kInterval) return false;
    bytes += value_bytes(lane) + 1;
  }
  if (bytes > kMostRowBytes) return false;
  return std::ranges::none_of(compiled.program->sink.accumulators,
                              [](const kernel::Accumulator& a) { return a.kind == AccumulatorKind::kSumProduct; });
}

DealtRows::DealtRows(const CompiledProgram& compiled, int word_bits, int most_part_bits) : compiled_(compiled) {
  const auto& accumulators = compiled.program->sink.accumulators;
  std::size_t bytes = sizeof(std::uint32_t);
  for (const kernel::ValueId id : registers_of(*compiled.program)) {
    Kept kept;
    kept.value = id;
    kept.lane = compiled.lanes[id];
    kept.nullable = may_be_null(compiled.at(id));
    for (std::size_t a = accumulators.size(); a-- > 0;) {
      if (accumulators[a].argument != id) continue;
      kept.accumulator = a;
      kept.counted_only = kept.counted_only && accumulators[a].kind == AccumulatorKind::kCount;
    }
    kept.offset = bytes;
    if (!kept.counted_only) bytes += value_bytes(kept.lane);
    kept_.push_back(kept);
  }
  for (Kept& kept : kept_) {
    kept.valid_offset = bytes;
    bytes += kept.nullable ? 1 : 0;
  }
  row_bytes_ = *std::ranges::lower_bound(kRowBytes, bytes);
  block_rows_ = std::min(kBlockBytes / row_bytes_, kChunkRows);
  const int part_bits = std::clamp(word_bits - kRestBits, std::min(kLeastPartBits, word_bits), most_part_bits);
  rest_bits_ = word_bits - part_bits;
  parts_.resize(std::size_t{1} << part_bits);
  cursors_.resize(parts_.size());
  tuples_.resize(kChunkRows * row_bytes_);
}

std::size_t DealtRows::rows_of(std::size_t part) const {
  const Part& all = parts_[part];
  if (all.blocks.empty()) return 0;
  return (all.blocks.size() - 1) * block_rows_ + static_cast<std::size_t>(cursors_[part].at - all.blocks.back()) / row_bytes_;
}

Status DealtRows::begin_block(std::size_t part) {
  if (slab_used_ + kBlockBytes > kSlabBytes) {
    slabs_.push_back(TRUENO_TRY(MutableBuffer::uninitialised(kSlabBytes)));
    slab_used_ = 0;
  }
  std::uint8_t* const block = slabs_.back().data() + slab_used_;
  slab_used_ += kBlockBytes;
  parts_[part].blocks.push_back(block);
  cursors_[part] = {block, block + block_rows_ * row_bytes_};
  return {};
}

// One value of every row into the rows of the chunk.
void DealtRows::assemble(const Kept& kept, const Vector& vector, const std::uint32_t* rows, std::size_t count) {
  if (kept.nullable) {
    std::uint8_t* to = tuples_.data() + kept.valid_offset;
    for (std::size_t k = 0; k < count; ++k) to[k * row_bytes_] = vector.is_valid(rows == nullptr ? k : rows[k]) ? 1 : 0;
  }
  if (kept.counted_only || vector.is_null_constant()) return;
  std::uint8_t* to = tuples_.data() + kept.offset;
  switch (value_bytes(kept.lane)) {
    case 1: return put<std::uint8_t>(to, row_bytes_, vector, rows, count);
    case 4: return put<std::uint32_t>(to, row_bytes_, vector, rows, count);
    case 8: return put<std::uint64_t>(to, row_bytes_, vector, rows, count);
    default: return put<i128>(to, row_bytes_, vector, rows, count);
  }
}

template <std::size_t kBytes>
Status DealtRows::scatter_rows(const std::uint64_t* words, std::size_t count) {
  const std::uint8_t* from = tuples_.data();
  const int shift = rest_bits_;
  for (std::size_t k = 0; k < count; ++k, from += kBytes) {
    const auto part = static_cast<std::size_t>(words[k] >> shift);
    Cursor& cursor = cursors_[part];
    if (cursor.at == cursor.end) TRUENO_TRY(begin_block(part));
    std::memcpy(cursor.at, from, kBytes);
    cursor.at += kBytes;
  }
  return {};
}

Status DealtRows::add(const std::uint64_t* words, const std::uint32_t* rows, std::size_t count, const GroupArguments& arguments) {
  const std::uint64_t mask = (std::uint64_t{1} << rest_bits_) - 1;
  std::uint8_t* to = tuples_.data();
  for (std::size_t k = 0; k < count; ++k) store(to + k * row_bytes_, static_cast<std::uint32_t>(words[k] & mask));
  for (const Kept& kept : kept_) assemble(kept, *arguments.first[kept.accumulator], rows, count);
  return scatter(words, count);
}

Status DealtRows::add_again(const std::uint8_t* tuples, std::size_t count, std::uint32_t first) {
  const std::uint32_t mask = (std::uint32_t{1} << rest_bits_) - 1;
  words_.resize(kChunkRows);
  std::memcpy(tuples_.data(), tuples, count * row_bytes_);
  for (std::size_t k = 0; k < count; ++k) {
    std::uint8_t* const row = tuples_.data() + k * row_bytes_;
    const std::uint32_t word = load<std::uint32_t>(row) - first;
    words_[k] = word;
    store(row, word & mask);
  }
  return scatter(words_.data(), count);
}

Status DealtRows::scatter(const std::uint64_t* words, std::size_t count) {
  rows_ += count;
  switch (row_bytes_) {
    case 4: return scatter_rows<4>(words, count);
    case 8: return scatter_rows<8>(words, count);
    case 12: return scatter_rows<12>(words, count);
    case 16: return scatter_rows<16>(words, count);
    case 24: return scatter_rows<24>(words, count);
    case 32: return scatter_rows<32>(words, count);
    case 48: return scatter_rows<48>(words, count);
    case 64: return scatter_rows<64>(words, count);
    case 96: return scatter_rows<96>(words, count);
    default: return scatter_rows<128>(words, count);
  }
}

DealtRows::Reader::Reader(const DealtRows& layout)
    : layout_(layout), storages_(layout.kept_.size()), vectors_(layout.kept_.size()), numbers_(kChunkRows) {
  const auto& accumulators = layout.compiled_.program->sink.accumulators;
  arguments_.first.resize(accumulators.size());
  arguments_.second.resize(accumulators.size());
  for (std::size_t i = 0; i < vectors_.size(); ++i) {
    const Kept& kept = layout.kept_[i];
    vectors_[i].lane = kept.lane;
    vectors_[i].data = storages_[i].values(width_of(kept.lane));
    if (kept.nullable) vectors_[i].valid = storages_[i].validity();
    for (std::size_t a = 0; a < accumulators.size(); ++a) {
      if (accumulators[a].argument == kept.value) arguments_.first[a] = &vectors_[i];
    }
  }
}

void DealtRows::Reader::read(const std::uint8_t* tuples, std::size_t count) {
  const std::size_t step = layout_.row_bytes_;
  get(tuples, step, count, numbers_.data());
  for (std::size_t i = 0; i < vectors_.size(); ++i) {
    const Kept& kept = layout_.kept_[i];
    if (kept.nullable) get(tuples + kept.valid_offset, step, count, storages_[i].validity());
    if (kept.counted_only) continue;
    const std::uint8_t* from = tuples + kept.offset;
    void* to = storages_[i].values(width_of(kept.lane));
    switch (value_bytes(kept.lane)) {
      case 1: get(from, step, count, static_cast<std::uint8_t*>(to)); break;
      case 4: get(from, step, count, static_cast<std::uint32_t*>(to)); break;
      case 8: get(from, step, count, static_cast<std::uint64_t*>(to)); break;
      default: get(from, step, count, static_cast<i128*>(to)); break;
    }
  }
}

}  // namespace trueno::backend::simd

#include "backend/simd/group_table.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "backend/simd/key_value.h"
#include "base/hash.h"
#include "kernel/cell.h"

namespace trueno::backend::simd {

namespace {

// 2^20 entries of 4 bytes: what still lies in the second-level cache when few of them are used.
constexpr int kDenseBits = 20;
constexpr std::size_t kFirstSlots = 1024;
// From here on a table does not fit the second-level cache and probes are prefetched.
constexpr std::size_t kPrefetchSlots = 32 * 1024;
constexpr std::size_t kPrefetchDistance = 16;

}  // namespace

GroupTable::GroupTable(const CompiledProgram& compiled) : compiled_(compiled) {
  bool packable = true;
  record_words_ = 1;  // which keys are NULL
  for (const kernel::ValueId id : compiled.program->sink.keys) {
    const kernel::Instruction& i = compiled.at(id);
    Key key;
    key.value = id;
    key.lane = compiled.lanes[id];
    key.nullable = i.range.nullable || !i.range.proven;
    key.coded = i.op == kernel::Opcode::kColumn && compiled.program->source.columns[i.index].as_code;
    const bool ranged = i.range.proven && i.range.bounded() && *i.range.min >= INT64_MIN && *i.range.max <= INT64_MAX &&
                        *i.range.max - *i.range.min < (i128{1} << 62);
    if (key.lane == Lane::kBool) {
      key.bits = 1;
    } else if (ranged && (key.lane == Lane::kI32 || key.lane == Lane::kI64 || key.lane == Lane::kCode)) {
      key.base = static_cast<std::int64_t>(*i.range.min);
      key.null_word = static_cast<std::uint64_t>(*i.range.max - *i.range.min) + 1;
      key.bits = bit_width_of(key.null_word - (key.nullable ? 0 : 1));
    } else if (key.lane == Lane::kI32) {
      key.base = INT32_MIN;
      key.bits = 32;
    } else if (key.lane == Lane::kCode || key.lane == Lane::kF32) {
      key.bits = 32;
    } else {
      packable = packable && (key.lane == Lane::kI64 || key.lane == Lane::kF64) && !key.nullable;
      key.bits = 64;
    }
    if (key.nullable && key.null_word == 0) {
      key.null_word = std::uint64_t{1} << (key.bits % 64);  // of 64 bits no word is made
      ++key.bits;
    }
    key.word = static_cast<int>(record_words_);
    total_bits_ += key.bits;
    const bool by_value = key.lane == Lane::kBool || key.lane == Lane::kI32 || key.lane == Lane::kI64 || i.type.id == TypeId::kEnum;
    ascends_ = ascends_ && by_value;
    record_words_ += width_of(key.lane) == 16 ? 2 : 1;
    keys_.push_back(key);
  }
  int shift = 0;
  for (auto key = keys_.rbegin(); key != keys_.rend(); ++key) {  // the first key has the highest bits
    key->shift = key->bits == 0 ? 0 : shift;                     // one value for all rows: takes no bits
    shift += key->bits;
  }
  packable = packable && total_bits_ <= 64;
  mode_ = !packable ? Mode::kWide : (total_bits_ <= kDenseBits ? Mode::kDense : Mode::kPacked);
  clear();
}

void GroupTable::clear() {
  group_count_ = 0;
  slots_.assign(mode_ == Mode::kDense ? std::size_t{1} << total_bits_ : kFirstSlots, 0);
  if (mode_ != Mode::kDense) slot_words_.assign(kFirstSlots, 0);
  group_words_.clear();
  group_hashes_.clear();
  texts_.clear();
  chunk_words_.resize(kChunkRows);
  chunk_hashes_.resize(kChunkRows);
}

void GroupTable::release() {
  slots_ = {};
  slot_words_ = {};
  group_words_ = {};
  group_hashes_ = {};
  clear();
}

std::int64_t GroupTable::bytes() const {
  return static_cast<std::int64_t>(slots_.capacity() * 4 +
                                   (slot_words_.capacity() + group_words_.capacity() + group_hashes_.capacity()) * 8 + texts_.bytes());
}

Status GroupTable::find(const Evaluator& evaluator, std::size_t chunk_rows, const std::uint32_t* rows, std::size_t count,
                        std::uint32_t* groups) {
  if (mode_ == Mode::kWide) {
    TRUENO_TRY(make_records(evaluator, chunk_rows, rows, count));
    find_records(records_.data(), chunk_hashes_.data(), count, groups);
    return {};
  }
  find_words(evaluator.routines(), words(evaluator, chunk_rows), chunk_rows, rows, count, groups);
  return {};
}

const std::uint64_t* GroupTable::words(const Evaluator& evaluator, std::size_t chunk_rows) {
  std::fill(chunk_words_.begin(), chunk_words_.begin() + static_cast<std::ptrdiff_t>(chunk_rows), 0);
  for (const Key& key : keys_) add_key_words(key, evaluator.value(key.value), chunk_rows);
  return chunk_words_.data();
}

void GroupTable::find_words(const Routines& routines, const std::uint64_t* words, std::size_t chunk_rows, const std::uint32_t* rows,
                            std::size_t count, std::uint32_t* groups) {
  if (mode_ == Mode::kDense) {
    find_dense(words, rows, count, groups);
  } else {
    find_packed(routines, words, chunk_rows, rows, count, groups);
  }
}

// All rows of the chunk, chosen or not: the loops vectorise.
void GroupTable::add_key_words(const Key& key, const Vector& vector, std::size_t rows) {
  std::uint64_t* words = chunk_words_.data();
  const int shift = key.shift;
  const std::uint64_t offset = std::uint64_t{0} - static_cast<std::uint64_t>(key.base);
  const std::uint64_t null_word = key.nullable ? key.null_word : 0;  // else rows that are not valid do not count
  const auto add = [&](auto word_of) {
    if (vector.constant) {
      const std::uint64_t word = vector.is_valid(0) ? word_of(0) + offset : null_word;
      for (std::size_t i = 0; i < rows; ++i) words[i] |= word << shift;
    } else if (vector.valid == nullptr) {
      for (std::size_t i = 0; i < rows; ++i) words[i] |= (word_of(i) + offset) << shift;
    } else {
      // Rows that are not valid hold anything: only their NULL may reach the word.
      for (std::size_t i = 0; i < rows; ++i) words[i] |= (vector.valid[i] != 0 ? word_of(i) + offset : null_word) << shift;
    }
  };
  switch (key.lane) {
    case Lane::kBool: return add([from = vector.as<std::uint8_t>()](std::size_t i) { return std::uint64_t{from[i]}; });
    case Lane::kI32:
      return add(
          [from = vector.as<std::int32_t>()](std::size_t i) { return static_cast<std::uint64_t>(static_cast<std::int64_t>(from[i])); });
    case Lane::kCode: return add([from = vector.as<std::uint32_t>()](std::size_t i) { return std::uint64_t{from[i]}; });
    case Lane::kI64: return add([from = vector.as<std::int64_t>()](std::size_t i) { return static_cast<std::uint64_t>(from[i]); });
    case Lane::kF32: return add([from = vector.as<float>()](std::size_t i) { return key_bits(from[i]); });
    case Lane::kF64: return add([from = vector.as<double>()](std::size_t i) { return key_bits(from[i]); });
    default: return;
  }
}

void GroupTable::find_dense(const std::uint64_t* words, const std::uint32_t* rows, std::size_t count, std::uint32_t* groups) {
  std::uint32_t* slots = slots_.data();
  // Nearly always the group is there: new ones are the exception, and looked for first.
  std::uint32_t missing = 0;
  if (rows == nullptr) {
    for (std::size_t k = 0; k < count; ++k) {
      groups[k] = slots[words[k]] - 1;
      missing |= groups[k] == 0xFFFFFFFF ? 1 : 0;
    }
  } else {
    for (std::size_t k = 0; k < count; ++k) {
      groups[k] = slots[words[rows[k]]] - 1;
      missing |= groups[k] == 0xFFFFFFFF ? 1 : 0;
    }
  }
  if (missing == 0) return;
  for (std::size_t k = 0; k < count; ++k) {
    const std::uint64_t word = words[rows == nullptr ? k : rows[k]];
    if (slots[word] == 0) {
      slots[word] = ++group_count_;
      group_words_.push_back(word);
    }
    groups[k] = slots[word] - 1;
  }
}

void GroupTable::grow() {
  const std::size_t size = slots_.size() * 4;
  slots_.assign(size, 0);
  slot_words_.assign(size, 0);
  const std::size_t mask = size - 1;
  for (std::uint32_t group = 0; group < group_count_; ++group) {
    const std::uint64_t hash = mode_ == Mode::kPacked ? hash64(group_words_[group]) : group_hashes_[group];
    std::size_t at = hash & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = group + 1;
    slot_words_[at] = mode_ == Mode::kPacked ? group_words_[group] : hash;
  }
}

void GroupTable::find_packed(const Routines& routines, const std::uint64_t* words, std::size_t chunk_rows, const std::uint32_t* rows,
                             std::size_t count, std::uint32_t* groups) {
  if ((group_count_ + count) * 2 > slots_.size()) grow();
  if ((group_count_ + count) * 2 > slots_.size()) grow();
  routines.hash_words(words, chunk_rows, chunk_hashes_.data());
  const std::size_t mask = slots_.size() - 1;
  const bool prefetch = slots_.size() > kPrefetchSlots;
  for (std::size_t k = 0; k < count; ++k) {
    if (prefetch && k + kPrefetchDistance < count) {
      const std::size_t ahead = chunk_hashes_[rows == nullptr ? k + kPrefetchDistance : rows[k + kPrefetchDistance]] & mask;
      __builtin_prefetch(slots_.data() + ahead);
      __builtin_prefetch(slot_words_.data() + ahead);
    }
    const std::size_t row = rows == nullptr ? k : rows[k];
    const std::uint64_t word = words[row];
    std::size_t at = chunk_hashes_[row] & mask;
    for (;; at = (at + 1) & mask) {
      if (slots_[at] == 0) {
        slots_[at] = ++group_count_;
        slot_words_[at] = word;
        group_words_.push_back(word);
        break;
      }
      if (slot_words_[at] == word) break;
    }
    groups[k] = slots_[at] - 1;
  }
}

// The record's words, texts as views into the register, and its hash.
std::uint64_t GroupTable::make_record(const Evaluator& evaluator, std::size_t row, std::uint64_t* record) const {
  record[0] = 0;
  for (std::size_t k = 0; k < keys_.size(); ++k) {
    const Key& key = keys_[k];
    const Vector& vector = evaluator.value(key.value);
    std::uint64_t* words = record + key.word;
    words[0] = 0;
    if (width_of(key.lane) == 16) words[1] = 0;
    if (!vector.is_valid(row)) {
      record[0] |= std::uint64_t{1} << (k % 64);
      continue;
    }
    const std::size_t at = vector.at(row);
    switch (key.lane) {
      case Lane::kBool: words[0] = vector.as<std::uint8_t>()[at]; break;
      case Lane::kI32: words[0] = static_cast<std::uint64_t>(static_cast<std::int64_t>(vector.as<std::int32_t>()[at])); break;
      case Lane::kI64: words[0] = static_cast<std::uint64_t>(vector.as<std::int64_t>()[at]); break;
      case Lane::kCode: words[0] = vector.as<std::uint32_t>()[at]; break;
      case Lane::kF32: words[0] = key_bits(vector.as<float>()[at]); break;
      case Lane::kF64: words[0] = key_bits(vector.as<double>()[at]); break;
      case Lane::kI128: std::memcpy(words, vector.as<i128>() + at, 16); break;
      case Lane::kInterval: {
        const kernel::Cell canonical = kernel::canonical(kernel::Cell::of_interval(vector.as<IntervalValue>()[at]), Physical::kInterval);
        std::memcpy(words, &canonical.interval, 16);
        break;
      }
      case Lane::kString: std::memcpy(words, static_cast<const void*>(vector.as<StringView>() + at), 16); break;
    }
  }
  return hash_record(record);
}

std::uint64_t GroupTable::hash_record(const std::uint64_t* record) const {
  std::uint64_t hash = 0;
  for (std::size_t k = 0; k < keys_.size(); ++k) {
    const Key& key = keys_[k];
    const std::uint64_t* words = record + key.word;
    if (((record[0] >> (k % 64)) & 1) != 0) {
      hash = hash_combine(hash, 0x6E756C6C);
    } else if (key.lane == Lane::kString) {
      StringView text;
      std::memcpy(static_cast<void*>(&text), words, sizeof text);
      hash = hash_combine(hash, hash_bytes(text.view()));
    } else {
      hash = hash_combine(hash, words[0]);
      if (width_of(key.lane) == 16) hash = hash_combine(hash, words[1]);
    }
  }
  return hash;
}

void GroupTable::hash_records(const std::uint64_t* records, std::size_t count, std::uint64_t* hashes) const {
  if (mode_ != Mode::kWide) return compiled_.routines->hash_words(records, count, hashes);
  for (std::size_t k = 0; k < count; ++k) hashes[k] = hash_record(records + k * record_words_);
}

bool GroupTable::same_record(const std::uint64_t* a, const std::uint64_t* b) const {
  if (a[0] != b[0]) return false;
  for (const Key& key : keys_) {
    const std::uint64_t* x = a + key.word;
    const std::uint64_t* y = b + key.word;
    if (key.lane == Lane::kString) {
      StringView p;
      StringView q;
      std::memcpy(static_cast<void*>(&p), x, 16);
      std::memcpy(static_cast<void*>(&q), y, 16);
      if (!(p == q)) return false;
    } else if (x[0] != y[0] || (width_of(key.lane) == 16 && x[1] != y[1])) {
      return false;
    }
  }
  return true;
}

Status GroupTable::make_records(const Evaluator& evaluator, std::size_t chunk_rows, const std::uint32_t* rows, std::size_t count) {
  records_.resize(count * record_words());
  if (mode_ != Mode::kWide) {
    const std::uint64_t* all = words(evaluator, chunk_rows);
    for (std::size_t k = 0; k < count; ++k) records_[k] = all[rows == nullptr ? k : rows[k]];
    evaluator.routines().hash_words(records_.data(), count, chunk_hashes_.data());
    return {};
  }
  if (keys_.size() > 64) return error(ErrorCode::kNotSupported, "GROUP BY of more than 64 keys");
  for (std::size_t k = 0; k < count; ++k)
    chunk_hashes_[k] = make_record(evaluator, rows == nullptr ? k : rows[k], records_.data() + k * record_words_);
  return {};
}

std::uint64_t GroupTable::group_hash(std::uint32_t group) const {
  return mode_ == Mode::kWide ? group_hashes_[group] : hash64(group_words_[group]);
}

std::vector<std::size_t> GroupTable::text_words() const {
  std::vector<std::size_t> out;
  for (const Key& key : keys_) {
    if (key.lane == Lane::kString) out.push_back(static_cast<std::size_t>(key.word));
  }
  return out;
}

// Of a wide key in passes over the chunk, so that many cache misses are under way at once: slots, the records of the groups that they name,
// and the texts of those.
void GroupTable::find_records(std::uint64_t* records, const std::uint64_t* hashes, std::size_t count, std::uint32_t* groups) {
  if (mode_ != Mode::kWide) return find_words(*compiled_.routines, records, count, nullptr, count, groups);
  while ((group_count_ + count) * 2 > slots_.size()) grow();
  const std::size_t mask = slots_.size() - 1;
  const bool prefetch = slots_.size() > kPrefetchSlots;
  for (std::size_t k = 0; k < count; ++k) {
    if (prefetch) fetch_ahead(hashes, k, count, mask);
    const std::uint64_t hash = hashes[k];
    std::uint64_t* record = records + k * record_words_;
    std::size_t at = hash & mask;
    for (;; at = (at + 1) & mask) {
      const std::uint32_t group = slots_[at];
      if (group == 0) break;
      if (slot_words_[at] == hash && same_record(record, group_words_.data() + (group - 1) * record_words_)) break;
    }
    if (slots_[at] == 0) {
      if (!borrows_texts_) own_texts(record);
      slots_[at] = ++group_count_;
      slot_words_[at] = hash;
      group_words_.insert(group_words_.end(), record, record + record_words_);
      group_hashes_.push_back(hash);
    }
    groups[k] = slots_[at] - 1;
  }
}

void GroupTable::fetch_ahead(const std::uint64_t* hashes, std::size_t row, std::size_t count, std::size_t mask) const {
  if (const std::size_t far = row + 3 * kPrefetchDistance; far < count) {
    __builtin_prefetch(slots_.data() + (hashes[far] & mask));
    __builtin_prefetch(slot_words_.data() + (hashes[far] & mask));
  }
  const auto group_at = [&](std::size_t ahead) {
    if (ahead >= count) return std::uint32_t{0};
    const std::size_t slot = hashes[ahead] & mask;
    return slot_words_[slot] == hashes[ahead] ? slots_[slot] : 0;
  };
  if (const std::uint32_t group = group_at(row + 2 * kPrefetchDistance); group != 0)
    __builtin_prefetch(group_words_.data() + (group - 1) * record_words_);
  if (const std::uint32_t group = group_at(row + kPrefetchDistance); group != 0) {
    for (const Key& key : keys_) {
      if (key.lane != Lane::kString) continue;
      StringView text;
      std::memcpy(static_cast<void*>(&text), group_words_.data() + (group - 1) * record_words_ + key.word, sizeof text);
      if (!text.is_inline()) __builtin_prefetch(text.data());
    }
  }
}

// A group keeps its texts.
void GroupTable::own_texts(std::uint64_t* record) {
  for (const Key& key : keys_) {
    if (key.lane != Lane::kString) continue;
    StringView text;
    std::memcpy(static_cast<void*>(&text), record + key.word, sizeof text);
    if (text.is_inline()) continue;
    text = StringView(texts_.copy(text.view()));
    std::memcpy(record + key.word, static_cast<const void*>(&text), sizeof text);
  }
}

// The words of a key's value; false: NULL.
bool GroupTable::key_words(std::size_t number, std::uint32_t group, std::uint64_t* words) const {
  const Key& key = keys_[number];
  if (mode_ == Mode::kWide) {
    const std::uint64_t* record = group_words_.data() + static_cast<std::size_t>(group) * record_words_;
    if (((record[0] >> number) & 1) != 0) return false;
    std::memcpy(words, record + key.word, width_of(key.lane) == 16 ? 16 : 8);
    return true;
  }
  const std::uint64_t mask = key.bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << key.bits) - 1;
  const std::uint64_t word = (group_words_[group] >> key.shift) & mask;
  if (key.nullable && word == key.null_word) return false;
  words[0] = word + static_cast<std::uint64_t>(key.base);
  return true;
}

void GroupTable::write_key(std::size_t number, std::span<const std::uint64_t> words, std::size_t first,
                           kernel::OutputColumn& column) const {
  const Key& key = keys_[number];
  const std::uint64_t mask = key.bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << key.bits) - 1;
  const bool wide = trueno::width_of(compiled_.at(key.value).physical()) == 16;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::uint64_t word = (words[i] >> key.shift) & mask;
    const auto value = static_cast<std::int64_t>(word + static_cast<std::uint64_t>(key.base));
    if (key.nullable && word == key.null_word) {
      column.set_null(first + i);
    } else if (wide) {
      column.set(first + i, i128{value});
    } else {
      column.set(first + i, value);
    }
  }
}

// Text of the groups as records of a column, and what they point at behind one another.
Status GroupTable::copy_texts(std::size_t number, StoredView* to, std::uint8_t* validity, Column& column) const {
  std::size_t left = 0;
  for (std::uint32_t group = 0; group < group_count_; ++group) {
    std::uint64_t words[2];
    if (!key_words(number, group, words)) continue;
    StringView text;
    std::memcpy(static_cast<void*>(&text), words, sizeof text);
    left += text.is_inline() ? 0 : text.size();
  }
  constexpr std::size_t kMostOfBlock = std::size_t{1} << 30;  // offsets have 31 bits
  MutableBuffer block;
  std::size_t used = 0;
  for (std::uint32_t group = 0; group < group_count_; ++group) {
    std::uint64_t words[2];
    to[group] = {};
    if (!key_words(number, group, words)) continue;
    StringView text;
    std::memcpy(static_cast<void*>(&text), words, sizeof text);
    set_bit(validity, group);
    if (text.is_inline()) {
      std::memcpy(static_cast<void*>(to + group), &text, sizeof text);
      continue;
    }
    if (used + text.size() > block.size()) {
      if (block.size() != 0) column.string_buffers.push_back(std::move(block).freeze());
      block = TRUENO_TRY(MutableBuffer::uninitialised(std::max<std::size_t>(text.size(), std::min(left, kMostOfBlock))));
      used = 0;
    }
    std::memcpy(block.data() + used, text.data(), text.size());
    to[group].size = static_cast<std::int32_t>(text.size());
    std::memcpy(to[group].prefix, text.data(), 4);
    to[group].buffer = static_cast<std::int32_t>(column.string_buffers.size());
    to[group].offset = static_cast<std::int32_t>(used);
    used += text.size();
    left -= text.size();
  }
  if (block.size() != 0) column.string_buffers.push_back(std::move(block).freeze());
  return {};
}

Result<std::vector<Column>> GroupTable::keys(const std::vector<std::shared_ptr<const Dictionary>>& dictionaries) const {
  std::vector<Column> out;
  const std::size_t readable = std::max<std::size_t>(group_count_, 1);
  for (std::size_t k = 0; k < keys_.size(); ++k) {
    const Key& key = keys_[k];
    Column& column = out.emplace_back();
    column.type = compiled_.at(key.value).type;
    column.length = group_count_;
    if (key.coded) {
      column.encoding = Encoding::kDictionary;
      column.dictionary = dictionaries[k];
    }
    const auto width = key.coded ? std::size_t{4} : static_cast<std::size_t>(trueno::width_of(column.physical()));
    MutableBuffer values = TRUENO_TRY(MutableBuffer::zeroed(readable * width));
    MutableBuffer validity = TRUENO_TRY(MutableBuffer::zeroed(bytes_for_bits(readable)));
    const bool narrowed = width == 16 && trueno::backend::simd::width_of(key.lane) < 16;  // by its range
    if (key.lane == Lane::kString) {
      TRUENO_TRY(copy_texts(k, values.as<StoredView>(), validity.data(), column));
    } else {
      for (std::uint32_t group = 0; group < group_count_; ++group) {
        std::uint64_t words[2] = {};
        if (!key_words(k, group, words)) continue;
        if (narrowed) words[1] = static_cast<std::int64_t>(words[0]) < 0 ? ~std::uint64_t{0} : 0;
        std::memcpy(values.data() + group * width, words, width);  // little-endian: the low bytes are the narrower integer
        set_bit(validity.data(), group);
      }
    }
    std::int64_t valid = 0;
    for (std::size_t i = 0; i < bytes_for_bits(group_count_); ++i) valid += std::popcount(validity.data()[i]);
    column.null_count = column.length - valid;
    column.values = std::move(values).freeze();
    if (column.null_count != 0) column.validity = std::move(validity).freeze();
  }
  return out;
}

}  // namespace trueno::backend::simd

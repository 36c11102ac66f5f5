#include "backend/simd/group_table.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "backend/simd/key_value.h"
#include "backend/simd/stream.h"
#include "base/hash.h"
#include "kernel/cell.h"

namespace trueno::backend::simd {

namespace {

// 2^20 entries of 4 bytes: what still lies in the second-level cache when few of them are used.
constexpr int kDenseBits = 20;
constexpr std::size_t kFirstSlots = 1024;
constexpr std::size_t kManySlots = 1 << 20;  // from here on they double: memory counts, growing is rare
// From here on a table does not fit the second-level cache and probes are prefetched.
constexpr std::size_t kPrefetchSlots = 32 * 1024;
constexpr std::uint32_t kNoGroup = 0xFFFFFFFF;

// A slot of a wide table: half a word made of the hash, and group + 1 below it; 0 is free. Hashes may have 32 bits only, and where they are
// looked for is said by their lowest: a product brings all of them into the upper half.
constexpr std::uint64_t kTag = ~std::uint64_t{0} << 32;
std::uint64_t tag_of(std::uint64_t hash) { return (hash * 0x9e3779b97f4a7c15ULL) & kTag; }
std::uint32_t group_in(std::uint64_t slot) { return static_cast<std::uint32_t>(slot) - 1; }

StringView text_in(const std::uint64_t* words) {
  StringView text;
  std::memcpy(static_cast<void*>(&text), words, sizeof text);
  return text;
}

// An inline text with zeros behind its bytes: equal texts are equal words. Length and four bytes are in the first, eight in the second.
void clear_behind(std::uint64_t* words) {
  const std::uint64_t size = words[0] & 0xFFFFFFFF;
  const std::uint64_t first = ~std::uint64_t{0} >> (size >= 4 ? 0 : 32 - 8 * size);
  const std::uint64_t second = size <= 4 ? 0 : ~std::uint64_t{0} >> (size >= 12 ? 0 : 8 * (12 - size));
  words[0] &= first;
  words[1] &= second;
}

std::uint64_t hash_words(std::uint64_t seed, const std::uint64_t* words) { return hash_combine(hash_combine(seed, words[0]), words[1]); }

std::uint64_t hash_text(std::uint64_t seed, const std::uint64_t* words) {
  const StringView text = text_in(words);
  return text.is_inline() ? hash_words(seed, words) : hash_combine(seed, hash_bytes(text.view()));
}

}  // namespace

GroupTable::GroupTable(const CompiledProgram& compiled) : compiled_(compiled) {
  bool packable = true;
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
    total_bits_ += key.bits;
    const bool by_value = key.lane == Lane::kBool || key.lane == Lane::kI32 || key.lane == Lane::kI64 || i.type.id == TypeId::kEnum;
    ascends_ = ascends_ && by_value;
    keys_.push_back(key);
  }
  packable = packable && total_bits_ <= 64;
  mode_ = !packable ? Mode::kWide : (total_bits_ <= kDenseBits ? Mode::kDense : Mode::kPacked);
  if (mode_ == Mode::kWide) {
    lay_out_record();
    clear();
    return;
  }
  int shift = 0;
  for (auto key = keys_.rbegin(); key != keys_.rend(); ++key) {  // the first key has the highest bits
    key->shift = key->bits == 0 ? 0 : shift;                     // one value for all rows: takes no bits
    shift += key->bits;
  }
  clear();
}

// Keys of few bits share words; the others have one or two of their own, and where those may be NULL a last word says which are.
void GroupTable::lay_out_record() {
  bool any_null = false;
  for (Key& key : keys_) {
    const bool wide = width_of(key.lane) == 16;
    key.shares = !wide && key.bits < 64;
    if (key.shares) continue;
    key.word = static_cast<int>(record_words_);
    record_words_ += wide ? 2 : 1;
    any_null = any_null || key.nullable;
    if (key.lane == Lane::kString) text_words_.push_back(static_cast<std::size_t>(key.word));
  }
  first_shared_ = record_words_;
  int used = 65;  // of the last word: there is none yet
  for (Key& key : keys_) {
    if (!key.shares) continue;
    if (used + key.bits > 64) {
      ++record_words_;
      used = 0;
    }
    key.word = static_cast<int>(record_words_) - 1;
    key.shift = key.bits == 0 ? 0 : used;  // one value for all rows: takes no bits
    used += key.bits;
  }
  null_word_ = record_words_;
  if (any_null) ++record_words_;
}

void GroupTable::clear() {
  group_count_ = 0;
  long_texts_ = false;
  mostly_known_ = false;
  narrow_ = mode_ == Mode::kPacked && total_bits_ <= 32;
  slots_.assign(mode_ == Mode::kDense ? std::size_t{1} << total_bits_ : (mode_ == Mode::kPacked && !narrow_ ? kFirstSlots : 0), 0);
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

// The slots are made anew from the groups, so that two arrays of them are never there.
void GroupTable::grow() {
  const std::size_t size = slot_words_.size() * (slot_words_.size() < kManySlots ? 4 : 2);
  slot_words_ = {};
  slot_words_.assign(size, 0);
  const std::size_t mask = size - 1;
  if (mode_ == Mode::kWide) {
    for (std::uint32_t group = 0; group < group_count_; ++group) {
      const std::uint64_t hash = group_hashes_[group];
      std::size_t at = hash & mask;
      while (slot_words_[at] != 0) at = (at + 1) & mask;
      slot_words_[at] = tag_of(hash) | (group + 1);
    }
    return;
  }
  if (!narrow_) {
    slots_ = {};
    slots_.assign(size, 0);
  }
  for (std::uint32_t group = 0; group < group_count_; ++group) {
    std::size_t at = hash64(group_words_[group]) & mask;
    while ((narrow_ ? slot_words_[at] : slots_[at]) != 0) at = (at + 1) & mask;
    put_in_slot(at, group_words_[group], group + 1);
  }
}

void GroupTable::find_packed(const Routines& routines, const std::uint64_t* words, std::size_t chunk_rows, const std::uint32_t* rows,
                             std::size_t count, std::uint32_t* groups) {
  while ((group_count_ + count) * 2 > slot_words_.size()) grow();
  routines.hash_words(words, chunk_rows, chunk_hashes_.data());
  if (narrow_) {
    find_slots<true>(words, rows, count, groups);
  } else {
    find_slots<false>(words, rows, count, groups);
  }
}

template <bool narrow>
void GroupTable::find_slots(const std::uint64_t* words, const std::uint32_t* rows, std::size_t count, std::uint32_t* groups) {
  const std::size_t mask = slot_words_.size() - 1;
  const bool prefetch = slot_words_.size() > kPrefetchSlots;
  const std::uint64_t* const slot_words = slot_words_.data();
  const std::uint32_t* const slots = slots_.data();
  const std::uint64_t* const hashes = chunk_hashes_.data();
  for (std::size_t k = 0; k < count; ++k) {
    if (prefetch && k + kPrefetchDistance < count) {
      const std::size_t ahead = hashes[rows == nullptr ? k + kPrefetchDistance : rows[k + kPrefetchDistance]] & mask;
      __builtin_prefetch(slot_words + ahead);
      if constexpr (!narrow) __builtin_prefetch(slots + ahead);
    }
    const std::size_t row = rows == nullptr ? k : rows[k];
    const std::uint64_t word = words[row];
    std::size_t at = hashes[row] & mask;
    std::uint32_t number = 0;  // of the group, from 1 on
    if constexpr (narrow) {
      std::uint64_t slot = slot_words[at];
      while (slot != 0 && slot >> 32 != word) slot = slot_words[at = (at + 1) & mask];
      number = static_cast<std::uint32_t>(slot);
    } else {
      number = slots[at];
      while (number != 0 && slot_words[at] != word) number = slots[at = (at + 1) & mask];
    }
    if (number == 0) {
      number = ++group_count_;
      put_in_slot(at, word, number);
      group_words_.push_back(word);
    }
    groups[k] = number - 1;
  }
}

void GroupTable::put_in_slot(std::size_t at, std::uint64_t word, std::uint32_t number) {
  if (narrow_) {
    slot_words_[at] = word << 32 | number;
  } else {
    slots_[at] = number;
    slot_words_[at] = word;
  }
}

// The words that keys share, of every record.
void GroupTable::add_shared_words(const Evaluator& evaluator, std::size_t chunk_rows, const std::uint32_t* rows, std::size_t count) {
  for (std::size_t word = first_shared_; word < null_word_; ++word) {
    std::fill_n(chunk_words_.begin(), chunk_rows, 0);
    for (const Key& key : keys_) {
      if (key.shares && static_cast<std::size_t>(key.word) == word) add_key_words(key, evaluator.value(key.value), chunk_rows);
    }
    std::uint64_t* to = records_.data() + word;
    for (std::size_t k = 0; k < count; ++k, to += record_words_) *to = chunk_words_[rows == nullptr ? k : rows[k]];
  }
}

// A key's own words of every record, texts as views into the register.
void GroupTable::add_own_words(std::size_t number, const Vector& vector, const std::uint32_t* rows, std::size_t count) {
  const Key& key = keys_[number];
  const auto add = [&](auto write) {
    const bool wide = width_of(key.lane) == 16;
    std::uint64_t* record = records_.data();
    for (std::size_t k = 0; k < count; ++k, record += record_words_) {
      const std::size_t row = rows == nullptr ? k : rows[k];
      std::uint64_t* const words = record + key.word;
      if (vector.is_valid(row)) {
        write(vector.at(row), words);
        continue;
      }
      if (key.nullable) record[null_word_] |= std::uint64_t{1} << number;
      words[0] = 0;
      if (wide) words[1] = 0;
    }
  };
  switch (key.lane) {
    case Lane::kI64:
      return add(
          [from = vector.as<std::int64_t>()](std::size_t at, std::uint64_t* words) { words[0] = static_cast<std::uint64_t>(from[at]); });
    case Lane::kF64: return add([from = vector.as<double>()](std::size_t at, std::uint64_t* words) { words[0] = key_bits(from[at]); });
    case Lane::kI128: return add([from = vector.as<i128>()](std::size_t at, std::uint64_t* words) { std::memcpy(words, from + at, 16); });
    case Lane::kInterval:
      return add([from = vector.as<IntervalValue>()](std::size_t at, std::uint64_t* words) {
        const kernel::Cell canonical = kernel::canonical(kernel::Cell::of_interval(from[at]), Physical::kInterval);
        std::memcpy(words, &canonical.interval, 16);
      });
    case Lane::kString:
      return add([from = vector.as<StringView>()](std::size_t at, std::uint64_t* words) {
        std::memcpy(words, static_cast<const void*>(from + at), 16);
        if (from[at].is_inline()) clear_behind(words);
      });
    case Lane::kBool:
    case Lane::kI32:
    case Lane::kCode:
    case Lane::kF32: return;  // they share
  }
}

std::uint64_t GroupTable::hash_record(const std::uint64_t* record) const {
  std::uint64_t hash = 0;
  auto text = text_words_.begin();
  for (std::size_t word = 0; word < record_words_; ++word) {
    if (text != text_words_.end() && *text == word) {
      hash = hash_text(hash, record + word);
      ++text;
      ++word;
    } else {
      hash = hash_combine(hash, record[word]);
    }
  }
  return hash;
}

void GroupTable::hash_records(const std::uint64_t* records, std::size_t count, std::uint64_t* hashes) const {
  if (mode_ != Mode::kWide) return compiled_.routines->hash_words(records, count, hashes);
  for (std::size_t k = 0; k < count; ++k) hashes[k] = hash_record(records + k * record_words_);
}

// Words that are not equal may still be one text, where it is not inline.
bool GroupTable::same_record(const std::uint64_t* a, const std::uint64_t* b) const {
  std::uint64_t different = 0;
  for (std::size_t word = 0; word < record_words_; ++word) different |= a[word] ^ b[word];
  if (different == 0) return true;
  auto text = text_words_.begin();
  for (std::size_t word = 0; word < record_words_; ++word) {
    if (a[word] != b[word]) return false;
    if (text == text_words_.end() || *text != word) continue;
    ++text;
    ++word;
    if (a[word] == b[word]) continue;
    const StringView x = text_in(a + word - 1);
    if (x.is_inline() || x.view() != text_in(b + word - 1).view()) return false;
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
  if (null_word_ < record_words_) {
    for (std::size_t k = 0; k < count; ++k) records_[k * record_words_ + null_word_] = 0;
  }
  add_shared_words(evaluator, chunk_rows, rows, count);
  for (std::size_t number = 0; number < keys_.size(); ++number) {
    if (!keys_[number].shares) add_own_words(number, evaluator.value(keys_[number].value), rows, count);
  }
  hash_records(records_.data(), count, chunk_hashes_.data());
  return {};
}

std::uint64_t GroupTable::group_hash(std::uint32_t group) const {
  return mode_ == Mode::kWide ? group_hashes_[group] : hash64(group_words_[group]);
}

// Where most rows have a group, it is nearly always in the first slot that is looked at: this is done for all rows, without a branch that
// depends on them, and the others are looked for one by one.
void GroupTable::find_records(std::uint64_t* records, const std::uint64_t* hashes, std::size_t count, std::uint32_t* groups) {
  if (mode_ != Mode::kWide) return find_words(*compiled_.routines, records, count, nullptr, count, groups);
  while ((group_count_ + count) * 2 > slot_words_.size()) grow();
  const std::uint32_t groups_before = group_count_;
  if (mostly_known_) {
    const std::size_t open = find_in_first_slots(records, hashes, count, groups);
    for (std::size_t i = 0; i < open; ++i) groups[open_[i]] = find_record(records + open_[i] * record_words_, hashes[open_[i]]);
  } else {
    const bool prefetch = slot_words_.size() > kPrefetchSlots;
    for (std::size_t k = 0; k < count; ++k) {
      if (prefetch) fetch_ahead(hashes, k, count);
      groups[k] = find_record(records + k * record_words_, hashes[k]);
    }
  }
  mostly_known_ = (group_count_ - groups_before) * 4 < count;
}

// The record's group, which may be a new one.
std::uint32_t GroupTable::find_record(std::uint64_t* record, std::uint64_t hash) {
  const std::size_t mask = slot_words_.size() - 1;
  const std::uint64_t tag = tag_of(hash);
  std::size_t at = hash & mask;
  for (;; at = (at + 1) & mask) {
    const std::uint64_t slot = slot_words_[at];
    if (slot == 0) break;
    if ((slot & kTag) == tag && same_record(record, group_words_.data() + group_in(slot) * record_words_)) return group_in(slot);
  }
  if (borrows_texts_) {
    long_texts_ = !text_words_.empty();
  } else {
    own_texts(record);
  }
  slot_words_[at] = tag | ++group_count_;
  group_words_.insert(group_words_.end(), record, record + record_words_);
  group_hashes_.push_back(hash);
  return group_count_ - 1;
}

// Sets the groups that it finds; how many rows are left is returned, and which is in `open_`. There is a group.
std::size_t GroupTable::find_in_first_slots(const std::uint64_t* records, const std::uint64_t* hashes, std::size_t count,
                                            std::uint32_t* groups) {
  open_.resize(count);
  const std::size_t mask = slot_words_.size() - 1;
  const std::uint64_t* const slots = slot_words_.data();
  for (std::size_t k = 0; k < count; ++k) {
    __builtin_prefetch(slots + (hashes[std::min(k + 2 * kPrefetchDistance, count - 1)] & mask));
    const std::uint64_t slot = slots[hashes[k] & mask];
    const bool tagged = slot != 0 && (slot & kTag) == tag_of(hashes[k]);
    groups[k] = tagged ? group_in(slot) : kNoGroup;
  }
  switch (record_words_) {
    case 1: return compare_records<1>(records, count, groups);
    case 2: return compare_records<2>(records, count, groups);
    case 3: return compare_records<3>(records, count, groups);
    case 4: return compare_records<4>(records, count, groups);
    default: return compare_records<0>(records, count, groups);
  }
}

// kWords: how many words a record has, or 0.
template <std::size_t kWords>
std::size_t GroupTable::compare_records(const std::uint64_t* records, std::size_t count, const std::uint32_t* groups) {
  const std::size_t words = kWords != 0 ? kWords : record_words_;
  const std::uint64_t* const known = group_words_.data();
  const auto record_of = [&](std::size_t k) { return known + (groups[k] == kNoGroup ? 0 : groups[k]) * words; };
  const bool prefetch = slot_words_.size() > kPrefetchSlots;
  std::size_t open = 0;
  for (std::size_t k = 0; k < count; ++k) {
    if (prefetch) {
      __builtin_prefetch(record_of(std::min(k + 2 * kPrefetchDistance, count - 1)));
      if (long_texts_) fetch_texts(record_of(std::min(k + kPrefetchDistance, count - 1)));
    }
    const std::uint64_t* a = records + k * words;
    const std::uint64_t* b = record_of(k);
    std::uint64_t different = 0;
    for (std::size_t word = 0; word < words; ++word) different |= a[word] ^ b[word];
    if (different != 0 && long_texts_) different = same_record(a, b) ? 0 : 1;
    open_[open] = static_cast<std::uint32_t>(k);
    open += different != 0 || groups[k] == kNoGroup ? 1 : 0;
  }
  return open;
}

void GroupTable::fetch_texts(const std::uint64_t* record) const {
  for (const std::size_t word : text_words_) {
    const StringView text = text_in(record + word);
    if (!text.is_inline()) __builtin_prefetch(text.data());
  }
}

void GroupTable::fetch_ahead(const std::uint64_t* hashes, std::size_t row, std::size_t count) const {
  const std::size_t mask = slot_words_.size() - 1;
  if (const std::size_t far = row + 3 * kPrefetchDistance; far < count) __builtin_prefetch(slot_words_.data() + (hashes[far] & mask));
  const auto record_at = [&](std::size_t ahead) -> const std::uint64_t* {
    if (ahead >= count) return nullptr;
    const std::uint64_t slot = slot_words_[hashes[ahead] & mask];
    return slot != 0 && (slot & kTag) == tag_of(hashes[ahead]) ? group_words_.data() + group_in(slot) * record_words_ : nullptr;
  };
  if (const std::uint64_t* record = record_at(row + 2 * kPrefetchDistance); record != nullptr) __builtin_prefetch(record);
  if (!long_texts_) return;
  if (const std::uint64_t* record = record_at(row + kPrefetchDistance); record != nullptr) fetch_texts(record);
}

// A group keeps its texts.
void GroupTable::own_texts(std::uint64_t* record) {
  for (const std::size_t word : text_words_) {
    const StringView text = text_in(record + word);
    if (text.is_inline()) continue;
    long_texts_ = true;
    const StringView own(texts_.copy(text.view()));
    std::memcpy(record + word, static_cast<const void*>(&own), sizeof own);
  }
}

// The words of a key's value; false: NULL.
bool GroupTable::key_words(std::size_t number, std::uint32_t group, std::uint64_t* words) const {
  const Key& key = keys_[number];
  const std::uint64_t* record = group_words_.data() + static_cast<std::size_t>(group) * record_words();
  if (mode_ == Mode::kWide && !key.shares) {
    if (key.nullable && ((record[null_word_] >> number) & 1) != 0) return false;
    std::memcpy(words, record + key.word, width_of(key.lane) == 16 ? 16 : 8);
    return true;
  }
  const std::uint64_t mask = key.bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << key.bits) - 1;
  const std::uint64_t word = (record[key.word] >> key.shift) & mask;
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

// How the rows of a build side come to lie by their keys, by all threads: places of the table belong to one part of the rows each.
#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>

#include "backend/simd/join_table.h"
#include "base/row_parts.h"
#include "base/threads.h"

namespace trueno::backend::simd {

// Least and greatest valid key. Zeros where there is none.
std::pair<i128, i128> SimdJoinTable::key_bounds(const Vector& key, const Parallel& parallel) const {
  Mutex mutex;
  i128 least = kI128Max;
  i128 greatest = kI128Min;
  const auto widen_bounds = [&](const auto* values) {
    using T = std::remove_cvref_t<decltype(*values)>;
    parallel.ranges(rows_, kLeastStretch, [&](std::size_t first, std::size_t last) {
      T from = std::numeric_limits<T>::max();
      T to = std::numeric_limits<T>::min();
      for (std::size_t row = first; row < last; ++row) {
        if (key.valid != nullptr && key.valid[row] == 0) continue;
        const T value = load<T>(values + row);
        from = std::min(from, value);
        to = std::max(to, value);
      }
      const LockGuard lock(mutex);
      least = std::min<i128>(least, from);
      greatest = std::max<i128>(greatest, to);
    });
  };
  switch (key.lane) {
    case Lane::kBool: widen_bounds(key.as<std::uint8_t>()); break;
    case Lane::kI32: widen_bounds(key.as<std::int32_t>()); break;
    case Lane::kI64: widen_bounds(key.as<std::int64_t>()); break;
    case Lane::kCode: widen_bounds(key.as<std::uint32_t>()); break;
    default: widen_bounds(key.as<i128>()); break;
  }
  return least <= greatest ? std::pair(least, greatest) : std::pair<i128, i128>(0, 0);
}

// Bounds of the build rows decide how many bits each key takes. A row outside of them has no match.
void SimdJoinTable::choose_packing(const kernel::JoinTable& table, const Parallel& parallel) {
  int bits = 0;
  for (std::size_t k = 0; k < table.keys; ++k) {
    const Vector& key = columns_[k].view;
    PackedKey packed;
    packed.null_safe = table.null_safe[k] != 0;
    if (key.lane == Lane::kString || key.lane == Lane::kInterval) return;
    if (key.lane == Lane::kF32 || key.lane == Lane::kF64) {
      packed.extent = key.lane == Lane::kF32 ? 0xFFFFFFFF : ~std::uint64_t{0};
    } else {
      const auto [least, greatest] = key_bounds(key, parallel);
      if (least < INT64_MIN || greatest > INT64_MAX || greatest - least >= (i128{1} << 62)) return;
      packed.base = static_cast<std::uint64_t>(static_cast<std::int64_t>(least));
      packed.extent = static_cast<std::uint64_t>(greatest - least);
    }
    if (packed.null_safe && packed.extent == ~std::uint64_t{0}) return;
    const int width = bit_width_of(packed.extent + (packed.null_safe ? 1 : 0));
    packed.shift = width == 0 ? 0 : bits;
    bits += width;
    if (bits > 64) return;
    packing_.push_back(packed);
  }
  packed_ = true;
  if (packing_.size() == 1) {
    const std::uint64_t greatest = packing_[0].extent + (packing_[0].null_safe ? 1 : 0);
    dense_slots_ = greatest >= (std::uint64_t{1} << 40) ? 0 : greatest + 1;
  } else if (bits < 40) {
    dense_slots_ = std::uint64_t{1} << bits;
  }
}

// The words or hashes of build rows [first, last), a chunk at a time: visit(first row, rows).
template <class Visit>
void SimdJoinTable::for_chunks(std::size_t first, std::size_t last, ProbeScratch& scratch, Visit visit) const {
  const std::size_t most = std::min<std::size_t>(kChunkRows, last - first);  // most build sides are smaller than a chunk
  scratch.words.resize(most);
  scratch.hashes.resize(most);
  scratch.usable.resize(most);
  for (; first < last; first += kChunkRows) {
    const std::size_t count = std::min<std::size_t>(kChunkRows, last - first);
    std::fill(scratch.usable.begin(), scratch.usable.end(), std::uint8_t{1});
    const std::vector<Vector> keys = key_vectors(first);
    if (packed_) {
      words_of(keys, count, scratch);
      if (mode_ == Mode::kHashed) routines_->hash_words(scratch.words.data(), count, scratch.hashes.data());
    } else {
      hashes_of(keys, count, scratch);
    }
    visit(first, count);
  }
}

// As nearly always: each key is one row's. Rows write their numbers, and see afterwards whether another one wrote over them.
bool SimdJoinTable::fill_unique(std::uint32_t* directory, const Parallel& parallel) const {
  const auto for_rows = [&](auto visit) {
    parallel.ranges(rows_, kLeastStretch, [&](std::size_t begin, std::size_t end) {
      ProbeScratch scratch;
      for_chunks(begin, end, scratch, [&](std::size_t first, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
          if (scratch.usable[i] != 0)
            visit(std::atomic_ref<std::uint32_t>(directory[scratch.words[i]]), static_cast<std::uint32_t>(first + i) + 1);
        }
      });
    });
  };
  for_rows([](std::atomic_ref<std::uint32_t> place, std::uint32_t row) { place.store(row, std::memory_order_relaxed); });
  std::atomic<bool> unique = true;
  for_rows([&unique](std::atomic_ref<std::uint32_t> place, std::uint32_t row) {
    if (place.load(std::memory_order_relaxed) != row) unique.store(false, std::memory_order_relaxed);
  });
  return unique;
}

Status SimdJoinTable::build_dense(std::size_t slots, const Parallel& parallel) {
  // One place more than keys: ends of a key's positions are first kept one key late, so that they serve as cursors.
  MutableBuffer directory = TRUENO_TRY(MutableBuffer::zeroed((slots + 1) * 4));
  auto* const cursor = directory.as<std::uint32_t>();
  unique_ = fill_unique(cursor, parallel);
  if (unique_) {
    directory_ = std::move(directory).freeze();
    return make_presence(slots, parallel);
  }
  std::memset(cursor, 0, (slots + 1) * 4);
  const std::size_t wanted = RowParts::parts_for(rows_);
  const int part_shift = std::max(0, bit_width_of(slots - 1) - std::countr_zero(wanted));
  const RowParts parts = TRUENO_TRY(
      RowParts::make(rows_, wanted, parallel, [&](std::size_t begin, std::size_t end, std::uint64_t* words, std::uint16_t* numbers) {
        ProbeScratch scratch;
        for_chunks(begin, end, scratch, [&](std::size_t first, std::size_t count) {
          std::memcpy(words + (first - begin), scratch.words.data(), count * sizeof(std::uint64_t));
          for (std::size_t i = 0; i < count; ++i)
            numbers[first - begin + i] =
                scratch.usable[i] != 0 ? static_cast<std::uint16_t>(scratch.words[i] >> part_shift) : RowParts::kNoPart;
        });
      }));
  MutableBuffer positions = TRUENO_TRY(MutableBuffer::uninitialised(parts.size() * 4));
  auto* const position = positions.as<std::uint32_t>();
  parallel(parts.parts(), [&](std::size_t part) {
    for (const RowWord& row : parts.part(part)) ++cursor[row.word];
    const std::size_t begin = std::min(slots, part << part_shift);
    const std::size_t end = std::min(slots, (part + 1) << part_shift);
    auto sum = static_cast<std::uint32_t>(parts.start(part));
    for (std::size_t slot = begin; slot < end; ++slot) sum += std::exchange(cursor[slot], sum);
    for (const RowWord& row : parts.part(part)) position[cursor[row.word]++] = row.row;
  });
  directory_ = std::move(directory).freeze();
  positions_ = std::move(positions).freeze();
  return {};
}

// A bit a key, which lies in a nearer cache than the directory: made where most probes may find nothing.
Status SimdJoinTable::make_presence(std::size_t slots, const Parallel& parallel) {
  constexpr std::size_t kLeastSlots = 64 * 1024;
  if (slots < kLeastSlots || rows_ > slots / 2) return {};
  MutableBuffer bits = TRUENO_TRY(MutableBuffer::zeroed(bytes_for_bits(slots)));
  const auto* directory = directory_.as<std::uint32_t>();
  parallel.ranges(bytes_for_bits(slots), kLeastStretch / 8, [&](std::size_t first, std::size_t last) {
    for (std::size_t slot = first * 8; slot < std::min(slots, last * 8); ++slot) {
      if (directory[slot] != 0) set_bit(bits.data(), slot);
    }
  });
  presence_ = std::move(bits).freeze();
  return {};
}

Status SimdJoinTable::build_hashed(const Parallel& parallel) {
  const std::size_t slots = std::max<std::size_t>(2, std::bit_ceil(std::size_t{rows_}));
  const int slot_bits = std::countr_zero(slots);
  slot_shift_ = 64 - slot_bits;
  const std::size_t wanted = std::min(slots, RowParts::parts_for(rows_));
  const int part_shift = slot_bits - std::countr_zero(wanted);
  const RowParts parts = TRUENO_TRY(
      RowParts::make(rows_, wanted, parallel, [&](std::size_t begin, std::size_t end, std::uint64_t* words, std::uint16_t* numbers) {
        ProbeScratch scratch;
        for_chunks(begin, end, scratch, [&](std::size_t first, std::size_t count) {
          std::memcpy(words + (first - begin), (packed_ ? scratch.words : scratch.hashes).data(), count * sizeof(std::uint64_t));
          for (std::size_t i = 0; i < count; ++i)
            numbers[first - begin + i] =
                scratch.usable[i] != 0 ? static_cast<std::uint16_t>(slot_of(scratch.hashes[i]) >> part_shift) : RowParts::kNoPart;
        });
      }));
  MutableBuffer directory = TRUENO_TRY(MutableBuffer::zeroed(slots * 8));
  MutableBuffer entries = TRUENO_TRY(MutableBuffer::uninitialised(std::max<std::size_t>(parts.size(), 1) * sizeof(Entry)));
  std::atomic<bool> unique = true;
  parallel(parts.parts(), [&](std::size_t part) {
    if (!build_part(parts, part, part_shift, directory.as<std::uint64_t>(), entries.as<Entry>()))
      unique.store(false, std::memory_order_relaxed);
  });
  unique_ = unique;
  directory_ = std::move(directory).freeze();
  entries_ = std::move(entries).freeze();
  return {};
}

// The slots of one part and their entries; whether no two of them have one key.
bool SimdJoinTable::build_part(const RowParts& parts, std::size_t part, int part_shift, std::uint64_t* cursor, Entry* entry) const {
  const std::span<const RowWord> rows = parts.part(part);
  std::vector<std::uint64_t> hashes(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) hashes[i] = rows[i].word;
  if (packed_) {
    const std::vector<std::uint64_t> words = hashes;
    routines_->hash_words(words.data(), words.size(), hashes.data());
  }
  for (const std::uint64_t hash : hashes) ++cursor[slot_of(hash)];
  std::uint64_t sum = parts.start(part);
  for (std::size_t slot = part << part_shift; slot < (part + 1) << part_shift; ++slot) sum += std::exchange(cursor[slot], sum);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::uint64_t& at = cursor[slot_of(hashes[i])];
    entry[at & kPositionMask] = {rows[i].word, rows[i].row, 1};
    at = (at + 1) | filter_bit(hashes[i]);
  }
  const std::vector<Vector> keys = packed_ ? std::vector<Vector>() : key_vectors(0);
  std::uint64_t begin = parts.start(part);
  bool unique = true;
  for (std::size_t slot = part << part_shift; slot < (part + 1) << part_shift; ++slot) {
    const std::uint64_t end = cursor[slot] & kPositionMask;
    if (end - begin > 1) unique &= order_slot(keys, entry + begin, entry + end);
    begin = end;
  }
  return unique;
}

// Entries of one key next to one another, ascending by row; the first of them knows how many they are. Whether no two have one key.
bool SimdJoinTable::order_slot(std::span<const Vector> keys, Entry* first, Entry* last) const {
  const auto less = [](const Entry& a, const Entry& b) { return a.word != b.word ? a.word < b.word : a.row < b.row; };
  if (!std::is_sorted(first, last, less)) std::sort(first, last, less);
  bool unique = true;
  while (first != last) {
    Entry* end = std::find_if(first, last, [&](const Entry& e) { return e.word != first->word; });
    if (!packed_) {  // other keys may have this hash, too
      const auto same = [&](const Entry& e) { return same_keys(keys, e.row, first->row); };
      Entry* other = std::find_if_not(first, end, same);
      if (other != end) {
        std::vector<Entry> rest;
        Entry* kept = other;
        for (Entry* e = other; e != end; ++e) {
          if (same(*e)) {
            *kept++ = *e;
          } else {
            rest.push_back(*e);
          }
        }
        std::ranges::copy(rest, kept);
        end = kept;
      }
    }
    first->run = static_cast<std::uint32_t>(end - first);
    unique &= first->run == 1;
    first = end;
  }
  return unique;
}

}  // namespace trueno::backend::simd

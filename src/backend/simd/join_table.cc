#include "backend/simd/join_table.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>

#include "backend/simd/key_value.h"
#include "backend/simd/stream.h"
#include "base/hash.h"

namespace trueno::backend::simd {

namespace {

// A dense table may have this many slots, or kDenseSlotsPerRow a row: 4 bytes each, where a hashed one takes 24 a row.
constexpr std::uint64_t kDenseSlots = std::uint64_t{1} << 20;
constexpr std::uint64_t kDenseSlotsPerRow = 4;

// Calls visit(offset_of) with a function that gives the value at a place, less `base`, as a word. Beyond 64 bits: all ones.
template <class Visit>
void with_offsets(const Vector& vector, std::uint64_t base, Visit visit) {
  switch (vector.lane) {
    case Lane::kBool: return visit([v = vector.as<std::uint8_t>(), base](std::size_t i) { return v[i] - base; });
    case Lane::kI32:
      return visit([v = vector.as<std::int32_t>(), base](std::size_t i) {
        return static_cast<std::uint64_t>(static_cast<std::int64_t>(v[i])) - base;
      });
    case Lane::kI64: return visit([v = vector.as<std::int64_t>(), base](std::size_t i) { return static_cast<std::uint64_t>(v[i]) - base; });
    case Lane::kCode: return visit([v = vector.as<std::uint32_t>(), base](std::size_t i) { return v[i] - base; });
    case Lane::kF32: return visit([v = vector.as<float>(), base](std::size_t i) { return key_bits(v[i]) - base; });
    case Lane::kF64: return visit([v = vector.as<double>(), base](std::size_t i) { return key_bits(v[i]) - base; });
    case Lane::kI128:
      return visit([v = vector.as<i128>(), base](std::size_t i) {
        const i128 value = load<i128>(v + i);
        const bool fits = value == static_cast<i128>(static_cast<std::int64_t>(value));
        return fits ? static_cast<std::uint64_t>(value) - base : ~std::uint64_t{0};
      });
    case Lane::kString:
    case Lane::kInterval: return;
  }
}

}  // namespace

Result<std::shared_ptr<const JoinTable>> SimdJoinTable::make(const kernel::JoinTable& table, Batch rows, const Routines& routines,
                                                             const Parallel& parallel) {
  if (rows.length > kMostBuildRows)
    return error(ErrorCode::kNotSupported, "a join with more than {} rows on its build side is not supported", kMostBuildRows);
  auto made = std::make_shared<SimdJoinTable>();
  made->routines_ = &routines;
  made->rows_ = static_cast<std::uint32_t>(rows.length);
  made->key_count_ = table.keys;
  made->null_safe_ = table.null_safe;
  TRUENO_TRY(made->load_columns(table, std::move(rows), parallel));
  if (table.keys == 0) return std::shared_ptr<const JoinTable>(std::move(made));
  for (std::size_t k = 0; k < table.keys; ++k) {
    const Vector& key = made->columns_[k].view;
    made->has_null_key_ = made->has_null_key_ || (key.valid != nullptr && routines.count_true(key.valid, made->rows_) != made->rows_);
  }
  made->choose_packing(table, parallel);
  const bool dense =
      made->packed_ && made->dense_slots_ != 0 && made->dense_slots_ <= std::max(kDenseSlots, kDenseSlotsPerRow * made->rows_);
  made->mode_ = dense ? Mode::kDense : Mode::kHashed;
  if (dense) {
    TRUENO_TRY(made->build_dense(static_cast<std::size_t>(made->dense_slots_), parallel));
  } else {
    TRUENO_TRY(made->build_hashed(parallel));
  }
  return std::shared_ptr<const JoinTable>(std::move(made));
}
// The words of a chunk's keys, and which rows can have a match at all. `usable` comes filled with the rows that are asked about.
void SimdJoinTable::words_of(std::span<const Vector> keys, std::size_t rows, ProbeScratch& scratch) const {
  std::fill(scratch.words.begin(), scratch.words.begin() + static_cast<std::ptrdiff_t>(rows), 0);
  std::uint64_t* words = scratch.words.data();
  std::uint8_t* usable = scratch.usable.data();
  for (std::size_t k = 0; k < keys.size(); ++k) {
    const Vector& key = keys[k];
    const PackedKey& packed = packing_[k];
    // Values, not references to them: the bytes that are written could be any of those.
    const auto add_all = [=, &key](auto offset_of, auto add) {
      if (key.constant) {
        const std::uint64_t offset = offset_of(std::size_t{0});
        const bool valid = key.is_valid(0);
        for (std::size_t row = 0; row < rows; ++row) add(row, offset, valid);
      } else if (key.valid == nullptr) {
        for (std::size_t row = 0; row < rows; ++row) add(row, offset_of(row), true);
      } else {
        const std::uint8_t* valid = key.valid;
        for (std::size_t row = 0; row < rows; ++row) add(row, offset_of(row), valid[row] != 0);
      }
    };
    const std::uint64_t extent = packed.extent;
    const int shift = packed.shift;
    const auto put = [=](std::size_t row, std::uint64_t part, bool fits) {
      words[row] |= (fits ? part : 0) << shift;
      usable[row] = static_cast<std::uint8_t>(usable[row] & static_cast<std::uint8_t>(fits ? 1 : 0));
    };
    with_offsets(key, packed.base, [&](auto offset_of) {
      if (packed.null_safe) {
        add_all(offset_of,
                [=](std::size_t row, std::uint64_t offset, bool valid) { put(row, valid ? offset + 1 : 0, offset <= extent || !valid); });
      } else {
        add_all(offset_of, [=](std::size_t row, std::uint64_t offset, bool valid) { put(row, offset, (offset <= extent) & valid); });
      }
    });
  }
}

// Hashes of keys that are no word.
void SimdJoinTable::hashes_of(std::span<const Vector> keys, std::size_t rows, ProbeScratch& scratch) const {
  for (std::size_t row = 0; row < rows; ++row) {
    if (scratch.usable[row] == 0) continue;
    std::uint64_t hash = 0;
    for (std::size_t k = 0; k < keys.size(); ++k) {
      const bool valid = keys[k].is_valid(row);
      if (!valid && null_safe_[k] == 0) {
        scratch.usable[row] = 0;
        break;
      }
      hash = hash_combine(hash, valid ? hash_value(keys[k], row) : 0);
    }
    scratch.hashes[row] = hash;
  }
}

std::vector<Vector> SimdJoinTable::key_vectors(std::size_t first) const {
  std::vector<Vector> keys;
  for (std::size_t k = 0; k < key_count_; ++k) {
    Vector key = columns_[k].view;
    key.data = key.as<std::uint8_t>() + first * static_cast<std::size_t>(width_of(key.lane));
    if (key.valid != nullptr) key.valid += first;
    keys.push_back(key);
  }
  return keys;
}

bool SimdJoinTable::same_keys(std::span<const Vector> keys, std::size_t row, std::uint32_t build_row) const {
  for (std::size_t k = 0; k < keys.size(); ++k) {
    const Vector& build = columns_[k].view;
    const bool valid = keys[k].is_valid(row);
    if (valid != build.is_valid(build_row)) return false;
    if (valid && !same_value(keys[k], row, build, build_row)) return false;
  }
  return true;
}

void SimdJoinTable::find(std::span<const Vector> keys, const std::uint8_t* mask, std::size_t rows, ProbeScratch& scratch,
                         std::uint64_t* matches) const {
  if (mode_ == Mode::kAll) {
    for (std::size_t i = 0; i < rows; ++i) matches[i] = mask == nullptr || mask[i] != 0 ? std::uint64_t{rows_} << 32 : 0;
    return;
  }
  scratch.words.resize(kChunkRows);
  scratch.hashes.resize(kChunkRows);
  scratch.first.resize(kChunkRows);
  scratch.last.resize(kChunkRows);
  scratch.usable.resize(kChunkRows);
  if (mask == nullptr) {
    std::memset(scratch.usable.data(), 1, rows);
  } else {
    std::memcpy(scratch.usable.data(), mask, rows);
  }
  if (packed_) {
    words_of(keys, rows, scratch);
  } else {
    hashes_of(keys, rows, scratch);
  }
  if (mode_ == Mode::kDense) {
    find_dense(rows, scratch, matches);
  } else {
    find_hashed(keys, rows, scratch, matches);
  }
}

void SimdJoinTable::find_dense(std::size_t rows, ProbeScratch& scratch, std::uint64_t* matches) const {
  const auto* directory = directory_.as<std::uint32_t>();
  const std::uint64_t* words = scratch.words.data();
  if (!presence_.empty()) {
    // Without branches: which rows have a match is no pattern.
    const std::uint8_t* presence = presence_.data();
    std::uint32_t* found = scratch.first.data();
    std::size_t count = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      matches[i] = 0;
      found[count] = static_cast<std::uint32_t>(i);
      count += scratch.usable[i] & (presence[words[i] / 8] >> (words[i] % 8) & 1);
    }
    for (std::size_t k = 0; k < count; ++k) matches[found[k]] = std::uint64_t{1} << 32 | (directory[words[found[k]]] - 1);
    return;
  }
  if (unique_) {
    for (std::size_t i = 0; i < rows; ++i) {
      const std::uint32_t found = scratch.usable[i] != 0 ? directory[words[i]] : 0;
      matches[i] = found != 0 ? (std::uint64_t{1} << 32 | (found - 1)) : 0;
    }
    return;
  }
  for (std::size_t i = 0; i < rows; ++i) {
    const std::uint32_t end = directory[words[i]];
    const std::uint32_t begin = words[i] == 0 ? 0 : directory[words[i] - 1];
    const bool any = scratch.usable[i] != 0 && end != begin;
    matches[i] = any ? (std::uint64_t{end - begin} << 32 | begin) : 0;
  }
}

// In two passes, so that many cache misses are under way at once: slots, then entries.
void SimdJoinTable::find_hashed(std::span<const Vector> keys, std::size_t rows, ProbeScratch& scratch, std::uint64_t* matches) const {
  if (packed_) routines_->hash_words(scratch.words.data(), rows, scratch.hashes.data());
  const auto* directory = directory_.as<std::uint64_t>();
  const auto* entries = entries_.as<Entry>();
  const std::uint64_t* hashes = scratch.hashes.data();
  for (std::size_t i = 0; i < rows; ++i) {
    if (i + kPrefetchDistance < rows && scratch.usable[i + kPrefetchDistance] != 0)
      __builtin_prefetch(directory + slot_of(hashes[i + kPrefetchDistance]));
    scratch.first[i] = scratch.last[i] = 0;
    if (scratch.usable[i] == 0) continue;
    const std::size_t slot = slot_of(hashes[i]);
    const std::uint64_t word = directory[slot];
    if ((word & filter_bit(hashes[i])) == 0) continue;
    scratch.first[i] = slot == 0 ? 0 : static_cast<std::uint32_t>(directory[slot - 1] & kPositionMask);
    scratch.last[i] = static_cast<std::uint32_t>(word & kPositionMask);
    __builtin_prefetch(entries + scratch.first[i]);
  }
  // The first entry of each row's slot that has its word: nearly always the match.
  const std::uint64_t* wanted = packed_ ? scratch.words.data() : hashes;
  for (std::size_t i = 0; i < rows; ++i) {
    std::uint32_t at = scratch.first[i];
    const std::uint32_t last = scratch.last[i];
    while (at < last && entries[at].word != wanted[i]) at += entries[at].run;
    scratch.first[i] = at;
    if (packed_) matches[i] = at < last ? (std::uint64_t{entries[at].run} << 32 | at) : 0;
  }
  if (!packed_) compare_found(keys, rows, scratch, matches);
}

// What is equal by its hash is compared by its values: their rows are fetched ahead, and then the texts that these point to.
void SimdJoinTable::compare_found(std::span<const Vector> keys, std::size_t rows, const ProbeScratch& scratch,
                                  std::uint64_t* matches) const {
  const auto* entries = entries_.as<Entry>();
  const auto found = [&](std::size_t i) { return i < rows && scratch.first[i] < scratch.last[i]; };
  for (std::size_t i = 0; i < rows + 2 * kPrefetchDistance; ++i) {
    for (std::size_t k = 0; k < key_count_; ++k) {
      const Vector& build = columns_[k].view;
      const auto width = static_cast<std::size_t>(width_of(build.lane));
      if (found(i)) __builtin_prefetch(build.as<std::uint8_t>() + entries[scratch.first[i]].row * width);
      if (build.lane != Lane::kString || i < kPrefetchDistance || !found(i - kPrefetchDistance)) continue;
      __builtin_prefetch(build.as<StringView>()[entries[scratch.first[i - kPrefetchDistance]].row].data());
    }
    if (i < 2 * kPrefetchDistance) continue;
    const std::size_t row = i - 2 * kPrefetchDistance;
    std::uint32_t at = scratch.first[row];
    matches[row] = 0;
    for (; at < scratch.last[row]; at += entries[at].run) {
      if (entries[at].word != scratch.hashes[row] || !same_keys(keys, row, entries[at].row)) continue;
      matches[row] = std::uint64_t{entries[at].run} << 32 | at;
      break;
    }
  }
}

}  // namespace trueno::backend::simd

#include "backend/simd/join_table.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>

#include "backend/simd/key_value.h"
#include "base/hash.h"

namespace trueno::backend::simd {

namespace {

// A dense table may have this many slots, or kDenseSlotsPerRow a row: 4 bytes each, where a hashed one takes 24 a row.
constexpr std::uint64_t kDenseSlots = std::uint64_t{1} << 20;
constexpr std::uint64_t kDenseSlotsPerRow = 4;
constexpr std::size_t kPrefetchDistance = 16;
constexpr int kFilterShift = 48;
constexpr std::uint64_t kPositionMask = (std::uint64_t{1} << kFilterShift) - 1;

// Each hash sets one of 16 bits of its slot's filter; the bits that choose the slot are other ones.
std::uint64_t filter_bit(std::uint64_t hash) { return std::uint64_t{1} << (kFilterShift + (hash & 15)); }

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

std::size_t readable_bytes(std::size_t values, Lane lane) {
  return std::max<std::size_t>(values, 1) * static_cast<std::size_t>(width_of(lane));
}

}  // namespace

Result<std::shared_ptr<const JoinTable>> SimdJoinTable::make(const kernel::JoinTable& table, Batch rows, const Routines& routines) {
  if (rows.length > kMostBuildRows)
    return error(ErrorCode::kNotSupported, "a join with more than {} rows on its build side is not supported", kMostBuildRows);
  auto made = std::make_shared<SimdJoinTable>();
  made->routines_ = &routines;
  made->rows_ = static_cast<std::uint32_t>(rows.length);
  made->key_count_ = table.keys;
  made->null_safe_ = table.null_safe;
  TRUENO_TRY(made->load_columns(table, std::move(rows), routines));
  if (table.keys == 0) return std::shared_ptr<const JoinTable>(std::move(made));
  for (std::size_t k = 0; k < table.keys; ++k) {
    const Vector& key = made->columns_[k].view;
    made->has_null_key_ = made->has_null_key_ || (key.valid != nullptr && routines.count_true(key.valid, made->rows_) != made->rows_);
  }
  made->choose_packing(table);
  ProbeScratch scratch;
  const bool dense =
      made->packed_ && made->dense_slots_ != 0 && made->dense_slots_ <= std::max(kDenseSlots, kDenseSlotsPerRow * made->rows_);
  made->mode_ = dense ? Mode::kDense : Mode::kHashed;
  if (dense) {
    TRUENO_TRY(made->build_dense(static_cast<std::size_t>(made->dense_slots_), scratch));
  } else {
    TRUENO_TRY(made->build_hashed(scratch));
  }
  return std::shared_ptr<const JoinTable>(std::move(made));
}

// Every column plain in its type's lane, validity a byte a row.
namespace {

template <class T>
std::pair<std::int64_t, std::int64_t> bounds_of(const T* values, std::size_t count) {
  const auto [least, greatest] = std::minmax_element(values, values + count);
  return {static_cast<std::int64_t>(*least), static_cast<std::int64_t>(*greatest)};
}

template <class Narrow, class Value>
void narrow_values(const Value* from, std::size_t count, std::int64_t least, Narrow* to) {
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<Narrow>(static_cast<std::int64_t>(from[i]) - least);
}

template <class Narrow, class Value>
void gather_narrow(const Narrow* from, const std::uint32_t* rows, std::size_t count, std::int64_t least, Value* to) {
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<Value>(least + from[rows[i]]);
}

}  // namespace

Status SimdJoinTable::make_narrow(BuildColumn& column) const {
  constexpr std::size_t kLeastBytes = std::size_t{256} << 10;  // what is smaller lies near anyway
  const Lane lane = column.view.lane;
  if (lane != Lane::kI32 && lane != Lane::kI64) return {};
  if (rows_ * static_cast<std::size_t>(width_of(lane)) < kLeastBytes) return {};
  const auto with_values = [&](auto visit) {
    if (lane == Lane::kI32) return visit(column.view.as<std::int32_t>());
    return visit(column.view.as<std::int64_t>());
  };
  const auto [least, greatest] = with_values([&](const auto* values) { return bounds_of(values, rows_); });
  const std::uint64_t extent = static_cast<std::uint64_t>(greatest) - static_cast<std::uint64_t>(least);
  if (extent > UINT16_MAX) return {};
  column.narrow_bytes = extent <= UINT8_MAX ? 1 : 2;
  column.least = least;
  MutableBuffer narrow = TRUENO_TRY(MutableBuffer::uninitialised(rows_ * column.narrow_bytes));
  with_values([&](const auto* values) {
    if (column.narrow_bytes == 1) return narrow_values(values, rows_, column.least, narrow.as<std::uint8_t>());
    return narrow_values(values, rows_, column.least, narrow.as<std::uint16_t>());
  });
  column.narrow = std::move(narrow).freeze();
  return {};
}

void SimdJoinTable::gather(std::size_t index, const std::uint32_t* rows, std::size_t count, void* values) const {
  const BuildColumn& column = columns_[index];
  const Lane lane = column.view.lane;
  if (column.narrow_bytes == 0) {
    routines_->gather[width_index(width_of(lane))](column.view.data, rows, values, count);
    return;
  }
  const auto gather_from = [&](const auto* from) {
    if (lane == Lane::kI32) return gather_narrow(from, rows, count, column.least, static_cast<std::int32_t*>(values));
    return gather_narrow(from, rows, count, column.least, static_cast<std::int64_t*>(values));
  };
  if (column.narrow_bytes == 1) return gather_from(column.narrow.as<std::uint8_t>());
  gather_from(column.narrow.as<std::uint16_t>());
}

Status SimdJoinTable::load_columns(const kernel::JoinTable& table, Batch rows, const Routines& routines) {
  const std::size_t count = rows_;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    BuildColumn& out = columns_.emplace_back();
    out.source = TRUENO_TRY(rows.columns[c].decoded());
    const Column& column = out.source;
    out.view.lane = lane_of(table.columns[c].type.physical());
    if (column.null_count != 0 && !column.validity.empty()) {
      MutableBuffer valid = TRUENO_TRY(MutableBuffer::uninitialised(count + 64));
      routines.bits_to_bytes(column.validity.data(), static_cast<std::size_t>(column.offset), count, valid.data());
      out.valid = std::move(valid).freeze();
      out.view.valid = out.valid.data();
    }
    const Physical physical = column.physical();
    const UnaryRoutine widen = routines.widen[static_cast<int>(physical)];
    const bool nothing = column.type.id == TypeId::kNull || count == 0;
    if (!nothing && physical != Physical::kString && physical != Physical::kNested && widen == nullptr &&
        reinterpret_cast<std::uintptr_t>(column.values.data() + column.offset * trueno::width_of(physical)) % 16 == 0) {
      out.view.data = column.values.data() + column.offset * trueno::width_of(physical);
      if (c >= table.keys) TRUENO_TRY(make_narrow(out));
      continue;
    }
    MutableBuffer values = TRUENO_TRY(MutableBuffer::zeroed(readable_bytes(count, out.view.lane)));
    if (column.type.id == TypeId::kNull && count != 0) {
      out.valid = TRUENO_TRY(MutableBuffer::zeroed(count)).freeze();
      out.view.valid = out.valid.data();
    } else if (!nothing && physical == Physical::kString) {
      auto* texts = values.as<StringView>();
      for (std::size_t i = 0; i < count; ++i) {
        if (out.view.valid != nullptr && out.view.valid[i] == 0) continue;
        texts[i] = resolve_view(trueno::load<StoredView>(column.values.data() + (static_cast<std::size_t>(column.offset) + i) * 16),
                                column.string_buffers);
      }
    } else if (physical == Physical::kNested) {
      std::iota(values.as<std::uint32_t>(), values.as<std::uint32_t>() + count, 0U);
    } else if (!nothing) {
      const std::uint8_t* from = column.values.data() + column.offset * trueno::width_of(physical);
      if (widen != nullptr) {
        widen(from, values.data(), count);
      } else {
        std::memcpy(values.data(), from, count * static_cast<std::size_t>(width_of(out.view.lane)));
      }
    }
    out.values = std::move(values).freeze();
    out.view.data = out.values.data();
    if (c >= table.keys && !nothing) TRUENO_TRY(make_narrow(out));
  }
  return {};
}

// Bounds of the build rows decide how many bits each key takes. A row outside of them has no match.
void SimdJoinTable::choose_packing(const kernel::JoinTable& table) {
  int bits = 0;
  for (std::size_t k = 0; k < table.keys; ++k) {
    const Vector& key = columns_[k].view;
    PackedKey packed;
    packed.null_safe = table.null_safe[k] != 0;
    if (key.lane == Lane::kString || key.lane == Lane::kInterval) return;
    if (key.lane == Lane::kF32 || key.lane == Lane::kF64) {
      packed.extent = key.lane == Lane::kF32 ? 0xFFFFFFFF : ~std::uint64_t{0};
    } else {
      i128 least = kI128Max;
      i128 greatest = kI128Min;
      const auto widen_bounds = [&](auto value_of) {
        for (std::size_t row = 0; row < rows_; ++row) {
          if (!key.is_valid(row)) continue;
          least = std::min<i128>(least, value_of(row));
          greatest = std::max<i128>(greatest, value_of(row));
        }
      };
      switch (key.lane) {
        case Lane::kBool: widen_bounds([v = key.as<std::uint8_t>()](std::size_t i) { return v[i]; }); break;
        case Lane::kI32: widen_bounds([v = key.as<std::int32_t>()](std::size_t i) { return v[i]; }); break;
        case Lane::kI64: widen_bounds([v = key.as<std::int64_t>()](std::size_t i) { return v[i]; }); break;
        case Lane::kCode: widen_bounds([v = key.as<std::uint32_t>()](std::size_t i) { return v[i]; }); break;
        default: widen_bounds([v = key.as<i128>()](std::size_t i) { return trueno::load<i128>(v + i); }); break;
      }
      if (least > greatest) least = greatest = 0;  // no valid key
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

// The build rows' own words or hashes, a chunk at a time: visit(first row, rows).
template <class Visit>
void SimdJoinTable::for_chunks(ProbeScratch& scratch, Visit visit) const {
  scratch.words.resize(kChunkRows);
  scratch.hashes.resize(kChunkRows);
  scratch.usable.resize(kChunkRows);
  for (std::size_t first = 0; first < rows_; first += kChunkRows) {
    const std::size_t count = std::min<std::size_t>(kChunkRows, rows_ - first);
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

Status SimdJoinTable::build_dense(std::size_t slots, ProbeScratch& scratch) {
  // Ends of each key's positions, one key later than their own so that a scatter can use them as cursors.
  MutableBuffer ends = TRUENO_TRY(MutableBuffer::zeroed((slots + 1) * 4));
  auto* cursor = ends.as<std::uint32_t>();
  std::uint32_t most = 0;
  for_chunks(scratch, [&](std::size_t, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (scratch.usable[i] != 0) most = std::max(most, ++cursor[scratch.words[i]]);
    }
  });
  unique_ = most <= 1;
  if (unique_) {
    for_chunks(scratch, [&](std::size_t first, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) {
        if (scratch.usable[i] != 0) cursor[scratch.words[i]] = static_cast<std::uint32_t>(first + i) + 1;
      }
    });
    directory_ = std::move(ends).freeze();
    return make_presence(slots);
  }
  std::uint32_t sum = 0;
  for (std::size_t slot = 0; slot < slots; ++slot) sum += std::exchange(cursor[slot], sum);
  MutableBuffer positions = TRUENO_TRY(MutableBuffer::uninitialised(std::size_t{rows_} * 4));
  for_chunks(scratch, [&](std::size_t first, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (scratch.usable[i] != 0) positions.as<std::uint32_t>()[cursor[scratch.words[i]]++] = static_cast<std::uint32_t>(first + i);
    }
  });
  directory_ = std::move(ends).freeze();
  positions_ = std::move(positions).freeze();
  return {};
}

// A bit a key, which lies in a nearer cache than the directory: made where most probes may find nothing.
Status SimdJoinTable::make_presence(std::size_t slots) {
  constexpr std::size_t kLeastSlots = 64 * 1024;
  if (slots < kLeastSlots || rows_ > slots / 2) return {};
  MutableBuffer bits = TRUENO_TRY(MutableBuffer::zeroed(bytes_for_bits(slots)));
  const auto* directory = directory_.as<std::uint32_t>();
  for (std::size_t slot = 0; slot < slots; ++slot) {
    if (directory[slot] != 0) set_bit(bits.data(), slot);
  }
  presence_ = std::move(bits).freeze();
  return {};
}

Status SimdJoinTable::build_hashed(ProbeScratch& scratch) {
  const std::size_t slots = std::max<std::size_t>(2, std::bit_ceil(std::size_t{rows_}));
  slot_shift_ = 64 - std::countr_zero(slots);
  MutableBuffer directory = TRUENO_TRY(MutableBuffer::zeroed(slots * 8));
  auto* cursor = directory.as<std::uint64_t>();
  for_chunks(scratch, [&](std::size_t, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (scratch.usable[i] != 0) ++cursor[slot_of(scratch.hashes[i])];
    }
  });
  std::uint64_t sum = 0;
  for (std::size_t slot = 0; slot < slots; ++slot) sum += std::exchange(cursor[slot], sum);
  MutableBuffer entries = TRUENO_TRY(MutableBuffer::uninitialised(std::max<std::size_t>(static_cast<std::size_t>(sum), 1) * sizeof(Entry)));
  auto* entry = entries.as<Entry>();
  for_chunks(scratch, [&](std::size_t first, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (scratch.usable[i] == 0) continue;
      const std::uint64_t hash = scratch.hashes[i];
      std::uint64_t& at = cursor[slot_of(hash)];
      entry[at & kPositionMask] = {packed_ ? scratch.words[i] : hash, static_cast<std::uint32_t>(first + i), 1};
      at = (at + 1) | filter_bit(hash);
    }
  });
  std::uint64_t begin = 0;
  unique_ = true;
  for (std::size_t slot = 0; slot < slots; ++slot) {
    const std::uint64_t end = cursor[slot] & kPositionMask;
    if (end - begin > 1) order_slot(entry + begin, entry + end);
    begin = end;
  }
  directory_ = std::move(directory).freeze();
  entries_ = std::move(entries).freeze();
  return {};
}

// Entries of one key next to one another, ascending by row; the first of them knows how many they are.
void SimdJoinTable::order_slot(Entry* first, Entry* last) {
  const auto less = [](const Entry& a, const Entry& b) { return a.word != b.word ? a.word < b.word : a.row < b.row; };
  if (!std::is_sorted(first, last, less)) std::sort(first, last, less);
  const std::vector<Vector> keys = packed_ ? std::vector<Vector>() : key_vectors(0);
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
    unique_ = unique_ && first->run == 1;
    first = end;
  }
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

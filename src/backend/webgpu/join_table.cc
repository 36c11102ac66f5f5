#include "backend/webgpu/join_table.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <string_view>
#include <unordered_map>

#include "base/large_memory.h"
#include "column/physical_dispatch.h"
#include "column/rows.h"
#include "kernel/cell.h"

#ifdef TRUENO_HAS_TBB
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#endif

namespace trueno::backend::webgpu {

namespace {

// Past it an array of keys costs more than hashing.
constexpr std::int64_t kSmallExtent = std::int64_t{1} << 20;
constexpr std::uint32_t kNone = TableLayout::kNoBitmap;
constexpr std::size_t kGrain = 64 << 10;  // rows or words that one thread takes at a time

// Calls work(begin, end) for ranges that cover [0, count), on all cores where there is enough to do.
template <class Work>
void for_ranges(std::size_t count, const Work& work) {
#ifdef TRUENO_HAS_TBB
  if (count >= 2 * kGrain) {
    // Isolated: who waits here must not take up a morsel of another pipeline.
    oneapi::tbb::this_task_arena::isolate([&] {
      oneapi::tbb::parallel_for(std::size_t{0}, (count + kGrain - 1) / kGrain,
                                [&](std::size_t n) { work(n * kGrain, std::min(count, (n + 1) * kGrain)); });
    });
    return;
  }
#endif
  work(std::size_t{0}, count);
}

// A float's bits as an unsigned integer that orders like SQL: -0 as +0, every NaN as one.
template <class Bits, class Float>
Bits order_key(Bits bits) {
  constexpr Bits kSign = Bits{1} << (sizeof(Bits) * 8 - 1);
  bits = __builtin_bit_cast(Bits, kernel::canonical(__builtin_bit_cast(Float, bits)));
  if (bits == kSign) bits = 0;
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

}  // namespace

std::optional<Lane> key_lane(Physical physical) { return physical == Physical::kCode ? std::nullopt : lane_of(physical); }

std::uint32_t key_words(const kernel::JoinTable& table) {
  std::uint32_t words = 0;
  for (std::uint32_t k = 0; k < table.keys; ++k) {
    if (const std::optional<Lane> lane = key_lane(table.columns[k].type.physical())) words += static_cast<std::uint32_t>(words_of(*lane));
    words += table.null_safe[k] != 0 ? 1 : 0;  // whether it is valid
  }
  return words;
}

class TableMaker {
 public:
  TableMaker(const kernel::JoinTable& table, Batch rows) : table_(table), rows_(std::move(rows)), key_words_(key_words(table)) {}

  Result<std::shared_ptr<const JoinTable>> make() {
    if (rows_.length > kMostBuildRows)
      return error(ErrorCode::kNotSupported, "a join with more than {} rows on its build side", kMostBuildRows);
    if (most_words() > UINT32_MAX / 4) return error(ErrorCode::kOutOfMemory, "a join's build side is too large for the GPU");
    codes_.resize(rows_.columns.size());
    made_->dictionaries_.resize(rows_.columns.size());
    for (std::size_t c = 0; c < rows_.columns.size(); ++c) {
      if (rows_.columns[c].physical() == Physical::kString) {
        TRUENO_TRY(encode(c));
      } else {
        rows_.columns[c] = TRUENO_TRY(rows_.columns[c].decoded());
      }
    }
    words_.resize(TableLayout::kColumns + table_.columns.size() * TableLayout::kColumnWords);
    words_[TableLayout::kRows] = static_cast<std::uint32_t>(rows_.length);
    usable_rows();
    if (table_.keys == 0) {
      made_->most_matches_ = static_cast<std::uint32_t>(rows_.length);
    } else if (!dense()) {
      hashed();
    }
    for (std::size_t c = 0; c < rows_.columns.size(); ++c) column(c);
    hand_over();
    return std::shared_ptr<const JoinTable>(std::move(made_));
  }

 private:
  // At most: heads, ranges and list, keys, then the columns and their bitmaps.
  [[nodiscard]] std::uint64_t most_words() const {
    constexpr std::uint64_t kWordsOfEntry = 8 + 2 + 1;
    std::uint64_t of_row = kWordsOfEntry + key_words_;
    for (const Column& column : rows_.columns) of_row += static_cast<std::uint64_t>(width_of(column.physical())) / 4 + 2;
    return static_cast<std::uint64_t>(kSmallExtent) + of_row * static_cast<std::uint64_t>(rows_.length);
  }
  // What the columns take at least, with room for the padding; lists and keys make the words grow.
  [[nodiscard]] std::size_t fewest_words() const {
    std::size_t words = 64;
    for (const Column& column : rows_.columns) words += rows() * static_cast<std::size_t>(width_of(column.physical())) / 4 + 4;
    return words;
  }
  // The words, without a copy of them.
  void hand_over() {
    const std::size_t size = words_.size();
    words_.resize(size + 64 / 4);  // what a Buffer promises to be readable past its end
    const auto owner = std::make_shared<const Words>(std::move(words_));
    made_->words_ = Buffer(reinterpret_cast<const std::uint8_t*>(owner->data()), size * 4, owner);
  }
  [[nodiscard]] std::size_t rows() const { return static_cast<std::size_t>(rows_.length); }

  // Rows whose keys can match anything.
  void usable_rows() {
    usable_.assign(rows(), 1);
    for (std::uint32_t k = 0; k < table_.keys; ++k) {
      const Column& key = rows_.columns[k];
      if (key.null_count == 0) continue;
      for (std::size_t row = 0; row < rows(); ++row) {
        if (key.is_valid(static_cast<std::int64_t>(row))) continue;
        words_[TableLayout::kHasNullKey] = 1;
        if (table_.null_safe[k] == 0) usable_[row] = 0;
      }
    }
  }

  std::uint32_t append(std::size_t count) {
    const auto at = static_cast<std::uint32_t>(words_.size());
    words_.resize(words_.size() + count);
    return at;
  }

  static std::int64_t integer_at(const Column& column, std::size_t row) {
    const kernel::Cell cell = kernel::cell_of(column, static_cast<std::int64_t>(row));
    return column.physical() == Physical::kBool ? static_cast<std::int64_t>(cell.boolean) : static_cast<std::int64_t>(cell.integer);
  }

  bool dense() {
    const Column& key = rows_.columns[0];
    const std::optional<Lane> lane = key_lane(key.physical());
    if (table_.keys != 1 || !lane || (*lane != Lane::kBool && *lane != Lane::kI32 && *lane != Lane::kI64)) return false;
    if (table_.null_safe[0] != 0 && key.null_count != 0) return false;
    const auto [least, greatest] = extremes(key);
    const std::uint64_t distance = static_cast<std::uint64_t>(greatest) - static_cast<std::uint64_t>(least);
    if (distance >= static_cast<std::uint64_t>(std::max(kSmallExtent, 4 * rows_.length))) return false;
    const auto extent = static_cast<std::size_t>(distance + 1);
    const auto place = [&](std::size_t row) { return static_cast<std::size_t>(integer_at(key, row) - least); };
    made_->form_ = TableForm::kDense;
    words_[TableLayout::kExtent] = static_cast<std::uint32_t>(extent);
    words_[TableLayout::kLeast] = static_cast<std::uint32_t>(least);
    words_[TableLayout::kLeast + 1] = static_cast<std::uint32_t>(static_cast<std::uint64_t>(least) >> 32);
    words_.reserve(words_.size() + extent + fewest_words());
    const std::uint32_t heads = append(extent);
    words_[TableLayout::kHeads] = heads;
    if (fill_unique(key, least, &words_[heads])) return true;
    std::fill_n(words_.begin() + heads, extent, 0);
    entry_of_.assign(rows(), kNone);
    for (std::size_t row = 0; row < rows(); ++row) {
      if (usable_[row] == 0) continue;
      std::uint32_t& head = words_[heads + place(row)];
      if (head == 0) head = new_entry();
      enter(row, head - 1);
    }
    finish_entries([&](std::uint32_t entry, std::size_t row) { words_[heads + place(row)] = entry + 1; });
    return true;
  }

  // Least and greatest usable key; zeros where there is none.
  [[nodiscard]] std::pair<std::int64_t, std::int64_t> extremes(const Column& key) const {
    std::int64_t least = INT64_MAX;
    std::int64_t greatest = INT64_MIN;
    const bool all = key.null_count == 0 && dispatch_integers(key, [&](const auto* values) {
                       std::atomic<std::int64_t> low = least;
                       std::atomic<std::int64_t> high = greatest;
                       for_ranges(rows(), [&](std::size_t begin, std::size_t end) {
                         const auto [from, to] = std::ranges::minmax_element(values + begin, values + end);
                         const auto keep = [](std::atomic<std::int64_t>& best, std::int64_t value, auto better) {
                           std::int64_t known = best;
                           while (better(value, known) && !best.compare_exchange_weak(known, value)) {
                           }
                         };
                         if (begin == end) return;
                         keep(low, static_cast<std::int64_t>(*from), std::less<>());
                         keep(high, static_cast<std::int64_t>(*to), std::greater<>());
                       });
                       least = low;
                       greatest = high;
                       return true;
                     });
    for (std::size_t row = 0; !all && row < rows(); ++row) {
      if (usable_[row] == 0) continue;
      const std::int64_t value = integer_at(key, row);
      least = std::min(least, value);
      greatest = std::max(greatest, value);
    }
    return least <= greatest ? std::pair(least, greatest) : std::pair<std::int64_t, std::int64_t>(0, 0);
  }

  // Calls visit(values) for a key of whole numbers of at most 64 bits; else false.
  template <class Visit>
  static bool dispatch_integers(const Column& key, const Visit& visit) {
    return dispatch_physical(key.physical(), [&]<class T>() {
      if constexpr (std::is_integral_v<T> && sizeof(T) <= 8) {
        return key.physical() != Physical::kBool && visit(key.values.as<T>());
      } else {
        return false;
      }
    });
  }

  // The array of a key without NULLs that occurs once each, as nearly all do: an entry is its row. False: some key occurs twice, or is
  // NULL, and the array holds anything.
  bool fill_unique(const Column& key, std::int64_t least, std::uint32_t* heads) {
    if (key.null_count != 0) return false;
    const bool unique = dispatch_integers(key, [&](const auto* values) {
      std::atomic<bool> twice = false;
      for_ranges(rows(), [&](std::size_t begin, std::size_t end) {
        std::uint32_t seen = 0;
        for (std::size_t row = begin; row < end; ++row) {
          const auto place = static_cast<std::size_t>(static_cast<std::int64_t>(values[row]) - least);
          // Another thread may meet the same key; whoever comes second sees it.
          seen |= std::atomic_ref<std::uint32_t>(heads[place]).exchange(static_cast<std::uint32_t>(row) + 1, std::memory_order_relaxed);
        }
        if (seen != 0) twice = true;
      });
      return !twice;
    });
    if (unique) made_->most_matches_ = rows() == 0 ? 0 : 1;
    return unique;
  }

  void hashed() {
    made_->form_ = TableForm::kHashed;
    std::vector<std::uint32_t> keys(rows() * key_words_);
    std::uint32_t at = 0;
    for (std::uint32_t k = 0; k < table_.keys; ++k) at += write_key(k, keys.data() + at);
    const std::size_t slots = std::bit_ceil(std::max<std::size_t>(2 * rows(), 4));
    const std::size_t mask = slots - 1;
    words_[TableLayout::kExtent] = static_cast<std::uint32_t>(mask);
    words_.reserve(words_.size() + 2 * slots + fewest_words());
    const std::uint32_t heads = append(2 * slots);
    words_[TableLayout::kHeads] = heads;
    entry_of_.assign(rows(), kNone);
    std::vector<std::uint32_t> slot_of;  // by entry
    for (std::size_t row = 0; row < rows(); ++row) {
      if (usable_[row] == 0) continue;
      const std::uint32_t* key = keys.data() + row * key_words_;
      std::uint32_t hash = 0;
      for (std::uint32_t n = 0; n < key_words_; ++n) hash = hash_word(hash, key[n]);
      hash = hash_end(hash);
      const std::uint32_t tag = key_words_ == 1 ? key[0] : hash;
      std::size_t slot = hash & mask;
      for (;; slot = (slot + 1) & mask) {
        const std::uint32_t entry = words_[heads + 2 * slot + 1];
        if (entry == 0) break;
        if (words_[heads + 2 * slot] == tag && std::memcmp(keys.data() + first_row_[entry - 1] * key_words_, key, key_words_ * 4) == 0)
          break;
      }
      std::uint32_t* place = &words_[heads + 2 * slot];
      if (place[1] == 0) {
        place[0] = tag;
        place[1] = new_entry();
        slot_of.push_back(static_cast<std::uint32_t>(slot));
      }
      enter(row, place[1] - 1);
    }
    std::vector<std::pair<std::uint32_t, std::size_t>> rows_of;  // entry as shaders know it, and its first row
    finish_entries([&](std::uint32_t entry, std::size_t row) {
      words_[heads + 2 * std::size_t{slot_of[entry_of_[row]]} + 1] = entry + 1;
      rows_of.emplace_back(entry, row);
    });
    if (key_words_ == 1) return;
    const std::uint32_t all = append((made_->most_matches_ <= 1 ? rows() : first_row_.size()) * key_words_);
    words_[TableLayout::kKeys] = all;
    for (const auto& [entry, row] : rows_of)
      std::memcpy(&words_[all + std::size_t{entry} * key_words_], keys.data() + row * key_words_, key_words_ * 4);
  }

  // The words of key k of all rows, `key_words_` apart; returns how many.
  std::uint32_t write_key(std::uint32_t k, std::uint32_t* out) const {
    const Column& key = rows_.columns[k];
    const bool null_safe = table_.null_safe[k] != 0;
    const auto own = static_cast<std::uint32_t>(words_of(*key_lane(key.physical())));
    const auto width = static_cast<std::size_t>(width_of(key.physical()));
    for (std::size_t row = 0; row < rows(); ++row) {
      std::uint32_t* at = out + row * key_words_;
      const bool valid = key.is_valid(static_cast<std::int64_t>(row));
      if (null_safe) *at++ = valid ? 1 : 0;
      if (!valid) continue;
      const std::uint8_t* from = key.values.data() + row * width;
      if (key.physical() == Physical::kF64) {
        std::uint64_t bits = 0;
        std::memcpy(&bits, from, sizeof bits);
        bits = order_key<std::uint64_t, double>(bits);
        std::memcpy(at, &bits, sizeof bits);
      } else if (key.physical() == Physical::kF32) {
        std::memcpy(at, from, 4);
        *at = order_key<std::uint32_t, float>(*at);
      } else if (width == 16) {
        std::memcpy(at, from, 16);
      } else {
        const std::int64_t value = integer_at(key, row);
        std::memcpy(at, &value, std::min<std::size_t>(own, 2) * 4);
        if (own == 4) at[2] = at[3] = 0;  // of 64 unsigned bits
      }
    }
    return own + (null_safe ? 1 : 0);
  }

  // The number of a new key's entry, + 1.
  std::uint32_t new_entry() {
    counts_.push_back(0);
    first_row_.push_back(0);
    return static_cast<std::uint32_t>(counts_.size());
  }
  void enter(std::size_t row, std::uint32_t entry) {
    if (counts_[entry]++ == 0) first_row_[entry] = row;
    entry_of_[row] = entry;
  }

  // Unique keys: an entry is its row. Else each has its stretch of the list.
  template <class Name>
  void finish_entries(const Name& name) {
    made_->most_matches_ = counts_.empty() ? 0 : *std::ranges::max_element(counts_);
    const bool unique = made_->most_matches_ <= 1;
    for (std::uint32_t entry = 0; entry < counts_.size(); ++entry) {
      const std::size_t row = first_row_[entry];
      name(unique ? static_cast<std::uint32_t>(row) : entry, row);
    }
    if (unique) return;
    const std::uint32_t ranges = append(2 * counts_.size());
    words_[TableLayout::kRanges] = ranges;
    std::uint32_t first = 0;
    for (std::size_t entry = 0; entry < counts_.size(); ++entry) {
      words_[ranges + 2 * entry] = first;
      words_[ranges + 2 * entry + 1] = counts_[entry];
      first += counts_[entry];
    }
    const std::uint32_t list = append(first);
    words_[TableLayout::kList] = list;
    std::vector<std::uint32_t> next(counts_.size());
    for (std::size_t entry = 0; entry < counts_.size(); ++entry) next[entry] = words_[ranges + 2 * entry];
    for (std::size_t row = 0; row < rows(); ++row) {
      if (entry_of_[row] != kNone) words_[list + next[entry_of_[row]]++] = static_cast<std::uint32_t>(row);
    }
  }

  // Texts become codes: of the dictionary they come with, where it names no text twice, else of one made here.
  Status encode(std::size_t c) {
    const Column& column = rows_.columns[c];
    const bool coded = column.encoding == Encoding::kDictionary;
    std::vector<std::uint32_t> given(rows());
    if (coded) std::memcpy(given.data(), column.values.data() + static_cast<std::size_t>(column.offset) * 4, rows() * 4);
    if (coded && column.dictionary->distinct) {
      made_->dictionaries_[c] = column.dictionary;
      codes_[c] = std::move(given);
      return {};
    }
    const Column texts = TRUENO_TRY((coded ? *column.dictionary->values : column).decoded());
    std::unordered_map<std::string_view, std::uint32_t> known;
    std::vector<std::uint32_t> firsts;
    std::vector<std::uint32_t> code_of(static_cast<std::size_t>(texts.length));
    for (std::int64_t n = 0; n < texts.length; ++n) {
      if (!texts.is_valid(n)) continue;
      const auto [found, is_new] = known.try_emplace(texts.text(n), static_cast<std::uint32_t>(firsts.size()));
      if (is_new) firsts.push_back(static_cast<std::uint32_t>(n));
      code_of[static_cast<std::size_t>(n)] = found->second;
    }
    auto dictionary = std::make_shared<Dictionary>();
    dictionary->id = Dictionary::next_id();
    dictionary->distinct = true;
    dictionary->values = std::make_shared<const Column>(TRUENO_TRY(take_rows(texts, firsts)));
    made_->dictionaries_[c] = std::move(dictionary);
    if (coded) {
      for (std::uint32_t& code : given) code = code < code_of.size() ? code_of[code] : 0;
      codes_[c] = std::move(given);
    } else {
      codes_[c] = std::move(code_of);
    }
    return {};
  }

  void column(std::size_t c) {
    const Column& column = rows_.columns[c];
    std::uint32_t* at = &words_[TableLayout::kColumns + c * TableLayout::kColumnWords];
    at[0] = at[1] = kNone;
    const bool text = column.physical() == Physical::kString;
    if (!text && !lane_of(column.physical())) return;  // a program that reads it is declined
    const std::uint8_t* from = text ? reinterpret_cast<const std::uint8_t*>(codes_[c].data()) : column.values.data();
    const std::size_t bytes = rows() * (text ? 4 : static_cast<std::size_t>(width_of(column.physical())));
    const std::size_t bitmap_bytes = column.null_count != 0 && !column.validity.empty() ? bytes_for_bits(rows()) : 0;
    // A row that has no match reads the first value, which is looked at by nobody.
    const std::uint32_t values = append(std::max<std::size_t>((bytes + 3) / 4, 4));
    words_[TableLayout::kColumns + c * TableLayout::kColumnWords] = values;
    for_ranges(bytes, [&](std::size_t begin, std::size_t end) {
      if (begin != end) std::memcpy(reinterpret_cast<std::uint8_t*>(&words_[values]) + begin, from + begin, end - begin);
    });
    if (bitmap_bytes == 0) return;
    std::vector<std::uint8_t> bits(bitmap_bytes);
    copy_bits(column.validity.data(), static_cast<std::size_t>(column.offset), rows(), bits.data());
    const std::uint32_t validity = append((bitmap_bytes + 3) / 4);
    words_[TableLayout::kColumns + c * TableLayout::kColumnWords + 1] = validity;
    std::memcpy(&words_[validity], bits.data(), bitmap_bytes);
  }

  using Words = std::vector<std::uint32_t, LargeAllocator<std::uint32_t>>;

  const kernel::JoinTable& table_;
  Batch rows_;
  std::uint32_t key_words_;
  std::shared_ptr<WebGpuJoinTable> made_ = std::make_shared<WebGpuJoinTable>();
  Words words_;
  std::vector<std::vector<std::uint32_t>> codes_;  // by column, of texts
  std::vector<std::uint8_t> usable_;
  std::vector<std::uint32_t> counts_;    // by entry
  std::vector<std::size_t> first_row_;   // by entry
  std::vector<std::uint32_t> entry_of_;  // by row
};

Result<std::shared_ptr<const JoinTable>> WebGpuJoinTable::make(const kernel::JoinTable& table, Batch rows) {
  return TableMaker(table, std::move(rows)).make();
}

}  // namespace trueno::backend::webgpu

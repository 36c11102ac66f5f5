#include "backend/webgpu/join_table.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <string_view>
#include <unordered_map>

#include "base/large_memory.h"
#include "base/row_parts.h"
#include "column/physical_dispatch.h"
#include "column/rows.h"
#include "kernel/cell.h"

namespace trueno::backend::webgpu {

namespace {

// Past it an array of keys costs more than hashing.
constexpr std::int64_t kSmallExtent = std::int64_t{1} << 20;
constexpr std::uint32_t kNone = TableLayout::kNoBitmap;
constexpr std::size_t kLeastStretch = std::size_t{64} << 10;  // rows or bytes of a loop that several threads share

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
  TableMaker(const kernel::JoinTable& table, Batch rows, const Parallel& parallel)
      : table_(table), rows_(std::move(rows)), parallel_(parallel), key_words_(key_words(table)) {}

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
    } else if (!TRUENO_TRY(dense())) {
      TRUENO_TRY(hashed());
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
    const auto owner = std::make_shared<const LargeWords>(std::move(words_));
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

  // Nothing is made where the keys are not whole numbers of small extent.
  Result<bool> dense() {
    const Column& key = rows_.columns[0];
    const std::optional<Lane> lane = key_lane(key.physical());
    if (table_.keys != 1 || !lane || (*lane != Lane::kBool && *lane != Lane::kI32 && *lane != Lane::kI64)) return false;
    if (table_.null_safe[0] != 0 && key.null_count != 0) return false;
    const auto [least, greatest] = extremes(key);
    const std::uint64_t distance = static_cast<std::uint64_t>(greatest) - static_cast<std::uint64_t>(least);
    if (distance >= static_cast<std::uint64_t>(std::max(kSmallExtent, 4 * rows_.length))) return false;
    const auto extent = static_cast<std::size_t>(distance + 1);
    made_->form_ = TableForm::kDense;
    words_[TableLayout::kExtent] = static_cast<std::uint32_t>(extent);
    words_[TableLayout::kLeast] = static_cast<std::uint32_t>(least);
    words_[TableLayout::kLeast + 1] = static_cast<std::uint32_t>(static_cast<std::uint64_t>(least) >> 32);
    words_.reserve(words_.size() + extent + fewest_words());
    const std::uint32_t heads = append(extent);
    words_[TableLayout::kHeads] = heads;
    if (fill_unique(key, least, &words_[heads])) return true;
    std::fill_n(words_.begin() + heads, extent, 0);
    TRUENO_TRY(fill_lists(key, least, extent, heads));
    return true;
  }

  // Rows of one key have a stretch of the list. Threads take parts of the keys.
  Status fill_lists(const Column& key, std::int64_t least, std::size_t extent, std::size_t heads) {
    const std::size_t wanted = RowParts::parts_for(rows());
    const int part_shift = std::max(0, static_cast<int>(std::bit_width(extent - 1)) - std::countr_zero(wanted));
    const RowParts parts = TRUENO_TRY(
        RowParts::make(rows(), wanted, parallel_, [&](std::size_t begin, std::size_t end, std::uint64_t* words, std::uint16_t* numbers) {
          with_integers(key, [&](auto value_of) {
            for (std::size_t row = begin; row < end; ++row) {
              const auto place = static_cast<std::uint64_t>(value_of(row)) - static_cast<std::uint64_t>(least);
              words[row - begin] = place;
              numbers[row - begin] = usable_[row] != 0 ? static_cast<std::uint16_t>(place >> part_shift) : RowParts::kNoPart;
            }
          });
        }));
    // How many rows each key has, where its head will be.
    std::vector<Counts> counts(parts.parts());
    parallel_(parts.parts(), [&](std::size_t part) {
      for (const RowWord& row : parts.part(part)) {
        const std::uint32_t count = ++words_[heads + row.word];
        if (count == 1) ++counts[part].keys;
        counts[part].most = std::max(counts[part].most, count);
      }
    });
    const auto [ranges, list] = begin_lists(counts, parts.size());
    if (made_->most_matches_ <= 1) {
      parallel_(parts.parts(), [&](std::size_t part) {
        for (const RowWord& row : parts.part(part)) words_[heads + row.word] = row.row + 1;
      });
      return {};
    }
    parallel_(parts.parts(), [&](std::size_t part) {
      std::uint32_t entry = counts[part].first;
      auto first = static_cast<std::uint32_t>(parts.start(part));
      for (std::size_t place = std::min(extent, part << part_shift); place < std::min(extent, (part + 1) << part_shift); ++place) {
        std::uint32_t& head = words_[heads + place];
        if (head == 0) continue;
        words_[ranges + 2 * std::size_t{entry}] = first;
        words_[ranges + 2 * std::size_t{entry} + 1] = head;
        first += head;
        head = ++entry;
      }
      fill_list(parts.part(part), ranges, list, [&](const RowWord& row, std::size_t) { return words_[heads + row.word] - 1; });
    });
    return {};
  }

  // What a part has of keys.
  struct Counts {
    std::uint32_t keys = 0;
    std::uint32_t most = 0;   // rows of one key
    std::uint32_t first = 0;  // number of its first entry
  };
  // Numbers the entries; where they are more than rows, makes room for their ranges and the list, and says where.
  std::pair<std::size_t, std::size_t> begin_lists(std::vector<Counts>& counts, std::size_t entered) {
    for (Counts& part : counts) {
      part.first = std::exchange(entries_, entries_ + part.keys);
      made_->most_matches_ = std::max(made_->most_matches_, part.most);
    }
    if (made_->most_matches_ <= 1) return {};
    const std::uint32_t ranges = append(2 * std::size_t{entries_});
    words_[TableLayout::kRanges] = ranges;
    const std::uint32_t list = append(entered);
    words_[TableLayout::kList] = list;
    return {ranges, list};
  }
  // Rows of a part behind one another by entry, ascending: the begin of a range serves as its cursor, and is put back.
  template <class EntryOf>
  void fill_list(std::span<const RowWord> rows, std::size_t ranges, std::size_t list, const EntryOf& entry_of) {
    for (std::size_t i = 0; i < rows.size(); ++i) words_[list + words_[ranges + 2 * std::size_t{entry_of(rows[i], i)}]++] = rows[i].row;
    for (std::size_t i = 0; i < rows.size(); ++i) --words_[ranges + 2 * std::size_t{entry_of(rows[i], i)}];
  }

  // Least and greatest usable key; zeros where there is none.
  [[nodiscard]] std::pair<std::int64_t, std::int64_t> extremes(const Column& key) const {
    std::int64_t least = INT64_MAX;
    std::int64_t greatest = INT64_MIN;
    const bool all = key.null_count == 0 && dispatch_integers(key, [&](const auto* values) {
                       std::atomic<std::int64_t> low = least;
                       std::atomic<std::int64_t> high = greatest;
                       parallel_.ranges(rows(), kLeastStretch, [&](std::size_t begin, std::size_t end) {
                         if (begin == end) return;
                         const auto [from, to] = std::ranges::minmax_element(values + begin, values + end);
                         const auto keep = [](std::atomic<std::int64_t>& best, std::int64_t value, auto better) {
                           std::int64_t known = best;
                           while (better(value, known) && !best.compare_exchange_weak(known, value)) {
                           }
                         };
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

  // Calls visit(value_of) with a function that gives a row's key as a whole number.
  template <class Visit>
  static void with_integers(const Column& key, const Visit& visit) {
    const bool visited = dispatch_integers(key, [&](const auto* values) {
      visit([values](std::size_t row) { return static_cast<std::int64_t>(values[row]); });
      return true;
    });
    if (!visited) visit([&key](std::size_t row) { return integer_at(key, row); });
  }

  // The array of a key without NULLs that occurs once each, as nearly all do: an entry is its row. False: some key occurs twice, or is
  // NULL, and the array holds anything.
  bool fill_unique(const Column& key, std::int64_t least, std::uint32_t* heads) {
    if (key.null_count != 0) return false;
    const bool unique = dispatch_integers(key, [&](const auto* values) {
      std::atomic<bool> twice = false;
      parallel_.ranges(rows(), kLeastStretch, [&](std::size_t begin, std::size_t end) {
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

  // Slots of a tag and an entry, looked through from a key's own slot on. A part of the rows has slots of its own; what finds none free
  // there waits until all parts are in.
  Status hashed() {
    made_->form_ = TableForm::kHashed;
    LargeWords keys(rows() * key_words_);
    parallel_.ranges(rows(), kLeastStretch, [&](std::size_t begin, std::size_t end) {
      std::uint32_t at = 0;
      for (std::uint32_t k = 0; k < table_.keys; ++k) at += write_key(k, begin, end, keys.data() + at);
    });
    const std::size_t slots = std::bit_ceil(std::max<std::size_t>(2 * rows(), 4));
    const std::size_t mask = slots - 1;
    words_[TableLayout::kExtent] = static_cast<std::uint32_t>(mask);
    words_.reserve(words_.size() + 2 * slots + fewest_words());
    const std::uint32_t heads = append(2 * slots);
    words_[TableLayout::kHeads] = heads;
    const std::size_t wanted = std::min(slots, RowParts::parts_for(rows()));
    const int part_shift = std::countr_zero(slots) - std::countr_zero(wanted);
    const RowParts parts = TRUENO_TRY(
        RowParts::make(rows(), wanted, parallel_, [&](std::size_t begin, std::size_t end, std::uint64_t* words, std::uint16_t* numbers) {
          for (std::size_t row = begin; row < end; ++row) {
            std::uint32_t hash = 0;
            for (std::uint32_t n = 0; n < key_words_; ++n) hash = hash_word(hash, keys[row * key_words_ + n]);
            hash = hash_end(hash);
            words[row - begin] = hash;
            numbers[row - begin] = usable_[row] != 0 ? static_cast<std::uint16_t>((hash & mask) >> part_shift) : RowParts::kNoPart;
          }
        }));
    std::vector<HashedPart> all(parts.parts() + 1);
    parallel_(parts.parts(), [&](std::size_t part) { enter(parts.part(part), keys, heads, (part + 1) << part_shift, mask, all[part]); });
    std::vector<RowWord> late;
    for (HashedPart& part : all) late.insert(late.end(), part.late.begin(), part.late.end());
    enter(late, keys, heads, kRound, mask, all.back());

    std::vector<Counts> counts;
    std::size_t entered = 0;
    for (const HashedPart& part : all) {
      entered += part.rows.size();
      counts.push_back({static_cast<std::uint32_t>(part.keys.size()), 0, 0});
      for (const HashedKey& key : part.keys) counts.back().most = std::max(counts.back().most, key.rows);
    }
    const auto [ranges, list] = begin_lists(counts, entered);
    const bool unique = made_->most_matches_ <= 1;
    std::size_t first_key = 0;
    if (key_words_ != 1) {
      first_key = append((unique ? rows() : std::size_t{entries_}) * key_words_);
      words_[TableLayout::kKeys] = static_cast<std::uint32_t>(first_key);
    }
    std::vector<std::uint32_t> firsts;  // of the parts, in the list
    std::uint32_t sum = 0;
    for (const HashedPart& part : all) firsts.push_back(std::exchange(sum, sum + static_cast<std::uint32_t>(part.rows.size())));
    parallel_(all.size(), [&](std::size_t part) {
      const std::uint32_t first_entry = counts[part].first;
      std::uint32_t first = firsts[part];
      for (std::uint32_t n = 0; n < all[part].keys.size(); ++n) {
        const HashedKey& key = all[part].keys[n];
        const std::uint32_t entry = unique ? key.first_row : first_entry + n;
        words_[heads + 2 * key.slot + 1] = entry + 1;
        if (key_words_ != 1)
          std::memcpy(&words_[first_key + std::size_t{entry} * key_words_], &keys[std::size_t{key.first_row} * key_words_], key_words_ * 4);
        if (unique) continue;
        words_[ranges + 2 * std::size_t{entry}] = first;
        words_[ranges + 2 * std::size_t{entry} + 1] = key.rows;
        first += key.rows;
      }
      if (!unique)
        fill_list(all[part].rows, ranges, list, [&](const RowWord&, std::size_t i) { return first_entry + all[part].key_of[i]; });
    });
    return {};
  }

  struct HashedKey {
    std::size_t slot;
    std::uint32_t first_row;
    std::uint32_t rows;
  };
  // Rows that share slots, and the keys they have.
  struct HashedPart {
    std::vector<RowWord> rows;
    std::vector<std::uint32_t> key_of;  // by row
    std::vector<HashedKey> keys;
    std::vector<RowWord> late;  // no slot was left
  };
  using LargeWords = std::vector<std::uint32_t, LargeAllocator<std::uint32_t>>;

  // Gives rows, whose words are hashes, to their keys, in slots before `end`; kRound: in any slot, once all other rows are in.
  // While rows are entered a slot's second word is 1 + the number that its key has among those of the part that took it.
  static constexpr std::size_t kRound = SIZE_MAX;
  void enter(std::span<const RowWord> rows, const LargeWords& keys, std::size_t heads, std::size_t end, std::size_t mask, HashedPart& out) {
    const bool round = end == kRound;
    out.rows.reserve(rows.size());
    out.key_of.reserve(rows.size());
    for (const RowWord& row : rows) {
      const std::uint32_t* key = &keys[std::size_t{row.row} * key_words_];
      const auto hash = static_cast<std::uint32_t>(row.word);
      const std::uint32_t tag = key_words_ == 1 ? key[0] : hash;
      std::size_t slot = hash & mask;
      const auto is_mine = [&] {
        const std::uint32_t known = words_[heads + 2 * slot + 1];
        if (known == 0) return true;
        if (words_[heads + 2 * slot] != tag) return false;
        // A slot that another part took holds another key.
        if (round && (known > out.keys.size() || out.keys[known - 1].slot != slot)) return false;
        return std::memcmp(&keys[std::size_t{out.keys[known - 1].first_row} * key_words_], key, key_words_ * 4) == 0;
      };
      while (slot != end && !is_mine()) slot = round ? (slot + 1) & mask : slot + 1;
      if (slot == end) {
        out.late.push_back(row);
        continue;
      }
      std::uint32_t* place = &words_[heads + 2 * slot];
      if (place[1] == 0) {
        place[0] = tag;
        out.keys.push_back({slot, row.row, 0});
        place[1] = static_cast<std::uint32_t>(out.keys.size());
      }
      const std::uint32_t number = place[1] - 1;
      ++out.keys[number].rows;
      out.rows.push_back(row);
      out.key_of.push_back(number);
    }
  }

  // The words of key k of rows [begin, end), `key_words_` apart; returns how many.
  std::uint32_t write_key(std::uint32_t k, std::size_t begin, std::size_t end, std::uint32_t* out) const {
    const Column& key = rows_.columns[k];
    const bool null_safe = table_.null_safe[k] != 0;
    const auto own = static_cast<std::uint32_t>(words_of(*key_lane(key.physical())));
    const auto width = static_cast<std::size_t>(width_of(key.physical()));
    for (std::size_t row = begin; row < end; ++row) {
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
    parallel_.ranges(bytes, kLeastStretch, [&](std::size_t begin, std::size_t end) {
      if (begin != end) std::memcpy(reinterpret_cast<std::uint8_t*>(&words_[values]) + begin, from + begin, end - begin);
    });
    if (bitmap_bytes == 0) return;
    std::vector<std::uint8_t> bits(bitmap_bytes);
    copy_bits(column.validity.data(), static_cast<std::size_t>(column.offset), rows(), bits.data());
    const std::uint32_t validity = append((bitmap_bytes + 3) / 4);
    words_[TableLayout::kColumns + c * TableLayout::kColumnWords + 1] = validity;
    std::memcpy(&words_[validity], bits.data(), bitmap_bytes);
  }

  const kernel::JoinTable& table_;
  Batch rows_;
  const Parallel& parallel_;
  std::uint32_t key_words_;
  std::shared_ptr<WebGpuJoinTable> made_ = std::make_shared<WebGpuJoinTable>();
  LargeWords words_;
  std::vector<std::vector<std::uint32_t>> codes_;  // by column, of texts
  std::vector<std::uint8_t> usable_;
  std::uint32_t entries_ = 0;
};

Result<std::shared_ptr<const JoinTable>> WebGpuJoinTable::make(const kernel::JoinTable& table, Batch rows, const Parallel& parallel) {
  return TableMaker(table, std::move(rows), parallel).make();
}

}  // namespace trueno::backend::webgpu

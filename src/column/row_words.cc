#include "column/row_words.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace trueno {

namespace {

constexpr std::uint64_t kTop = std::uint64_t{1} << 63;

std::uint64_t signed_word(std::int64_t value) { return static_cast<std::uint64_t>(value) ^ kTop; }

std::uint64_t float_word(double value) {
  if (value != value) return ~std::uint64_t{0};  // NaN is greatest
  const auto bits = std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);
  return (bits & kTop) != 0 ? ~bits : bits | kTop;
}

// Eight bytes from `begin` on, missing ones zero, such that the word ascends with them.
std::uint64_t text_word(const StringView& text, std::size_t begin) {
  std::uint64_t word = 0;
  if (begin >= text.size()) return 0;
  const std::size_t size = text.size() - begin;
  if (size >= 8) {
    std::memcpy(&word, text.data() + begin, 8);
  } else {
    std::memcpy(&word, text.data() + begin, size);
  }
  static_assert(std::endian::native == std::endian::little);
  return __builtin_bswap64(word);
}

StringView text_at(const Column& column, std::uint32_t row) {
  const auto* from = column.values.data() + (static_cast<std::size_t>(column.offset) + row) * sizeof(StoredView);
  return resolve_view(load<StoredView>(from), column.string_buffers);
}

// Calls visit(word_of) with the function from a row to its word.
template <class Visit>
void with_words(const Column& column, Visit visit) {
  const std::uint8_t* from =
      column.values.data() + static_cast<std::size_t>(column.offset) * static_cast<std::size_t>(width_of(column.physical()));
  const auto plain = [&]<class T>(auto word) {
    visit([from, word](std::uint32_t row) -> std::uint64_t { return word(load<T>(from + static_cast<std::size_t>(row) * sizeof(T))); });
  };
  const auto same = [](auto value) { return static_cast<std::uint64_t>(value); };
  const auto flipped = [](auto value) { return signed_word(static_cast<std::int64_t>(value)); };
  switch (column.physical()) {
    case Physical::kBool:
    case Physical::kU8: return plain.template operator()<std::uint8_t>(same);
    case Physical::kU16: return plain.template operator()<std::uint16_t>(same);
    case Physical::kU32:
    case Physical::kCode: return plain.template operator()<std::uint32_t>(same);
    case Physical::kU64: return plain.template operator()<std::uint64_t>(same);
    case Physical::kI8: return plain.template operator()<std::int8_t>(flipped);
    case Physical::kI16: return plain.template operator()<std::int16_t>(flipped);
    case Physical::kI32: return plain.template operator()<std::int32_t>(flipped);
    case Physical::kI64: return plain.template operator()<std::int64_t>(flipped);
    case Physical::kI128:
      return plain.template operator()<i128>([](i128 value) { return signed_word(static_cast<std::int64_t>(value >> 64)); });
    case Physical::kInterval:
      return plain.template operator()<IntervalValue>(
          [](const IntervalValue& value) { return signed_word(static_cast<std::int64_t>(value.normalised_micros() >> 64)); });
    case Physical::kF32: return plain.template operator()<float>([](float value) { return float_word(static_cast<double>(value)); });
    case Physical::kF64: return plain.template operator()<double>(float_word);
    case Physical::kString: return visit([&column](std::uint32_t row) { return text_word(text_at(column, row), 0); });
    case Physical::kNested: return visit([](std::uint32_t) { return std::uint64_t{0}; });
  }
}

template <class WordOf>
void set_words(std::span<WordedRow> rows, WordOf word_of) {
  for (WordedRow& row : rows) row.word = word_of(row.row);
}

}  // namespace

Result<RowWords> RowWords::make(std::span<const OrderKey> keys, std::span<const std::int64_t> ties) {
  RowWords words;
  words.ties_ = ties;
  for (const OrderKey& key : keys) {
    Key& made = words.keys_.emplace_back();
    made.descending = key.descending;
    made.nulls_first = key.nulls_first;
    const Column& column = *key.column;
    // Few distinct texts are put in order once; then their codes are numbers.
    if (column.encoding == Encoding::kDictionary && column.dictionary->values->length <= column.length / 2 && !column.type.is_nested()) {
      const Column& values = *column.dictionary->values;
      const OrderKey by_value{&values, false, false};
      const std::vector<std::uint32_t> order = TRUENO_TRY(sorted_rows({&by_value, 1}, values.length));
      const KeyEquality same = TRUENO_TRY(KeyEquality::make(values));
      made.ranks.resize(std::max<std::size_t>(order.size(), 1));
      std::uint32_t rank = 0;
      for (std::size_t i = 0; i < order.size(); ++i) {
        if (i > 0 && !same(order[i - 1], order[i])) ++rank;
        made.ranks[order[i]] = rank;
      }
      made.column = column;
      continue;
    }
    made.column = TRUENO_TRY(column.decoded());
  }
  return words;
}

RowWords::Level RowWords::level_of_key(std::uint32_t key) const {
  if (key >= keys_.size()) return {ties_.empty() ? Kind::kDone : Kind::kTie, key, 0};
  const Key& chosen = keys_[key];
  const bool nested = chosen.column.physical() == Physical::kNested;
  return {nested ? Kind::kNested : Kind::kValue, key, 0};
}

void RowWords::fill(const Level& level, std::span<WordedRow> rows) const {
  if (level.kind == Kind::kTie) {
    set_words(rows, [&](std::uint32_t row) { return signed_word(ties_[row]); });
    return;
  }
  const Key& key = keys_[level.key];
  const std::uint64_t flip = key.descending ? ~std::uint64_t{0} : 0;
  const Column& column = key.column;
  switch (level.kind) {
    case Kind::kValue: {
      const auto fill_with = [&](auto word_of) {
        if (!column.may_have_nulls()) {
          set_words(rows, [&](std::uint32_t row) { return word_of(row) ^ flip; });
        } else {
          set_words(rows, [&](std::uint32_t row) { return column.is_valid(row) ? word_of(row) ^ flip : key.null_word(); });
        }
      };
      if (key.ranks.empty()) return with_words(column, fill_with);
      const auto* codes = column.values.as<std::uint32_t>() + column.offset;
      return fill_with([&](std::uint32_t row) -> std::uint64_t { return key.ranks[codes[row]]; });
    }
    case Kind::kLow: {
      const std::uint8_t* from = column.values.data() + static_cast<std::size_t>(column.offset) * 16;
      if (column.physical() == Physical::kI128) {
        set_words(rows, [&](std::uint32_t row) { return static_cast<std::uint64_t>(load<i128>(from + std::size_t{row} * 16)) ^ flip; });
      } else {
        set_words(rows, [&](std::uint32_t row) {
          return static_cast<std::uint64_t>(load<IntervalValue>(from + std::size_t{row} * 16).normalised_micros()) ^ flip;
        });
      }
      return;
    }
    case Kind::kText: {
      const std::size_t begin = std::size_t{level.chunk} * 8;
      set_words(rows, [&](std::uint32_t row) { return text_word(text_at(column, row), begin) ^ flip; });
      return;
    }
    case Kind::kLength: {  // of those that end with this chunk the shorter ones first, then those that go on
      const std::size_t begin = std::size_t{level.chunk} * 8;
      set_words(rows, [&](std::uint32_t row) {
        const std::size_t size = text_at(column, row).size();
        return std::uint64_t{std::min<std::size_t>(size - std::min(size, begin), 9)} ^ flip;
      });
      return;
    }
    case Kind::kNull:
      set_words(rows, [&](std::uint32_t row) -> std::uint64_t { return column.is_valid(row) == key.nulls_first ? 1 : 0; });
      return;
    case Kind::kNested:
    case Kind::kTie:
    case Kind::kDone: return;
  }
}

RowWords::Level RowWords::next(const Level& level, std::span<const WordedRow> rows) const {
  if (level.kind == Kind::kTie || level.kind == Kind::kDone) return {};
  const Key& key = keys_[level.key];
  switch (level.kind) {
    case Kind::kValue:
      if (key.column.may_have_nulls() && rows.front().word == key.null_word()) return {Kind::kNull, level.key, 0};
      return after_value(level, rows);
    case Kind::kNull: return key.column.is_valid(rows.front().row) ? after_value(level, rows) : level_of_key(level.key + 1);
    case Kind::kText: return after_text(level, rows);
    case Kind::kLength: {
      const std::uint64_t left = key.descending ? ~rows.front().word : rows.front().word;
      return left > 8 ? Level{Kind::kText, level.key, level.chunk + 1} : level_of_key(level.key + 1);
    }
    default: return level_of_key(level.key + 1);
  }
}

RowWords::Level RowWords::after_value(const Level& level, std::span<const WordedRow> rows) const {
  const Key& key = keys_[level.key];
  if (is_text(key)) return after_text({Kind::kText, level.key, 0}, rows);
  const Physical physical = key.column.physical();
  const bool wide = key.ranks.empty() && (physical == Physical::kI128 || physical == Physical::kInterval);
  return wide ? Level{Kind::kLow, level.key, 0} : level_of_key(level.key + 1);
}

// Rows that are equal up to the end of a chunk: nearly always all go on, or all end in one place.
RowWords::Level RowWords::after_text(const Level& level, std::span<const WordedRow> rows) const {
  const Column& column = keys_[level.key].column;
  const std::size_t end = (std::size_t{level.chunk} + 1) * 8;
  const std::size_t size = text_at(column, rows.front().row).size();
  bool all_go_on = true;
  bool all_alike = true;
  for (const WordedRow& row : rows) {
    const std::size_t other = text_at(column, row.row).size();
    all_go_on = all_go_on && other > end;
    all_alike = all_alike && other == size;
  }
  if (all_go_on) return {Kind::kText, level.key, level.chunk + 1};
  if (all_alike) return level_of_key(level.key + 1);
  return {Kind::kLength, level.key, level.chunk};
}

int RowWords::compare_nested(const Level& level, std::uint32_t a, std::uint32_t b) const {
  const Key& key = keys_[level.key];
  const bool a_valid = key.column.is_valid(a);
  if (a_valid != key.column.is_valid(b)) return a_valid == key.nulls_first ? 1 : -1;
  if (!a_valid) return 0;
  const int order = compare_values(key.column.value(a), key.column.value(b));
  return key.descending ? -order : order;
}

}  // namespace trueno

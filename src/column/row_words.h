#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "column/rows.h"

namespace trueno {

/// A row on its way to its place, with the word it is compared by at the moment.
struct WordedRow {
  std::uint64_t word;
  std::uint32_t row;
  std::uint32_t repeats;  // in the end: 1 where all keys are those of the row before it
};

/// An order as words: rows that are equal by the word of one level are compared by the word of the next, until `kDone`. Numbers take one
/// level; texts one for every eight bytes, as far as rows are equal; wide numbers two; NULLs share a word with an extreme value and are
/// told apart one level later. Immutable; thread-safe.
class RowWords {
 public:
  enum class Kind : std::uint8_t { kValue, kLow, kText, kLength, kNull, kNested, kTie, kDone };
  struct Level {
    Kind kind = Kind::kDone;
    std::uint32_t key = 0;
    std::uint32_t chunk = 0;  // kText, kLength: eight bytes from 8 * chunk on
  };

  /// Looks into the columns and `ties`, which must outlive it.
  [[nodiscard]] static Result<RowWords> make(std::span<const OrderKey> keys, std::span<const std::int64_t> ties);

  [[nodiscard]] Level first() const { return level_of_key(0); }
  /// The words of a level for rows that are equal on all levels before it. Not of kNested and kDone.
  void fill(const Level& level, std::span<WordedRow> rows) const;
  /// Where rows that are equal by `level`, too, are compared next.
  [[nodiscard]] Level next(const Level& level, std::span<const WordedRow> rows) const;
  /// kNested: whether the first row comes before the second, equal: 0.
  [[nodiscard]] int compare_nested(const Level& level, std::uint32_t a, std::uint32_t b) const;

 private:
  struct Key {
    Column column;  // plain, or codes with ranks
    bool descending = false;
    bool nulls_first = false;
    std::vector<std::uint32_t> ranks;  // by code
    [[nodiscard]] std::uint64_t null_word() const { return nulls_first ? 0 : ~std::uint64_t{0}; }
  };

  [[nodiscard]] Level level_of_key(std::uint32_t key) const;
  [[nodiscard]] Level after_value(const Level& level, std::span<const WordedRow> rows) const;
  [[nodiscard]] Level after_text(const Level& level, std::span<const WordedRow> rows) const;
  [[nodiscard]] bool is_text(const Key& key) const { return key.ranks.empty() && key.column.physical() == Physical::kString; }

  std::vector<Key> keys_;
  std::span<const std::int64_t> ties_;
};

}  // namespace trueno

#pragma once

#include <memory>
#include <vector>

#include "backend/simd/dealt_keys.h"
#include "backend/simd/dealt_rows.h"
#include "backend/simd/evaluator.h"
#include "backend/simd/group_records.h"
#include "backend/simd/group_table.h"

namespace trueno::backend::simd {

/// The groups of one worker: a table from key to group number, and a record of accumulators a group. Not thread-safe.
///
/// Where a window for float sums keeps failing, the groups so far become a partial table and new ones begin. Where there are more groups
/// than a cache holds and most rows begin a new one, the rows that follow are put aside, dealt by key, and grouped once all are there
/// (group_parts.h).
class GroupSink {
 public:
  GroupSink(const CompiledProgram& compiled, const Launch& launch);
  [[nodiscard]] Status consume(const Morsel& morsel, const Evaluator& evaluator, const ChunkRows& chunk);
  [[nodiscard]] Result<Batch> take();
  [[nodiscard]] std::int64_t bytes() const;
  /// Of `take`, at most: a dealt row may begin a group.
  [[nodiscard]] std::int64_t partial_rows() const;

  // What merging looks at (group_merge.h, group_parts.h).
  /// Whether no groups were closed before: everything is in the table, the records and the dealt rows.
  [[nodiscard]] bool is_whole() const { return sealed_.empty(); }
  [[nodiscard]] std::uint32_t groups() const { return table_.size(); }
  /// In groups and put aside.
  [[nodiscard]] std::int64_t rows() const { return rows_ + (dealt_ ? static_cast<std::int64_t>(dealt_->rows()) : 0); }
  [[nodiscard]] const GroupRecords& records() const { return records_; }
  [[nodiscard]] const GroupTable& table() const { return table_; }
  /// Null where none were put aside.
  [[nodiscard]] DealtRows* dealt() const { return dealt_.get(); }
  /// Their keys where rows are dealt by hash; null where they are dealt by a word that is the key and ascends with it.
  [[nodiscard]] const DealtKeys* dealt_keys() const { return dealt_keys_.get(); }
  /// What a group is dealt by.
  [[nodiscard]] std::uint64_t dealt_word(std::uint32_t group) const {
    return by_word_ ? table_.group_words()[group] : word_of_hash(table_.group_hash(group));
  }
  [[nodiscard]] bool dealt_by_word() const { return by_word_; }
  /// Whether few rows take the ways of many: in tests.
  [[nodiscard]] bool has_small_limits() const { return small_limits_; }
  [[nodiscard]] const std::vector<std::shared_ptr<const Dictionary>>& dictionaries() const { return dictionaries_; }
  [[nodiscard]] Result<std::vector<Column>> keys() const { return table_.keys(dictionaries_); }

 private:
  static std::uint64_t word_of_hash(std::uint64_t hash) { return hash >> (64 - DealtRows::kHashBits); }
  [[nodiscard]] bool should_deal() const;
  void begin_dealing();
  [[nodiscard]] Status deal(const Evaluator& evaluator, std::size_t chunk_rows, const std::uint32_t* rows, std::size_t count);
  [[nodiscard]] Status add_to_groups(const GroupArguments& arguments, std::size_t chunk_rows, const std::uint8_t* mask,
                                     const std::uint32_t* rows, std::size_t count, const Routines& routines);
  [[nodiscard]] Status group_dealt_rows();
  [[nodiscard]] Result<Batch> seal();

  const CompiledProgram& compiled_;
  GroupTable table_;
  GroupRecords records_;
  std::unique_ptr<DealtRows> dealt_;
  std::unique_ptr<DealtKeys> dealt_keys_;
  bool by_word_ = false;
  bool small_limits_;
  std::uint32_t dealt_from_;  // groups
  std::int64_t rows_ = 0;     // since the groups began
  std::vector<Batch> sealed_;
  std::vector<std::shared_ptr<const Dictionary>> dictionaries_;  // by key
  GroupArguments arguments_;
  std::vector<std::uint32_t> chosen_;
  std::vector<std::uint32_t> groups_;       // of the chunk, by chosen row
  std::vector<std::uint64_t> dealt_words_;  // the same
};

}  // namespace trueno::backend::simd

#pragma once

#include <span>
#include <vector>

#include "backend/simd/evaluator.h"
#include "base/arena.h"
#include "base/large_memory.h"
#include "kernel/group_outputs.h"

namespace trueno::backend::simd {

/// Gives rows with equal keys the same group number, 0, 1, 2, ... in the order of their first appearance. Not thread-safe.
///
/// How keys are found, decided once from the program:
///   dense   all keys together take few bits (proven ranges, codes): an array from key to group
///   packed  all keys together take at most 64 bits: a hash table of words; up to 32 bits, word and group are one slot
///   wide    anything else (texts, 128-bit integers, many keys): a hash table of records
class GroupTable {
 public:
  explicit GroupTable(const CompiledProgram& compiled);

  /// The group of each row: `groups[k]` for row `rows[k]` (null: row k), k in [0, count).
  [[nodiscard]] Status find(const Evaluator& evaluator, std::size_t chunk_rows, const std::uint32_t* rows, std::size_t count,
                            std::uint32_t* groups);
  /// In the same two steps, where all keys together are one word (dense and packed): the words of all rows of a chunk, and their groups.
  [[nodiscard]] bool has_words() const { return mode_ != Mode::kWide; }
  /// Words and groups in an array, without hashes.
  [[nodiscard]] bool is_dense() const { return mode_ == Mode::kDense; }
  [[nodiscard]] const std::uint64_t* words(const Evaluator& evaluator, std::size_t chunk_rows);
  void find_words(const Routines& routines, const std::uint64_t* words, std::size_t chunk_rows, const std::uint32_t* rows,
                  std::size_t count, std::uint32_t* groups);

  /// And in two steps whatever the keys are: a record of `record_words()` words for each row, and its hash; then the groups of records.
  [[nodiscard]] Status make_records(const Evaluator& evaluator, std::size_t chunk_rows, const std::uint32_t* rows, std::size_t count);
  [[nodiscard]] std::uint64_t* made_records() { return records_.data(); }
  [[nodiscard]] const std::uint64_t* made_hashes() const { return chunk_hashes_.data(); }
  void find_records(std::uint64_t* records, const std::uint64_t* hashes, std::size_t count, std::uint32_t* groups);
  void hash_records(const std::uint64_t* records, std::size_t count, std::uint64_t* hashes) const;
  [[nodiscard]] std::size_t record_words() const { return has_words() ? 1 : record_words_; }
  [[nodiscard]] const std::uint64_t* group_record(std::uint32_t group) const { return group_words_.data() + group * record_words(); }
  [[nodiscard]] std::uint64_t group_hash(std::uint32_t group) const;
  /// Where in a record texts are. A table that borrows them does not copy those of its groups.
  [[nodiscard]] const std::vector<std::size_t>& text_words() const { return text_words_; }
  void borrow_texts() { borrows_texts_ = true; }

  [[nodiscard]] std::uint32_t size() const { return group_count_; }
  /// Bits of a word, and whether words ascend as the keys do.
  [[nodiscard]] int word_bits() const { return total_bits_; }
  [[nodiscard]] bool ascends() const { return ascends_; }
  /// The words by group.
  [[nodiscard]] std::span<const std::uint64_t> group_words() const { return group_words_; }
  /// Sets the key of rows [first, first + words.size()) of a column of the output. Not of coded keys.
  void write_key(std::size_t number, std::span<const std::uint64_t> words, std::size_t first, kernel::OutputColumn& column) const;
  [[nodiscard]] std::int64_t bytes() const;
  /// The canonical keys by group, one column a key. Dictionaries of coded keys are given by `dictionaries` (by key).
  [[nodiscard]] Result<std::vector<Column>> keys(const std::vector<std::shared_ptr<const Dictionary>>& dictionaries) const;
  void clear();
  /// The same, and the memory goes back.
  void release();

 private:
  enum class Mode : std::uint8_t { kDense, kPacked, kWide };
  struct Key {
    kernel::ValueId value = 0;
    Lane lane = Lane::kBool;
    bool nullable = true;
    bool coded = false;
    std::int64_t base = 0;        // packed: value - base
    std::uint64_t null_word = 0;  // packed: above those of all values
    int bits = 64;
    int shift = 0;
    bool shares = false;  // wide: lies in a word with others
    int word = 0;         // wide: first word in the record
  };

  void add_key_words(const Key& key, const Vector& vector, std::size_t rows);
  void find_dense(const std::uint64_t* words, const std::uint32_t* rows, std::size_t count, std::uint32_t* groups);
  void find_packed(const Routines& routines, const std::uint64_t* words, std::size_t chunk_rows, const std::uint32_t* rows,
                   std::size_t count, std::uint32_t* groups);
  template <bool narrow>
  void find_slots(const std::uint64_t* words, const std::uint32_t* rows, std::size_t count, std::uint32_t* groups);
  void put_in_slot(std::size_t at, std::uint64_t word, std::uint32_t number);
  [[nodiscard]] std::uint32_t find_record(std::uint64_t* record, std::uint64_t hash);
  [[nodiscard]] std::size_t find_in_first_slots(const std::uint64_t* records, const std::uint64_t* hashes, std::size_t count,
                                                std::uint32_t* groups);
  template <std::size_t kWords>
  [[nodiscard]] std::size_t compare_records(const std::uint64_t* records, std::size_t count, const std::uint32_t* groups);
  void fetch_ahead(const std::uint64_t* hashes, std::size_t row, std::size_t count) const;
  void fetch_texts(const std::uint64_t* record) const;
  void own_texts(std::uint64_t* record);
  void grow();
  void lay_out_record();
  void add_shared_words(const Evaluator& evaluator, std::size_t chunk_rows, const std::uint32_t* rows, std::size_t count);
  void add_own_words(std::size_t number, const Vector& vector, const std::uint32_t* rows, std::size_t count);
  [[nodiscard]] std::uint64_t hash_record(const std::uint64_t* record) const;
  [[nodiscard]] bool same_record(const std::uint64_t* a, const std::uint64_t* b) const;
  [[nodiscard]] bool key_words(std::size_t number, std::uint32_t group, std::uint64_t* words) const;
  [[nodiscard]] Status copy_texts(std::size_t number, StoredView* to, std::uint8_t* validity, Column& column) const;

  const CompiledProgram& compiled_;
  std::vector<Key> keys_;
  Mode mode_ = Mode::kWide;
  int total_bits_ = 0;
  bool narrow_ = false;  // packed, at most 32 bits
  bool ascends_ = true;
  bool borrows_texts_ = false;
  bool long_texts_ = false;    // some group has a text that is not inline
  bool mostly_known_ = false;  // of the chunk before, most rows had a group
  std::size_t record_words_ = 0;
  std::size_t first_shared_ = 0;         // wide: words before it are keys' own; from it on shared ones
  std::size_t null_word_ = 0;            // wide: behind them; there is one where a key with its own words may be NULL
  std::vector<std::size_t> text_words_;  // wide: where texts begin, ascending
  std::uint32_t group_count_ = 0;

  template <class T>
  using Large = std::vector<T, LargeAllocator<T>>;
  Large<std::uint32_t> slots_;         // dense: by key; packed: open addressing; group + 1, 0 = free; narrow: none
  Large<std::uint64_t> slot_words_;    // packed: the key of a slot; narrow and wide: open addressing, word or half a hash and group + 1
  Large<std::uint64_t> group_words_;   // packed and dense: the key of a group; wide: its record
  Large<std::uint64_t> group_hashes_;  // wide
  Arena texts_;
  std::vector<std::uint64_t> chunk_words_;
  std::vector<std::uint64_t> chunk_hashes_;
  std::vector<std::uint64_t> records_;  // of the chunk
  std::vector<std::uint32_t> open_;     // rows of the chunk whose group is not in their first slot
};

}  // namespace trueno::backend::simd

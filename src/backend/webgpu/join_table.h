#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "backend/backend.h"
#include "backend/webgpu/lane.h"
#include "base/buffer.h"

namespace trueno::backend::webgpu {

/// How a probe finds its entry.
enum class TableForm : std::uint8_t {
  kAll,     // no key: every build row matches
  kDense,   // one key of small extent: an array by key
  kHashed,  // open addressing, linear probing
};

/// Where things lie in a table's words: these first, then two of every column. All places count from the table's first word.
struct TableLayout {
  static constexpr std::uint32_t kRows = 0;
  static constexpr std::uint32_t kHasNullKey = 1;
  static constexpr std::uint32_t kExtent = 2;  // dense: of the array; hashed: slots - 1, a mask
  static constexpr std::uint32_t kLeast = 3;   // dense: the key of the array's first place, 2 words
  // Dense: entry + 1 by key, 0 = none. Hashed: slots of two words, (key where it is one word, else the hash) and entry + 1.
  static constexpr std::uint32_t kHeads = 5;
  static constexpr std::uint32_t kKeys = 6;  // hashed, keys of several words: those of every entry
  static constexpr std::uint32_t kRanges =
      7;  // of every entry: where its rows start in the list, and how many. An entry is a row where all are unique
  static constexpr std::uint32_t kList = 8;  // build rows, those of an entry ascending
  static constexpr std::uint32_t kColumns = 9;
  static constexpr std::uint32_t kColumnWords =
      2;  // of a column: values as they lie in a plain column (texts: codes), and a bitmap of validity (kNoBitmap: all)
  static constexpr std::uint32_t kNoBitmap = 0xFFFFFFFF;
};

/// Words of a key in a table, by its type; floats as order keys. Nothing: no shader reads such a key.
[[nodiscard]] std::optional<Lane> key_lane(Physical physical);
[[nodiscard]] std::uint32_t key_words(const kernel::JoinTable& table);

/// The build side of a join as shaders read it: one section of a slab. Made on the host; immutable; thread-safe.
class WebGpuJoinTable final : public JoinTable {
 public:
  /// kOutOfMemory, also where 32 bits cannot number its words.
  [[nodiscard]] static Result<std::shared_ptr<const JoinTable>> make(const kernel::JoinTable& table, Batch rows, const Parallel& parallel);

  [[nodiscard]] const Buffer& words() const { return words_; }
  [[nodiscard]] TableForm form() const { return form_; }
  /// No probe has more than one match.
  [[nodiscard]] bool unique() const { return most_matches_ <= 1 && form_ != TableForm::kAll; }
  [[nodiscard]] std::uint32_t most_matches() const { return most_matches_; }
  /// Of a column of texts, which lies as codes into it; no entry occurs twice.
  [[nodiscard]] const std::shared_ptr<const Dictionary>& dictionary(std::uint32_t column) const { return dictionaries_[column]; }

 private:
  friend class TableMaker;
  Buffer words_;
  TableForm form_ = TableForm::kAll;
  std::uint32_t most_matches_ = 0;
  std::vector<std::shared_ptr<const Dictionary>> dictionaries_;  // by column
};

/// One round over a word of a key, and what makes a slot of it; the same in shaders.
[[nodiscard]] constexpr std::uint32_t hash_word(std::uint32_t hash, std::uint32_t word) {
  hash = (hash ^ word) * 0x85EBCA6BU;
  return hash ^ (hash >> 13);
}
[[nodiscard]] constexpr std::uint32_t hash_end(std::uint32_t hash) {
  hash *= 0xC2B2AE35U;
  return hash ^ (hash >> 16);
}

}  // namespace trueno::backend::webgpu

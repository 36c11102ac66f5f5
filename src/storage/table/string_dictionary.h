#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "column/column.h"

namespace trueno {

/// Gives equal texts equal codes, 0, 1, 2, ... in the order of their first appearance. Keeps the texts as Arrow string records, so that
/// the dictionary's column, and views where a dictionary does not pay, need no further copy. Not thread-safe.
class StringDictionary {
 public:
  /// The code of a text, a new one where it was unknown.
  [[nodiscard]] Result<std::uint32_t> code_of(std::string_view text);
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(hashes_.size()); }
  [[nodiscard]] std::string_view text(std::uint32_t code) const;
  /// The record of a code, into the buffers that `take_values` gives.
  [[nodiscard]] const StoredView& record(std::uint32_t code) const { return records_[code]; }
  /// All texts as a plain column, in the order of their codes; `order`, when not empty, lists the codes in another order.
  /// The dictionary can go on growing; its texts are shared with the column.
  [[nodiscard]] Result<Column> values(const Type& type, const std::vector<std::uint32_t>& order = {});
  /// The text buffers behind the records so far.
  [[nodiscard]] Result<std::vector<Buffer>> text_buffers();

 private:
  [[nodiscard]] Status store_text(std::string_view text);
  void grow();

  static constexpr std::uint32_t kEmpty = 0xFFFFFFFF;
  std::vector<std::uint32_t> slots_;   // codes by hash, open addressing; a power of two, at most half full
  std::vector<std::uint64_t> hashes_;  // by code
  std::vector<StoredView> records_;    // by code
  std::vector<Buffer> blocks_;         // full text blocks
  MutableBuffer block_;                // the one being filled, allocated to its capacity: its bytes never move
  std::size_t used_ = 0;
};

}  // namespace trueno

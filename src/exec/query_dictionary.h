#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "base/threads.h"
#include "column/column.h"

namespace trueno::exec {

/// The one dictionary a coded column of a running pipeline has, whatever dictionaries its chunks come with: codes of chunks are translated,
/// new texts are added at the end, codes never change. Thread-safe.
class QueryDictionary {
 public:
  /// `shared`: the dictionary all chunks have, when the source knows; they then pass through untouched.
  explicit QueryDictionary(std::shared_ptr<const Dictionary> shared) : latest_(std::move(shared)), fixed_(latest_ != nullptr) {}

  /// The column in codes of this dictionary, which is long enough for them.
  [[nodiscard]] Result<Column> translate(const Column& column);
  /// The dictionary with every code given so far.
  [[nodiscard]] std::shared_ptr<const Dictionary> latest();

 private:
  [[nodiscard]] std::uint32_t code_of(std::string_view text);
  [[nodiscard]] Status publish(const Type& type);

  Mutex mutex_;
  std::shared_ptr<const Dictionary> latest_;
  bool fixed_ = false;
  std::uint64_t id_ = Dictionary::next_id();
  Arena texts_;
  std::vector<std::string_view> entries_;
  std::unordered_map<std::string_view, std::uint32_t> codes_;
  std::unordered_map<std::uint64_t, std::shared_ptr<const std::vector<std::uint32_t>>> translations_;  // by a chunk dictionary's id
};

}  // namespace trueno::exec

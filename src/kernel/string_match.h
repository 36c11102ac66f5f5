#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace trueno::kernel {

/// A text to be looked for, by its byte that is the rarest in usual texts. Immutable, thread-safe.
class TextSearch {
 public:
  explicit TextSearch(std::string_view wanted);
  /// Where the first occurrence at or behind `from` begins; npos: nowhere.
  [[nodiscard]] std::size_t find(std::string_view text, std::size_t from) const;

 private:
  std::string wanted_;
  std::size_t rare_ = 0;  // where that byte is
};

/// A LIKE pattern made ready: `%` is any text, `_` one UTF-8 character, `escape` (one character, or none) takes the next one literally.
/// Immutable, thread-safe.
class LikePattern {
 public:
  /// kInvalidInput when the pattern ends with its escape character.
  [[nodiscard]] static Result<LikePattern> compile(std::string_view pattern, std::string_view escape = {});
  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  struct Piece {  // what stands between two '%'
    std::string bytes;
    std::vector<bool> any;  // bytes[i] stands for one whole character
    bool has_any = false;
    TextSearch search{""};  // where there is no `any`
  };
  [[nodiscard]] static std::size_t match_here(const Piece& piece, std::string_view text, std::size_t at);
  [[nodiscard]] static std::size_t find(const Piece& piece, std::string_view text, std::size_t from, std::size_t* end);

  std::vector<Piece> pieces_;  // one more than there are '%'
};

/// Number of UTF-8 characters.
[[nodiscard]] std::int64_t utf8_length(std::string_view text);

}  // namespace trueno::kernel

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace trueno::sql {

/// What a piece of SQL text is, for colouring it.
enum class TokenClass : std::uint8_t {
  kKeyword,
  kIdentifier,
  kFunction,  // a name before "("
  kNumber,
  kString,
  kOperator,
  kPunctuation,
  kParameter,
  kComment,
  kError,  // no token: an unterminated string, a stray character
};

struct HighlightSpan {
  TokenClass kind = TokenClass::kError;
  SourceSpan span;
};

/// The pieces of a text in order, without the white space between them. Takes any bytes; linear.
[[nodiscard]] std::vector<HighlightSpan> highlight(std::string_view sql);

}  // namespace trueno::sql

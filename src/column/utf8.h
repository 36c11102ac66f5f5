#pragma once

#include <string_view>

#include "column/column.h"

namespace trueno {

[[nodiscard]] bool is_ascii(std::string_view bytes);
/// Whether bytes are well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. ASCII is passed eight bytes at a time.
[[nodiscard]] bool is_utf8(std::string_view bytes);

/// The first row of a VARCHAR column whose text is not UTF-8, or `length`. Looks only at the dictionary where there is one (then the row
/// is that of a code).
[[nodiscard]] std::int64_t first_invalid_text(const Column& column);

}  // namespace trueno

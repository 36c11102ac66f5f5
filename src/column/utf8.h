#pragma once

#include <string_view>

#include "column/column.h"

namespace trueno {

[[nodiscard]] bool is_ascii(std::string_view bytes);
/// Whether bytes are well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. ASCII is passed eight bytes at a time.
[[nodiscard]] bool is_utf8(std::string_view bytes);

/// Whether all texts of a VARCHAR column are UTF-8. Where there is a dictionary, all its entries have to be, used or not.
[[nodiscard]] bool has_valid_texts(const Column& column);

}  // namespace trueno

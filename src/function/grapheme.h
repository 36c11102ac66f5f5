#pragma once

#include <cstddef>
#include <string_view>

namespace trueno::function {

/// Bytes of the first grapheme cluster: a base character with its marks, a flag, a joined emoji. 0 for the empty text.
[[nodiscard]] std::size_t grapheme_width(std::string_view text);

}  // namespace trueno::function

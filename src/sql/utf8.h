#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace trueno::sql {

/// The first byte that is not UTF-8 (overlong forms, surrogates and code points above U+10FFFF are not), or npos.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view text);

/// Bytes of the white space beyond ASCII that `text` starts with (no-break space, ideographic space, byte order mark, ...); 0 when none.
[[nodiscard]] std::size_t unicode_space_size(std::string_view text);

/// Bytes of the curly quotation mark that `text` starts with; 0 when none. Word processors put them where SQL wants ' or ".
[[nodiscard]] std::size_t typographic_quote_size(std::string_view text);

/// Appends a code point; false, and nothing appended, when it is no character.
bool append_utf8(std::string& text, std::uint32_t code_point);

}  // namespace trueno::sql

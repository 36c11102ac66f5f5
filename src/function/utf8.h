#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trueno::function {

// Characters are Unicode code points in valid UTF-8, which is what a VARCHAR holds.

[[nodiscard]] constexpr bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0u) == 0x80u; }

/// Byte position of the n-th character (from 0), or the end.
[[nodiscard]] std::size_t utf8_offset(std::string_view text, std::int64_t n);

/// The code point at a byte position, which moves behind it.
char32_t utf8_next(std::string_view text, std::size_t& at);

void append_utf8(std::string& out, char32_t code);

/// Whether bytes are UTF-8: no surrogates, nothing longer than needed, nothing past U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view bytes);

}  // namespace trueno::function

#include "sql/utf8.h"

#include <algorithm>
#include <array>

namespace trueno::sql {

namespace {

constexpr std::uint32_t byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

// Bytes of the character at `at`, 0 when it is not well-formed (Unicode 15, table 3-7).
std::size_t character_size(std::string_view text, std::size_t at) {
  const std::uint32_t lead = byte_at(text, at);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte_at(text, at + i) & 0xC0u) != 0x80u) return 0;
  }
  const std::uint32_t second = byte_at(text, at + 1);
  const bool malformed = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
                         (lead == 0xF4 && second > 0x8F);
  return malformed ? 0 : size;
}

template <std::size_t N>
std::size_t size_of_match(std::string_view text, const std::array<std::string_view, N>& candidates) {
  const auto found = std::ranges::find_if(candidates, [text](std::string_view candidate) { return text.starts_with(candidate); });
  return found == candidates.end() ? 0 : found->size();
}

}  // namespace

std::size_t find_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = character_size(text, at);
    if (size == 0) return at;
    at += size;
  }
  return std::string_view::npos;
}

std::size_t unicode_space_size(std::string_view text) {
  if (text.empty() || byte_at(text, 0) < 0xC2) return 0;
  static constexpr auto kSpaces = std::to_array<std::string_view>({"\u00A0", "\u3000", "\u202F", "\u205F", "\uFEFF"});
  if (text.starts_with("\xE2\x80") && text.size() > 2 && byte_at(text, 2) >= 0x80 && byte_at(text, 2) <= 0x8B) return 3;  // U+2000..200B
  return size_of_match(text, kSpaces);
}

std::size_t typographic_quote_size(std::string_view text) {
  if (text.empty() || byte_at(text, 0) < 0xC2) return 0;
  static constexpr auto kQuotes = std::to_array<std::string_view>({"\u2018", "\u2019", "\u201A", "\u201C", "\u201D", "\u201E"});
  return size_of_match(text, kQuotes);
}

bool append_utf8(std::string& text, std::uint32_t code_point) {
  const auto byte = [&text](std::uint32_t value) { text += static_cast<char>(static_cast<unsigned char>(value)); };
  if (code_point == 0 || code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) return false;
  if (code_point < 0x80) {
    byte(code_point);
    return true;
  }
  const int trailing = code_point < 0x800 ? 1 : code_point < 0x10000 ? 2 : 3;
  constexpr std::uint32_t kLead[] = {0, 0xC0, 0xE0, 0xF0};
  byte(kLead[trailing] | code_point >> (6 * trailing));
  for (int i = trailing - 1; i >= 0; --i) byte(0x80u | (code_point >> (6 * i) & 0x3Fu));
  return true;
}

}  // namespace trueno::sql

#include "function/utf8.h"

namespace trueno::function {

namespace {
constexpr char32_t kLastCode = 0x10FFFF;
unsigned byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }
}  // namespace

std::size_t utf8_offset(std::string_view text, std::int64_t n) {
  std::size_t at = 0;
  while (n > 0 && at < text.size()) {
    ++at;
    while (at < text.size() && continues_character(text[at])) ++at;
    --n;
  }
  return at;
}

char32_t utf8_next(std::string_view text, std::size_t& at) {
  const unsigned first = byte_at(text, at++);
  if (first < 0x80) return first;
  char32_t code = first < 0xE0 ? first & 0x1Fu : (first < 0xF0 ? first & 0x0Fu : first & 0x07u);
  while (at < text.size() && continues_character(text[at])) code = code << 6 | (byte_at(text, at++) & 0x3Fu);
  return code;
}

void append_utf8(std::string& out, char32_t code) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80u | (code >> shift & 0x3Fu)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0u | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0u | code >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0u | code >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

bool is_utf8(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const unsigned first = byte_at(bytes, at);
    const std::size_t width = first < 0x80 ? 1 : (first < 0xC2 ? 0 : (first < 0xE0 ? 2 : (first < 0xF0 ? 3 : (first < 0xF5 ? 4 : 0))));
    if (width == 0 || at + width > bytes.size()) return false;
    const std::size_t begin = at;
    for (std::size_t i = 1; i < width; ++i) {
      if (!continues_character(bytes[begin + i])) return false;
    }
    const char32_t code = utf8_next(bytes.substr(0, begin + width), at);
    constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kLeast[width] || code > kLastCode || (code >= 0xD800 && code < 0xE000)) return false;
  }
  return true;
}

}  // namespace trueno::function

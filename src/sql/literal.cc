// The values of literal tokens: strings without their quotes and escapes, numbers as plain digits.
#include <algorithm>

#include "base/int128.h"
#include "sql/lexer.h"
#include "sql/utf8.h"

namespace trueno::sql {

namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char low = static_cast<char>(c | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

// The text between quotes, a doubled quote standing for one.
std::string unquote(std::string_view inner, char quote) {
  std::string text;
  text.reserve(inner.size());
  for (std::size_t i = 0; i < inner.size(); ++i) {
    text += inner[i];
    if (inner[i] == quote) ++i;
  }
  return text;
}

Error bad_escape(std::uint32_t begin, std::size_t size, std::string_view why) {
  return error(ErrorCode::kParser, "{}", why)
      .hint("in E'...' a backslash starts an escape: \\n, \\t, \\\\, \\', \\x41, \\u0041")
      .at({begin, begin + static_cast<std::uint32_t>(size)});
}

// Reads up to `most` digits of a base at `i`, and moves past them.
std::uint32_t read_digits(std::string_view text, std::size_t& i, std::size_t most, std::uint32_t base) {
  std::uint32_t value = 0;
  for (std::size_t n = 0; n < most && i < text.size(); ++n, ++i) {
    const int digit = hex_value(text[i]);
    if (digit < 0 || static_cast<std::uint32_t>(digit) >= base) break;
    value = value * base + static_cast<std::uint32_t>(digit);
  }
  return value;
}

// One escape; `i` is just past the backslash. `at` is where the inner text stands in the SQL text.
Result<void> append_escape(std::string& text, std::string_view inner, std::size_t& i, std::uint32_t at) {
  const std::size_t start = i - 1;
  const auto fail = [&](std::string_view why) { return bad_escape(at + static_cast<std::uint32_t>(start), i - start, why); };
  const char c = inner[i];
  static constexpr std::string_view kNames = "bfnrt";
  static constexpr std::string_view kBytes = "\b\f\n\r\t";
  if (const std::size_t simple = kNames.find(c); simple != std::string_view::npos) {
    text += kBytes[simple];
    ++i;
  } else if (c == 'u' || c == 'U') {
    const std::size_t wanted = c == 'u' ? 4 : 8;
    const std::size_t begin = ++i;
    const std::uint32_t code_point = read_digits(inner, i, wanted, 16);
    if (i - begin != wanted) return fail("an escape \\u takes 4 hexadecimal digits, and \\U takes 8");
    if (!append_utf8(text, code_point)) return fail("this escape is not a Unicode character");
  } else if (c == 'x' && i + 1 < inner.size() && hex_value(inner[i + 1]) >= 0) {
    text += static_cast<char>(static_cast<unsigned char>(read_digits(inner, ++i, 2, 16)));
  } else if (c >= '0' && c <= '7') {
    text += static_cast<char>(static_cast<unsigned char>(read_digits(inner, i, 3, 8)));
  } else {
    text += c;
    ++i;
  }
  return {};
}

Result<std::string> unescape(std::string_view inner, std::uint32_t at) {
  std::string text;
  for (std::size_t i = 0; i < inner.size();) {
    if (inner[i] == '\\' && i + 1 < inner.size()) {
      ++i;
      TRUENO_TRY(append_escape(text, inner, i, at));
      continue;
    }
    text += inner[i];
    i += inner[i] == '\'' ? 2 : 1;
  }
  if (find_invalid_utf8(text) != std::string_view::npos || text.find('\0') != std::string::npos) {
    return bad_escape(at, inner.size(), "the escapes in this string do not make valid UTF-8 text");
  }
  return text;
}

Result<std::string> blob_bytes(std::string_view inner, std::uint32_t at) {
  std::string bytes;
  for (std::size_t i = 0; i < inner.size(); i += 2) {
    const int high = hex_value(inner[i]);
    const int low = i + 1 < inner.size() ? hex_value(inner[i + 1]) : -1;
    if (high < 0 || low < 0) {
      const auto begin = at + static_cast<std::uint32_t>(i);
      return error(ErrorCode::kParser, "a blob literal is made of pairs of hexadecimal digits")
          .hint("for example X'00FF'")
          .at({begin, begin + 1});
    }
    bytes += static_cast<char>(static_cast<unsigned char>(high * 16 + low));
  }
  return bytes;
}

std::string u128_text(u128 value) {
  std::string digits;
  do {
    digits += static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  } while (value != 0);
  std::ranges::reverse(digits);
  return digits;
}

}  // namespace

std::string identifier_text(std::string_view written) {
  return written.starts_with('"') ? unquote(written.substr(1, written.size() - 2), '"') : std::string(written);
}

Result<std::string> string_value(std::string_view sql, const Token& token) {
  const std::string_view written = sql.substr(token.span.begin, token.span.end - token.span.begin);
  if (written.front() == '\'') return unquote(written.substr(1, written.size() - 2), '\'');
  if (written.front() == '$') {
    const std::size_t tag = written.find('$', 1) + 1;
    return std::string(written.substr(tag, written.size() - 2 * tag));
  }
  const std::string_view inner = written.substr(2, written.size() - 3);
  return token.kind == TokenKind::kBlob ? blob_bytes(inner, token.span.begin + 2) : unescape(inner, token.span.begin + 2);
}

Result<std::string> number_text(std::string_view sql, const Token& token) {
  std::string digits(sql.substr(token.span.begin, token.span.end - token.span.begin));
  std::erase(digits, '_');
  const char letter = digits.size() > 1 ? static_cast<char>(digits[1] | 0x20) : '\0';
  if (token.kind == TokenKind::kInteger && (letter == 'x' || letter == 'o' || letter == 'b')) {
    const u128 base = letter == 'x' ? 16 : letter == 'o' ? 8 : 2;
    u128 value = 0;
    for (const char c : digits.substr(2)) {
      if (value > (~u128{0} - 15) / base) return error(ErrorCode::kParser, "this number does not fit 128 bits").at(token.span);
      value = value * base + static_cast<u128>(hex_value(c));
    }
    return u128_text(value);
  }
  const std::size_t zeros = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  const bool keep_one = zeros > 0 && !(digits[zeros] >= '0' && digits[zeros] <= '9');  // "00.5" is "0.5"
  return digits.substr(keep_one ? zeros - 1 : zeros);
}

}  // namespace trueno::sql

// The lexer, by hand and without state between tokens.
//
// Where it follows PostgreSQL: keywords ignore case, comments nest, strings double their quote, E'...' has escapes, $tag$...$tag$ has none.
// Where it does not: an operator is the longest sign of a fixed list, not the longest run of operator characters, so that `a!=-1` and
// `a||-1` are read as everybody means them; and a number followed by letters is an error instead of a number and an alias.
//
// What cannot be a token becomes one kInvalid token (an unterminated string reaches to the end of the text), so the parser, the highlighter
// and completion all get on; lexical_error.cc finds the words for it later. Values of literals are taken apart later as well, in
// literal.cc.
#include "sql/lexer.h"

#include <algorithm>

#include "base/ascii.h"
#include "sql/utf8.h"

namespace trueno::sql {

namespace {

constexpr bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_beyond_ascii(char c) { return (static_cast<unsigned char>(c) & 0x80u) != 0; }
constexpr bool is_ascii_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

constexpr int digit_value(char c) {
  if (is_digit(c)) return c - '0';
  const char low = static_cast<char>(c | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : 99;
}

// Reads one token of a text; `at_` is the first byte not yet part of it.
class Scanner {
 public:
  Scanner(std::string_view sql, std::size_t from) : sql_(sql), at_(from) {}

  Token scan() {
    skip_space();
    begin_ = at_;
    if (at_ >= sql_.size()) return token(TokenKind::kEnd);
    const char c = peek();
    if (starts("--") || starts("/*")) return comment();
    if (c == '\'') return quoted_string(1, false);
    if (c == '"') return quoted_identifier();
    if (peek(1) == '\'' && (c == 'e' || c == 'E')) return quoted_string(2, true);
    if (peek(1) == '\'' && (c == 'x' || c == 'X')) return blob();
    if (peek(1) == '\'' && (c == 'b' || c == 'B')) return bit_string();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (starts_identifier()) return word();
    if (c == '$') return dollar();
    if (c == '?') return question_mark();
    if (c == '#' && is_digit(peek(1))) return digits_after_sign(TokenKind::kPositional);
    return symbol();
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }
  [[nodiscard]] bool starts(std::string_view prefix) const { return sql_.substr(at_).starts_with(prefix); }
  [[nodiscard]] std::string_view rest() const { return sql_.substr(at_); }

  [[nodiscard]] Token token(TokenKind kind, Terminal terminal = kNoTerminal) const {
    return {kind, terminal, {static_cast<std::uint32_t>(begin_), static_cast<std::uint32_t>(at_)}};
  }

  // Unicode's spaces count: text copied from web pages is full of no-break spaces that nobody sees.
  void skip_space() {
    while (at_ < sql_.size()) {
      const std::size_t size = is_ascii_space(peek()) ? 1 : unicode_space_size(rest());
      if (size == 0) return;
      at_ += size;
    }
  }

  // Every character beyond ASCII may stand in an identifier, except quotes that a word processor has curled.
  [[nodiscard]] bool starts_identifier() const {
    if (is_ascii_letter(peek()) || peek() == '_') return true;
    return is_beyond_ascii(peek()) && typographic_quote_size(rest()) == 0;
  }

  void skip_identifier() {
    while (at_ < sql_.size()) {
      const char c = peek();
      if (is_beyond_ascii(c)) {
        if (typographic_quote_size(rest()) > 0 || unicode_space_size(rest()) > 0) return;
      } else if (!is_ascii_letter(c) && !is_digit(c) && c != '_' && c != '$') {
        return;
      }
      ++at_;
    }
  }

  // `/* /* */ */` is one comment: PostgreSQL's rule, which lets one comment out code that holds comments.
  Token comment() {
    if (starts("--")) {
      at_ = std::min(sql_.find_first_of("\r\n", at_), sql_.size());
      return token(TokenKind::kComment);
    }
    std::size_t depth = 0;
    while (at_ < sql_.size()) {
      if (starts("/*")) {
        ++depth;
        at_ += 2;
      } else if (starts("*/")) {
        at_ += 2;
        if (--depth == 0) return token(TokenKind::kComment);
      } else {
        ++at_;
      }
    }
    return token(TokenKind::kInvalid);
  }

  // Moves past the closing quote; false when the text ends before it. A doubled quote stands for itself.
  bool skip_quoted(char quote, bool backslash_escapes) {
    while (at_ < sql_.size()) {
      const char c = peek();
      at_ += backslash_escapes && c == '\\' ? 2 : 1;
      if (c != quote) continue;
      if (peek() != quote) return true;
      ++at_;
    }
    at_ = sql_.size();
    return false;
  }

  Token quoted_string(std::size_t prefix, bool backslash_escapes) {
    at_ += prefix;
    return token(skip_quoted('\'', backslash_escapes) ? TokenKind::kString : TokenKind::kInvalid);
  }

  Token quoted_identifier() {
    ++at_;
    const bool closed = skip_quoted('"', false);
    return token(closed && at_ - begin_ > 2 ? TokenKind::kQuoted : TokenKind::kInvalid);
  }

  Token blob() {
    at_ += 2;
    return token(skip_quoted('\'', false) ? TokenKind::kBlob : TokenKind::kInvalid);
  }

  // B'0101' is recognised only to be refused by name.
  Token bit_string() {
    at_ += 2;
    skip_quoted('\'', false);
    return token(TokenKind::kInvalid);
  }

  // Digits of the base, single underscores between them; false when there are none or an underscore is out of place.
  bool skip_digits(int base) {
    bool after_digit = false;
    while (true) {
      if (digit_value(peek()) < base) {
        after_digit = true;
      } else if (peek() == '_' && after_digit) {
        after_digit = false;
      } else {
        return after_digit;
      }
      ++at_;
    }
  }

  // 42, 1_000, 0x1F, 1.5, .5, 1., 1e5. A letter right behind it makes the whole word invalid.
  Token number() {
    TokenKind kind = TokenKind::kInteger;
    bool valid = true;
    const char base = static_cast<char>(peek(1) | 0x20);
    if (peek() == '0' && (base == 'x' || base == 'o' || base == 'b')) {
      at_ += 2;
      valid = skip_digits(base == 'x' ? 16 : base == 'o' ? 8 : 2);
    } else {
      if (peek() != '.') valid = skip_digits(10);
      if (peek() == '.') {
        kind = TokenKind::kDecimal;
        ++at_;
        if (is_digit(peek())) valid = skip_digits(10) && valid;
      }
      const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
      if ((peek() | 0x20) == 'e' && is_digit(peek(1 + sign))) {
        kind = TokenKind::kFloat;
        at_ += 1 + sign;
        valid = skip_digits(10) && valid;
      }
    }
    if (starts_identifier() && unicode_space_size(rest()) == 0) {
      valid = false;
      skip_identifier();
    }
    return token(valid ? kind : TokenKind::kInvalid);
  }

  // An identifier or a keyword: which one depends on the table of terminals only.
  Token word() {
    skip_identifier();
    const Terminal keyword = find_keyword(sql_.substr(begin_, at_ - begin_));
    return keyword == kNoTerminal ? token(TokenKind::kIdentifier) : token(TokenKind::kKeyword, keyword);
  }

  // ?1, $1, #1: the sign and whatever digits follow; a bare ? has none.
  Token digits_after_sign(TokenKind kind) {
    ++at_;
    while (is_digit(peek())) ++at_;
    return token(kind);
  }

  Token question_mark() { return digits_after_sign(TokenKind::kParameter); }

  // $1, $name, $$text$$ or $tag$text$tag$.
  Token dollar() {
    if (is_digit(peek(1))) return digits_after_sign(TokenKind::kParameter);
    ++at_;
    if (starts_identifier()) {
      while (is_ascii_letter(peek()) || is_digit(peek()) || peek() == '_' || is_beyond_ascii(peek())) ++at_;
      if (peek() != '$') return token(TokenKind::kParameter);
    } else if (peek() != '$') {
      return token(TokenKind::kInvalid);
    }
    ++at_;
    const std::string_view tag = sql_.substr(begin_, at_ - begin_);
    const std::size_t close = sql_.find(tag, at_);
    at_ = close == std::string_view::npos ? sql_.size() : close + tag.size();
    return token(close == std::string_view::npos ? TokenKind::kInvalid : TokenKind::kString);
  }

  // A sign of the table, or one whole character (not one byte) that begins nothing. `#` alone is no operator here.
  Token symbol() {
    const Terminal found = find_symbol(rest());
    if (found != kNoTerminal && found != "#"_t) {
      at_ += terminal_text(found).size();
      return token(TokenKind::kSymbol, found);
    }
    ++at_;
    while (at_ < sql_.size() && (static_cast<unsigned char>(peek()) & 0xC0u) == 0x80u) ++at_;
    return token(TokenKind::kInvalid);
  }

  std::string_view sql_;
  std::size_t at_;
  std::size_t begin_ = 0;
};

}  // namespace

Token next_token(std::string_view sql, std::uint32_t from) { return Scanner(sql, from).scan(); }

namespace {
constexpr std::size_t kFirstTokens = 1024;
constexpr std::size_t kMostGrowth = 7;
}  // namespace

std::vector<Token> tokenize(std::string_view sql) {
  std::vector<Token> tokens;
  tokens.reserve(std::min<std::size_t>(sql.size() / 6 + 2, kFirstTokens));
  for (std::uint32_t at = 0;;) {
    const Token token = next_token(sql, at);
    at = token.span.end;
    // Texts are much alike from end to end: room for as many tokens as there will be if it goes on like this, but not for many more than
    // there are, since the rest may be one long string.
    if (tokens.size() == tokens.capacity()) {
      const std::size_t more = tokens.size() / 8 + tokens.size() * (sql.size() - at) / at;
      tokens.reserve(tokens.size() + std::min(more, kMostGrowth * tokens.size()));
    }
    if (token.kind != TokenKind::kComment) tokens.push_back(token);
    if (token.kind == TokenKind::kEnd) return tokens;
  }
}

}  // namespace trueno::sql

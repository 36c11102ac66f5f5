#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/terminal.h"

namespace trueno::sql {

enum class TokenKind : std::uint8_t {
  kEnd,         // after the last token; empty span at the end of the text
  kIdentifier,  // unquoted and no keyword
  kQuoted,      // "identifier"
  kKeyword,     // `terminal` says which
  kSymbol,      // `terminal` says which
  kInteger,     // 42, 1_000, 0x1F, 0o17, 0b101
  kDecimal,     // 1.5, .5, 1.
  kFloat,       // 1e5
  kString,      // '...', E'...', $tag$...$tag$
  kBlob,        // X'1F'
  kParameter,   // ?, ?1, $1, $name
  kPositional,  // #1
  kComment,     // -- to the end of the line, or nested /* */; only next_token() gives them
  kInvalid,     // no token: lexical_error() says why
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Terminal terminal = kNoTerminal;
  SourceSpan span;
};

/// The token or comment at or after byte `from`. Takes any bytes and always gets on: each token ends past its beginning, and past `from`.
/// The lexer keeps no state, so highlighting may start anywhere outside a string or comment.
[[nodiscard]] Token next_token(std::string_view sql, std::uint32_t from);

/// All tokens without comments, the last one a kEnd. `sql` must be below 4 GiB.
[[nodiscard]] std::vector<Token> tokenize(std::string_view sql);

/// Why a kInvalid token is none: kParser, with the span of the offending bytes and often a hint.
[[nodiscard]] Error lexical_error(std::string_view sql, const Token& token);

/// The words of an identifier, quoted or not, without its quotes.
[[nodiscard]] std::string identifier_text(std::string_view written);

/// The characters or bytes of a string or blob token as written. kParser for a bad escape or odd hexadecimal digits, with the span in the
/// text.
[[nodiscard]] Result<std::string> string_value(std::string_view sql, const Token& token);

/// The digits of a number token: underscores dropped, 0x, 0o and 0b as decimal, no leading zeros before an integer digit.
/// kParser when a 0x, 0o or 0b number does not fit 128 bits.
[[nodiscard]] Result<std::string> number_text(std::string_view sql, const Token& token);

}  // namespace trueno::sql

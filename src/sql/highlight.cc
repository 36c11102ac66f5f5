#include "sql/highlight.h"

#include "sql/lexer.h"

namespace trueno::sql {

namespace {

TokenClass classify(const Token& token) {
  switch (token.kind) {
    case TokenKind::kIdentifier:
    case TokenKind::kQuoted: return TokenClass::kIdentifier;
    case TokenKind::kKeyword: return TokenClass::kKeyword;
    case TokenKind::kInteger:
    case TokenKind::kDecimal:
    case TokenKind::kFloat: return TokenClass::kNumber;
    case TokenKind::kString:
    case TokenKind::kBlob: return TokenClass::kString;
    case TokenKind::kParameter:
    case TokenKind::kPositional: return TokenClass::kParameter;
    case TokenKind::kComment: return TokenClass::kComment;
    case TokenKind::kSymbol: break;
    case TokenKind::kInvalid:
    case TokenKind::kEnd: return TokenClass::kError;
  }
  switch (token.terminal) {
    case "("_t:
    case ")"_t:
    case "["_t:
    case "]"_t:
    case "{"_t:
    case "}"_t:
    case ","_t:
    case ";"_t:
    case "."_t: return TokenClass::kPunctuation;
    default: return TokenClass::kOperator;
  }
}

}  // namespace

std::vector<HighlightSpan> highlight(std::string_view sql) {
  std::vector<HighlightSpan> pieces;
  Terminal last_word = kNoTerminal;  // the keyword that the last piece is
  for (std::uint32_t at = 0;;) {
    const Token token = next_token(sql, at);
    if (token.kind == TokenKind::kEnd) return pieces;
    at = token.span.end;
    const bool names_function =
        !pieces.empty() && (pieces.back().kind == TokenClass::kIdentifier ||
                            (last_word != kNoTerminal && terminal_class(last_word) == TerminalClass::kTypeOrFunction));
    if (token.terminal == "("_t && names_function && pieces.back().span.end == token.span.begin) pieces.back().kind = TokenClass::kFunction;
    pieces.push_back({classify(token), token.span});
    last_word = token.kind == TokenKind::kKeyword ? token.terminal : kNoTerminal;
  }
}

}  // namespace trueno::sql

#include "session/editor.h"

#include "sql/lexer.h"

namespace trueno::session {

bool ends_statement(std::string_view sql) {
  using sql::operator""_t;
  bool ends = false;
  for (std::uint32_t at = 0;;) {
    const sql::Token token = sql::next_token(sql, at);
    if (token.kind == sql::TokenKind::kEnd) return ends;
    at = token.span.end;
    if (token.kind != sql::TokenKind::kComment) ends = token.terminal == ";"_t;
  }
}

}  // namespace trueno::session

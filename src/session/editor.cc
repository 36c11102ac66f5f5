#include "session/editor.h"

#include "sql/lexer.h"

namespace trueno::session {

using sql::operator""_t;

bool ends_statement(std::string_view sql) {
  bool ends = false;
  for (std::uint32_t at = 0;;) {
    const sql::Token token = sql::next_token(sql, at);
    if (token.kind == sql::TokenKind::kEnd) return ends;
    at = token.span.end;
    if (token.kind != sql::TokenKind::kComment) ends = token.terminal == ";"_t;
  }
}

std::vector<std::string> split_statements(std::string_view sql) {
  std::vector<std::string> statements;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;  // of the last token since `begin`; not beyond it: nothing but comments
  for (std::uint32_t at = 0;;) {
    const sql::Token token = sql::next_token(sql, at);
    at = token.span.end;
    if (token.kind == sql::TokenKind::kComment) continue;
    const bool over = token.kind == sql::TokenKind::kEnd || token.terminal == ";"_t;
    if (!over) {
      if (end <= begin) begin = token.span.begin;
      end = token.span.end;
      continue;
    }
    if (end > begin) statements.emplace_back(sql.substr(begin, end - begin));
    if (token.kind == sql::TokenKind::kEnd) return statements;
    begin = end = token.span.end;
  }
}

}  // namespace trueno::session

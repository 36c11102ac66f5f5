#include "sql/parser.h"

#include <optional>

#include "sql/grammar.h"
#include "sql/utf8.h"

namespace trueno::sql {

namespace {

// What makes a text unreadable as a whole.
std::optional<Error> unreadable(std::string_view sql) {
  constexpr std::size_t kLongest = 0xFFFF'FF00;  // spans are 32 bits
  if (sql.size() > kLongest) return error(ErrorCode::kParser, "the SQL text is longer than 4 GiB");
  const std::size_t bad = find_invalid_utf8(sql);
  if (bad == std::string_view::npos) return std::nullopt;
  const auto at = static_cast<std::uint32_t>(bad);
  return error(ErrorCode::kParser, "the SQL text is not valid UTF-8: byte 0x{:02x} at offset {}", static_cast<unsigned char>(sql[bad]), bad)
      .hint("is the text in another encoding?")
      .at({at, at + 1});
}

// One statement up to its semicolon or the end.
Result<StatementPtr> whole_statement(Grammar& grammar) {
  grammar.start_statement();
  StatementPtr statement = TRUENO_TRY(grammar.statement());
  if (!grammar.cursor().at(";"_t) && !grammar.cursor().at_end()) return grammar.unexpected("the end of the statement");
  return statement;
}

// Past the next semicolon.
void skip_statement(Cursor& cursor) {
  while (!cursor.at_end() && cursor.current().terminal != ";"_t) cursor.advance();
}

ParseOutcome parse_all(std::string_view sql, bool stop_at_error) {
  ParseOutcome outcome;
  if (std::optional<Error> problem = unreadable(sql)) {
    outcome.errors.push_back(*std::move(problem));
    return outcome;
  }
  const std::vector<Token> tokens = tokenize(sql);
  Grammar grammar(sql, tokens);
  Cursor& cursor = grammar.cursor();
  while (true) {
    while (cursor.accept(";"_t)) {
    }
    if (cursor.at_end()) return outcome;
    Result<StatementPtr> statement = whole_statement(grammar);
    if (statement.has_value()) {
      outcome.statements.push_back(std::move(*statement));
      continue;
    }
    outcome.errors.push_back(std::move(statement).error());
    if (stop_at_error) return outcome;
    skip_statement(cursor);
  }
}

}  // namespace

Result<std::vector<StatementPtr>> parse(std::string_view sql) {
  ParseOutcome outcome = parse_all(sql, true);
  if (!outcome.errors.empty()) return std::move(outcome.errors.front());
  return std::move(outcome.statements);
}

ParseOutcome parse_with_recovery(std::string_view sql) { return parse_all(sql, false); }

Result<ExpressionPtr> parse_expression(std::string_view text) {
  if (std::optional<Error> problem = unreadable(text)) return *std::move(problem);
  const std::vector<Token> tokens = tokenize(text);
  Grammar grammar(text, tokens);
  ExpressionPtr expression = TRUENO_TRY(grammar.expression());
  if (!grammar.cursor().at_end()) return grammar.unexpected("the end of the expression");
  return expression;
}

Result<TypeName> parse_type_name(std::string_view text) {
  if (std::optional<Error> problem = unreadable(text)) return *std::move(problem);
  const std::vector<Token> tokens = tokenize(text);
  Grammar grammar(text, tokens);
  TypeName type = TRUENO_TRY(grammar.type_name());
  if (!grammar.cursor().at_end()) return grammar.unexpected("the end of the type");
  return type;
}

}  // namespace trueno::sql

// What every rule needs: names, lists, lookahead and the errors that are the same everywhere.
//
// Lookahead is bounded by kMaxNesting tokens and only ever counts parentheses, so it cannot make the parser more than linear.
#include "sql/grammar.h"

#include <charconv>

namespace trueno::sql {

Error Grammar::too_deep() {
  return error(ErrorCode::kParser, "the statement is nested too deeply")
      .hint(fmt::format(
          "at most {} levels of parentheses and subqueries, and {} operators in a row, are read; use AND, IN or a table of VALUES "
          "instead of deep nesting",
          kMaxNesting, kMaxHeight))
      .at(cursor_.current().span);
}

Error Grammar::not_supported(std::string_view what, std::string_view hint) {
  return error(ErrorCode::kNotSupported, "{} is not supported", what).hint(std::string(hint)).at(cursor_.current().span);
}

// This terminal and nothing else.
Status Grammar::expect(Terminal terminal) {
  if (cursor_.accept(terminal)) return {};
  return unexpected(fmt::format("\"{}\"", terminal_text(terminal)));
}

// A missing closing sign is best understood with its opening one: the error points there when the text has ended, and quotes it otherwise.
Error Grammar::unclosed(Terminal closing, SourceSpan opening) {
  const std::string_view sign = terminal_text(closing);
  const std::string_view opening_sign = cursor_.sql().substr(opening.begin, 1);
  if (cursor_.at_end())
    return error(ErrorCode::kParser, "\"{}\" is never closed", opening_sign).hint(fmt::format("add the missing \"{}\"", sign)).at(opening);
  Error problem = unexpected(fmt::format("\"{}\"", sign));
  if (problem.hint().empty()) {
    const std::uint32_t end = std::min(cursor_.begin(), opening.begin + 24);
    problem = std::move(problem).hint(fmt::format("it would close \"{}\"", cursor_.sql().substr(opening.begin, end - opening.begin)));
  }
  return problem;
}

Status Grammar::expect_closing(Terminal closing, SourceSpan opening) {
  if (cursor_.accept(closing)) return {};
  return unclosed(closing, opening);
}

// Whether the current word may name a column, table or alias without quotes.
bool Grammar::at_name() {
  const Token& token = cursor_.current();
  if (token.kind == TokenKind::kIdentifier || token.kind == TokenKind::kQuoted) return true;
  return token.kind == TokenKind::kKeyword && may_name_column(token.terminal);
}

// After a comma: nothing more comes, so the comma was a trailing one.
bool Grammar::ends_list(Wanted element) {
  cursor_.note(element);
  const Token& token = cursor_.current();
  if (token.kind == TokenKind::kEnd) return true;
  switch (token.terminal) {
    case ")"_t:
    case "]"_t:
    case "}"_t:
    case ";"_t:
    case "FROM"_t:
    case "WHERE"_t:
    case "GROUP"_t:
    case "HAVING"_t:
    case "WINDOW"_t:
    case "QUALIFY"_t:
    case "ORDER"_t:
    case "LIMIT"_t:
    case "OFFSET"_t:
    case "FETCH"_t:
    case "UNION"_t:
    case "INTERSECT"_t:
    case "EXCEPT"_t:
    case "USING"_t:
    case "ON"_t:
    case "RETURNING"_t: return true;
    default: return false;
  }
}

// SELECT, FROM, VALUES (, TABLE, WITH, DESCRIBE x, SUMMARIZE x; not an opening parenthesis.
bool Grammar::starts_query(std::size_t ahead) const {
  const Token& next = cursor_.ahead(ahead + 1);
  switch (cursor_.ahead(ahead).terminal) {
    case "SELECT"_t:
    case "FROM"_t:
    case "TABLE"_t:
    case "WITH"_t:
    case "PIVOT"_t:
    case "UNPIVOT"_t: return true;
    case "VALUES"_t: return next.terminal == "("_t;
    case "DESCRIBE"_t:
    case "DESC"_t:
    case "SUMMARIZE"_t: {
      if (next.kind == TokenKind::kIdentifier || next.kind == TokenKind::kQuoted || next.kind == TokenKind::kString) return true;
      std::size_t inside = ahead + 1;
      while (inside < ahead + kMaxNesting && cursor_.next_is("("_t, inside)) ++inside;
      const Terminal inner = cursor_.ahead(inside).terminal;
      return inner == "SELECT"_t || inner == "FROM"_t || inner == "WITH"_t || inner == "VALUES"_t || inner == "TABLE"_t ||
             inner == "DESCRIBE"_t || inner == "SUMMARIZE"_t;
    }
    default: return false;
  }
}

// At "(": whether a query begins behind one or more of them.
bool Grammar::starts_nested_query() const {
  std::size_t ahead = 0;
  while (ahead <= kMaxNesting && cursor_.next_is("("_t, ahead)) ++ahead;
  return ahead > 0 && starts_query(ahead);
}

// The current word as a name; the caller has checked that it may be one.
Name Grammar::take_name() {
  const Token& token = cursor_.current();
  Name name{identifier_text(cursor_.text(token)), token.span};
  cursor_.advance();
  return name;
}

// A name that needs no AS or dot before it: identifiers, and keywords that are not reserved.
Result<Name> Grammar::name(Wanted wanted, std::string_view what) {
  cursor_.note(wanted);
  if (at_name()) return take_name();
  return unexpected(what);
}

// After AS and after a dot every word is a name.
Result<Name> Grammar::label() {
  cursor_.note(Wanted::kNewName);
  if (at_name() || cursor_.at_kind(TokenKind::kKeyword)) return take_name();
  if (cursor_.at_kind(TokenKind::kString)) {
    const SourceSpan span = cursor_.current().span;
    return Name{TRUENO_TRY(string_literal("a name")), span};
  }
  return unexpected("a name");
}

// name {"." word}
Result<QualifiedName> Grammar::qualified_name(Wanted wanted, std::string_view what) {
  QualifiedName result;
  result.parts.push_back(TRUENO_TRY(name(wanted, what)));
  while (cursor_.accept("."_t)) {
    cursor_.note(wanted);
    if (!at_name() && !cursor_.at_kind(TokenKind::kKeyword)) return unexpected(what);
    result.parts.push_back(take_name());
  }
  return result;
}

// "(" name {"," name} [","] ")"
Result<std::vector<Name>> Grammar::name_list(Wanted wanted, std::string_view what) {
  std::vector<Name> names;
  const SourceSpan opening = cursor_.current().span;
  TRUENO_TRY(expect("("_t));
  do {
    if (!names.empty() && ends_list(wanted)) break;
    names.push_back(TRUENO_TRY(name(wanted, what)));
  } while (cursor_.accept(","_t));
  TRUENO_TRY(expect_closing(")"_t, opening));
  return names;
}

Result<std::vector<Name>> Grammar::optional_name_list(Wanted wanted, std::string_view what) {
  if (!cursor_.at("("_t)) return std::vector<Name>();
  return name_list(wanted, what);
}

// Strings that follow one another with a line break between are one string, as in the standard.
Result<std::string> Grammar::string_literal(std::string_view what) {
  cursor_.note(Wanted::kString);
  if (!cursor_.at_kind(TokenKind::kString)) return unexpected(what);
  std::string text = TRUENO_TRY(string_value(cursor_.sql(), cursor_.current()));
  std::uint32_t end = cursor_.current().span.end;
  cursor_.advance();
  while (cursor_.at_kind(TokenKind::kString) && cursor_.sql()[cursor_.begin()] == '\'') {
    if (cursor_.sql().substr(end, cursor_.begin() - end).find('\n') == std::string_view::npos) break;
    text += TRUENO_TRY(string_value(cursor_.sql(), cursor_.current()));
    end = cursor_.current().span.end;
    cursor_.advance();
  }
  return text;
}

// A number that the grammar itself needs: the size of an array, a seed.
Result<std::uint64_t> Grammar::small_integer(std::string_view what) {
  cursor_.note(Wanted::kNumber);
  if (!cursor_.at_kind(TokenKind::kInteger)) return unexpected(what);
  const std::string digits = TRUENO_TRY(number_text(cursor_.sql(), cursor_.current()));
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (problem != std::errc()) return error(ErrorCode::kParser, "this number is too large here").at(cursor_.current().span);
  cursor_.advance();
  return value;
}

Result<Grammar::Depth> Grammar::checked(Depth depth) {
  if (!depth.ok()) return too_deep();
  return depth;
}

}  // namespace trueno::sql

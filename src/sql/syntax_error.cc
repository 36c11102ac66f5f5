// The error for a token that fits nowhere. The cursor remembers what the grammar looked for at this token, which gives the words
// "expected ..." and the candidates of "did you mean"; the hints below are for mistakes that people really make.
#include <optional>

#include "sql/grammar.h"
#include "sql/spelling.h"

namespace trueno::sql {

namespace {

constexpr std::size_t kShownText = 32;

// The token in words, shortened at a character boundary.
std::string words_for(const Cursor& cursor, const Token& token) {
  std::string text(cursor.text(token));
  if (text.size() > kShownText) {
    std::size_t end = kShownText;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
    text = text.substr(0, end) + "...";
  }
  switch (token.kind) {
    case TokenKind::kString:
    case TokenKind::kBlob:
    case TokenKind::kInteger:
    case TokenKind::kDecimal:
    case TokenKind::kFloat:
    case TokenKind::kQuoted: return text;
    default: return fmt::format("\"{}\"", text);
  }
}

// Names and literals: what could be one more element of a list, if a comma were before it.
bool begins_value(const Token& token) {
  switch (token.kind) {
    case TokenKind::kIdentifier:
    case TokenKind::kQuoted:
    case TokenKind::kInteger:
    case TokenKind::kDecimal:
    case TokenKind::kFloat:
    case TokenKind::kString:
    case TokenKind::kParameter: return true;
    default: return false;
  }
}

// The keyword of the set that a word most likely meant.
std::optional<Terminal> nearest_keyword(std::string_view word, const Expectation& expected) {
  static constexpr Terminal kOperatorWords[] = {"AND"_t,   "OR"_t,   "IS"_t,      "IN"_t,      "NOT"_t,     "LIKE"_t,
                                                "ILIKE"_t, "GLOB"_t, "SIMILAR"_t, "BETWEEN"_t, "COLLATE"_t, "ISNULL"_t};
  std::optional<Terminal> best;
  std::size_t best_score = static_cast<std::size_t>(-1);
  const auto consider = [&](Terminal terminal) {
    const std::string_view text = terminal_text(terminal);
    const std::size_t distance = edit_distance(word, text, tolerated_slips(word.size()));
    const std::size_t score = 4 * distance + (ascii_upper(word).front() == text.front() ? 0 : 2) + (word.size() == text.size() ? 0 : 1);
    if (distance <= tolerated_slips(word.size()) && score < best_score) {
      best_score = score;
      best = terminal;
    }
  };
  for (std::size_t i = 0; i < kKeywordCount; ++i) {
    if (expected.terminals.contains(static_cast<Terminal>(i))) consider(static_cast<Terminal>(i));
  }
  if (wants(expected.wanted, Wanted::kOperator)) std::ranges::for_each(kOperatorWords, consider);
  return best;
}

// GROUP and ORDER are never meant alone.
std::string did_you_mean(Terminal keyword) {
  const bool takes_by = keyword == "GROUP"_t || keyword == "ORDER"_t;
  return fmt::format("did you mean {}{}?", terminal_text(keyword), takes_by ? " BY" : "");
}

// Reserved words that people like to use as names.
bool is_likely_name(const Cursor& cursor, Terminal word) {
  const Terminal next = cursor.ahead(1).terminal;
  switch (word) {
    case "GROUP"_t:
    case "ORDER"_t: return next != "BY"_t;
    case "ALL"_t:
    case "ANALYZE"_t:
    case "ANY"_t:
    case "ASC"_t:
    case "BOTH"_t:
    case "CHECK"_t:
    case "COLUMN"_t:
    case "CONSTRAINT"_t:
    case "CREATE"_t:
    case "DEFAULT"_t:
    case "DESC"_t:
    case "DO"_t:
    case "END"_t:
    case "FETCH"_t:
    case "FOR"_t:
    case "FOREIGN"_t:
    case "GRANT"_t:
    case "LEADING"_t:
    case "LIMIT"_t:
    case "OFFSET"_t:
    case "ONLY"_t:
    case "PRIMARY"_t:
    case "REFERENCES"_t:
    case "TABLE"_t:
    case "TO"_t:
    case "TRAILING"_t:
    case "UNIQUE"_t:
    case "WINDOW"_t: return !begins_value(cursor.ahead(1));
    default: return false;
  }
}

// Clauses of SELECT whose order people forget.
bool is_clause(Terminal word) {
  switch (word) {
    case "FROM"_t:
    case "WHERE"_t:
    case "GROUP"_t:
    case "HAVING"_t:
    case "QUALIFY"_t:
    case "ORDER"_t:
    case "LIMIT"_t: return true;
    default: return false;
  }
}

// Whether this SELECT has had its WHERE.
bool has_where_before(const Cursor& cursor) {
  int open = 0;  // parentheses that were closed behind the place
  for (std::size_t i = cursor.position(); i-- > 0;) {
    const Terminal terminal = cursor.at_index(i).terminal;
    if (terminal == ")"_t) ++open;
    if (terminal == "("_t && open-- == 0) return false;
    if (open == 0 && terminal == "WHERE"_t) return true;
    if (open == 0 && (terminal == "SELECT"_t || terminal == ";"_t)) return false;
  }
  return false;
}

// DATE 2024-01-31 is a column called DATE, a number, and so on.
bool takes_quoted_text(std::string_view word) {
  return equal_ignoring_case(word, "date") || equal_ignoring_case(word, "timestamp") || equal_ignoring_case(word, "time");
}

// Signs that are spelled differently here.
std::string_view sign_hint(Terminal before, Terminal sign) {
  if (sign == "=>"_t) return "greater than or equal is >=";
  if (sign == ":="_t) return "equality is =";
  if (before == "="_t && (sign == "<"_t || sign == ">"_t)) return "write <= or >=";
  if ((before == "<"_t || before == ">"_t || before == "!"_t) && sign == "="_t) return "write <=, >= or != without a space";
  if (sign == "&&"_t) return "write AND";
  if (sign == "["_t) return "identifiers are quoted with double quotes: \"name\"";
  return {};
}

// Words of other databases, where they stand in the way of the grammar: what to write here.
struct ForeignWord {
  std::string_view word;
  std::string_view hint;
};
constexpr ForeignWord kForeignWords[] = {
    {"auto_increment", "write DEFAULT nextval('s') after CREATE SEQUENCE s"},
    {"autoincrement", "write DEFAULT nextval('s') after CREATE SEQUENCE s"},
    {"duplicate", "write ON CONFLICT DO UPDATE SET ..."},
    {"identity", "write DEFAULT nextval('s') after CREATE SEQUENCE s"},
    {"ignore", "write INSERT OR IGNORE"},
    {"replace", "write INSERT OR REPLACE INTO"},
    {"regexp", "write regexp_matches(text, pattern), or text ~ pattern"},
    {"rlike", "write regexp_matches(text, pattern), or text ~ pattern"},
    {"separator", "the separator is the second argument: string_agg(text, ', ')"},
    {"unsigned", "unsigned types are UTINYINT, USMALLINT, UINTEGER and UBIGINT"},
    {"zerofill", "write lpad(x, width, '0') where it is shown"},
};

std::string_view foreign_hint(std::string_view word) {
  for (const ForeignWord& foreign : kForeignWords) {
    if (equal_ignoring_case(word, foreign.word)) return foreign.hint;
  }
  return {};
}

}  // namespace

// What may help with the current token; empty when nothing does. The first rule that fits wins, so they go from the certain to the guessed:
// a misspelled keyword, a wrong quote, a foreign operator, a reserved word, a clause out of order, a missing comma, a missing operator.
std::string Grammar::hint_here() {
  const Token& found = cursor_.current();
  const Token before = cursor_.position() > 0 ? cursor_.at_index(cursor_.position() - 1) : Token{};
  const Token before_that = cursor_.position() > 1 ? cursor_.at_index(cursor_.position() - 2) : Token{};
  const Expectation& expected = cursor_.expectation();
  if (const std::string_view hint = foreign_hint(cursor_.text(found)); !hint.empty()) return std::string(hint);
  if (found.kind == TokenKind::kIdentifier) {
    if (const auto keyword = nearest_keyword(cursor_.text(found), expected)) return did_you_mean(*keyword);
  }
  if (found.kind == TokenKind::kQuoted && !wants(expected.wanted, Wanted::kNewName)) {
    return "double quotes are for identifiers; a string takes single quotes";
  }
  if (found.terminal == "SELECT"_t && equal_ignoring_case(cursor_.text(before), "minus")) return "write EXCEPT instead of MINUS";
  if (found.terminal == "SELECT"_t && expected.terminals.contains("AS"_t) && !wants(expected.wanted, Wanted::kOperator)) {
    return "is AS missing before SELECT?";
  }
  if (found.terminal == "SELECT"_t && before.kind != TokenKind::kEnd) return "a subquery stands in parentheses";
  if (found.terminal == "UNION"_t || found.terminal == "INTERSECT"_t || found.terminal == "EXCEPT"_t) {
    return "ORDER BY and LIMIT stand after the last query; put the one before in parentheses to give it its own";
  }
  if (const std::string_view hint = sign_hint(before.terminal, found.terminal); !hint.empty()) return std::string(hint);
  if (before.kind == TokenKind::kKeyword && before_that.terminal == "AS"_t && terminal_class(before.terminal) == TerminalClass::kReserved) {
    return fmt::format("the {} after AS was taken as a name; is one missing?", cursor_.text(before));
  }
  if (before_that.terminal == "("_t && before.terminal == "+"_t && found.terminal == ")"_t) return "an outer join is LEFT JOIN ... ON";
  if (before.kind == TokenKind::kString && before.span.end == found.span.begin && found.kind == TokenKind::kIdentifier)
    return "a quote inside a text is written twice: 'it''s'";
  if (found.terminal == ","_t && before_that.terminal == "IN"_t) return "a list stands in parentheses: IN (...)";
  if (found.terminal == "("_t && before.terminal == ")"_t && expected.terminals.contains(","_t)) return "is a comma missing before \"(\"?";
  if (is_clause(found.terminal) && expected.terminals.contains("END"_t)) return "CASE ends with END";
  if (found.kind == TokenKind::kInteger && takes_quoted_text(cursor_.text(before)))
    return fmt::format("its value stands in quotes: {} '2024-01-31'", ascii_upper(cursor_.text(before)));
  if (before.terminal == "!"_t || found.terminal == "!"_t) return "write NOT";
  if (found.terminal == "WITH"_t && equal_ignoring_case(cursor_.text(cursor_.ahead(1)), "rollup")) return "write GROUP BY ROLLUP (...)";
  if (found.terminal == ")"_t && wants(expected.wanted, Wanted::kOperator)) return "no parenthesis is open here";
  if (before.terminal == "OVER"_t) return "a window stands in parentheses: OVER (PARTITION BY ...)";
  if (equal_ignoring_case(cursor_.text(before), "top") && found.kind == TokenKind::kInteger)
    return "write LIMIT at the end of the query instead of TOP";
  const Wanted names = Wanted::kExpression | Wanted::kTable | Wanted::kColumn | Wanted::kNewName;
  if (is_likely_name(cursor_, found.terminal) && wants(expected.wanted, names) && !wants(expected.wanted, Wanted::kOperator)) {
    return fmt::format("{} is a reserved word; as a name it takes double quotes: \"{}\"", terminal_text(found.terminal),
                       cursor_.text(found));
  }
  const bool closes = expected.terminals.contains(")"_t) || expected.terminals.contains("]"_t) || expected.terminals.contains("}"_t);
  if (found.terminal == "JOIN"_t && expected.terminals.contains("SET"_t)) return "write UPDATE t SET ... FROM other WHERE ...";
  if (found.terminal == "WHERE"_t && has_where_before(cursor_)) return "conditions are put together with AND";
  if (is_clause(found.terminal) && wants(expected.wanted, Wanted::kOperator) && !closes) {
    return "clauses come in the order SELECT, FROM, WHERE, GROUP BY, HAVING, QUALIFY, ORDER BY, LIMIT";
  }
  if (begins_value(found) && (cursor_.after_bare_alias() || expected.terminals.contains(","_t)))
    return fmt::format("is a comma missing before {}?", words_for(cursor_, found));
  if (begins_value(found) && wants(expected.wanted, Wanted::kOperator)) {
    return fmt::format("is an operator, AND or OR missing before {}?", words_for(cursor_, found));
  }
  return {};
}

Error Grammar::unexpected(std::string_view expected) {
  const Token& found = cursor_.current();
  if (found.kind == TokenKind::kInvalid) return lexical_error(cursor_.sql(), found);
  // SELECT a FORM t: the word before, taken as an alias, was meant as a keyword.
  if (cursor_.after_bare_alias()) {
    const Token& alias = cursor_.at_index(cursor_.alias_position());
    const auto keyword =
        alias.kind == TokenKind::kIdentifier ? nearest_keyword(cursor_.text(alias), cursor_.alias_expectation()) : std::nullopt;
    if (keyword) {
      return error(ErrorCode::kParser, "unexpected {}", words_for(cursor_, alias)).hint(did_you_mean(*keyword)).at(alias.span);
    }
  }
  // CASE WHNE x: taken as what CASE compares with.
  if (cursor_.position() > 1 && cursor_.expectation().terminals.contains("WHEN"_t)) {
    const Token& operand = cursor_.at_index(cursor_.position() - 1);
    const bool near = operand.kind == TokenKind::kIdentifier && cursor_.at_index(cursor_.position() - 2).terminal == "CASE"_t &&
                      edit_distance(cursor_.text(operand), "WHEN", 2) <= 2;
    if (near) return error(ErrorCode::kParser, "unexpected {}", words_for(cursor_, operand)).hint("did you mean WHEN?").at(operand.span);
  }
  const bool ends = found.kind == TokenKind::kEnd || found.terminal == ";"_t;
  std::string message = ends               ? "the statement ends too early"
                        : expected.empty() ? fmt::format("unexpected {}", words_for(cursor_, found))
                                           : fmt::format("expected {}, but found {}", expected, words_for(cursor_, found));
  if (ends && !expected.empty()) message = fmt::format("expected {}, but the statement ends", expected);
  SourceSpan span = found.span;
  if (ends) {  // just behind the last word, where the missing one belongs
    const std::uint32_t end = cursor_.position() > 0 ? cursor_.at_index(cursor_.position() - 1).span.end : span.begin;
    span = {end, end + 1};
  }
  return error(ErrorCode::kParser, "{}", message).hint(ends ? std::string() : hint_here()).at(span);
}

}  // namespace trueno::sql

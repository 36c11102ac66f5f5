#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/ast.h"
#include "sql/lexer.h"
#include "sql/terminal.h"

namespace trueno::sql {

/// Kinds of free words and values that the grammar can ask for, besides terminals. Used as a bit set.
enum class Wanted : std::uint32_t {
  kNothing = 0,
  kExpression = 1u << 0,  // a column, a function, a literal, ...
  kOperator = 1u << 1,    // the expression may go on
  kTable = 1u << 2,       // an existing table, view or table function
  kColumn = 1u << 3,      // an existing column
  kType = 1u << 4,
  kNewName = 1u << 5,  // an alias, or the name of something to be made
  kString = 1u << 6,
  kNumber = 1u << 7,
  kSetting = 1u << 8,
};
[[nodiscard]] constexpr Wanted operator|(Wanted a, Wanted b) {
  return static_cast<Wanted>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}
[[nodiscard]] constexpr bool wants(Wanted set, Wanted one) {
  return (static_cast<std::uint32_t>(set) & static_cast<std::uint32_t>(one)) != 0;
}

/// What the grammar looked for at one token and did not find.
struct Expectation {
  TerminalSet terminals;
  Wanted wanted = Wanted::kNothing;
};

/// A position in the tokens of a text that remembers what was looked for there. Error messages, "did you mean" and completion all come from
/// that memory, so they know the grammar without a second copy of it: the grammar must look at the current token through `at` and `accept`.
class Cursor {
 public:
  /// `tokens` ends with a kEnd and outlives the cursor, as does `sql`.
  Cursor(std::string_view sql, const std::vector<Token>& tokens) : sql_(sql), tokens_(&tokens) {}

  [[nodiscard]] std::string_view sql() const { return sql_; }
  [[nodiscard]] const Token& current() const { return (*tokens_)[position_]; }
  [[nodiscard]] const Token& ahead(std::size_t n) const { return (*tokens_)[std::min(position_ + n, tokens_->size() - 1)]; }
  [[nodiscard]] const Token& at_index(std::size_t i) const { return (*tokens_)[i]; }
  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] std::string_view text(const Token& token) const { return sql_.substr(token.span.begin, token.span.end - token.span.begin); }

  /// Whether the current token is this one; remembers the question.
  bool at(Terminal terminal) {
    note(terminal);
    return current().terminal == terminal;
  }
  /// Moves past the current token if it is this one.
  bool accept(Terminal terminal) {
    if (!at(terminal)) return false;
    advance();
    return true;
  }
  /// Moves past the current token if it and the next are these.
  bool accept(Terminal first, Terminal second) {
    note(first);
    if (current().terminal != first || !next_is(second)) return false;
    advance();
    advance();
    return true;
  }
  [[nodiscard]] bool next_is(Terminal terminal, std::size_t n = 1) const { return ahead(n).terminal == terminal; }
  [[nodiscard]] bool at_end() const { return current().kind == TokenKind::kEnd; }
  [[nodiscard]] bool at_kind(TokenKind kind) const { return current().kind == kind; }
  void advance() {
    if (!at_end()) ++position_;
  }

  /// Remembers that this could have stood here.
  void note(Terminal terminal) { here().terminals.insert(terminal); }
  void note(Wanted wanted) { here().wanted = here().wanted | wanted; }
  /// What was looked for at the current token.
  [[nodiscard]] const Expectation& expectation() { return here(); }

  /// Begin of the current token; pair with span_since().
  [[nodiscard]] std::uint32_t begin() const { return current().span.begin; }
  /// From there to the end of the last token moved past.
  [[nodiscard]] SourceSpan span_since(std::uint32_t begin) const {
    return {begin, position_ == 0 ? begin : std::max(begin, (*tokens_)[position_ - 1].span.end)};
  }

  /// A word taken as an alias without AS is often a misspelled keyword: `SELECT a FORM t`. Remembered to explain an error just after it.
  void note_bare_alias() {
    alias_position_ = position_;
    alias_expectation_ = here();
  }
  /// Whether the token just passed is such a word.
  [[nodiscard]] bool after_bare_alias() const { return position_ > 0 && position_ - 1 == alias_position_; }
  [[nodiscard]] std::size_t alias_position() const { return alias_position_; }
  [[nodiscard]] const Expectation& alias_expectation() const { return alias_expectation_; }

 private:
  Expectation& here() {
    if (expectation_position_ != position_) {
      expectation_ = {};
      expectation_position_ = position_;
    }
    return expectation_;
  }

  std::string_view sql_;
  const std::vector<Token>* tokens_;
  std::size_t position_ = 0;
  Expectation expectation_;
  std::size_t expectation_position_ = 0;
  Expectation alias_expectation_;
  std::size_t alias_position_ = static_cast<std::size_t>(-1);
};

}  // namespace trueno::sql

// Completion runs the real grammar over the statement up to the cursor. It ends in an error at the end of that text, and the cursor of the
// grammar then knows everything that was looked for there.
#include "sql/completion.h"

#include <algorithm>

#include "sql/grammar.h"

namespace trueno::sql {

namespace {

bool is_word(const Token& token) {
  return token.kind == TokenKind::kIdentifier || token.kind == TokenKind::kQuoted || token.kind == TokenKind::kKeyword;
}

// The tokens of the statement around the cursor; comments are gone. An invalid token may be an unterminated string that holds the cursor.
struct Surroundings {
  std::vector<Token> before;     // up to the cursor, without the word being typed
  std::vector<Token> statement;  // to its end
  bool inside_literal = false;
  Token word;  // being typed; kEnd when there is none
};

Surroundings look_around(std::string_view sql, std::uint32_t cursor) {
  Surroundings result;
  for (std::uint32_t at = 0;;) {
    const Token token = next_token(sql, at);
    if (token.kind == TokenKind::kEnd) return result;
    at = token.span.end;
    const bool holds_cursor = token.span.begin < cursor && cursor < token.span.end;
    const bool open_ended = token.kind == TokenKind::kComment && sql[token.span.begin] == '-' && cursor == token.span.end;
    const bool unterminated = token.kind == TokenKind::kInvalid && token.span.begin < cursor && cursor <= token.span.end;
    if ((holds_cursor && !is_word(token)) || open_ended || unterminated) result.inside_literal = true;
    if (token.kind == TokenKind::kComment) continue;
    if (token.terminal == ";"_t) {
      if (token.span.begin >= cursor) return result;
      result.before.clear();
      result.statement.clear();
      continue;
    }
    result.statement.push_back(token);
    const bool typed = is_word(token) && token.span.begin < cursor && cursor <= token.span.end;
    if (typed) {
      result.word = token;
    } else if (token.span.end <= cursor) {
      result.before.push_back(token);
    }
  }
}

std::string_view text_of(std::string_view sql, const Token& token) {
  return sql.substr(token.span.begin, token.span.end - token.span.begin);
}

// Finds tables without the grammar, because the statement is being typed and rarely parses.
// What follows FROM, JOIN, INTO, UPDATE, TABLE or a comma of a FROM list: a name or a file, and an alias.
class SourceFinder {
 public:
  SourceFinder(std::string_view sql, const std::vector<Token>& tokens) : sql_(sql), tokens_(tokens) {}

  std::vector<NamedSource> find() {
    std::vector<bool> in_from{false};  // one a level of parentheses
    while (at_ < tokens_.size()) {
      const Terminal terminal = tokens_[at_].terminal;
      const bool introduces = terminal == "FROM"_t || terminal == "JOIN"_t || terminal == "INTO"_t || terminal == "UPDATE"_t;
      const bool ends =
          terminal == "WHERE"_t || terminal == "SELECT"_t || terminal == "SET"_t || terminal == "GROUP"_t || terminal == "ORDER"_t;
      const bool goes_on = terminal == ","_t && in_from.back();
      if (introduces) in_from.back() = true;
      if (ends) in_from.back() = false;
      if (terminal == "("_t) in_from.push_back(false);
      if (terminal == ")"_t && in_from.size() > 1) in_from.pop_back();
      ++at_;
      if (introduces || goes_on) read_source();
    }
    return std::move(sources_);
  }

 private:
  [[nodiscard]] bool at(Terminal terminal) const { return at_ < tokens_.size() && tokens_[at_].terminal == terminal; }
  [[nodiscard]] bool at_name() const {
    if (at_ >= tokens_.size()) return false;
    const Token& token = tokens_[at_];
    return token.kind == TokenKind::kIdentifier || token.kind == TokenKind::kQuoted ||
           (token.kind == TokenKind::kKeyword && may_name_column(token.terminal));
  }
  std::string take_name() { return identifier_text(text_of(sql_, tokens_[at_++])); }

  // Past a balanced pair of parentheses; to the end when it is not closed yet.
  void skip_parentheses() {
    std::size_t depth = 0;
    while (at_ < tokens_.size()) {
      if (at("("_t)) ++depth;
      if (at(")"_t) && --depth == 0) {
        ++at_;
        return;
      }
      ++at_;
    }
  }

  void read_source() {
    NamedSource source;
    if (at_ < tokens_.size() && tokens_[at_].kind == TokenKind::kString) {
      Result<std::string> path = string_value(sql_, tokens_[at_++]);
      if (path.has_value()) source.table = *std::move(path);
    } else if (at_name()) {
      source.table = take_name();
      while (at("."_t)) {
        ++at_;
        if (!at_name()) break;
        source.table += "." + take_name();
      }
      if (at("("_t)) skip_parentheses();
    } else {
      return;  // a subquery: its own FROM comes next
    }
    if (at("AS"_t)) ++at_;
    if (at_name() && !at("SET"_t)) source.alias = take_name();
    if (std::ranges::find(sources_, source) == sources_.end()) sources_.push_back(std::move(source));
  }

  std::string_view sql_;
  const std::vector<Token>& tokens_;
  std::size_t at_ = 0;
  std::vector<NamedSource> sources_;
};

}  // namespace

Completion complete(std::string_view sql, std::size_t cursor) {
  Completion result;
  if (sql.size() > 0xFFFF'FF00) return result;
  const auto at = static_cast<std::uint32_t>(std::min(cursor, sql.size()));
  result.replaces = {at, at};
  Surroundings around = look_around(sql, at);
  if (around.inside_literal) return result;
  result.sources = SourceFinder(sql, around.statement).find();
  if (around.word.kind != TokenKind::kEnd) {
    result.replaces = {around.word.span.begin, at};
    result.prefix = sql.substr(around.word.span.begin, at - around.word.span.begin);
    if (result.prefix.starts_with('"')) result.prefix.erase(0, 1);
  }
  const std::uint32_t end = result.replaces.begin;
  const std::size_t count = around.before.size();
  if (count >= 2 && around.before.back().terminal == "."_t && is_word(around.before[count - 2])) {
    result.qualifier = identifier_text(text_of(sql, around.before[count - 2]));
  }
  around.before.push_back({TokenKind::kEnd, kNoTerminal, {end, end}});
  Grammar grammar(sql, around.before);
  const Result<StatementPtr> ignored = grammar.statement();
  Cursor& grammar_cursor = grammar.cursor();
  if (!grammar_cursor.at_end()) return result;  // wrong before the cursor: nothing can be said about it
  const Expectation& expected = grammar_cursor.expectation();
  result.table = wants(expected.wanted, Wanted::kTable);
  result.column = wants(expected.wanted, Wanted::kExpression | Wanted::kColumn);
  result.function = wants(expected.wanted, Wanted::kExpression) && result.qualifier.empty();
  result.type = wants(expected.wanted, Wanted::kType);
  result.setting = wants(expected.wanted, Wanted::kSetting);
  if (!result.qualifier.empty()) return result;
  const std::string prefix = ascii_upper(result.prefix);
  for (std::size_t i = 0; i < kKeywordCount; ++i) {
    const std::string_view word = kTerminals[i].text;
    if (expected.terminals.contains(static_cast<Terminal>(i)) && word.starts_with(prefix)) result.keywords.emplace_back(word);
  }
  return result;
}

}  // namespace trueno::sql

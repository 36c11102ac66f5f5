// Primaries: literals, names, parentheses, and the words that begin a form of their own.
//
// A keyword that is not reserved begins its form only before what must follow it, usually "(": otherwise it is a name, so that columns may
// be called position, row, map or interval.
#include <algorithm>
#include <array>

#include "sql/grammar.h"

namespace trueno::sql {

namespace {

// Names that call a function without parentheses.
constexpr auto kValueFunctions =
    std::to_array<std::string_view>({"current_catalog", "current_date", "current_role", "current_schema", "current_time",
                                     "current_timestamp", "current_user", "localtime", "localtimestamp", "session_user"});

bool calls_value_function(std::string_view written) {
  return std::ranges::any_of(kValueFunctions, [written](std::string_view name) { return equal_ignoring_case(name, written); });
}

}  // namespace

Result<ExpressionPtr> Grammar::primary() {
  const Token& token = cursor_.current();
  switch (token.kind) {
    case TokenKind::kInteger:
    case TokenKind::kDecimal:
    case TokenKind::kFloat:
    case TokenKind::kString:
    case TokenKind::kBlob: return literal();
    case TokenKind::kParameter: return parameter();
    case TokenKind::kPositional: {
      const std::string_view digits = cursor_.text(token).substr(1);
      std::uint32_t number = 0;
      for (const char c : digits.substr(0, 9)) number = number * 10 + static_cast<std::uint32_t>(c - '0');
      if (number == 0 || digits.size() > 9) return error(ErrorCode::kParser, "columns are counted from #1").at(token.span);
      cursor_.advance();
      return make(PositionalRef{number}, token.span);
    }
    case TokenKind::kIdentifier:
      if (at_typed_literal()) return typed_literal();
      return path();
    case TokenKind::kQuoted: return path();
    case TokenKind::kKeyword: return primary_keyword();
    case TokenKind::kSymbol: break;
    default: return unexpected("an expression");
  }
  switch (token.terminal) {
    case "("_t: return parenthesised();
    case "["_t: return list_value();
    case "{"_t: return struct_value();
    case "*"_t:
      if (cursor_.next_is("COLUMNS"_t) && cursor_.next_is("("_t, 2)) {
        cursor_.advance();
        return columns(true);
      }
      if (cursor_.position() != star_position_) break;
      cursor_.advance();
      return star({}, token.span.begin);
    default: break;
  }
  return unexpected("an expression");
}

// At a keyword: the form that it begins, or a name.
Result<ExpressionPtr> Grammar::primary_keyword() {
  const Token& token = cursor_.current();
  const Terminal next = cursor_.ahead(1).terminal;
  const bool opens = next == "("_t;
  switch (token.terminal) {
    case "NULL"_t:
    case "TRUE"_t:
    case "FALSE"_t: return literal();
    case "CASE"_t: return case_expression();
    case "DEFAULT"_t: cursor_.advance(); return make(DefaultValue{}, token.span);
    case "ARRAY"_t: return array();
    case "INTERVAL"_t: return interval();
    case "CAST"_t: return cast(false);
    case "TRY_CAST"_t:
      if (opens) return cast(true);
      break;
    case "EXISTS"_t:
      if (opens) return exists();
      break;
    case "EXTRACT"_t:
      if (opens) return extract();
      break;
    case "SUBSTRING"_t:
      if (opens) return substring();
      break;
    case "POSITION"_t:
      if (opens) return position();
      break;
    case "TRIM"_t:
      if (opens) return trim();
      break;
    case "OVERLAY"_t:
      if (opens) return overlay();
      break;
    case "ROW"_t:
      if (opens) return row();
      break;
    case "COLUMNS"_t:
      if (opens) return columns(false);
      break;
    case "MAP"_t:
      if (next == "{"_t) return map_value();
      break;
    case "LAMBDA"_t:
      if (at_lambda()) return lambda();
      break;
    default: break;
  }
  if (at_typed_literal()) return typed_literal();
  if (may_name_column(token.terminal) || (opens && may_name_function(token.terminal))) return path();
  return unexpected("an expression");
}

// A token that is a value by itself: NULL, TRUE, FALSE, a number, a string, a blob.
Result<ExpressionPtr> Grammar::literal() {
  const Token token = cursor_.current();
  Literal value;
  switch (token.kind) {
    case TokenKind::kString: {
      value.kind = LiteralKind::kString;
      value.text = TRUENO_TRY(string_literal("a string"));
      return make(std::move(value), cursor_.span_since(token.span.begin));
    }
    case TokenKind::kBlob:
      value.kind = LiteralKind::kBlob;
      value.text = TRUENO_TRY(string_value(cursor_.sql(), token));
      break;
    case TokenKind::kInteger:
    case TokenKind::kDecimal:
    case TokenKind::kFloat:
      value.kind = token.kind == TokenKind::kInteger   ? LiteralKind::kInteger
                   : token.kind == TokenKind::kDecimal ? LiteralKind::kDecimal
                                                       : LiteralKind::kFloat;
      value.text = TRUENO_TRY(number_text(cursor_.sql(), token));
      break;
    default:
      if (token.terminal != "NULL"_t) {
        value.kind = LiteralKind::kBoolean;
        value.text = token.terminal == "TRUE"_t ? "true" : "false";
      }
  }
  cursor_.advance();
  return make(std::move(value), token.span);
}

// "?" | "?1" | "$1" | "$name"
Result<ExpressionPtr> Grammar::parameter() {
  const Token token = cursor_.current();
  const std::string_view written = cursor_.text(token).substr(1);
  Parameter node;
  if (written.empty()) {
    node.number = ++parameter_count_;
  } else if (written[0] >= '0' && written[0] <= '9') {
    for (const char c : written.substr(0, 6)) node.number = node.number * 10 + static_cast<std::uint32_t>(c - '0');
    if (node.number == 0 || node.number > 65535 || written.size() > 6) {
      return error(ErrorCode::kParser, "parameters are counted from 1 to 65535").at(token.span);
    }
  } else {
    node.name = written;
  }
  cursor_.advance();
  return make(std::move(node), token.span);
}

// name {"." name} | name {"." name} "." "*" | name {"." name} "(" arguments ")" ...
Result<ExpressionPtr> Grammar::path() {
  const Token first = cursor_.current();
  QualifiedName name;
  name.parts.push_back(take_name());
  while (cursor_.at("."_t)) {
    cursor_.advance();
    cursor_.note(Wanted::kColumn);
    if (cursor_.current().terminal == "*"_t) {
      cursor_.advance();
      return star(std::move(name), first.span.begin);
    }
    if (!at_name() && !cursor_.at_kind(TokenKind::kKeyword)) return unexpected("a name or * after the dot");
    name.parts.push_back(take_name());
  }
  if (cursor_.current().terminal == "("_t) {
    FunctionCall node = TRUENO_TRY(call(std::move(name)));
    return make(std::move(node), cursor_.span_since(first.span.begin));
  }
  if (name.parts.size() == 1 && first.kind == TokenKind::kIdentifier && calls_value_function(name.last().text)) {
    FunctionCall node;
    node.name = std::move(name);
    return make(std::move(node), first.span);
  }
  return make(ColumnRef{std::move(name)}, cursor_.span_since(first.span.begin));
}

// "(" query ")" | "(" expression ")" | "(" expression "," ... ")": a subquery, a grouping, a row.
// Behind several "(" a query may turn out to be only the left side of something: ((SELECT 1) + 2), ((SELECT 1) UNION SELECT 2).
Result<ExpressionPtr> Grammar::parenthesised() {
  const SourceSpan opening = cursor_.current().span;
  const bool nested_query = starts_nested_query();
  // (* LIKE 'a%') is what the printer writes for * LIKE 'a%': a star may stand in parentheses where it may stand alone.
  const bool may_be_star = cursor_.position() == star_position_;
  cursor_.advance();
  if (may_be_star) star_position_ = cursor_.position();
  if (starts_query()) {
    QueryPtr inner = TRUENO_TRY(query());
    TRUENO_TRY(expect_closing(")"_t, opening));
    return make(Subquery{SubqueryKind::kScalar, std::move(inner)}, cursor_.span_since(opening.begin));
  }
  if (cursor_.at(")"_t)) return unexpected("an expression");
  ExpressionPtr inner = TRUENO_TRY(expression());
  if (cursor_.accept(","_t)) {
    Row node;
    node.elements.push_back(std::move(inner));
    if (!cursor_.at(")"_t)) {
      std::vector<ExpressionPtr> others = TRUENO_TRY(expression_list());
      std::ranges::move(others, std::back_inserter(node.elements));
    }
    TRUENO_TRY(expect_closing(")"_t, opening));
    return make(std::move(node), cursor_.span_since(opening.begin));
  }
  Subquery* subquery = nested_query ? inner->as<Subquery>() : nullptr;
  if (subquery != nullptr && subquery->kind == SubqueryKind::kScalar) {
    subquery->query = TRUENO_TRY(continue_query(std::move(subquery->query)));
  }
  TRUENO_TRY(expect_closing(")"_t, opening));
  return inner;
}

}  // namespace trueno::sql

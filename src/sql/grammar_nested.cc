// Stars, lists, structs, maps, rows, lambdas and subqueries in words.
#include "sql/grammar.h"

namespace trueno::sql {

// "*" [EXCLUDE ...] [REPLACE ...] [RENAME ...]; the star itself is passed.
Result<ExpressionPtr> Grammar::star(QualifiedName qualifier, std::uint32_t begin) {
  Star node;
  node.qualifier = std::move(qualifier);
  TRUENO_TRY(star_changes(node));
  return make(std::move(node), cursor_.span_since(begin));
}

// Each change takes one item, or several in parentheses.
Status Grammar::star_changes(Star& star) {
  const auto items = [this](auto item) -> Status {
    const SourceSpan opening = cursor_.current().span;
    if (!cursor_.accept("("_t)) return item();
    do {
      if (cursor_.at(")"_t)) break;
      TRUENO_TRY(item());
    } while (cursor_.accept(","_t));
    return expect_closing(")"_t, opening);
  };
  // "* EXCEPT (a, b)" is EXCLUDE as BigQuery spells it; before a query it is the set operation.
  const bool except_columns = cursor_.at("EXCEPT"_t) && !starts_query(1) && !cursor_.next_is("ALL"_t) && !cursor_.next_is("DISTINCT"_t) &&
                              !(cursor_.next_is("("_t) && (starts_query(2) || cursor_.next_is("("_t, 2)));
  if (except_columns) cursor_.advance();
  if (except_columns || cursor_.accept("EXCLUDE"_t)) {
    TRUENO_TRY(items([&]() -> Status {
      star.exclude.push_back(TRUENO_TRY(qualified_name(Wanted::kColumn, "the name of a column to leave out")));
      return {};
    }));
  }
  if (cursor_.accept("REPLACE"_t)) {
    TRUENO_TRY(items([&]() -> Status {
      StarReplacement replacement{TRUENO_TRY(expression()), {}};
      TRUENO_TRY(expect("AS"_t));
      replacement.name = TRUENO_TRY(label());
      star.replace.push_back(std::move(replacement));
      return {};
    }));
  }
  if (cursor_.accept("RENAME"_t)) {
    TRUENO_TRY(items([&]() -> Status {
      StarRename rename{TRUENO_TRY(qualified_name(Wanted::kColumn, "the name of a column")), {}};
      TRUENO_TRY(expect("AS"_t));
      rename.to = TRUENO_TRY(label());
      star.rename.push_back(std::move(rename));
      return {};
    }));
  }
  return {};
}

// [*] COLUMNS "(" expression ")"
Result<ExpressionPtr> Grammar::columns(bool unpacked) {
  const std::uint32_t begin = cursor_.begin() - (unpacked ? 1 : 0);
  cursor_.advance();
  const SourceSpan opening = cursor_.current().span;
  cursor_.advance();
  Columns node;
  node.unpacked = unpacked;
  node.argument = TRUENO_TRY(expression_after_star());
  TRUENO_TRY(expect_closing(")"_t, opening));
  return make(std::move(node), cursor_.span_since(begin));
}

// An expression that may be a star.
Result<ExpressionPtr> Grammar::expression_after_star() {
  star_position_ = cursor_.position();
  return expression();
}

// "[" [expression {"," expression} [","]] "]"
Result<ExpressionPtr> Grammar::list_value() {
  const SourceSpan opening = cursor_.current().span;
  cursor_.advance();
  ListValue node;
  if (!cursor_.at("]"_t)) node.elements = TRUENO_TRY(expression_list());
  if (node.elements.size() == 1 && cursor_.at("FOR"_t)) {
    return not_supported("a list comprehension", "write list_transform(list, lambda x: ...) or list_filter(list, lambda x: ...)");
  }
  TRUENO_TRY(expect_closing("]"_t, opening));
  return make(std::move(node), cursor_.span_since(opening.begin));
}

// "{" key ":" expression {"," ...} "}"
Result<ExpressionPtr> Grammar::struct_value() {
  const SourceSpan opening = cursor_.current().span;
  cursor_.advance();
  StructValue node;
  do {
    if (!node.fields.empty() && cursor_.at("}"_t)) break;
    if (!at_name() && !cursor_.at_kind(TokenKind::kKeyword) && !cursor_.at_kind(TokenKind::kString)) {
      return unexpected("a field such as 'name': value");
    }
    Name key = TRUENO_TRY(label());
    TRUENO_TRY(expect(":"_t));
    node.fields.push_back({std::move(key), TRUENO_TRY(expression())});
  } while (cursor_.accept(","_t));
  TRUENO_TRY(expect_closing("}"_t, opening));
  return make(std::move(node), cursor_.span_since(opening.begin));
}

// MAP "{" [key ":" value {"," ...}] "}"
Result<ExpressionPtr> Grammar::map_value() {
  const std::uint32_t begin = cursor_.begin();
  cursor_.advance();
  const SourceSpan opening = cursor_.current().span;
  cursor_.advance();
  MapValue node;
  while (!cursor_.at("}"_t)) {
    ExpressionPtr key = TRUENO_TRY(expression());
    TRUENO_TRY(expect(":"_t));
    node.entries.push_back({std::move(key), TRUENO_TRY(expression())});
    if (!cursor_.accept(","_t)) break;
  }
  TRUENO_TRY(expect_closing("}"_t, opening));
  return make(std::move(node), cursor_.span_since(begin));
}

// ARRAY "[" ... "]" | ARRAY "(" query ")"
Result<ExpressionPtr> Grammar::array() {
  const std::uint32_t begin = cursor_.begin();
  cursor_.advance();
  if (cursor_.at("["_t)) {
    ExpressionPtr list = TRUENO_TRY(list_value());
    list->span = cursor_.span_since(begin);
    return list;
  }
  const SourceSpan opening = cursor_.current().span;
  if (!cursor_.accept("("_t)) return unexpected("\"[\" or a subquery in parentheses after ARRAY");
  QueryPtr inner = TRUENO_TRY(query());
  TRUENO_TRY(expect_closing(")"_t, opening));
  return make(Subquery{SubqueryKind::kArray, std::move(inner)}, cursor_.span_since(begin));
}

// ROW "(" [expression {"," expression}] ")"
Result<ExpressionPtr> Grammar::row() {
  const std::uint32_t begin = cursor_.begin();
  cursor_.advance();
  const SourceSpan opening = cursor_.current().span;
  cursor_.advance();
  Row node;
  if (!cursor_.at(")"_t)) node.elements = TRUENO_TRY(expression_list());
  TRUENO_TRY(expect_closing(")"_t, opening));
  return make(std::move(node), cursor_.span_since(begin));
}

// EXISTS "(" query ")"
Result<ExpressionPtr> Grammar::exists() {
  const std::uint32_t begin = cursor_.begin();
  cursor_.advance();
  const SourceSpan opening = cursor_.current().span;
  cursor_.advance();
  QueryPtr inner = TRUENO_TRY(query());
  TRUENO_TRY(expect_closing(")"_t, opening));
  return make(Subquery{SubqueryKind::kExists, std::move(inner)}, cursor_.span_since(begin));
}

// LAMBDA name {"," name} ":"
bool Grammar::at_lambda() const {
  if (!cursor_.next_is("LAMBDA"_t, 0)) return false;
  for (std::size_t ahead = 1;; ahead += 2) {
    const Token& name = cursor_.ahead(ahead);
    const bool is_name = name.kind == TokenKind::kIdentifier || name.kind == TokenKind::kQuoted ||
                         (name.kind == TokenKind::kKeyword && may_name_column(name.terminal));
    if (!is_name || ahead > 64) return false;
    if (cursor_.next_is(":"_t, ahead + 1)) return true;
    if (!cursor_.next_is(","_t, ahead + 1)) return false;
  }
}

Result<ExpressionPtr> Grammar::lambda() {
  const std::uint32_t begin = cursor_.begin();
  cursor_.advance();
  Lambda node;
  do {
    node.parameters.push_back(TRUENO_TRY(name(Wanted::kNewName, "the name of a parameter")));
  } while (cursor_.accept(","_t));
  TRUENO_TRY(expect(":"_t));
  node.body = TRUENO_TRY(expression());
  return make(std::move(node), cursor_.span_since(begin));
}

}  // namespace trueno::sql

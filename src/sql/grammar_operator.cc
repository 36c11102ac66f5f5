// Operators that are signs: infix ones by their table, and the postfix ones that reach into a value.
//
// The table is PostgreSQL's, with DuckDB's two changes: `//` is a division, and `->` and `->>` bind loosest of all, because `x -> x + 1` is
// a lambda more often than JSON access. (So `j ->> 'a' = 'b'` needs parentheses around its left side, in DuckDB as well.) Spellings are
// made canonical on the way: == is =, != is <>, ** is ^, ~~ is LIKE.
#include <optional>

#include "sql/grammar.h"

namespace trueno::sql {

namespace {

struct InfixOperator {
  Precedence precedence;
  std::string_view canonical;
};

std::optional<InfixOperator> infix_operator(Terminal sign) {
  using enum Precedence;
  switch (sign) {
    case "->"_t:
    case "->>"_t: return InfixOperator{kArrow, terminal_text(sign)};
    case "="_t:
    case "=="_t: return InfixOperator{kComparison, "="};
    case "<>"_t:
    case "!="_t: return InfixOperator{kComparison, "<>"};
    case "<"_t:
    case "<="_t:
    case ">"_t:
    case ">="_t: return InfixOperator{kComparison, terminal_text(sign)};
    case "||"_t:
    case "|"_t:
    case "&"_t:
    case "&&"_t:
    case "<<"_t:
    case ">>"_t:
    case "~"_t:
    case "!~"_t:
    case "~*"_t:
    case "!~*"_t:
    case "@>"_t:
    case "<@"_t:
    case "^@"_t:
    case "<->"_t:
    case "<=>"_t: return InfixOperator{kOperator, terminal_text(sign)};
    case "+"_t:
    case "-"_t: return InfixOperator{kAdditive, terminal_text(sign)};
    case "*"_t:
    case "/"_t:
    case "//"_t:
    case "%"_t: return InfixOperator{kMultiplicative, terminal_text(sign)};
    case "^"_t:
    case "**"_t: return InfixOperator{kPower, "^"};
    default: return std::nullopt;
  }
}

struct LikeOperator {
  LikeKind kind;
  bool negated;
};

std::optional<LikeOperator> like_operator(Terminal sign) {
  switch (sign) {
    case "~~"_t: return LikeOperator{LikeKind::kLike, false};
    case "!~~"_t: return LikeOperator{LikeKind::kLike, true};
    case "~~*"_t: return LikeOperator{LikeKind::kILike, false};
    case "!~~*"_t: return LikeOperator{LikeKind::kILike, true};
    case "~~~"_t: return LikeOperator{LikeKind::kGlob, false};
    default: return std::nullopt;
  }
}

Precedence next_tighter(Precedence precedence) { return static_cast<Precedence>(static_cast<int>(precedence) + 1); }

// Whether no operand can begin here: behind a number, `%` is then PERCENT of LIMIT and not an operator.
bool ends_expression(const Token& token) {
  return token.kind == TokenKind::kEnd || token.terminal == ";"_t || token.terminal == ")"_t || token.terminal == "OFFSET"_t ||
         token.terminal == "UNION"_t;
}

bool is_comparison(Terminal sign) {
  const auto op = infix_operator(sign);
  return op && op->precedence == Precedence::kComparison;
}

}  // namespace

Precedence operator_precedence(std::string_view op) {
  const auto found = infix_operator(find_symbol(op));
  return found ? found->precedence : Precedence::kLowest;
}

// False when the sign is no operator, or binds too loosely for the operand that is being read.
Result<bool> Grammar::extend_with_symbol(ExpressionPtr& left, Precedence least) {
  const Terminal sign = cursor_.current().terminal;
  if (const auto op = infix_operator(sign)) {
    if (op->precedence < least) return false;
    if (sign == "%"_t && ends_expression(cursor_.ahead(1))) return false;  // LIMIT 10 %
    TRUENO_TRY(binary(left, op->canonical, op->precedence));
    return true;
  }
  if (const auto op = like_operator(sign)) {
    if (Precedence::kOperator < least) return false;
    cursor_.advance();
    ExpressionPtr pattern = TRUENO_TRY(expression(Precedence::kAdditive));
    left = make(Like{op->kind, std::move(left), std::move(pattern), {}, op->negated}, {});
    return true;
  }
  switch (sign) {  // the postfix ones bind tightest of all
    case "::"_t: {
      cursor_.advance();
      auto type = std::make_unique<TypeName>(TRUENO_TRY(type_name()));
      left = make(Cast{std::move(left), std::move(type), false}, {});
      return true;
    }
    case "["_t: TRUENO_TRY(subscript(left)); return true;
    case "."_t: TRUENO_TRY(field_or_method(left)); return true;
    case "!"_t:
      if (least > Precedence::kOperator) return false;
      cursor_.advance();
      left = make(Unary{"!", std::move(left)}, {});
      return true;
    default: return false;
  }
}

// op operand | op (ANY | ALL | SOME) "(" ... ")"; the operator is the current token.
Status Grammar::binary(ExpressionPtr& left, std::string_view op, Precedence own) {
  const Token sign = cursor_.current();
  cursor_.advance();
  const Terminal next = cursor_.current().terminal;
  if ((next == "ANY"_t || next == "ALL"_t || next == "SOME"_t) && cursor_.next_is("("_t)) return quantified(left, op);
  if (sign.terminal == "="_t && next == "="_t)
    return error(ErrorCode::kParser, "unexpected \"=\"").hint("equality is = or ==").at(cursor_.current().span);
  ExpressionPtr right = TRUENO_TRY(expression(next_tighter(own)));
  if (own == Precedence::kComparison && is_comparison(cursor_.current().terminal)) {
    // a = 1 && b = 2 reads as a = (1 && b) = 2.
    const auto* inner = right->as<Binary>();
    const std::string_view joins = inner == nullptr ? std::string_view() : std::string_view(inner->op);
    return error(ErrorCode::kParser, "comparisons do not chain: unexpected \"{}\"", cursor_.text(cursor_.current()))
        .hint(joins == "&&"   ? "&& compares lists; write AND"
              : joins == "||" ? "|| joins texts; write OR"
                              : "write a < b AND b < c, or use parentheses")
        .at(cursor_.current().span);
  }
  left = make(Binary{std::string(op), std::move(left), std::move(right)}, {});
  return {};
}

// (ANY | SOME | ALL) "(" query | expression ")"
Status Grammar::quantified(ExpressionPtr& left, std::string_view op) {
  Quantified node;
  node.op = op;
  node.all = cursor_.at("ALL"_t);
  node.left = std::move(left);
  cursor_.advance();
  const SourceSpan opening = cursor_.current().span;
  const bool nested_query = starts_nested_query();
  cursor_.advance();
  if (starts_query()) {
    node.query = TRUENO_TRY(query());
  } else {
    node.collection = TRUENO_TRY(expression());
    Subquery* subquery = nested_query ? node.collection->as<Subquery>() : nullptr;
    if (subquery != nullptr && subquery->kind == SubqueryKind::kScalar) {
      node.query = TRUENO_TRY(continue_query(std::move(subquery->query)));
      node.collection.reset();
    }
  }
  TRUENO_TRY(expect_closing(")"_t, opening));
  left = make(std::move(node), {});
  return {};
}

// "[" expression "]" | "[" [expression] ":" [expression | "-"] [":" expression] "]"
Status Grammar::subscript(ExpressionPtr& left) {
  const SourceSpan opening = cursor_.current().span;
  cursor_.advance();
  Slice slice;
  if (!cursor_.at(":"_t)) slice.lower = TRUENO_TRY(expression());
  if (cursor_.accept("]"_t)) {
    left = make(Subscript{std::move(left), std::move(slice.lower)}, {});
    return {};
  }
  if (!cursor_.accept(":"_t)) return unclosed("]"_t, opening);
  if (cursor_.at("-"_t) && (cursor_.next_is(":"_t) || cursor_.next_is("]"_t))) {
    cursor_.advance();
  } else if (!cursor_.at("]"_t) && !cursor_.at(":"_t)) {
    slice.upper = TRUENO_TRY(expression());
  }
  if (cursor_.accept(":"_t) && !cursor_.at("]"_t)) slice.step = TRUENO_TRY(expression());
  TRUENO_TRY(expect_closing("]"_t, opening));
  slice.operand = std::move(left);
  left = make(std::move(slice), {});
  return {};
}

// "." name | "." name "(" arguments ")": the latter is the function called with the value as its first argument.
Status Grammar::field_or_method(ExpressionPtr& left) {
  cursor_.advance();
  cursor_.note(Wanted::kColumn);
  if (cursor_.at_kind(TokenKind::kSymbol) && cursor_.current().terminal == "*"_t) {
    return not_supported("\".*\" on an expression", "name the fields: (x).a, (x).b");
  }
  if (!at_name() && !cursor_.at_kind(TokenKind::kKeyword)) return unexpected("the name of a field");
  Name field = take_name();
  if (!cursor_.at("("_t)) {
    left = make(FieldAccess{std::move(left), std::move(field)}, {});
    return {};
  }
  FunctionCall call = TRUENO_TRY(this->call(QualifiedName{{std::move(field)}}));
  call.arguments.insert(call.arguments.begin(), Argument{{}, std::move(left)});
  left = make(std::move(call), {});
  return {};
}

}  // namespace trueno::sql

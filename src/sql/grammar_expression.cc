// Expressions by operator precedence (Pratt): a prefix, then as many operators as bind at least as tightly as asked for.
//
// expression(least) reads `prefix op operand op operand ...` in a loop and recurses only for operands, so a chain of any length takes no
// stack. Left association comes from asking the right operand for the next tighter level: in a - b - c the operand of the first minus ends
// before the second one. Keywords that are operators (AND, IS, LIKE, IN, ...) are here; signs and postfix operators are in
// grammar_operator.cc.
//
// How deep a tree may get is settled here, too. Recursion counts levels while it goes down (NestingScope). On the way up `tallest_` carries
// the depth of the tallest tree completed since the enclosing construct began: a node is one above the tallest of its parts, whatever they
// are (arguments, subqueries, window orders), without asking each kind of node for its children.
#include <utility>

#include "sql/grammar.h"

namespace trueno::sql {

Result<ExpressionPtr> Grammar::expression(Precedence least) {
  const NestingScope scope(nesting_);
  if (!scope.ok()) return too_deep();
  const std::uint32_t begin = cursor_.begin();
  const Depth outer = std::exchange(tallest_, {});
  ExpressionPtr left = TRUENO_TRY(prefix());
  Depth depth = TRUENO_TRY(checked(tallest_.above()));
  while (true) {
    tallest_ = {};
    const bool was_binary = left->is<Binary>();
    if (!TRUENO_TRY(extend(left, least))) break;
    left->span = cursor_.span_since(begin);
    // A chain of binary operators leans left and costs a looping walk nothing; see kMaxHeight.
    const std::uint32_t chain = was_binary && left->is<Binary>() ? 0 : 1;
    depth = {std::max(depth.nesting + chain, tallest_.nesting + 1), std::max(depth.height, tallest_.height) + 1};
    TRUENO_TRY(checked(depth));
  }
  left->nesting = static_cast<std::uint16_t>(depth.nesting);
  left->height = static_cast<std::uint16_t>(depth.height);
  tallest_ = outer;
  tallest_.include(depth);
  return left;
}

// prefix := ("-" | "+") sign | ("~" | "@") operator | NOT expression | primary
Result<ExpressionPtr> Grammar::prefix() {
  cursor_.note(Wanted::kExpression);
  switch (cursor_.current().terminal) {
    case "-"_t: return signed_operand("-", Precedence::kSign);
    case "+"_t: return signed_operand("+", Precedence::kSign);
    case "~"_t: return signed_operand("~", Precedence::kAdditive);  // PostgreSQL: ~1 + 2 is ~(1 + 2)
    case "@"_t: return signed_operand("@", Precedence::kAdditive);
    case "NOT"_t: {
      const std::uint32_t begin = cursor_.begin();
      cursor_.advance();
      ExpressionPtr operand = TRUENO_TRY(expression(Precedence::kNot));
      return make(Not{std::move(operand)}, cursor_.span_since(begin));
    }
    default:
      for (const Terminal word : {"NOT"_t, "CASE"_t, "CAST"_t, "EXISTS"_t, "INTERVAL"_t, "NULL"_t, "TRUE"_t, "FALSE"_t}) {
        if (cursor_.at_end()) cursor_.note(word);
      }
      return primary();
  }
}

// "-" operand. `-1` stays an operator and a literal: whether -9223372036854775808 fits BIGINT is for the binder to see.
Result<ExpressionPtr> Grammar::signed_operand(std::string_view op, Precedence operand_precedence) {
  const std::uint32_t begin = cursor_.begin();
  cursor_.advance();
  ExpressionPtr operand = TRUENO_TRY(expression(operand_precedence));
  return make(Unary{std::string(op), std::move(operand)}, cursor_.span_since(begin));
}

// The words are noted for completion only at the end of the text: elsewhere `Wanted::kOperator` says the same to the error messages.
// One operator and what is right of it, if it binds tightly enough; false when the expression ends here.
Result<bool> Grammar::extend(ExpressionPtr& left, Precedence least) {
  cursor_.note(Wanted::kOperator);
  if (cursor_.at_kind(TokenKind::kSymbol)) return extend_with_symbol(left, least);
  if (cursor_.at_kind(TokenKind::kKeyword)) return extend_with_keyword(left, least);
  if (least <= Precedence::kAnd && cursor_.at_end()) {
    for (const Terminal word :
         {"AND"_t, "OR"_t, "IS"_t, "NOT"_t, "IN"_t, "LIKE"_t, "ILIKE"_t, "BETWEEN"_t, "SIMILAR"_t, "GLOB"_t, "COLLATE"_t}) {
      cursor_.note(word);
    }
  }
  return false;
}

Result<bool> Grammar::extend_with_keyword(ExpressionPtr& left, Precedence least) {
  const auto binds = [least](Precedence own) { return own >= least; };
  // A node was made in place of `left`, or an error was met on the way.
  const auto done = [](Status status) -> Result<bool> {
    if (!status.has_value()) return std::move(status).error();
    return true;
  };
  switch (cursor_.current().terminal) {
    case "OR"_t: return binds(Precedence::kOr) ? done(logical(left, LogicalOperator::kOr, Precedence::kOr)) : false;
    case "AND"_t: return binds(Precedence::kAnd) ? done(logical(left, LogicalOperator::kAnd, Precedence::kAnd)) : false;
    case "IS"_t:
    case "ISNULL"_t:
    case "NOTNULL"_t: return binds(Precedence::kIs) ? done(is_test(left)) : false;
    case "NOT"_t:
      if (cursor_.next_is("NULL"_t)) return binds(Precedence::kIs) ? done(is_test(left)) : false;
      switch (cursor_.ahead(1).terminal) {
        case "LIKE"_t:
        case "ILIKE"_t:
        case "GLOB"_t:
        case "SIMILAR"_t:
        case "BETWEEN"_t:
        case "IN"_t: break;
        default: return false;
      }
      if (!binds(Precedence::kPattern)) return false;
      cursor_.advance();
      return done(pattern(left, true));
    case "LIKE"_t:
    case "ILIKE"_t:
    case "GLOB"_t:
    case "SIMILAR"_t:
    case "BETWEEN"_t:
    case "IN"_t: return binds(Precedence::kPattern) ? done(pattern(left, false)) : false;
    case "AT"_t: {
      if (!cursor_.next_is("TIME"_t) || !cursor_.next_is("ZONE"_t, 2) || !binds(Precedence::kAtTimeZone)) return false;
      for (int words = 0; words < 3; ++words) cursor_.advance();
      ExpressionPtr zone = TRUENO_TRY(expression(Precedence::kCollate));
      left = make(AtTimeZone{std::move(left), std::move(zone)}, {});
      return true;
    }
    case "COLLATE"_t: {
      if (!binds(Precedence::kCollate)) return false;
      cursor_.advance();
      QualifiedName collation = TRUENO_TRY(qualified_name(Wanted::kNothing, "the name of a collation"));
      left = make(Collate{std::move(left), std::move(collation)}, {});
      return true;
    }
    default: return false;
  }
}

// a AND b AND c is one flat node, so that ten thousand terms are no deeper than two.
Status Grammar::logical(ExpressionPtr& left, LogicalOperator op, Precedence own) {
  const Terminal word = op == LogicalOperator::kAnd ? "AND"_t : "OR"_t;
  Logical node{op, {}};
  node.operands.push_back(std::move(left));
  while (cursor_.accept(word)) {
    node.operands.push_back(TRUENO_TRY(expression(static_cast<Precedence>(static_cast<int>(own) + 1))));
  }
  left = make(std::move(node), {});
  return {};
}

// IS [NOT] (NULL | TRUE | FALSE | UNKNOWN | DISTINCT FROM expression) | ISNULL | NOTNULL | NOT NULL
Status Grammar::is_test(ExpressionPtr& left) {
  if (cursor_.accept("ISNULL"_t)) {
    left = make(IsTest{std::move(left), TruthTest::kNull, false}, {});
    return {};
  }
  if (cursor_.accept("NOTNULL"_t) || cursor_.accept("NOT"_t, "NULL"_t)) {
    left = make(IsTest{std::move(left), TruthTest::kNull, true}, {});
    return {};
  }
  cursor_.advance();
  const bool negated = cursor_.accept("NOT"_t);
  if (cursor_.accept("DISTINCT"_t)) {
    TRUENO_TRY(expect("FROM"_t));
    ExpressionPtr right = TRUENO_TRY(expression(Precedence::kComparison));
    left = make(IsDistinctFrom{std::move(left), std::move(right), negated}, {});
    return {};
  }
  TruthTest test = TruthTest::kNull;
  if (cursor_.accept("TRUE"_t)) {
    test = TruthTest::kTrue;
  } else if (cursor_.accept("FALSE"_t)) {
    test = TruthTest::kFalse;
  } else if (cursor_.accept("UNKNOWN"_t)) {
    test = TruthTest::kUnknown;
  } else if (!cursor_.accept("NULL"_t)) {
    return unexpected("NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM after IS");
  }
  left = make(IsTest{std::move(left), test, negated}, {});
  return {};
}

// At LIKE, ILIKE, GLOB, SIMILAR TO, BETWEEN or IN.
Status Grammar::pattern(ExpressionPtr& left, bool negated) {
  if (cursor_.accept("LIKE"_t)) return like(left, LikeKind::kLike, negated);
  if (cursor_.accept("ILIKE"_t)) return like(left, LikeKind::kILike, negated);
  if (cursor_.accept("GLOB"_t)) return like(left, LikeKind::kGlob, negated);
  if (cursor_.accept("BETWEEN"_t)) return between(left, negated);
  if (cursor_.accept("IN"_t)) return in(left, negated);
  cursor_.advance();
  TRUENO_TRY(expect("TO"_t));
  return like(left, LikeKind::kSimilarTo, negated);
}

// (LIKE | ILIKE | GLOB | SIMILAR TO) pattern [ESCAPE character]
Status Grammar::like(ExpressionPtr& left, LikeKind kind, bool negated) {
  Like node{kind, std::move(left), TRUENO_TRY(expression(Precedence::kOperator)), {}, negated};
  if (cursor_.accept("ESCAPE"_t)) node.escape = TRUENO_TRY(expression(Precedence::kOperator));
  left = make(std::move(node), {});
  return {};
}

// [NOT] BETWEEN [SYMMETRIC] low AND high. The bounds are asked for above AND's level, or the AND would be taken for the logical one.
Status Grammar::between(ExpressionPtr& left, bool negated) {
  Between node{std::move(left), {}, {}, negated, cursor_.accept("SYMMETRIC"_t)};
  if (!node.symmetric) cursor_.accept("ASYMMETRIC"_t);
  node.low = TRUENO_TRY(expression(Precedence::kOperator));
  if (!cursor_.accept("AND"_t)) return unexpected("AND and the upper bound of BETWEEN");
  node.high = TRUENO_TRY(expression(Precedence::kOperator));
  left = make(std::move(node), {});
  return {};
}

// IN "(" query ")" | IN "(" [expression {"," expression} [","]] ")" | IN expression
Status Grammar::in(ExpressionPtr& left, bool negated) {
  In node;
  node.value = std::move(left);
  node.negated = negated;
  const SourceSpan opening = cursor_.current().span;
  if (!cursor_.at("("_t)) {
    // Without parentheses only a value that begins with a name or a bracket; anything else is a list whose parentheses were forgotten.
    const Terminal sign = cursor_.current().terminal;
    if (sign == "-"_t || sign == "+"_t || sign == "~"_t || sign == "@"_t || sign == "NOT"_t || at_lambda() || sign == "INTERVAL"_t ||
        cursor_.at_kind(TokenKind::kInteger) || cursor_.at_kind(TokenKind::kDecimal) || cursor_.at_kind(TokenKind::kFloat)) {
      return unexpected("a list or a subquery in parentheses");
    }
    node.collection = TRUENO_TRY(expression(Precedence::kPostfix));
  } else if (starts_query(1)) {
    cursor_.advance();
    node.query = TRUENO_TRY(query());
    TRUENO_TRY(expect_closing(")"_t, opening));
  } else {
    const bool nested_query = starts_nested_query();
    cursor_.advance();
    if (!cursor_.at(")"_t)) node.list = TRUENO_TRY(expression_list());
    Subquery* only = node.list.size() == 1 && nested_query ? node.list.front()->as<Subquery>() : nullptr;
    if (only != nullptr && only->kind == SubqueryKind::kScalar) {
      node.query = TRUENO_TRY(continue_query(std::move(only->query)));
      node.list.clear();
    }
    TRUENO_TRY(expect_closing(")"_t, opening));
  }
  left = make(std::move(node), {});
  return {};
}

// expression {"," expression} [","]
Result<std::vector<ExpressionPtr>> Grammar::expression_list() {
  std::vector<ExpressionPtr> list;
  do {
    if (!list.empty() && ends_list()) break;
    list.push_back(TRUENO_TRY(expression()));
  } while (cursor_.accept(","_t));
  return list;
}

}  // namespace trueno::sql

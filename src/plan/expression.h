#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "column/value.h"
#include "function/descriptor.h"

namespace trueno::plan {

/// Kinds of bound expressions. What decides which operands may fail (AND, OR, CASE, COALESCE) is a kind of its own; everything else is a
/// call of a catalogue function.
enum class ExpressionKind : std::uint8_t {
  kColumn,     // column `index` of the node's input
  kLiteral,    // `value`; number `index` in the statement's literal list, so that it becomes a parameter of the kernel
  kParameter,  // `?`: `value` holds what is bound, number as kLiteral
  kCall,       // `function` of `arguments`
  kCast,       // of arguments[0]; `trying`
  kAnd,
  kOr,    // of two or more arguments, evaluated left to right
  kCase,  // when, then, when, then, ..., else
  kCoalesce,
  kOuter,     // inside a subquery: argument `index` of it, a value of the row outside
  kSubquery,  // `subquery` for the values of `arguments`, over the row outside
};

struct Subquery;

/// A typed expression over the columns of a plan node's input. Value type: copying copies the tree.
struct Expression {
  ExpressionKind kind = ExpressionKind::kLiteral;
  Type type;
  SourceSpan span;
  int index = 0;
  Value value;
  const function::ScalarFunction* function = nullptr;  // in the Catalogue, which outlives every plan
  function::Signature signature;
  bool trying = false;
  bool uncaught = false;  // was substituted for a column that a try() reads: what fails in here is not the try()'s
  bool proven = false;    // kCall, kCast: the operation itself fails for no row (a rule has proved it)
  bool typed = false;     // kLiteral: its type was written, so that it does not adapt to a neighbour
  std::vector<Expression> arguments;
  std::shared_ptr<const Subquery> subquery;

  Expression() = default;
  Expression(
      const Expression&);  // not inline, as planning copies little: the code of all members in every file is much of what a build compiles
  Expression(Expression&&) noexcept = default;
  Expression& operator=(const Expression&);
  Expression& operator=(Expression&&) noexcept = default;
  ~Expression() = default;

  [[nodiscard]] static Expression column(int index, Type type);
  [[nodiscard]] static Expression outer(int index, Type type);
  [[nodiscard]] static Expression literal(Value value);
  [[nodiscard]] static Expression cast(Expression argument, Type type, bool trying = false);
  /// CASE WHEN condition THEN value ELSE otherwise END; both values have one type.
  [[nodiscard]] static Expression choice(Expression condition, Expression value, Expression otherwise);
  /// The same with NULL for the rest.
  [[nodiscard]] static Expression where(Expression condition, Expression value);
  [[nodiscard]] static Expression nary(ExpressionKind kind, Type type, std::vector<Expression> arguments, SourceSpan span = {});
  [[nodiscard]] bool is_constant() const;  // literals and parameters only, nothing volatile
};

/// Expressions in the order given; moved in, which an initializer list would not allow.
template <class... E>
[[nodiscard]] std::vector<Expression> list_of(E&&... expressions) {
  std::vector<Expression> list;
  list.reserve(sizeof...(expressions));
  (list.push_back(std::forward<E>(expressions)), ...);
  return list;
}

/// Same computation (spans and literal numbers aside).
[[nodiscard]] bool same_expression(const Expression& a, const Expression& b);
/// Conjuncts of an AND, flattened; the expression itself otherwise.
[[nodiscard]] std::vector<Expression> conjuncts(Expression expression);
/// AND of them; TRUE when there are none.
[[nodiscard]] Expression conjunction(std::vector<Expression> terms);
/// Columns the expression reads, ascending, without duplicates.
[[nodiscard]] std::vector<int> columns_of(const Expression& expression);
/// Renumbers columns: column i becomes `mapping[i]` (never -1 for a column that is read).
void remap_columns(Expression& expression, const std::vector<int>& mapping);
/// Replaces each kOuter by the argument with its number; not inside the subqueries of the expression, whose own arguments those are.
[[nodiscard]] Expression substitute_outer(const Expression& expression, const std::vector<Expression>& arguments);
/// Whether a kOuter, or a kSubquery, is part of it.
[[nodiscard]] bool has_outer(const Expression& expression);
[[nodiscard]] bool has_subquery(const Expression& expression);
/// Replaces each column by the expression with its number. What stood below a try() stays outside of it.
[[nodiscard]] Expression substitute(const Expression& expression, const std::vector<Expression>& columns);
/// Whether substitution writes more than a few steps again: columns that stand for them are read more than once. Through a chain of
/// projections such a text doubles with every one. `expressions` are all that are substituted in.
[[nodiscard]] bool repeats_work(std::span<const Expression> expressions, const std::vector<Expression>& columns);
/// By column: whether it alone takes more than a few steps, and is read more than once.
[[nodiscard]] std::vector<bool> repeated_columns(std::span<const Expression> expressions, const std::vector<Expression>& columns);
/// Whether it may give another value each time.
[[nodiscard]] bool is_volatile(const Expression& expression);
/// Whether it depends on the number of the row.
[[nodiscard]] bool reads_row_number(const Expression& expression);
/// Whether it is a try(...): NULL where what is inside fails.
[[nodiscard]] bool catches_errors(const Expression& expression);
/// Whether evaluating can fail on some row (before ranges are known).
[[nodiscard]] bool may_fail(const Expression& expression);
/// The same of its own operation alone, whatever its arguments do; and without regard to what is proven.
[[nodiscard]] bool may_fail_itself(const Expression& expression);
[[nodiscard]] bool may_fail_unproven(const Expression& expression);
/// SQL-like text, columns by the given names (or #i).
[[nodiscard]] std::string print(const Expression& expression, const Schema& input);

}  // namespace trueno::plan

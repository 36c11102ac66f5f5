#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

// The language the parser writes and the binder reads. It is split by what the words describe:
//
//   ast.h             names, spans and ownership           (this file)
//   ast_expression.h  expressions and type names
//   ast_query.h       SELECT, VALUES, set operations, FROM
//   ast_statement.h   everything that ends with a semicolon
//
// Nodes are plain structs in a sealed std::variant called `node`: look at one with std::visit, std::get_if or `is<T>()` / `as<T>()`. Every
// struct has a deep ==, which ignores spans: `parse(print(parse(x))) == parse(x)` is the round-trip property that tests and the fuzzer
// hold. What a node rarely has is owned, not held inside, so that a tree stays small. The AST says what was written, not what it means: no
// name is resolved and no type is known.
namespace trueno::sql {

/// Deepest nesting of parentheses, subqueries, function calls, casts of casts, ... that the parser takes, counted in levels of recursion.
inline constexpr std::uint32_t kMaxNesting = 1000;
/// Most levels on a path of an expression. Only a chain of binary operators (`1 + 1 + 1 ...`) gets past kMaxNesting: it leans left, so a
/// walk that loops along `Binary::left` and recurses elsewhere needs at most kMaxNesting levels of stack. AND and OR chains are flat.
inline constexpr std::uint32_t kMaxHeight = 10'000;

/// Where a node stands in the text. Nodes that differ only here are equal, so all of these compare equal.
struct NodeSpan : SourceSpan {
  NodeSpan() = default;
  NodeSpan(SourceSpan span) : SourceSpan(span) {}  // NOLINT(google-explicit-constructor)
  bool operator==(const NodeSpan&) const { return true; }
};

/// Levels of recursion that a walk over a query or table needs, see Expression::nesting. No part of what was written: all compare equal.
struct Levels {
  std::uint16_t count = 1;
  bool operator==(const Levels&) const { return true; }
};

/// Owns one node, or nothing where a part is optional. A unique_ptr whose == compares the nodes.
template <class T>
class Owned : public std::unique_ptr<T> {
 public:
  using std::unique_ptr<T>::unique_ptr;
  Owned(std::unique_ptr<T>&& other) : std::unique_ptr<T>(std::move(other)) {}  // NOLINT(google-explicit-constructor)

  friend bool operator==(const Owned& a, const Owned& b) {
    if (a.get() == nullptr || b.get() == nullptr) return a.get() == b.get();
    return *a.get() == *b.get();
  }
  friend bool operator==(const Owned& a, std::nullptr_t) { return a.get() == nullptr; }
};

/// An identifier as written, without its quotes. Names compare case-insensitively in the dialect, quoted or not; the case is kept for
/// display, and == here is exact. An absent name (no alias) has empty text, which no written name can have.
struct Name {
  std::string text;
  NodeSpan span;

  [[nodiscard]] bool empty() const { return text.empty(); }
  bool operator==(const Name&) const = default;
};

/// `a`, `schema.a`, `catalog.schema.a`: one part or more. Empty when absent.
struct QualifiedName {
  std::vector<Name> parts;

  [[nodiscard]] bool empty() const { return parts.empty(); }
  [[nodiscard]] const Name& last() const { return parts.back(); }
  [[nodiscard]] SourceSpan span() const { return empty() ? SourceSpan{} : SourceSpan{parts.front().span.begin, parts.back().span.end}; }
  /// "a.b.c", unquoted, for messages.
  [[nodiscard]] std::string to_string() const;
  bool operator==(const QualifiedName&) const = default;
};

struct Expression;
struct Query;
struct TableRef;
struct Statement;
struct WindowSpec;
using ExpressionPtr = Owned<Expression>;
using QueryPtr = Owned<Query>;
using TableRefPtr = Owned<TableRef>;
using StatementPtr = Owned<Statement>;

/// For std::visit: `std::visit(Overloaded{[](const Literal&) {...}, ...}, expression.node)`. Leave out `auto` and the compiler lists what
/// is missing.
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace trueno::sql

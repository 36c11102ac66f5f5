#pragma once

#include <functional>

#include "sql/ast_statement.h"

namespace trueno::sql {

/// What to do with the parts of a tree; an absent function does nothing. Each gets a part after all that is below it, and may replace it.
struct Visitor {
  std::function<Status(ExpressionPtr&)> expression = {};
  std::function<Status(TableRefPtr&)> table = {};
  std::function<Status(TypeName&)> type = {};
  std::function<Status(Query&)> query = {};
};

// Walks over everything below a node, in written order as a rule, and brings `nesting` and `height` up to date behind what was replaced.
// Stops at the first failure; kBinder when the tree became deeper than the parser allows. The bodies of CREATE MACRO are left alone: they
// are looked at where the macro is used.

[[nodiscard]] Status walk(Statement& statement, const Visitor& visitor);
[[nodiscard]] Status walk(Query& query, const Visitor& visitor);
[[nodiscard]] Status walk(ExpressionPtr& expression, const Visitor& visitor);

}  // namespace trueno::sql

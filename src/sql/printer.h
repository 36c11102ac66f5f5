#pragma once

#include <string>
#include <string_view>

#include "sql/ast_statement.h"

namespace trueno::sql {

// AST to SQL text, in one line and one canonical spelling, such that parsing it gives an equal AST (unless the text comes out nested beyond
// the parser's limit). Every operator stands in parentheses of its own, so that the text shows how it was grouped; only a run of operators
// of one precedence shares them: (a - b - c). Parameters come out numbered.

[[nodiscard]] std::string print(const Expression& expression);
[[nodiscard]] std::string print(const Query& query);
[[nodiscard]] std::string print(const Statement& statement);
[[nodiscard]] std::string print(const TypeName& type);

/// `name`, in double quotes if it has to be: when it is a keyword or has characters other than letters, digits and underscores.
[[nodiscard]] std::string quote_identifier(std::string_view name);
/// `text` in single quotes.
[[nodiscard]] std::string quote_string(std::string_view text);

}  // namespace trueno::sql

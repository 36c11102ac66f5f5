#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/ast_expression.h"
#include "sql/ast_query.h"
#include "sql/ast_statement.h"

namespace trueno::sql {

/// Parses SQL text: statements separated by semicolons; empty ones are dropped. Time and memory are linear in the text.
///
/// Errors: kParser for text that is not the dialect, with the span of the token that does not fit; kNotSupported for statements that are,
/// but that we refuse. Bad UTF-8 and nesting beyond kMaxNesting are kParser errors too. Pure and thread-safe.
[[nodiscard]] Result<std::vector<StatementPtr>> parse(std::string_view sql);

/// What could be read of a text, and everything that is wrong with it.
struct ParseOutcome {
  std::vector<StatementPtr> statements;  // the ones without an error, in written order
  std::vector<Error> errors;             // one a broken statement, in written order
};

/// Like parse(), but goes on after the semicolon that follows an error.
[[nodiscard]] ParseOutcome parse_with_recovery(std::string_view sql);

/// Parses text that is one expression and nothing else.
[[nodiscard]] Result<ExpressionPtr> parse_expression(std::string_view text);

/// Parses text that is one type name and nothing else: "DECIMAL(10, 2)[]".
[[nodiscard]] Result<TypeName> parse_type_name(std::string_view text);

}  // namespace trueno::sql

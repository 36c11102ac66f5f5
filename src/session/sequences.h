#pragma once

#include <functional>
#include <string>

#include "session/search_path.h"
#include "sql/ast_statement.h"

namespace trueno::session {

// nextval and currval are taken out of the syntax tree before it is bound, because a program that runs on many threads and devices has no
// order in which to count: each call becomes the number it stands for, where it stands for one number: in a SELECT without FROM and in the
// rows of VALUES; and in a DEFAULT, one number a row of INSERT. Among the items of a SELECT with FROM a call is left: the binder numbers
// the rows, which session counts first (bind::DrawNumbers). Elsewhere it is kNotSupported.

/// Whether a call of nextval or currval is in the text of an expression.
[[nodiscard]] bool uses_sequence(const std::string& expression);

/// Replaces the calls of a statement by numbers. `draw` false (EXPLAIN): by what a number could be, and no sequence moves on.
[[nodiscard]] Status draw_sequences(sql::Statement& statement, const catalog::Root& root, const SearchPath& path, bool draw);

/// Replaces the calls of an expression; `put` gives what stands for nextval of a sequence.
using PutNumber = std::function<Result<sql::ExpressionPtr>(const catalog::Sequence& sequence, SourceSpan span)>;
[[nodiscard]] Status replace_sequences(sql::ExpressionPtr& expression, const catalog::Root& root, const SearchPath& path,
                                       const PutNumber& put);

/// The sequence of a call of nextval. kCatalog: there is none.
[[nodiscard]] Result<std::shared_ptr<const catalog::Sequence>> sequence_named(const sql::FunctionCall& call, const catalog::Root& root,
                                                                              const SearchPath& path);

/// A number as it would be written.
[[nodiscard]] sql::ExpressionPtr number_literal(std::int64_t number, SourceSpan span);

}  // namespace trueno::session

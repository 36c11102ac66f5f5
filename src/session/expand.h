#pragma once

#include "session/search_path.h"
#include "sql/ast_statement.h"

namespace trueno::session {

/// Whether a root has anything that `expand` would replace: most have not, and most statements need no copy.
[[nodiscard]] bool has_expansions(const catalog::Root& root, const SearchPath& path);

/// Replaces calls of macros by what they stand for, with the arguments in the places of the parameters, and names of CREATE TYPE by the
/// types, and of sequences by their numbers (see sequences.h). What is put in stands, for error messages, where the call stands. kBinder
/// for arguments that do not fit, and for macros that call themselves.
[[nodiscard]] Status expand(sql::Statement& statement, const catalog::Root& root, const SearchPath& path);

}  // namespace trueno::session

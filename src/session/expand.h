#pragma once

#include "session/search_path.h"
#include "session/settings.h"
#include "sql/ast_statement.h"

namespace trueno::session {

/// Whether there is anything that `expand` would replace: mostly there is not, and most statements need no copy.
[[nodiscard]] bool has_expansions(std::string_view sql, const catalog::Root& root, const SearchPath& path);

/// Replaces calls of macros by what they stand for, with the arguments in the places of the parameters, and names of CREATE TYPE by the
/// types, of sequences by their numbers (see sequences.h), and current_setting('name') by the value. What is put in stands, for error
/// messages, where the call stands. kBinder for arguments that do not fit, and for macros that call themselves.
[[nodiscard]] Status expand(sql::Statement& statement, const catalog::Root& root, const SearchPath& path, const Settings& settings);

}  // namespace trueno::session

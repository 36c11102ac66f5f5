#pragma once

#include <string>
#include <string_view>
#include <vector>

// What an editor needs of the language, for the API, which knows no other folder of the language.
#include "session/completion.h"
#include "sql/highlight.h"  // IWYU pragma: export
#include "sql/printer.h"    // IWYU pragma: export

namespace trueno::session {

/// Whether the text ends with a semicolon outside strings, comments and names, comments aside.
[[nodiscard]] bool ends_statement(std::string_view sql);

/// The statements of a text without their semicolons and the space around them; empty ones are left out.
[[nodiscard]] std::vector<std::string> split_statements(std::string_view sql);

}  // namespace trueno::session

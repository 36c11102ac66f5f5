#pragma once

#include <string_view>

// What an editor needs of the language, for the API, which knows no other folder of the language.
#include "session/completion.h"
#include "sql/highlight.h"  // IWYU pragma: export
#include "sql/printer.h"    // IWYU pragma: export

namespace trueno::session {

/// Whether the text ends with a semicolon outside strings, comments and names, comments aside.
[[nodiscard]] bool ends_statement(std::string_view sql);

}  // namespace trueno::session

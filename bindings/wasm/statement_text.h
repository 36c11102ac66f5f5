#pragma once

#include <string>
#include <string_view>

#include "trueno/trueno.h"

namespace trueno::wasm {

/// Runs the statements and writes what came out as text, the same on every machine. For each result a line of `name TYPE` and a line a
/// row, cells separated by tabs (tab, newline and backslash escaped, NULL as \N, as COPY of PostgreSQL writes them), then an empty line.
/// A failure is the one line "error: " and the error's text.
[[nodiscard]] std::string run_as_text(const Database& database, std::string_view sql);

}  // namespace trueno::wasm

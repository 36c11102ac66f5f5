#pragma once

#include <string>
#include <vector>

#include "records.h"
#include "trueno/trueno.h"

namespace trueno::test {

/// Compares a result with what its record expects. Empty: as expected; otherwise what differs. `raw`: cells as CAST to VARCHAR gives them
/// (DuckDB's convention); else doubles as SQLite's suite writes them, three decimals for R. `foreign`: a
/// suite of another engine, where a double need only agree with as many decimals as were written.
[[nodiscard]] std::string compare_query(const Record& record, const QueryResult& result, bool raw, bool foreign);

/// The values of a result as compare_query sees them.
[[nodiscard]] std::vector<std::string> values_of(const Record& record, const QueryResult& result, bool raw);

/// Whether a message holds every expected line: as it stands, or as a regular expression after "<REGEX>:".
[[nodiscard]] std::string compare_message(const Record& record, const std::string& message);

}  // namespace trueno::test

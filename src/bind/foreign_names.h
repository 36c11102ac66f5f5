#pragma once

#include <string_view>

namespace trueno::bind {

/// What to write in the place of a function that MySQL, SQL Server, Oracle or BigQuery have and the dialect has not; empty when it is none
/// of those people reach for. Names in lower case.
[[nodiscard]] std::string_view foreign_function(std::string_view name);

/// The same of a type, and of a word that is a value there and would be a column here (SYSDATE, ROWNUM).
[[nodiscard]] std::string_view foreign_type(std::string_view name);
[[nodiscard]] std::string_view foreign_value(std::string_view name);

}  // namespace trueno::bind

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace trueno::session {

/// A setting of DuckDB that this engine has not. Scripts written for DuckDB set them; each is either harmless, because it steers how DuckDB
/// works and never what a query answers, or accepted only with the value that says what is done here anyway.
struct ForeignSetting {
  std::string_view name;
  std::string_view accepted;  // "*": any value; "a|b": these; empty: none
};

/// Nothing when DuckDB has no such setting either. kNotSupported for a value that would have to change answers. `value` empty: RESET, or a
/// PRAGMA without one.
[[nodiscard]] std::optional<Status> accept_foreign_setting(std::string_view name, std::string_view value);
/// Whether DuckDB has it; it always has its initial value here.
[[nodiscard]] bool is_foreign_setting(std::string_view name);

}  // namespace trueno::session

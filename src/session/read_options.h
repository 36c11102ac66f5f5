#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bind/binder.h"
#include "session/file_request.h"

namespace trueno::session {

/// What read_csv('x', header = true) and its like ask for. kBinder for an option the function has not, with the nearest name; kInvalidInput
/// for a value that makes no sense; kNotSupported for options of DuckDB that are not there.
[[nodiscard]] Result<FileRequest> read_request(std::string_view function, const std::vector<Value>& arguments,
                                               const bind::NamedValues& options);

/// One option of a format, for COPY ... FROM too; false: the format has none of this name.
[[nodiscard]] Result<bool> set_read_option(FileRequest& request, const std::string& name, const Value& value);

/// A text, or a list of them. kBinder for another value.
[[nodiscard]] Result<std::vector<std::string>> texts_of(std::string_view what, const Value& value);

}  // namespace trueno::session

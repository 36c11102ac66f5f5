#pragma once

#include <string>
#include <string_view>

namespace trueno {

/// Whether a path is one of HTTP: http://..., https://...
[[nodiscard]] bool is_url(std::string_view path);
/// A URL up to its `?` or `#`; another path as it is. What endings of files are looked for in.
[[nodiscard]] std::string without_query(std::string_view path);

}  // namespace trueno

#pragma once

#include <string_view>

namespace trueno {

/// Whether a path holds wildcards: `*`, `?` or `[`.
[[nodiscard]] bool has_wildcards(std::string_view path);

/// Whether one path segment matches one pattern segment: `*` any run, `?` any byte, `[a-c]` and `[!a]` sets. A leading '.' of a name is
/// matched only by a leading '.' of the pattern, as shells do. Linear in the product of the lengths.
[[nodiscard]] bool segment_matches(std::string_view pattern, std::string_view name);

/// The same for whole paths; the segment `**` stands for any number of directories, none included.
[[nodiscard]] bool path_matches(std::string_view pattern, std::string_view path);

}  // namespace trueno

#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace trueno::function {

// Regular expressions in RE2's syntax, matched in time linear in the text whatever the pattern is. `options` are letters: c minds case, i
// ignores it, l takes the pattern literally, s lets . match line ends, m n p do not, g (replacing only) means everywhere, k (extracting
// only) keeps a text in which nothing matches.
// Thread-safe. kInvalidInput for malformed patterns, options and replacements; kNotSupported where the build has no RE2 (WebAssembly).

[[nodiscard]] bool regex_available();

/// Whether the whole text, or else a part of it, matches.
[[nodiscard]] Result<bool> regex_matches(std::string_view text, std::string_view pattern, std::string_view options, bool whole);
/// The first match, or all, replaced; \\0 to \\9 stand for the match and its groups.
[[nodiscard]] Result<std::string> regex_replace(std::string_view text, std::string_view pattern, std::string_view by,
                                                std::string_view options);
/// A group (0: all) of the first match, as a part of the text; empty when there is none.
[[nodiscard]] Result<std::string_view> regex_extract(std::string_view text, std::string_view pattern, int group, std::string_view options);
/// The pattern that matches just this text.
[[nodiscard]] Result<std::string> regex_escape(std::string_view text);

}  // namespace trueno::function

#pragma once

#include <cstddef>
#include <string_view>

namespace trueno::sql {

/// Number of single-character changes (insert, delete, replace, swap of neighbours) between two ASCII words, ignoring case; `limit` + 1
/// when there are more than `limit`. Optimal string alignment: no part is changed twice.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

/// How many such changes a slip of the fingers may make to a word of this length and still be recognised.
[[nodiscard]] constexpr std::size_t tolerated_slips(std::size_t length) { return length < 2 ? 0 : length < 6 ? 1 : 2; }

}  // namespace trueno::sql

#include "sql/spelling.h"

#include <algorithm>
#include <array>

#include "sql/terminal.h"

namespace trueno::sql {

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  constexpr std::size_t kLongest = 32;
  const std::size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference > limit || a.size() > kLongest || b.size() > kLongest) return limit + 1;
  const std::string upper_a = ascii_upper(a);
  const std::string upper_b = ascii_upper(b);
  // Three rows of the usual table: the one before last, the last, and the current one.
  std::array<std::array<std::size_t, kLongest + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& current = rows[i % 3];
    const auto& last = rows[(i - 1) % 3];
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (upper_a[i - 1] == upper_b[j - 1] ? 0 : 1);
      current[j] = std::min({last[j] + 1, current[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && upper_a[i - 1] == upper_b[j - 2] && upper_a[i - 2] == upper_b[j - 1];
      if (swapped) current[j] = std::min(current[j], rows[(i - 2) % 3][j - 2] + 1);
    }
  }
  return std::min(rows[a.size() % 3][b.size()], limit + 1);
}

}  // namespace trueno::sql

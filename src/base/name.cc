#include "base/name.h"

#include <algorithm>

#include "base/ascii.h"

namespace trueno {

std::string lower_name(std::string_view name) {
  std::string out(name);
  std::ranges::transform(out, out.begin(), to_lower);
  return out;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return to_lower(x) == to_lower(y); });
}

}  // namespace trueno

#pragma once

#include <string>
#include <string_view>

namespace trueno {

/// Names of SQL are matched without regard to the case of ASCII letters; other bytes are compared as they are. Independent of the locale.
[[nodiscard]] std::string lower_name(std::string_view name);
[[nodiscard]] bool same_name(std::string_view a, std::string_view b);

}  // namespace trueno

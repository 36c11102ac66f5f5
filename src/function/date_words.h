#pragma once

#include <string_view>

namespace trueno::function {

/// By CivilPart::kDayOfWeek, and by CivilPart::kMonth less one.
inline constexpr std::string_view kDays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
inline constexpr std::string_view kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                               "July",    "August",   "September", "October", "November", "December"};

}  // namespace trueno::function

#pragma once

#include <optional>
#include <string_view>

#include "base/civil_time.h"
#include "kernel/host.h"

namespace trueno::function {

[[nodiscard]] inline bool is_infinite(const kernel::Cell& timestamp) {
  return timestamp.integer == kTimestampInfinity || timestamp.integer == kTimestampMinusInfinity;
}

/// A part of finite microseconds that has a name of its own beside CivilPart: era, yearweek, julian (a double), timezone and its hour and
/// minute. Nothing for another name; any case.
[[nodiscard]] std::optional<kernel::Cell> further_part(std::string_view name, std::int64_t micros);

}  // namespace trueno::function

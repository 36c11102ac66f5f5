#pragma once

#include <span>

#include "base/civil_time.h"
#include "base/result.h"
#include "column/value.h"
#include "kernel/host.h"

namespace trueno::function {

/// A part of an interval: years and the rest of the months, days, and the clock's parts of the rest. kNotSupported for parts that belong to
/// dates alone (day of the week, ISO week).
[[nodiscard]] Result<std::int64_t> part_of_interval(CivilPart part, const IntervalValue& interval);
/// Seconds, with years of 365.25 days and months of 30.
[[nodiscard]] double epoch_of_interval(const IntervalValue& interval);

/// The interval without what is smaller than a part; parts that belong to dates alone leave it as it is. Rounds toward zero.
[[nodiscard]] IntervalValue truncate_interval(CivilPart part, const IntervalValue& interval);

/// kOutOfRange past the widths of the three parts.
[[nodiscard]] Result<IntervalValue> make_interval(i128 months, i128 days, i128 micros);

// Host bodies of the operators, over (INTERVAL, INTERVAL), (INTERVAL, whole number), (INTERVAL, DOUBLE).
[[nodiscard]] Status add_intervals(std::span<const kernel::Cell> args, kernel::Cell& result, Arena& arena);
[[nodiscard]] Status subtract_intervals(std::span<const kernel::Cell> args, kernel::Cell& result, Arena& arena);
[[nodiscard]] Status negate_interval(std::span<const kernel::Cell> args, kernel::Cell& result, Arena& arena);
[[nodiscard]] Status multiply_interval(std::span<const kernel::Cell> args, kernel::Cell& result, Arena& arena);
[[nodiscard]] Status scale_interval(std::span<const kernel::Cell> args, kernel::Cell& result, Arena& arena);
[[nodiscard]] Status divide_interval(std::span<const kernel::Cell> args, kernel::Cell& result, Arena& arena);

}  // namespace trueno::function

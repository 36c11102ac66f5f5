#pragma once

#include <cstdint>

#include "column/value.h"
#include "kernel/program.h"

namespace trueno::kernel {

/// A part of a date (days since 1970-01-01) or timestamp (microseconds since then, UTC), as BIGINT. `epoch` is whole seconds.
[[nodiscard]] std::int64_t part_of_date(DatePart part, std::int32_t days);
[[nodiscard]] std::int64_t part_of_timestamp(DatePart part, std::int64_t micros);

/// The first moment of the part a timestamp lies in; for dates in days.
[[nodiscard]] std::int64_t truncate_timestamp(DatePart part, std::int64_t micros);
[[nodiscard]] std::int32_t truncate_date(DatePart part, std::int32_t days);

/// timestamp + interval: months first (the day is clipped to the month's end), then days, then microseconds. kOutOfRange on overflow.
[[nodiscard]] Result<std::int64_t> add_interval(std::int64_t micros, const IntervalValue& interval);

}  // namespace trueno::kernel

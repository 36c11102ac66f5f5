#include "kernel/date_part.h"

#include <algorithm>

#include "base/civil_time.h"

namespace trueno::kernel {

namespace {

static_assert(static_cast<int>(DatePart::kMillennium) == static_cast<int>(CivilPart::kMillennium),
              "the two lists of parts are in one order");
CivilPart civil(DatePart part) { return static_cast<CivilPart>(part); }

}  // namespace

std::int64_t part_of_date(DatePart part, std::int32_t days) { return part_of_days(civil(part), days); }
std::int64_t part_of_timestamp(DatePart part, std::int64_t micros) { return part_of_micros(civil(part), micros); }
std::int64_t truncate_timestamp(DatePart part, std::int64_t micros) { return truncate_micros(civil(part), micros); }
std::int32_t truncate_date(DatePart part, std::int32_t days) { return truncate_days(civil(part), days); }

Result<std::int64_t> add_interval(std::int64_t micros, const IntervalValue& interval) {
  const std::int64_t day = floor_divide(micros, kMicrosPerDay);
  const std::int64_t time = micros - day * kMicrosPerDay;
  const CivilDate date = civil_from_days(day);
  const std::int64_t months = static_cast<std::int64_t>(date.year) * 12 + date.month - 1 + interval.months;
  const std::int64_t year = floor_divide(months, 12);
  const auto month = static_cast<std::int32_t>(months - year * 12 + 1);
  const i128 days = static_cast<i128>(days_from_civil(year, month, std::min(date.day, days_in_month(year, month)))) + interval.days;
  const i128 result = days * kMicrosPerDay + time + interval.micros;
  if (result >= kTimestampInfinity || result <= kTimestampMinusInfinity) return error(ErrorCode::kOutOfRange, "overflow of TIMESTAMP");
  return static_cast<std::int64_t>(result);
}

}  // namespace trueno::kernel

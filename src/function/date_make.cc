// Dates and times made of numbers, and numbers made of them.
#include <cmath>

#include "base/civil_time.h"
#include "function/families.h"
#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Cell;
using kernel::ValueId;
using enum TypeId;

constexpr i128 kMicrosPerSecond = 1'000'000;

// The days of a date, when there is such a date.
Result<std::int64_t> days_of(const Cell& year, const Cell& month, const Cell& day) {
  constexpr i128 kFarYear = 6'000'000;
  const auto y = static_cast<std::int64_t>(std::clamp<i128>(year.integer, -kFarYear, kFarYear));
  const bool in_year = y == year.integer && month.integer >= 1 && month.integer <= 12;
  if (in_year && day.integer >= 1 && day.integer <= days_in_month(y, static_cast<std::int32_t>(month.integer))) {
    const std::int64_t days = days_from_civil(y, static_cast<std::int32_t>(month.integer), static_cast<std::int32_t>(day.integer));
    if (days > kDateMinusInfinity && days < kDateInfinity) return days;
  }
  return error(ErrorCode::kConversion, "there is no date {}-{}-{}", to_string(year.integer), to_string(month.integer),
               to_string(day.integer));
}

// Microseconds of the day; 24:00:00 is possible, and seconds up to the last of a minute and what rounding adds.
Result<std::int64_t> micros_of(const Cell& hour, const Cell& minute, const Cell& second) {
  const double micros = std::nearbyint(second.f64 * 1e6);
  const bool fits = hour.integer >= 0 && hour.integer <= 24 && minute.integer >= 0 && minute.integer < 60 && micros >= 0 && micros < 61e6;
  const i128 sum = fits ? (hour.integer * 60 + minute.integer) * 60 * kMicrosPerSecond + static_cast<i128>(micros) : -1;
  if (sum < 0 || sum > kMicrosPerDay)
    return error(ErrorCode::kConversion, "there is no time {}:{}:{}", to_string(hour.integer), to_string(minute.integer), second.f64);
  return static_cast<std::int64_t>(sum);
}

Result<Cell> finite_timestamp(i128 ticks) {
  if (ticks <= kTimestampMinusInfinity || ticks >= kTimestampInfinity) return error(ErrorCode::kConversion, "overflow of TIMESTAMP");
  return Cell::of_integer(ticks);
}

Status make_date(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_integer(args.size() == 1 ? args[0].integer : i128{TRUENO_TRY(days_of(args[0], args[1], args[2]))});
  return {};
}
Status make_time(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_integer(TRUENO_TRY(micros_of(args[0], args[1], args[2])));
  return {};
}
Status make_timestamp(std::span<const Cell> args, Cell& result, Arena&) {
  if (args.size() == 1) {
    result = TRUENO_TRY(finite_timestamp(args[0].integer));
    return {};
  }
  const i128 days = TRUENO_TRY(days_of(args[0], args[1], args[2]));
  result = TRUENO_TRY(finite_timestamp(days * kMicrosPerDay + TRUENO_TRY(micros_of(args[3], args[4], args[5]))));
  return {};
}
Status timestamp_of_millis(std::span<const Cell> args, Cell& result, Arena&) {
  result = TRUENO_TRY(finite_timestamp(args[0].integer * 1000));
  return {};
}
Status to_timestamp(std::span<const Cell> args, Cell& result, Arena&) {
  const double micros = std::nearbyint(args[0].f64 * 1e6);
  constexpr double kLimit = 0x1p63;
  if (!(micros > -kLimit && micros < kLimit))
    return error(ErrorCode::kConversion, "{} seconds are out of the range of TIMESTAMPTZ", args[0].f64);
  result = TRUENO_TRY(finite_timestamp(static_cast<i128>(micros)));
  return {};
}

// Ticks since 1970 of a moment, to the nearest, or of the length of a time or interval, cut off.
template <std::int64_t per_second, bool rounded>
Result<Cell> ticks(i128 micros) {
  const i128 scaled = micros * per_second;
  const i128 count = rounded ? divide_rounded(scaled, kMicrosPerSecond) : scaled / kMicrosPerSecond;
  if (count < INT64_MIN || count > INT64_MAX) return error(ErrorCode::kConversion, "the number of ticks does not fit a BIGINT");
  return Cell::of_integer(count);
}
template <std::int64_t per_second>
Status ticks_of_moment(std::span<const Cell> args, Cell& result, Arena&) {
  const bool infinite = args[0].integer == kTimestampInfinity || args[0].integer == kTimestampMinusInfinity;
  result = infinite ? Cell::null() : TRUENO_TRY((ticks<per_second, true>(args[0].integer)));
  return {};
}
template <std::int64_t per_second>
Status ticks_of_nanos(std::span<const Cell> args, Cell& result, Arena&) {
  const bool infinite = args[0].integer == kTimestampInfinity || args[0].integer == kTimestampMinusInfinity;
  result = infinite ? Cell::null() : Cell::of_integer(floor_divide(static_cast<std::int64_t>(args[0].integer), 1'000'000'000 / per_second));
  return {};
}
template <std::int64_t per_second>
Status ticks_of_interval(std::span<const Cell> args, Cell& result, Arena&) {
  result = TRUENO_TRY((ticks<per_second, false>(args[0].interval.normalised_micros())));
  return {};
}
template <std::int64_t per_second>
Status ticks_of_time(std::span<const Cell> args, Cell& result, Arena&) {
  result = TRUENO_TRY((ticks<per_second, false>(args[0].integer)));
  return {};
}

template <std::int64_t per_second>
Result<ValueId> lower_ticks(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  const auto call = [&](std::string_view type, kernel::HostFunction body) {
    return b.host({fmt::format("ticks_{}({})", per_second, type), body, false, true}, signature.result, {args[0]});
  };
  switch (signature.arguments[0].id) {
    case kBigInt: return call("BIGINT", timestamp_of_millis);
    case kInterval: return call("INTERVAL", ticks_of_interval<per_second>);
    case kTime: return call("TIME", ticks_of_time<per_second>);
    case kTimestampNs: return call("TIMESTAMP_NS", ticks_of_nanos<per_second>);
    default: return call("TIMESTAMP", ticks_of_moment<per_second>);
  }
}

template <Name name, class... More>
constexpr auto kBindTicks = bind_as<name, Takes<kBigInt, kTimestamp>, Takes<kBigInt, kTimestampTz>, Takes<kBigInt, kTimestampNs>,
                                    Takes<kBigInt, kTime>, Takes<kBigInt, kInterval>, More...>;

}  // namespace

std::vector<ScalarFunction> date_make_functions() {
  return {
      {"make_date",
       {},
       "make_date(year, month, day)",
       "The date of three numbers, or of a number of days since 1970-01-01.",
       "make_date(1992, 9, 20)",
       "1992-09-20",
       bind_as<"make_date", Takes<kDate, kBigInt, kBigInt, kBigInt>, Takes<kDate, kInteger>>,
       lower_host<"make_date", make_date, true>},
      {"date",
       {},
       "date(x)",
       "x cast to DATE.",
       "date('1992-09-20')",
       "1992-09-20",
       bind_as<"date", Takes<kDate, kDate>, Takes<kDate, kTimestamp>, Takes<kDate, kVarchar>>,
       [](Builder& b, std::span<const ValueId> args, const Signature&) -> Result<ValueId> { return b.cast(args[0], kDate); }},
      {"make_time",
       {},
       "make_time(hour, minute, seconds)",
       "The time of three numbers, to the nearest microsecond.",
       "make_time(13, 34, 27.123456)",
       "13:34:27.123456",
       bind_as<"make_time", Takes<kTime, kBigInt, kBigInt, kDouble>>,
       lower_host<"make_time", make_time, true>},
      {"make_timestamp",
       {},
       "make_timestamp(year, month, day, hour, minute, seconds)",
       "The timestamp of six numbers, or of a number of microseconds since 1970.",
       "make_timestamp(1992, 9, 20, 13, 34, 27.5)",
       "1992-09-20 13:34:27.5",
       bind_as<"make_timestamp", Takes<kTimestamp, kBigInt, kBigInt, kBigInt, kBigInt, kBigInt, kDouble>, Takes<kTimestamp, kBigInt>>,
       lower_host<"make_timestamp", make_timestamp, true>},
      {"make_timestamp_ms",
       {},
       "make_timestamp_ms(milliseconds)",
       "The timestamp of a number of milliseconds since 1970.",
       "make_timestamp_ms(1667810100123)",
       "2022-11-07 08:35:00.123",
       bind_as<"make_timestamp_ms", Takes<kTimestamp, kBigInt>>,
       lower_host<"make_timestamp_ms", timestamp_of_millis, true>},
      {"make_timestamp_ns",
       {},
       "make_timestamp_ns(nanoseconds)",
       "The TIMESTAMP_NS of a number of nanoseconds since 1970.",
       "make_timestamp_ns(1667810100123456789)",
       "2022-11-07 08:35:00.123456789",
       bind_as<"make_timestamp_ns", Takes<kTimestampNs, kBigInt>>,
       lower_host<"make_timestamp", make_timestamp, true>},
      {"to_timestamp",
       {},
       "to_timestamp(seconds)",
       "The TIMESTAMPTZ of a number of seconds since 1970.",
       "to_timestamp(1284352323.5)",
       "2010-09-13 04:32:03.5+00",
       bind_as<"to_timestamp", Takes<kTimestampTz, kDouble>>,
       lower_host<"to_timestamp", to_timestamp, true>},
      {"epoch_ms",
       {},
       "epoch_ms(x)",
       "Milliseconds since 1970 of a moment, or of a length of time; of a number of milliseconds, the TIMESTAMP.",
       "epoch_ms(TIMESTAMP '2022-11-07 08:35:00.1239')",
       "1667810100124",
       kBindTicks<"epoch_ms", Takes<kTimestamp, kBigInt>>,
       lower_ticks<1'000>},
      {"epoch_us",
       {},
       "epoch_us(x)",
       "Microseconds since 1970 of a moment, or of a length of time.",
       "epoch_us(TIMESTAMP '2022-11-07 08:35:00.123456')",
       "1667810100123456",
       kBindTicks<"epoch_us">,
       lower_ticks<1'000'000>},
      {"epoch_ns",
       {},
       "epoch_ns(x)",
       "Nanoseconds since 1970 of a moment, or of a length of time.",
       "epoch_ns(TIMESTAMP '2022-11-07 08:35:00.123456')",
       "1667810100123456000",
       kBindTicks<"epoch_ns">,
       lower_ticks<1'000'000'000>},
  };
}

}  // namespace trueno::function

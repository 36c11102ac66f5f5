// Parts of dates beyond the kernel's: names, era, ISO week with its year, Julian day, nanoseconds, zone. Dates are taken as their midnight;
// what is infinite has no parts and gives NULL.
#include "function/date_name.h"

#include "base/civil_time.h"
#include "base/name.h"
#include "function/date_words.h"
#include "function/families.h"
#include "function/interval.h"
#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::Cell;
using enum TypeId;

// A body that computes something of finite microseconds.
template <auto compute>
Status of_moment(std::span<const Cell> args, Cell& result, Arena&) {
  result = is_infinite(args[0]) ? Cell::null() : compute(static_cast<std::int64_t>(args[0].integer));
  return {};
}

Cell day_name(std::int64_t micros) { return Cell::of_string(kDays[part_of_micros(CivilPart::kDayOfWeek, micros)]); }
Cell month_name(std::int64_t micros) { return Cell::of_string(kMonths[part_of_micros(CivilPart::kMonth, micros) - 1]); }
Cell era(std::int64_t micros) { return Cell::of_integer(part_of_micros(CivilPart::kYear, micros) > 0 ? 1 : 0); }
Cell year_and_week(std::int64_t micros) {
  const std::int64_t year = part_of_micros(CivilPart::kIsoYear, micros);
  const std::int64_t week = part_of_micros(CivilPart::kWeek, micros);
  return Cell::of_integer(year * 100 + (year > 0 ? week : -week));
}
Cell nanosecond(std::int64_t micros) { return Cell::of_integer(part_of_micros(CivilPart::kMicrosecond, micros) * 1000); }
Cell nanosecond_of_nanos(std::int64_t nanos) {
  constexpr std::int64_t kMinute = 60'000'000'000;
  return Cell::of_integer(nanos - floor_divide(nanos, kMinute) * kMinute);
}
// Counted from noon of 4714-11-24 BC, but dates begin at midnight, as DuckDB and PostgreSQL have it.
Cell julian_day(std::int64_t micros) {
  constexpr i128 kEpoch = 2'440'588;
  return Cell::of_f64(to_double(kEpoch * kMicrosPerDay + micros) / static_cast<double>(kMicrosPerDay));
}
Cell zone(std::int64_t) { return Cell::of_integer(0); }

Status last_day(std::span<const Cell> args, Cell& result, Arena&) {
  const auto days = static_cast<std::int32_t>(args[0].integer);
  if (days == kDateInfinity || days == kDateMinusInfinity) {
    result = Cell::null();
    return {};
  }
  const CivilDate date = civil_from_days(days);
  const std::int64_t last = days_from_civil(date.year, date.month, days_in_month(date.year, date.month));
  if (last >= kDateInfinity) return error(ErrorCode::kOutOfRange, "overflow of DATE");
  result = Cell::of_integer(last);
  return {};
}

Status interval_nanosecond(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_integer(i128{TRUENO_TRY(part_of_interval(CivilPart::kMicrosecond, args[0].interval))} * 1000);
  return {};
}

Result<Signature> bind_nanosecond(std::span<const Type> arguments, const BindContext& context) {
  return bind_as<"nanosecond", Takes<kBigInt, kTimestamp>, Takes<kBigInt, kTimestampNs>, Takes<kBigInt, kTime>, Takes<kBigInt, kInterval>>(
      arguments, context);
}
Result<kernel::ValueId> lower_nanosecond(kernel::Builder& b, std::span<const kernel::ValueId> args, const Signature& signature) {
  if (signature.arguments[0].id == kInterval)
    return b.host({"nanosecond(INTERVAL)", interval_nanosecond, false, false}, kBigInt, {args[0]});
  if (signature.arguments[0].id == kTimestampNs)
    return b.host({"nanosecond(TIMESTAMP_NS)", of_moment<nanosecond_of_nanos>, false, false}, kBigInt, {args[0]});
  return b.host({"nanosecond", of_moment<nanosecond>, false, false}, kBigInt, {args[0]});
}

template <Name name, TypeId result>
constexpr auto kBindMoment = bind_as<name, Takes<result, kTimestamp>>;
// A date has no zone.
template <Name name>
Result<Signature> bind_zone(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() == 1 && arguments[0].id == kDate) return no_overload(name, arguments);
  return bind_as<name, Takes<kBigInt, kTimestamp>, Takes<kBigInt, kTime>>(arguments, context);
}

}  // namespace

std::optional<Cell> further_part(std::string_view name, std::int64_t micros) {
  const std::string part = lower_name(name);
  if (part == "era") return era(micros);
  if (part == "yearweek") return year_and_week(micros);
  if (part == "julian") return julian_day(micros);
  if (part == "timezone" || part == "timezone_hour" || part == "timezone_minute") return zone(micros);
  return std::nullopt;
}

std::vector<ScalarFunction> date_name_functions() {
  return {
      {"dayname",
       {},
       "dayname(x)",
       "English name of the day of the week.",
       "dayname(DATE '1992-03-22')",
       "Sunday",
       kBindMoment<"dayname", kVarchar>,
       lower_host<"dayname", of_moment<day_name>>},
      {"monthname",
       {},
       "monthname(x)",
       "English name of the month.",
       "monthname(DATE '1992-03-22')",
       "March",
       kBindMoment<"monthname", kVarchar>,
       lower_host<"monthname", of_moment<month_name>>},
      {"last_day",
       {},
       "last_day(x)",
       "The last day of the month.",
       "last_day(DATE '2020-02-10')",
       "2020-02-29",
       [](std::span<const Type> arguments, const BindContext&) -> Result<Signature> {
         const bool fits = arguments.size() == 1 && (arguments[0].id == kDate || arguments[0].is_timestamp() || arguments[0].id == kNull);
         if (!fits) return no_overload("last_day", arguments);
         return Signature{{kDate}, kDate};
       },
       lower_host<"last_day", last_day, true>},
      {"era",
       {},
       "era(x)",
       "1, or 0 for years before Christ.",
       "era(DATE '0044-03-15 (BC)')",
       "0",
       kBindMoment<"era", kBigInt>,
       lower_host<"era", of_moment<era>>},
      {"yearweek",
       {},
       "yearweek(x)",
       "ISO year and week as one number.",
       "yearweek(DATE '2021-01-03')",
       "202053",
       kBindMoment<"yearweek", kBigInt>,
       lower_host<"yearweek", of_moment<year_and_week>>},
      {"julian",
       {},
       "julian(x)",
       "Julian day number, with the time of day as a fraction counted from midnight.",
       "julian(TIMESTAMP '2006-01-01 12:00:00')",
       "2453737.5",
       kBindMoment<"julian", kDouble>,
       lower_host<"julian", of_moment<julian_day>>},
      {"nanosecond",
       {},
       "nanosecond(x)",
       "Nanoseconds of the minute.",
       "nanosecond(TIMESTAMP '2020-01-01 00:00:01.5')",
       "1500000000",
       bind_nanosecond,
       lower_nanosecond},
      {"timezone",
       {},
       "timezone(x)",
       "Offset of the time zone in seconds; 0, for times are UTC.",
       "timezone(TIMESTAMP '2020-01-01 00:00:01')",
       "0",
       bind_zone<"timezone">,
       lower_host<"timezone", of_moment<zone>>},
      {"timezone_hour",
       {},
       "timezone_hour(x)",
       "Hours of the offset of the time zone; 0, for times are UTC.",
       "timezone_hour(TIMESTAMP '2020-01-01 00:00:01')",
       "0",
       bind_zone<"timezone_hour">,
       lower_host<"timezone_hour", of_moment<zone>>},
      {"timezone_minute",
       {},
       "timezone_minute(x)",
       "Minutes of the offset of the time zone; 0, for times are UTC.",
       "timezone_minute(TIMESTAMP '2020-01-01 00:00:01')",
       "0",
       bind_zone<"timezone_minute">,
       lower_host<"timezone_minute", of_moment<zone>>},
  };
}

}  // namespace trueno::function

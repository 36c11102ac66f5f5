// Intervals: to_days(n) and its like, sums, multiples, parts, truncation. The three fields are added each on its own; only multiplying by a
// fraction carries what is left of a field down to the next.
#include "function/interval.h"

#include <algorithm>
#include <cmath>

#include "function/families.h"
#include "function/overload.h"
#include "kernel/cell.h"

namespace trueno::function {

namespace {

using kernel::Cell;
using enum TypeId;

constexpr std::int64_t kDaysPerMonth = 30;

template <std::int64_t months, std::int64_t days, std::int64_t micros>
Status of_whole(std::span<const Cell> args, Cell& result, Arena&) {
  const i128 n = args[0].integer;
  result = Cell::of_interval(TRUENO_TRY(make_interval(n * months, n * days, n * micros)));
  return {};
}

// Seconds and milliseconds may have fractions; to the nearest microsecond.
template <std::int64_t micros>
Status of_real(std::span<const Cell> args, Cell& result, Arena&) {
  const double scaled = std::nearbyint(args[0].f64 * static_cast<double>(micros));
  constexpr double kLimit = 0x1p63;
  if (!(scaled >= -kLimit && scaled < kLimit)) return error(ErrorCode::kOutOfRange, "{} is too much for an INTERVAL", args[0].f64);
  result = Cell::of_interval({0, 0, static_cast<std::int64_t>(scaled)});
  return {};
}

Result<IntervalValue> multiple(const IntervalValue& interval, i128 factor) {
  const auto scaled = [&](i128 field) -> Result<i128> {
    i128 product = 0;
    if (__builtin_mul_overflow(field, factor, &product)) return error(ErrorCode::kOutOfRange, "overflow of INTERVAL");
    return product;
  };
  return make_interval(TRUENO_TRY(scaled(interval.months)), TRUENO_TRY(scaled(interval.days)), TRUENO_TRY(scaled(interval.micros)));
}

double to_micros(double x) { return std::nearbyint(x * 1e6) / 1e6; }

// What is left of a fraction of a month is days of a thirtieth, what is left of days is time; both to a millionth, as PostgreSQL does it.
template <class Scale>
Result<IntervalValue> scaled_by(const IntervalValue& interval, Scale scale) {
  const double months = scale(static_cast<double>(interval.months));
  const double days = scale(static_cast<double>(interval.days));
  const double micros = scale(static_cast<double>(interval.micros));
  constexpr double kLimit = 0x1p63;
  const auto fits = [](double x) { return x > -kLimit && x < kLimit; };
  if (!fits(months) || !fits(days) || !fits(micros)) return error(ErrorCode::kOutOfRange, "overflow of INTERVAL");
  const double days_of_months = to_micros((months - std::trunc(months)) * static_cast<double>(kDaysPerMonth));
  double day_fraction = to_micros((days - std::trunc(days)) + (days_of_months - std::trunc(days_of_months)));
  double whole_days = std::trunc(days) + std::trunc(days_of_months);
  if (std::fabs(day_fraction) >= 1) {
    whole_days += std::trunc(day_fraction);
    day_fraction -= std::trunc(day_fraction);
  }
  const double of_days = std::nearbyint(day_fraction * 1e6) * (static_cast<double>(kMicrosPerDay) / 1e6);
  const double all_micros = std::nearbyint(micros + of_days);
  if (!fits(all_micros)) return error(ErrorCode::kOutOfRange, "overflow of INTERVAL");
  return make_interval(static_cast<i128>(std::trunc(months)), static_cast<i128>(whole_days), static_cast<i128>(all_micros));
}

// Whole months, rounded down, then whole days, then what is left: all but the months are not negative. Where 32 bits do not hold the months
// the others make up for them, and so do microseconds for days; these may stop at the ends of their range.
Status normalized(std::span<const Cell> args, Cell& result, Arena&) {
  constexpr auto kLeast = std::int64_t{INT32_MIN};
  constexpr auto kMost = std::int64_t{INT32_MAX};
  const IntervalValue& given = args[0].interval;
  const std::int64_t all_days = given.days + floor_divide(given.micros, kMicrosPerDay);
  const std::int64_t all_months = given.months + floor_divide(all_days, kDaysPerMonth);
  const std::int64_t months = std::clamp(all_months, kLeast, kMost);
  const std::int64_t rest_days = all_days - (months - given.months) * kDaysPerMonth;
  const std::int64_t days = std::clamp(rest_days, kLeast, kMost);
  std::int64_t micros = 0;
  if (__builtin_mul_overflow(rest_days - days, kMicrosPerDay, &micros)) {
    micros = rest_days < 0 ? INT64_MIN : INT64_MAX;
  } else {
    micros += given.micros - floor_divide(given.micros, kMicrosPerDay) * kMicrosPerDay;
  }
  result = Cell::of_interval({static_cast<std::int32_t>(months), static_cast<std::int32_t>(days), micros});
  return {};
}

}  // namespace

Result<IntervalValue> make_interval(i128 months, i128 days, i128 micros) {
  const auto fits = [](i128 value) { return value >= INT32_MIN && value <= INT32_MAX; };
  if (!fits(months) || !fits(days) || micros < INT64_MIN || micros > INT64_MAX)
    return error(ErrorCode::kOutOfRange, "overflow of INTERVAL");
  return IntervalValue{static_cast<std::int32_t>(months), static_cast<std::int32_t>(days), static_cast<std::int64_t>(micros)};
}

Result<std::int64_t> part_of_interval(CivilPart part, const IntervalValue& interval) {
  switch (part) {
    case CivilPart::kYear: return interval.months / 12;
    case CivilPart::kQuarter: return interval.months % 12 / 3 + 1;
    case CivilPart::kMonth: return interval.months % 12;
    case CivilPart::kDay: return interval.days;
    case CivilPart::kDecade: return interval.months / 120;
    case CivilPart::kCentury: return interval.months / 1200;
    case CivilPart::kMillennium: return interval.months / 12'000;
    case CivilPart::kHour: return interval.micros / (3600 * kMicrosPerSecond);
    case CivilPart::kMinute: return interval.micros / (60 * kMicrosPerSecond) % 60;
    case CivilPart::kSecond: return interval.micros / kMicrosPerSecond % 60;
    case CivilPart::kMillisecond: return interval.micros / 1000 % 60'000;
    case CivilPart::kMicrosecond: return interval.micros % (60 * kMicrosPerSecond);
    default: return error(ErrorCode::kNotSupported, "an INTERVAL has no such part");
  }
}

IntervalValue truncate_interval(CivilPart part, const IntervalValue& interval) {
  const auto months_to = [&](std::int32_t unit) { return IntervalValue{interval.months / unit * unit, 0, 0}; };
  const auto micros_to = [&](std::int64_t unit) { return IntervalValue{interval.months, interval.days, interval.micros / unit * unit}; };
  switch (part) {
    case CivilPart::kMillennium: return months_to(12'000);
    case CivilPart::kCentury: return months_to(1200);
    case CivilPart::kDecade: return months_to(120);
    case CivilPart::kIsoYear:
    case CivilPart::kYear: return months_to(12);
    case CivilPart::kQuarter: return months_to(3);
    case CivilPart::kMonth: return months_to(1);
    case CivilPart::kWeek: return {interval.months, interval.days / 7 * 7, 0};
    case CivilPart::kDay:
    case CivilPart::kDayOfWeek:
    case CivilPart::kIsoDayOfWeek:
    case CivilPart::kDayOfYear: return {interval.months, interval.days, 0};
    case CivilPart::kHour: return micros_to(3600 * kMicrosPerSecond);
    case CivilPart::kMinute: return micros_to(60 * kMicrosPerSecond);
    case CivilPart::kEpoch:
    case CivilPart::kSecond: return micros_to(kMicrosPerSecond);
    case CivilPart::kMillisecond: return micros_to(1000);
    default: return interval;
  }
}

double epoch_of_interval(const IntervalValue& interval) {
  // Quarters of a day, so that 365.25 is whole.
  const i128 quarter_days = i128{interval.months / 12} * 1461 + (i128{interval.months % 12} * kDaysPerMonth + interval.days) * 4;
  return to_double(quarter_days * (kMicrosPerDay / 4) + interval.micros) / 1e6;
}

Status add_intervals(std::span<const Cell> args, Cell& result, Arena&) {
  const IntervalValue& a = args[0].interval;
  const IntervalValue& b = args[1].interval;
  result = Cell::of_interval(TRUENO_TRY(make_interval(i128{a.months} + b.months, i128{a.days} + b.days, i128{a.micros} + b.micros)));
  return {};
}

Status subtract_intervals(std::span<const Cell> args, Cell& result, Arena&) {
  const IntervalValue& a = args[0].interval;
  const IntervalValue& b = args[1].interval;
  result = Cell::of_interval(TRUENO_TRY(make_interval(i128{a.months} - b.months, i128{a.days} - b.days, i128{a.micros} - b.micros)));
  return {};
}

Status negate_interval(std::span<const Cell> args, Cell& result, Arena&) {
  const IntervalValue& i = args[0].interval;
  result = Cell::of_interval(TRUENO_TRY(make_interval(-i128{i.months}, -i128{i.days}, -i128{i.micros})));
  return {};
}

Status multiply_interval(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_interval(TRUENO_TRY(multiple(args[0].interval, args[1].integer)));
  return {};
}

Status scale_interval(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_interval(TRUENO_TRY(scaled_by(args[0].interval, [&](double x) { return x * args[1].f64; })));
  return {};
}

Status divide_interval(std::span<const Cell> args, Cell& result, Arena&) {
  if (args[1].f64 == 0) return error(ErrorCode::kDivisionByZero, "division of an INTERVAL by zero");
  result = Cell::of_interval(TRUENO_TRY(scaled_by(args[0].interval, [&](double x) { return x / args[1].f64; })));
  return {};
}

std::vector<ScalarFunction> interval_functions() {
  std::vector<ScalarFunction> list;
  const auto whole = [&](std::string_view name, std::string_view signature, std::string_view description, std::string_view example,
                         std::string_view result, auto bind,
                         auto lower) { list.push_back({name, {}, signature, description, example, result, bind, lower}); };
  whole("to_millennia", "to_millennia(n)", "An INTERVAL of n thousand years.", "to_millennia(1)", "1000 years",
        bind_as<"to_millennia", Takes<kInterval, kBigInt>>, lower_host<"to_millennia", of_whole<12'000, 0, 0>, true>);
  whole("to_centuries", "to_centuries(n)", "An INTERVAL of n hundred years.", "to_centuries(1)", "100 years",
        bind_as<"to_centuries", Takes<kInterval, kBigInt>>, lower_host<"to_centuries", of_whole<1200, 0, 0>, true>);
  whole("to_decades", "to_decades(n)", "An INTERVAL of n times ten years.", "to_decades(1)", "10 years",
        bind_as<"to_decades", Takes<kInterval, kBigInt>>, lower_host<"to_decades", of_whole<120, 0, 0>, true>);
  whole("to_years", "to_years(n)", "An INTERVAL of n years.", "to_years(2)", "2 years", bind_as<"to_years", Takes<kInterval, kBigInt>>,
        lower_host<"to_years", of_whole<12, 0, 0>, true>);
  whole("to_quarters", "to_quarters(n)", "An INTERVAL of n times three months.", "to_quarters(3)", "9 months",
        bind_as<"to_quarters", Takes<kInterval, kBigInt>>, lower_host<"to_quarters", of_whole<3, 0, 0>, true>);
  whole("to_months", "to_months(n)", "An INTERVAL of n months.", "to_months(14)", "1 year 2 months",
        bind_as<"to_months", Takes<kInterval, kBigInt>>, lower_host<"to_months", of_whole<1, 0, 0>, true>);
  whole("to_weeks", "to_weeks(n)", "An INTERVAL of n times seven days.", "to_weeks(2)", "14 days",
        bind_as<"to_weeks", Takes<kInterval, kBigInt>>, lower_host<"to_weeks", of_whole<0, 7, 0>, true>);
  whole("to_days", "to_days(n)", "An INTERVAL of n days.", "to_days(40)", "40 days", bind_as<"to_days", Takes<kInterval, kBigInt>>,
        lower_host<"to_days", of_whole<0, 1, 0>, true>);
  whole("to_hours", "to_hours(n)", "An INTERVAL of n hours.", "to_hours(30)", "30:00:00", bind_as<"to_hours", Takes<kInterval, kBigInt>>,
        lower_host<"to_hours", of_whole<0, 0, 3600 * kMicrosPerSecond>, true>);
  whole("to_minutes", "to_minutes(n)", "An INTERVAL of n minutes.", "to_minutes(90)", "01:30:00",
        bind_as<"to_minutes", Takes<kInterval, kBigInt>>, lower_host<"to_minutes", of_whole<0, 0, 60 * kMicrosPerSecond>, true>);
  whole("to_seconds", "to_seconds(x)", "An INTERVAL of x seconds, to the nearest microsecond.", "to_seconds(1.5)", "00:00:01.5",
        bind_as<"to_seconds", Takes<kInterval, kDouble>>, lower_host<"to_seconds", of_real<kMicrosPerSecond>, true>);
  whole("to_milliseconds", "to_milliseconds(x)", "An INTERVAL of x milliseconds, to the nearest microsecond.", "to_milliseconds(1.5)",
        "00:00:00.0015", bind_as<"to_milliseconds", Takes<kInterval, kDouble>>, lower_host<"to_milliseconds", of_real<1000>, true>);
  whole("to_microseconds", "to_microseconds(n)", "An INTERVAL of n microseconds.", "to_microseconds(7)", "00:00:00.000007",
        bind_as<"to_microseconds", Takes<kInterval, kBigInt>>, lower_host<"to_microseconds", of_whole<0, 0, 1>, true>);
  whole("normalized_interval", "normalized_interval(x)",
        "The INTERVAL with months made of every 30 days and days of every 24 hours, rounded down.",
        "normalized_interval(INTERVAL '30 days 25 hours')", "1 month 1 day 01:00:00",
        bind_as<"normalized_interval", Takes<kInterval, kInterval>>, lower_host<"normalized_interval", normalized>);
  return list;
}

}  // namespace trueno::function

// How far apart two moments are: date_diff counts boundaries crossed, date_sub whole units passed, age gives years, months and days.
#include "base/civil_time.h"
#include "function/date_name.h"
#include "function/families.h"
#include "function/interval.h"
#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Cell;
using kernel::ValueId;
using enum TypeId;

// A day and a time of it; reaches as far as dates do, which is farther than timestamps.
struct DayAndTime {
  std::int64_t days;
  std::int64_t time;  // micros of the day
  CivilDate date;

  DayAndTime(std::int64_t d, std::int64_t t) : days(d), time(t), date(civil_from_days(d)) {}
  static DayAndTime of_micros(const Cell& cell) {
    const auto micros = static_cast<std::int64_t>(cell.integer);
    return {floor_divide(micros, kMicrosPerDay), micros_of_day(micros)};
  }
  static DayAndTime of_days(const Cell& cell) { return {static_cast<std::int64_t>(cell.integer), 0}; }
  [[nodiscard]] std::int64_t months() const { return std::int64_t{date.year} * 12 + date.month - 1; }
  [[nodiscard]] i128 micros() const { return i128{days} * kMicrosPerDay + time; }
  [[nodiscard]] std::int64_t iso_year() const { return part_of_days(CivilPart::kIsoYear, static_cast<std::int32_t>(days)); }
};

i128 floor_quotient(i128 value, i128 divisor) {
  const i128 quotient = value / divisor;
  return quotient * divisor > value ? quotient - 1 : quotient;
}

// Length of the clock's parts, days and weeks; 0 for those made of months.
std::int64_t micros_in(CivilPart part) {
  switch (part) {
    case CivilPart::kWeek: return 7 * kMicrosPerDay;
    case CivilPart::kDay:
    case CivilPart::kDayOfWeek:
    case CivilPart::kIsoDayOfWeek:
    case CivilPart::kDayOfYear: return kMicrosPerDay;
    case CivilPart::kHour: return 3600 * kMicrosPerSecond;
    case CivilPart::kMinute: return 60 * kMicrosPerSecond;
    case CivilPart::kSecond:
    case CivilPart::kEpoch: return kMicrosPerSecond;
    case CivilPart::kMillisecond: return 1000;
    case CivilPart::kMicrosecond: return 1;
    default: return 0;
  }
}
std::int64_t months_in(CivilPart part) {
  switch (part) {
    case CivilPart::kMonth: return 1;
    case CivilPart::kQuarter: return 3;
    case CivilPart::kDecade: return 120;
    case CivilPart::kCentury: return 1200;
    case CivilPart::kMillennium: return 12'000;
    default: return 12;
  }
}

// Boundaries of the part between two moments.
i128 boundaries(CivilPart part, const DayAndTime& from, const DayAndTime& to) {
  if (part == CivilPart::kIsoYear) return to.iso_year() - from.iso_year();
  if (part == CivilPart::kWeek) return (to.days - from.days) / 7;  // seven days each, wherever they begin
  if (const std::int64_t unit = micros_in(part); unit != 0) return floor_quotient(to.micros(), unit) - floor_quotient(from.micros(), unit);
  if (part == CivilPart::kMonth) return to.months() - from.months();
  if (part == CivilPart::kQuarter) return floor_divide(to.months(), 3) - floor_divide(from.months(), 3);
  const std::int64_t years = months_in(part) / 12;
  return to.date.year / years - from.date.year / years;
}

// Months from one moment to a later one that are over. Where the last month is too short for the day, it ends on its last.
std::int64_t months_passed(const DayAndTime& from, const DayAndTime& to) {
  const std::int32_t day = std::min(from.date.day, days_in_month(to.date.year, to.date.month));
  const bool early = to.date.day < day || (to.date.day == day && to.time < from.time);
  return to.months() - from.months() - (early ? 1 : 0);
}

i128 whole_units(CivilPart part, const DayAndTime& from, const DayAndTime& to) {
  if (const std::int64_t unit = micros_in(part); unit != 0) return (to.micros() - from.micros()) / unit;
  const std::int64_t months = from.micros() <= to.micros() ? months_passed(from, to) : -months_passed(to, from);
  return months / months_in(part);
}

Result<CivilPart> part_to_count(std::string_view name) {
  if (const auto part = civil_part_from_name(name)) return *part;
  if (name == "yearweek") return CivilPart::kWeek;
  if (name == "julian") return CivilPart::kDay;
  return error(ErrorCode::kConversion, "no date part '{}'", name).hint("year, month, day, hour, ...");
}

enum class Of { kMoments, kDates, kTimes };

template <auto count, Of of>
Status difference(std::span<const Cell> args, Cell& result, Arena&) {
  const CivilPart part = TRUENO_TRY(part_to_count(args[0].string.view()));
  if (of == Of::kTimes && part != CivilPart::kEpoch && (part < CivilPart::kHour || part > CivilPart::kMicrosecond))
    return error(ErrorCode::kNotSupported, "a TIME has no part '{}'", args[0].string.view());
  const auto infinite = [](const Cell& cell) {
    return of == Of::kDates ? cell.integer == kDateInfinity || cell.integer == kDateMinusInfinity : is_infinite(cell);
  };
  if (infinite(args[1]) || infinite(args[2])) {
    result = Cell::null();
    return {};
  }
  const auto moment = [](const Cell& cell) { return of == Of::kDates ? DayAndTime::of_days(cell) : DayAndTime::of_micros(cell); };
  const i128 counted = count(part, moment(args[1]), moment(args[2]));
  if (counted < INT64_MIN || counted > INT64_MAX) return error(ErrorCode::kOutOfRange, "the number of parts does not fit a BIGINT");
  result = Cell::of_integer(counted);
  return {};
}

template <Name name, auto count>
Result<ValueId> lower_difference(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  const std::string body{std::string_view(name)};
  const auto call = [&](std::string_view type, kernel::HostFunction function) {
    return b.host({fmt::format("{}({})", body, type), function, false, true}, kBigInt, {args.begin(), args.end()});
  };
  switch (signature.arguments[1].id) {
    case kDate: return call("DATE", difference<count, Of::kDates>);
    case kTime: return call("TIME", difference<count, Of::kTimes>);
    default: return call("TIMESTAMP", difference<count, Of::kMoments>);
  }
}
template <Name name>
constexpr auto kBindDifference = bind_as<name, Takes<kBigInt, kVarchar, kDate, kDate>, Takes<kBigInt, kVarchar, kTimestamp, kTimestamp>,
                                         Takes<kBigInt, kVarchar, kTime, kTime>, Takes<kBigInt, kVarchar, kTimestampTz, kTimestampTz>>;

// Fields of the later moment less those of the earlier one; what falls below zero borrows from the next field, days from the length of the
// earlier moment's month.
Status age(std::span<const Cell> args, Cell& result, Arena&) {
  if (is_infinite(args[0]) || is_infinite(args[1])) {
    result = Cell::null();
    return {};
  }
  const bool negative = args[0].integer < args[1].integer;
  const DayAndTime later = DayAndTime::of_micros(args[negative ? 1 : 0]);
  const DayAndTime earlier = DayAndTime::of_micros(args[negative ? 0 : 1]);
  std::int64_t months = later.months() - earlier.months();
  std::int64_t days = later.date.day - earlier.date.day;
  std::int64_t micros = later.time - earlier.time;
  if (micros < 0) {
    micros += kMicrosPerDay;
    --days;
  }
  if (days < 0) {
    days += days_in_month(earlier.date.year, earlier.date.month);
    --months;
  }
  const int sign = negative ? -1 : 1;
  result = Cell::of_interval(TRUENO_TRY(make_interval(i128{months} * sign, i128{days} * sign, i128{micros} * sign)));
  return {};
}

}  // namespace

std::vector<ScalarFunction> date_difference_functions() {
  return {
      {"date_diff",
       {"datediff"},
       "date_diff(part, from, to)",
       "How many boundaries of the part lie between two moments.",
       "date_diff('hour', TIMESTAMP '1992-09-30 23:59:59', TIMESTAMP '1992-10-01 01:58:00')",
       "2",
       kBindDifference<"date_diff">,
       lower_difference<"date_diff", boundaries>},
      {"date_sub",
       {"datesub"},
       "date_sub(part, from, to)",
       "How many whole parts lie between two moments.",
       "date_sub('hour', TIMESTAMP '1992-09-30 23:59:59', TIMESTAMP '1992-10-01 01:58:00')",
       "1",
       kBindDifference<"date_sub">,
       lower_difference<"date_sub", whole_units>},
      {"age",
       {},
       "age(later, earlier)",
       "The INTERVAL of years, months and days between two moments.",
       "age(TIMESTAMP '2001-04-10', TIMESTAMP '1992-09-20')",
       "8 years 6 months 20 days",
       bind_as<"age", Takes<kInterval, kTimestamp, kTimestamp>, Takes<kInterval, kTimestampTz, kTimestampTz>>,
       lower_host<"age", age, true>},
  };
}

}  // namespace trueno::function

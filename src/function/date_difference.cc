// How far apart two moments are: date_diff counts boundaries crossed, date_sub whole units passed, age gives years, months and days.
#include "base/civil_time.h"
#include "function/families.h"
#include "function/interval.h"
#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Cell;
using kernel::ValueId;
using enum TypeId;

bool is_infinite(const Cell& moment) { return moment.integer == kTimestampInfinity || moment.integer == kTimestampMinusInfinity; }

struct Moment {
  std::int64_t micros;
  CivilDate date;
  std::int64_t time;  // micros of the day

  explicit Moment(std::int64_t m) : micros(m), date(civil_from_days(floor_divide(m, kMicrosPerDay))), time(micros_of_day(m)) {}
  [[nodiscard]] std::int64_t months() const { return std::int64_t{date.year} * 12 + date.month - 1; }
  [[nodiscard]] std::int64_t days() const { return floor_divide(micros, kMicrosPerDay); }
};

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

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
Result<std::int64_t> boundaries(CivilPart part, const Moment& from, const Moment& to) {
  switch (part) {
    case CivilPart::kIsoYear: return part_of_micros(CivilPart::kIsoYear, to.micros) - part_of_micros(CivilPart::kIsoYear, from.micros);
    case CivilPart::kWeek: return (to.days() - from.days()) / 7;  // seven days each, wherever they begin
    default: break;
  }
  if (const std::int64_t unit = micros_in(part); unit == 1) {
    std::int64_t difference = 0;
    if (__builtin_sub_overflow(to.micros, from.micros, &difference)) return error(ErrorCode::kOutOfRange, "overflow of date_diff");
    return difference;
  } else if (unit != 0) {
    return floor_divide(to.micros, unit) - floor_divide(from.micros, unit);
  }
  if (part == CivilPart::kMonth) return to.months() - from.months();
  if (part == CivilPart::kQuarter) return floor_divide(to.months(), 3) - floor_divide(from.months(), 3);
  const std::int64_t years = months_in(part) / 12;
  return to.date.year / years - from.date.year / years;
}

// Months from one moment to a later one that are over. The last day of a month ends months that began on days it does not have.
std::int64_t months_passed(const Moment& from, const Moment& to) {
  const std::int64_t months = to.months() - from.months();
  const bool last_day = to.date.day == days_in_month(to.date.year, to.date.month);
  if (last_day && from.date.day > to.date.day) return months;
  const bool early = to.date.day < from.date.day || (to.date.day == from.date.day && to.time < from.time);
  return months - (early ? 1 : 0);
}

Result<std::int64_t> whole_units(CivilPart part, const Moment& from, const Moment& to) {
  if (const std::int64_t unit = micros_in(part); unit != 0) {
    std::int64_t difference = 0;
    if (__builtin_sub_overflow(to.micros, from.micros, &difference)) return error(ErrorCode::kOutOfRange, "overflow of date_sub");
    return difference / unit;
  }
  const std::int64_t months = from.micros <= to.micros ? months_passed(from, to) : -months_passed(to, from);
  return months / months_in(part);
}

template <auto count>
Status difference(std::span<const Cell> args, Cell& result, Arena&) {
  const auto part = civil_part_from_name(args[0].string.view());
  // Parts of two names with one length.
  const bool week_of_year = args[0].string.view() == "yearweek";
  const bool julian_day = args[0].string.view() == "julian";
  if (!part && !week_of_year && !julian_day)
    return error(ErrorCode::kConversion, "no date part '{}'", args[0].string.view()).hint("year, month, day, hour, ...");
  if (is_infinite(args[1]) || is_infinite(args[2])) {
    result = Cell::null();
    return {};
  }
  const Moment from(static_cast<std::int64_t>(args[1].integer));
  const Moment to(static_cast<std::int64_t>(args[2].integer));
  const CivilPart counted = part ? *part : (week_of_year ? CivilPart::kWeek : CivilPart::kDay);
  result = Cell::of_integer(TRUENO_TRY(count(counted, from, to)));
  return {};
}

// Times of day have the clock's parts only.
template <auto count>
Status time_difference(std::span<const Cell> args, Cell& result, Arena& arena) {
  const auto part = civil_part_from_name(args[0].string.view());
  if (part && *part != CivilPart::kEpoch && (*part < CivilPart::kHour || *part > CivilPart::kMicrosecond))
    return error(ErrorCode::kNotSupported, "a TIME has no part '{}'", args[0].string.view());
  return difference<count>(args, result, arena);
}

template <Name name, auto count>
Result<ValueId> lower_difference(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  const std::string body{std::string_view(name)};
  if (signature.arguments[1].id == kTime)
    return b.host({body + "(TIME)", time_difference<count>, false, true}, kBigInt, {args.begin(), args.end()});
  return b.host({body, difference<count>, false, true}, kBigInt, {args.begin(), args.end()});
}
template <Name name>
constexpr auto bind_difference = bind_as<name, Takes<kBigInt, kVarchar, kTimestamp, kTimestamp>, Takes<kBigInt, kVarchar, kTime, kTime>,
                                         Takes<kBigInt, kVarchar, kTimestampTz, kTimestampTz>>;

// Fields of the later moment less those of the earlier one; what falls below zero borrows from the next field, days from the length of the
// earlier moment's month.
Status age(std::span<const Cell> args, Cell& result, Arena&) {
  if (is_infinite(args[0]) || is_infinite(args[1])) {
    result = Cell::null();
    return {};
  }
  const bool negative = args[0].integer < args[1].integer;
  const Moment later(static_cast<std::int64_t>(args[negative ? 1 : 0].integer));
  const Moment earlier(static_cast<std::int64_t>(args[negative ? 0 : 1].integer));
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
       bind_difference<"date_diff">,
       lower_difference<"date_diff", boundaries>},
      {"date_sub",
       {"datesub"},
       "date_sub(part, from, to)",
       "How many whole parts lie between two moments.",
       "date_sub('hour', TIMESTAMP '1992-09-30 23:59:59', TIMESTAMP '1992-10-01 01:58:00')",
       "1",
       bind_difference<"date_sub">,
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

// Dates and timestamps: parts and truncation. EXTRACT(part FROM x), date_part('part', x) and year(x) are one instruction.
#include <algorithm>
#include <string>

#include "base/civil_time.h"
#include "function/catalogue.h"
#include "function/families.h"
#include "function/interval.h"
#include "kernel/date_part.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Cell;
using kernel::DatePart;
using kernel::Opcode;
using kernel::ValueId;

// TIMESTAMP_S and its like are taken as TIMESTAMP.
Result<Signature> bind_moment(std::span<const Type> arguments, const BindContext&) {
  if (arguments.size() != 1) return no_overload("date part", arguments);
  const Type& type = arguments[0];
  if (type.id == TypeId::kNull) return Signature{{TypeId::kDate}, TypeId::kBigInt};
  if (type.id == TypeId::kDate || type.id == TypeId::kTimestampTz) return Signature{{type}, TypeId::kBigInt};
  if (type.is_timestamp()) return Signature{{TypeId::kTimestamp}, TypeId::kBigInt};
  return no_overload("date part", arguments);
}

constexpr bool is_clock_part(DatePart part) { return part >= DatePart::kHour && part <= DatePart::kMicrosecond; }
constexpr bool is_interval_part(DatePart part) { return part <= DatePart::kDay || is_clock_part(part) || part >= DatePart::kCentury; }

template <DatePart part>
Result<Signature> bind_part(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() == 1) {
    const Type& type = arguments[0];
    if (type.id == TypeId::kTime && is_clock_part(part)) return Signature{{type}, TypeId::kBigInt};
    if (type.id == TypeId::kInterval && is_interval_part(part)) return Signature{{type}, TypeId::kBigInt};
  }
  return bind_moment(arguments, context);
}

template <DatePart part>
Status time_part(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_integer(kernel::part_of_timestamp(part, static_cast<std::int64_t>(args[0].integer)));
  return {};
}
template <DatePart part>
Status interval_part(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_integer(TRUENO_TRY(part_of_interval(static_cast<CivilPart>(part), args[0].interval)));
  return {};
}

template <DatePart part>
Result<ValueId> lower_part(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  const auto name = [](std::string_view type) { return fmt::format("{}({})", kernel::date_part_name(part), type); };
  if (signature.arguments[0].id == TypeId::kTime) return b.host({name("TIME"), time_part<part>, false, false}, signature.result, {args[0]});
  if (signature.arguments[0].id == TypeId::kInterval)
    return b.host({name("INTERVAL"), interval_part<part>, false, false}, signature.result, {args[0]});
  const ValueId value = b.emit(Opcode::kDatePart, signature.result, {args[0]}, static_cast<std::uint32_t>(part));
  return where_finite(b, args[0], value, b.constant(Value::null(signature.result)));
}

Result<Signature> bind_epoch(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() == 1 && (arguments[0].id == TypeId::kTime || arguments[0].id == TypeId::kInterval))
    return Signature{{arguments[0]}, TypeId::kDouble};
  Signature signature = TRUENO_TRY(bind_moment(arguments, context));
  signature.result = TypeId::kDouble;
  return signature;
}
Status time_epoch(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_f64(static_cast<double>(args[0].integer) / 1e6);
  return {};
}
Status interval_epoch(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_f64(epoch_of_interval(args[0].interval));
  return {};
}

// Microseconds as a whole number, divided once.
Result<ValueId> lower_epoch(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  if (signature.arguments[0].id == TypeId::kTime) return b.host({"epoch(TIME)", time_epoch, false, false}, signature.result, {args[0]});
  if (signature.arguments[0].id == TypeId::kInterval)
    return b.host({"epoch(INTERVAL)", interval_epoch, false, false}, signature.result, {args[0]});
  const auto part = [&](DatePart which) {
    return b.emit(Opcode::kDatePart, TypeId::kBigInt, {args[0]}, static_cast<std::uint32_t>(which));
  };
  const ValueId million = b.constant(Value::bigint(kMicrosPerSecond));
  const ValueId fraction = b.emit(Opcode::kModulo, TypeId::kBigInt, {part(DatePart::kMicrosecond), million});
  // HUGEINT: the last second of the greatest timestamps would leave 64 bits on the way.
  const ValueId seconds = b.cast(part(DatePart::kEpoch), TypeId::kHugeInt);
  const ValueId micros = b.emit(
      Opcode::kAdd, TypeId::kHugeInt,
      {b.emit(Opcode::kMultiply, TypeId::kHugeInt, {seconds, b.cast(million, TypeId::kHugeInt)}), b.cast(fraction, TypeId::kHugeInt)});
  const ValueId value = b.emit(Opcode::kDivide, TypeId::kDouble,
                               {b.cast(micros, TypeId::kDouble), b.constant(Value::floating(static_cast<double>(kMicrosPerSecond)))});
  return where_finite(b, args[0], value, b.constant(Value::null(signature.result)));
}

// Dates are truncated as timestamps, as DuckDB does.
Result<Signature> bind_truncate(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() == 1 && arguments[0].id == TypeId::kInterval) return Signature{{arguments[0]}, arguments[0]};
  Signature signature = TRUENO_TRY(bind_moment(arguments, context));
  if (signature.arguments[0].id == TypeId::kDate) signature.arguments[0] = TypeId::kTimestamp;
  signature.result = signature.arguments[0];
  return signature;
}

template <DatePart part>
Status truncate_interval_to(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_interval(truncate_interval(static_cast<CivilPart>(part), args[0].interval));
  return {};
}

template <DatePart part>
Result<ValueId> lower_truncate(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  if (signature.result.id == TypeId::kInterval) {
    return b.host({fmt::format("date_trunc_{}(INTERVAL)", kernel::date_part_name(part)), truncate_interval_to<part>, false, false},
                  signature.result, {args[0]});
  }
  const ValueId value = b.emit(Opcode::kDateTrunc, signature.result, {args[0]}, static_cast<std::uint32_t>(part));
  return where_finite(b, args[0], value, args[0]);
}

template <DatePart part>
void add_part(std::vector<ScalarFunction>& list, std::string_view name, std::vector<std::string_view> aliases, std::string_view signature,
              std::string_view description, std::string_view example, std::string_view result) {
  list.push_back({name, std::move(aliases), signature, description, example, result, bind_part<part>, lower_part<part>});
}
template <DatePart part>
void add_truncation(std::vector<ScalarFunction>& list, std::string_view name, std::string_view description, std::string_view example,
                    std::string_view result) {
  list.push_back({name, {}, "date_trunc(part, x)", description, example, result, bind_truncate, lower_truncate<part>});
}

}  // namespace

ValueId is_finite_time(Builder& b, ValueId time) {
  const Type type = b.at(time).type;
  const bool date = type.id == TypeId::kDate;
  const i128 infinity = date ? kDateInfinity : kTimestampInfinity;
  const i128 minus_infinity = date ? kDateMinusInfinity : kTimestampMinusInfinity;
  if (b.at(time).range.proven_within(minus_infinity + 1, infinity - 1)) return kernel::kNoValue;
  const ValueId below = b.emit(Opcode::kLess, TypeId::kBoolean, {time, b.constant(Value::integer(infinity, type))});
  const ValueId above = b.emit(Opcode::kGreater, TypeId::kBoolean, {time, b.constant(Value::integer(minus_infinity, type))});
  return b.emit(Opcode::kAnd, TypeId::kBoolean, {below, above});
}

ValueId where_finite(Builder& b, ValueId time, ValueId value, ValueId otherwise) {
  const ValueId finite = is_finite_time(b, time);
  if (finite == kernel::kNoValue) return value;
  return b.emit(Opcode::kSelect, b.at(value).type, {finite, value, otherwise});
}

std::vector<ScalarFunction> date_functions() {
  std::vector<ScalarFunction> list;
  add_part<DatePart::kYear>(list, "year", {}, "year(x)", "The year.", "year(DATE '1995-03-17')", "1995");
  add_part<DatePart::kQuarter>(list, "quarter", {}, "quarter(x)", "The quarter, 1 to 4.", "quarter(DATE '1995-03-17')", "1");
  add_part<DatePart::kMonth>(list, "month", {}, "month(x)", "The month, 1 to 12.", "month(DATE '1995-03-17')", "3");
  add_part<DatePart::kDay>(list, "day", {"dayofmonth"}, "day(x)", "The day of the month.", "day(DATE '1995-03-17')", "17");
  add_part<DatePart::kDayOfWeek>(list, "dayofweek", {"dow", "weekday"}, "dayofweek(x)", "Sunday = 0 to Saturday = 6.",
                                 "dayofweek(DATE '1995-03-17')", "5");
  add_part<DatePart::kIsoDayOfWeek>(list, "isodow", {}, "isodow(x)", "Monday = 1 to Sunday = 7.", "isodow(DATE '1995-03-19')", "7");
  add_part<DatePart::kDayOfYear>(list, "dayofyear", {"doy"}, "dayofyear(x)", "Day of the year, from 1.", "dayofyear(DATE '1996-12-31')",
                                 "366");
  add_part<DatePart::kWeek>(list, "week", {"weekofyear"}, "week(x)", "ISO week number.", "week(DATE '2021-01-03')", "53");
  add_part<DatePart::kIsoYear>(list, "isoyear", {}, "isoyear(x)", "Year of the ISO week.", "isoyear(DATE '2021-01-03')", "2020");
  add_part<DatePart::kHour>(list, "hour", {}, "hour(x)", "The hour, 0 to 23.", "hour(TIMESTAMP '2020-01-01 13:45:10')", "13");
  add_part<DatePart::kMinute>(list, "minute", {}, "minute(x)", "The minute, 0 to 59.", "minute(TIMESTAMP '2020-01-01 13:45:10')", "45");
  add_part<DatePart::kSecond>(list, "second", {}, "second(x)", "The second, 0 to 59.", "second(TIMESTAMP '2020-01-01 13:45:10')", "10");
  add_part<DatePart::kMillisecond>(list, "millisecond", {}, "millisecond(x)", "Milliseconds of the minute.",
                                   "millisecond(TIMESTAMP '2020-01-01 13:45:10.123')", "10123");
  add_part<DatePart::kMicrosecond>(list, "microsecond", {}, "microsecond(x)", "Microseconds of the minute.",
                                   "microsecond(TIMESTAMP '2020-01-01 13:45:10.123')", "10123000");
  add_part<DatePart::kCentury>(list, "century", {}, "century(x)", "The century; 2000 is in the 20th.", "century(DATE '2000-12-31')", "20");
  add_part<DatePart::kDecade>(list, "decade", {}, "decade(x)", "The year divided by ten.", "decade(DATE '1995-03-17')", "199");
  add_part<DatePart::kMillennium>(list, "millennium", {}, "millennium(x)", "The millennium; 2000 is in the 2nd.",
                                  "millennium(DATE '2000-12-31')", "2");
  list.push_back({"epoch",
                  {},
                  "epoch(x)",
                  "Seconds since 1970-01-01, with fractions.",
                  "epoch(DATE '1970-01-02')",
                  "86400.0",
                  bind_epoch,
                  lower_epoch});
  add_truncation<DatePart::kYear>(list, "date_trunc_year", "First moment of the year.", "date_trunc('year', DATE '1995-03-17')",
                                  "1995-01-01 00:00:00");
  add_truncation<DatePart::kQuarter>(list, "date_trunc_quarter", "First moment of the quarter.", "date_trunc('quarter', DATE '1995-03-17')",
                                     "1995-01-01 00:00:00");
  add_truncation<DatePart::kMonth>(list, "date_trunc_month", "First moment of the month.", "date_trunc('month', DATE '1995-03-17')",
                                   "1995-03-01 00:00:00");
  add_truncation<DatePart::kWeek>(list, "date_trunc_week", "Monday of the week.", "date_trunc('week', DATE '1995-03-17')",
                                  "1995-03-13 00:00:00");
  add_truncation<DatePart::kDay>(list, "date_trunc_day", "First moment of the day.", "date_trunc('day', TIMESTAMP '1995-03-17 10:00:00')",
                                 "1995-03-17 00:00:00");
  add_truncation<DatePart::kHour>(list, "date_trunc_hour", "First moment of the hour.",
                                  "date_trunc('hour', TIMESTAMP '1995-03-17 10:20:00')", "1995-03-17 10:00:00");
  add_truncation<DatePart::kMinute>(list, "date_trunc_minute", "First moment of the minute.",
                                    "date_trunc('minute', TIMESTAMP '1995-03-17 10:20:30')", "1995-03-17 10:20:00");
  add_truncation<DatePart::kSecond>(list, "date_trunc_second", "First moment of the second.",
                                    "date_trunc('second', TIMESTAMP '1995-03-17 10:20:30.5')", "1995-03-17 10:20:30");
  add_truncation<DatePart::kMillisecond>(list, "date_trunc_millisecond", "First moment of the millisecond.",
                                         "date_trunc('millisecond', TIMESTAMP '1995-03-17 10:20:30.123456')", "1995-03-17 10:20:30.123");
  add_truncation<DatePart::kMicrosecond>(list, "date_trunc_microsecond", "The same moment.",
                                         "date_trunc('microsecond', TIMESTAMP '1995-03-17 10:20:30.123456')", "1995-03-17 10:20:30.123456");
  add_truncation<DatePart::kDecade>(list, "date_trunc_decade", "First moment of the decade.", "date_trunc('decade', DATE '1995-03-17')",
                                    "1990-01-01 00:00:00");
  add_truncation<DatePart::kCentury>(list, "date_trunc_century", "First moment of the century, counted from year 0.",
                                     "date_trunc('century', DATE '1995-03-17')", "1900-01-01 00:00:00");
  add_truncation<DatePart::kMillennium>(list, "date_trunc_millennium", "First moment of the millennium, counted from year 0.",
                                        "date_trunc('millennium', DATE '1995-03-17')", "1000-01-01 00:00:00");
  add_truncation<DatePart::kIsoYear>(list, "date_trunc_isoyear", "Monday of the first ISO week of the year.",
                                     "date_trunc('isoyear', DATE '1995-03-17')", "1995-01-02 00:00:00");
  return list;
}

}  // namespace trueno::function

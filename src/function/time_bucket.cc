// time_bucket: the start of the span of a regular grid that a moment lies in.
#include "base/civil_time.h"
#include "function/families.h"
#include "function/overload.h"
#include "kernel/date_part.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Cell;
using kernel::ValueId;
using enum TypeId;

// Grids of days and smaller begin on a Monday, grids of months with a year.
constexpr std::int64_t kOriginOfTime = days_from_civil(2000, 1, 3) * kMicrosPerDay;
constexpr std::int64_t kOriginOfMonths = days_from_civil(2000, 1, 1) * kMicrosPerDay;

bool is_infinite(std::int64_t micros) { return micros == kTimestampInfinity || micros == kTimestampMinusInfinity; }

i128 floor_to(i128 value, i128 unit) {
  const i128 rest = value % unit;
  return value - (rest < 0 ? rest + unit : rest);
}

Error overflow() { return error(ErrorCode::kOutOfRange, "overflow of time_bucket"); }

struct Width {
  i128 months = 0;
  i128 micros = 0;
};
Result<Width> width_of(const IntervalValue& interval) {
  const i128 micros = i128{interval.days} * kMicrosPerDay + interval.micros;
  if (interval.months != 0 && micros != 0) return error(ErrorCode::kNotSupported, "a width of months can have neither days nor hours");
  if (interval.months < 0 || micros < 0 || (interval.months == 0 && micros == 0))
    return error(ErrorCode::kNotSupported, "the width of time_bucket must be positive");
  return Width{interval.months, micros};
}

i128 months_of(std::int64_t micros) {
  const CivilDate date = civil_from_days(floor_divide(micros, kMicrosPerDay));
  return i128{date.year} * 12 + date.month - 1;
}

Result<std::int64_t> bucket(const Width& width, std::int64_t micros, std::int64_t origin) {
  i128 start = 0;
  if (width.months != 0) {
    const i128 months = months_of(origin) + floor_to(months_of(micros) - months_of(origin), width.months);
    const auto year = static_cast<std::int64_t>(floor_to(months, 12) / 12);
    start = i128{days_from_civil(year, static_cast<std::int32_t>(months - i128{year} * 12) + 1, 1)} * kMicrosPerDay;
  } else {
    start = origin + floor_to(i128{micros} - origin, width.micros);
  }
  if (start <= kTimestampMinusInfinity || start >= kTimestampInfinity) return overflow();
  return static_cast<std::int64_t>(start);
}

std::int64_t default_origin(const Width& width) { return width.months != 0 ? kOriginOfMonths : kOriginOfTime; }

Status plain(std::span<const Cell> args, Cell& result, Arena&) {
  const auto micros = static_cast<std::int64_t>(args[1].integer);
  const Width width = TRUENO_TRY(width_of(args[0].interval));
  result = is_infinite(micros) ? args[1] : Cell::of_integer(TRUENO_TRY(bucket(width, micros, default_origin(width))));
  return {};
}

// The grid is moved by an interval.
Status with_offset(std::span<const Cell> args, Cell& result, Arena&) {
  const auto micros = static_cast<std::int64_t>(args[1].integer);
  const Width width = TRUENO_TRY(width_of(args[0].interval));
  if (is_infinite(micros)) {
    result = args[1];
    return {};
  }
  const IntervalValue& offset = args[2].interval;
  if (offset.months == INT32_MIN || offset.days == INT32_MIN || offset.micros == INT64_MIN) return overflow();
  const IntervalValue back{-offset.months, -offset.days, -offset.micros};
  const std::int64_t moved = TRUENO_TRY(kernel::add_interval(micros, back));
  result = Cell::of_integer(TRUENO_TRY(kernel::add_interval(TRUENO_TRY(bucket(width, moved, default_origin(width))), offset)));
  return {};
}

Status with_origin(std::span<const Cell> args, Cell& result, Arena&) {
  const auto micros = static_cast<std::int64_t>(args[1].integer);
  const auto origin = static_cast<std::int64_t>(args[2].integer);
  const Width width = TRUENO_TRY(width_of(args[0].interval));
  if (is_infinite(origin)) {
    result = Cell::null();
  } else {
    result = is_infinite(micros) ? args[1] : Cell::of_integer(TRUENO_TRY(bucket(width, micros, origin)));
  }
  return {};
}

// A time of day is one of 1970-01-01; what comes out is the time of day of the span's start.
template <kernel::HostFunction body>
Status of_time(std::span<const Cell> args, Cell& result, Arena& arena) {
  TRUENO_TRY(body(args, result, arena));
  if (result.valid) result = Cell::of_integer(micros_of_day(static_cast<std::int64_t>(result.integer)));
  return {};
}

// Dates go through their midnight and come back as dates.
Result<ValueId> lower_bucket(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  if (signature.result.id == kTime) {
    const bool origin = args.size() == 3 && signature.arguments[2].id == kTime;
    const kernel::HostFunction body = args.size() == 2 ? of_time<plain> : (origin ? of_time<with_origin> : of_time<with_offset>);
    const std::string name = args.size() == 2 ? "time_bucket(TIME)" : (origin ? "time_bucket(TIME, origin)" : "time_bucket(TIME, offset)");
    return b.host({name, body, false, true}, kTime, {args.begin(), args.end()});
  }
  const Type moment = signature.result.id == kDate ? Type(kTimestamp) : signature.result;
  std::vector<ValueId> in_micros{args[0], b.cast(args[1], moment)};
  if (args.size() == 2) return b.cast(b.host({"time_bucket", plain, false, true}, moment, in_micros), signature.result);
  if (signature.arguments[2].id == kInterval) {
    in_micros.push_back(args[2]);
    return b.cast(b.host({"time_bucket(offset)", with_offset, false, true}, moment, in_micros), signature.result);
  }
  in_micros.push_back(b.cast(args[2], moment));
  return b.cast(b.host({"time_bucket(origin)", with_origin, false, true}, moment, in_micros), signature.result);
}

}  // namespace

std::vector<ScalarFunction> time_bucket_functions() {
  return {
      {"time_bucket",
       {},
       "time_bucket(width, x [, offset or origin])",
       "Start of the span of this width that x lies in. Spans of months count from 2000-01-01, others from Monday 2000-01-03, unless an "
       "offset "
       "or an origin says otherwise.",
       "time_bucket(INTERVAL '15 minutes', TIMESTAMP '2024-05-17 10:44:59')",
       "2024-05-17 10:30:00",
       bind_as<"time_bucket", Takes<kDate, kInterval, kDate>, Takes<kTimestamp, kInterval, kTimestamp>,
               Takes<kTimestampTz, kInterval, kTimestampTz>, Takes<kTime, kInterval, kTime>, Takes<kTime, kInterval, kTime, kInterval>,
               Takes<kTime, kInterval, kTime, kTime>, Takes<kDate, kInterval, kDate, kInterval>,
               Takes<kTimestamp, kInterval, kTimestamp, kInterval>, Takes<kTimestampTz, kInterval, kTimestampTz, kInterval>,
               Takes<kDate, kInterval, kDate, kDate>, Takes<kTimestamp, kInterval, kTimestamp, kTimestamp>,
               Takes<kTimestampTz, kInterval, kTimestampTz, kTimestampTz>>,
       lower_bucket},
  };
}

}  // namespace trueno::function

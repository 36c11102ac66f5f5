// Parts of dates and moments.
//
// Everything reduces to days: a moment is a day and a time of day, both rounded down, so that 23:59:59.5 before the epoch is the evening of
// 1969-12-31. Weeks are ISO 8601's: they begin on Monday and belong to the year that holds their Thursday.
#include "base/civil_time.h"

#include <algorithm>
#include <array>

namespace trueno {

namespace {

// 1 = Monday .. 7 = Sunday. 1970-01-01 was a Thursday.
std::int64_t iso_day_of_week(std::int64_t days) { return days + 3 - floor_divide(days + 3, 7) * 7 + 1; }

// The Thursday of a date's ISO week: its year is the ISO year, and its day of the year gives the week.
CivilDate iso_thursday(std::int64_t days, std::int64_t& thursday) {
  thursday = days - iso_day_of_week(days) + 4;
  return civil_from_days(thursday);
}

// Centuries and millennia: 1..100 is the first, 1 BC lies in century -1.
std::int64_t hundreds(std::int64_t year, std::int64_t years) { return year > 0 ? (year - 1) / years + 1 : year / years - 1; }

}  // namespace

std::int64_t part_of_days(CivilPart part, std::int32_t days) {
  const CivilDate date = civil_from_days(days);
  std::int64_t thursday = 0;
  switch (part) {
    case CivilPart::kYear: return date.year;
    case CivilPart::kQuarter: return (date.month - 1) / 3 + 1;
    case CivilPart::kMonth: return date.month;
    case CivilPart::kDay: return date.day;
    case CivilPart::kDayOfWeek: return iso_day_of_week(days) % 7;
    case CivilPart::kIsoDayOfWeek: return iso_day_of_week(days);
    case CivilPart::kDayOfYear: return days - days_from_civil(date.year, 1, 1) + 1;
    case CivilPart::kWeek: {
      const CivilDate iso = iso_thursday(days, thursday);
      return (thursday - days_from_civil(iso.year, 1, 1)) / 7 + 1;
    }
    case CivilPart::kIsoYear: return iso_thursday(days, thursday).year;
    case CivilPart::kHour:
    case CivilPart::kMinute:
    case CivilPart::kSecond:
    case CivilPart::kMillisecond:
    case CivilPart::kMicrosecond: return 0;
    case CivilPart::kEpoch: return static_cast<std::int64_t>(days) * 86'400;
    case CivilPart::kCentury: return hundreds(date.year, 100);
    case CivilPart::kDecade: return date.year / 10;
    case CivilPart::kMillennium: return hundreds(date.year, 1000);
  }
  return 0;
}

std::int64_t micros_of_day(std::int64_t micros) {
  const std::int64_t days = floor_divide(micros, kMicrosPerDay);
  // The product can leave 64 bits for the earliest moments; the difference does not.
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(micros) -
                                   static_cast<std::uint64_t>(days) * static_cast<std::uint64_t>(kMicrosPerDay));
}

// The clock parts are of the time of day, which is never negative: days are rounded down first.
std::int64_t part_of_micros(CivilPart part, std::int64_t micros) {
  const std::int64_t days = floor_divide(micros, kMicrosPerDay);
  const std::int64_t of_day = micros_of_day(micros);
  switch (part) {
    case CivilPart::kHour: return of_day / (3600 * kMicrosPerSecond);
    case CivilPart::kMinute: return of_day / (60 * kMicrosPerSecond) % 60;
    case CivilPart::kSecond: return of_day / kMicrosPerSecond % 60;
    case CivilPart::kMillisecond: return of_day / 1000 % 60'000;
    case CivilPart::kMicrosecond: return of_day % (60 * kMicrosPerSecond);
    case CivilPart::kEpoch: return floor_divide(micros, kMicrosPerSecond);
    default: return part_of_days(part, static_cast<std::int32_t>(days));
  }
}

// Parts smaller than a day leave a date as it is.
std::int32_t truncate_days(CivilPart part, std::int32_t days) {
  const CivilDate date = civil_from_days(days);
  const auto first_of = [](std::int64_t year, std::int32_t month) { return static_cast<std::int32_t>(days_from_civil(year, month, 1)); };
  switch (part) {
    case CivilPart::kYear: return first_of(date.year, 1);
    case CivilPart::kQuarter: return first_of(date.year, (date.month - 1) / 3 * 3 + 1);
    case CivilPart::kMonth: return first_of(date.year, date.month);
    case CivilPart::kWeek: return static_cast<std::int32_t>(days - iso_day_of_week(days) + 1);
    case CivilPart::kIsoYear: {
      // The Monday of the week that holds January 4th.
      std::int64_t thursday = 0;
      const std::int64_t fourth = days_from_civil(iso_thursday(days, thursday).year, 1, 4);
      return static_cast<std::int32_t>(fourth - iso_day_of_week(fourth) + 1);
    }
    case CivilPart::kCentury: return first_of(date.year / 100 * 100, 1);
    case CivilPart::kDecade: return first_of(date.year / 10 * 10, 1);
    case CivilPart::kMillennium: return first_of(date.year / 1000 * 1000, 1);
    case CivilPart::kDay:
    case CivilPart::kDayOfWeek:
    case CivilPart::kIsoDayOfWeek:
    case CivilPart::kDayOfYear:
    case CivilPart::kHour:
    case CivilPart::kMinute:
    case CivilPart::kSecond:
    case CivilPart::kMillisecond:
    case CivilPart::kMicrosecond:
    case CivilPart::kEpoch: return days;
  }
  return days;
}

std::int64_t truncate_micros(CivilPart part, std::int64_t micros) {
  // Only the first moments of the timestamp range can begin a part before it; there the range's edge is the answer.
  const auto down_to = [&](std::int64_t unit) {
    std::int64_t result = 0;
    return __builtin_mul_overflow(floor_divide(micros, unit), unit, &result) ? micros : result;
  };
  switch (part) {
    case CivilPart::kHour: return down_to(3600 * kMicrosPerSecond);
    case CivilPart::kMinute: return down_to(60 * kMicrosPerSecond);
    case CivilPart::kEpoch:
    case CivilPart::kSecond: return down_to(kMicrosPerSecond);
    case CivilPart::kMillisecond: return down_to(1000);
    case CivilPart::kMicrosecond: return micros;
    default: {
      const auto days = static_cast<std::int32_t>(floor_divide(micros, kMicrosPerDay));
      std::int64_t result = 0;
      if (__builtin_mul_overflow(static_cast<std::int64_t>(truncate_days(part, days)), kMicrosPerDay, &result)) return micros;
      return result;
    }
  }
}

std::optional<CivilPart> civil_part_from_name(std::string_view name) {
  struct Name {
    std::string_view text;
    CivilPart part;
  };
  static constexpr std::array kNames = {
      Name{"year", CivilPart::kYear},
      Name{"years", CivilPart::kYear},
      Name{"yr", CivilPart::kYear},
      Name{"yrs", CivilPart::kYear},
      Name{"y", CivilPart::kYear},
      Name{"quarter", CivilPart::kQuarter},
      Name{"quarters", CivilPart::kQuarter},
      Name{"month", CivilPart::kMonth},
      Name{"months", CivilPart::kMonth},
      Name{"mon", CivilPart::kMonth},
      Name{"mons", CivilPart::kMonth},
      Name{"day", CivilPart::kDay},
      Name{"days", CivilPart::kDay},
      Name{"d", CivilPart::kDay},
      Name{"dayofmonth", CivilPart::kDay},
      Name{"dow", CivilPart::kDayOfWeek},
      Name{"dayofweek", CivilPart::kDayOfWeek},
      Name{"weekday", CivilPart::kDayOfWeek},
      Name{"isodow", CivilPart::kIsoDayOfWeek},
      Name{"doy", CivilPart::kDayOfYear},
      Name{"dayofyear", CivilPart::kDayOfYear},
      Name{"week", CivilPart::kWeek},
      Name{"weeks", CivilPart::kWeek},
      Name{"w", CivilPart::kWeek},
      Name{"weekofyear", CivilPart::kWeek},
      Name{"isoyear", CivilPart::kIsoYear},
      Name{"hour", CivilPart::kHour},
      Name{"hours", CivilPart::kHour},
      Name{"hr", CivilPart::kHour},
      Name{"hrs", CivilPart::kHour},
      Name{"h", CivilPart::kHour},
      Name{"minute", CivilPart::kMinute},
      Name{"minutes", CivilPart::kMinute},
      Name{"min", CivilPart::kMinute},
      Name{"mins", CivilPart::kMinute},
      Name{"m", CivilPart::kMinute},
      Name{"second", CivilPart::kSecond},
      Name{"seconds", CivilPart::kSecond},
      Name{"sec", CivilPart::kSecond},
      Name{"secs", CivilPart::kSecond},
      Name{"s", CivilPart::kSecond},
      Name{"millisecond", CivilPart::kMillisecond},
      Name{"milliseconds", CivilPart::kMillisecond},
      Name{"ms", CivilPart::kMillisecond},
      Name{"msec", CivilPart::kMillisecond},
      Name{"msecs", CivilPart::kMillisecond},
      Name{"microsecond", CivilPart::kMicrosecond},
      Name{"microseconds", CivilPart::kMicrosecond},
      Name{"us", CivilPart::kMicrosecond},
      Name{"msecond", CivilPart::kMillisecond},
      Name{"mseconds", CivilPart::kMillisecond},
      Name{"usec", CivilPart::kMicrosecond},
      Name{"usecs", CivilPart::kMicrosecond},
      Name{"usecond", CivilPart::kMicrosecond},
      Name{"useconds", CivilPart::kMicrosecond},
      Name{"epoch", CivilPart::kEpoch},
      Name{"century", CivilPart::kCentury},
      Name{"centuries", CivilPart::kCentury},
      Name{"c", CivilPart::kCentury},
      Name{"cent", CivilPart::kCentury},
      Name{"decade", CivilPart::kDecade},
      Name{"decades", CivilPart::kDecade},
      Name{"dec", CivilPart::kDecade},
      Name{"decs", CivilPart::kDecade},
      Name{"millennium", CivilPart::kMillennium},
      Name{"millennia", CivilPart::kMillennium},
      Name{"millenniums", CivilPart::kMillennium},
      Name{"mil", CivilPart::kMillennium},
      Name{"mils", CivilPart::kMillennium},
      Name{"millenium", CivilPart::kMillennium},
  };
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b; };
  for (const Name& known : kNames) {
    if (std::equal(name.begin(), name.end(), known.text.begin(), known.text.end(), same)) return known.part;
  }
  return std::nullopt;
}

}  // namespace trueno

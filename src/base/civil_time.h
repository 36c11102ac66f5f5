#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trueno {

// Dates are days, timestamps microseconds since 1970-01-01 UTC in the proleptic Gregorian calendar; year 0 is 1 BC.
// The ends of the number ranges stand for the infinities, as in DuckDB.

inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;
inline constexpr std::int64_t kMicrosPerDay = 86'400'000'000;
inline constexpr std::int32_t kDateInfinity = INT32_MAX;
inline constexpr std::int32_t kDateMinusInfinity = -INT32_MAX;
inline constexpr std::int64_t kTimestampInfinity = INT64_MAX;
inline constexpr std::int64_t kTimestampMinusInfinity = -INT64_MAX;

struct CivilDate {
  std::int32_t year = 1970;
  std::int32_t month = 1;  // 1..12
  std::int32_t day = 1;    // 1..31
  bool operator==(const CivilDate&) const = default;
};

[[nodiscard]] constexpr bool is_leap_year(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }
[[nodiscard]] constexpr std::int32_t days_in_month(std::int64_t year, std::int32_t month) {
  return month == 2 ? (is_leap_year(year) ? 29 : 28) : 30 + ((month + (month >> 3)) & 1);
}

/// Days since 1970-01-01. Defined for every year an int64 of microseconds reaches, and far beyond; `month` 1..12, any `day`.
/// Source: H. Hinnant, "chrono-compatible low-level date algorithms": eras of 400 years that begin in March.
[[nodiscard]] constexpr std::int64_t days_from_civil(std::int64_t year, std::int32_t month, std::int32_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}
[[nodiscard]] constexpr CivilDate civil_from_days(std::int64_t days) {
  days += 719'468;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const std::int64_t day_of_era = days - era * 146'097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;  // March = 0
  const auto month = static_cast<std::int32_t>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {static_cast<std::int32_t>(year_of_era + era * 400 + (month <= 2 ? 1 : 0)), month,
          static_cast<std::int32_t>(day_of_year - (153 * shifted_month + 2) / 5 + 1)};
}

/// Quotient rounded down, for a positive divisor.
[[nodiscard]] constexpr std::int64_t floor_divide(std::int64_t value, std::int64_t divisor) {
  const std::int64_t quotient = value / divisor;
  return quotient * divisor > value ? quotient - 1 : quotient;
}

/// The parts SQL's date_part and date_trunc know, in the order of the kernel's enumeration.
enum class CivilPart : std::uint8_t {
  kYear,
  kQuarter,
  kMonth,
  kDay,
  kDayOfWeek,
  kIsoDayOfWeek,
  kDayOfYear,
  kWeek,
  kIsoYear,
  kHour,
  kMinute,
  kSecond,
  kMillisecond,
  kMicrosecond,
  kEpoch,
  kCentury,
  kDecade,
  kMillennium,
};
/// The part a name stands for ("year", "years", "yr", "y", "dow" ...), any case.
[[nodiscard]] std::optional<CivilPart> civil_part_from_name(std::string_view name);

/// A part of a finite date or timestamp. Seconds hold only their own minute, milliseconds and microseconds include the seconds;
/// Microseconds since the midnight before a moment, 0 to 86,399,999,999, for every 64-bit number of microseconds.
[[nodiscard]] std::int64_t micros_of_day(std::int64_t micros);
/// the epoch is whole seconds, rounded down. There is no century 0: 1 BC lies in century -1.
[[nodiscard]] std::int64_t part_of_days(CivilPart part, std::int32_t days);
[[nodiscard]] std::int64_t part_of_micros(CivilPart part, std::int64_t micros);
/// The first moment of the part a finite date or timestamp lies in. Decades, centuries and millennia begin with years that end in 0.
[[nodiscard]] std::int32_t truncate_days(CivilPart part, std::int32_t days);
[[nodiscard]] std::int64_t truncate_micros(CivilPart part, std::int64_t micros);

/// INTERVAL as text sees it; the three do not convert exactly.
struct CivilInterval {
  std::int32_t months = 0;
  std::int32_t days = 0;
  std::int64_t micros = 0;
  bool operator==(const CivilInterval&) const = default;
};

/// Ticks in a second of the types that hold points in time.
enum class TimeUnit : std::uint8_t { kSecond, kMilli, kMicro, kNano };
[[nodiscard]] constexpr std::int64_t ticks_per_second(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kSecond: return 1;
    case TimeUnit::kMilli: return 1'000;
    case TimeUnit::kMicro: return 1'000'000;
    case TimeUnit::kNano: return 1'000'000'000;
  }
  return 1;
}

/// How much a parser forgives. kCast takes what SQL's CAST takes (a time behind a date, spaces around); kExact only the plain forms,
/// which is what guesses about a file's types go by.
enum class Leniency : std::uint8_t { kCast, kExact };

// Texts as DuckDB reads and writes them: "2024-02-29", "0044-03-15 (BC)", "infinity"; "12:30:00.5"; "2024-02-29 12:30:00";
// "1 year 2 months 3 days 04:05:06". Parsers give nothing on a malformed text or a value out of range.
[[nodiscard]] std::optional<std::int32_t> parse_date(std::string_view text, Leniency leniency = Leniency::kCast);
[[nodiscard]] std::optional<std::int64_t> parse_time(std::string_view text, Leniency leniency = Leniency::kCast);
/// A timestamp without zone: an offset in the text is read and ignored.
[[nodiscard]] std::optional<std::int64_t> parse_timestamp(std::string_view text, TimeUnit unit = TimeUnit::kMicro,
                                                          Leniency leniency = Leniency::kCast);
/// Microseconds UTC; the offset in the text ("+02", "-08:30", "Z", "UTC") is applied, none means UTC. `has_zone` tells whether there was
/// one.
[[nodiscard]] std::optional<std::int64_t> parse_timestamp_tz(std::string_view text, Leniency leniency = Leniency::kCast,
                                                             bool* has_zone = nullptr);
[[nodiscard]] std::optional<CivilInterval> parse_interval(std::string_view text);

[[nodiscard]] std::string format_date(std::int32_t days);
[[nodiscard]] std::string format_time(std::int64_t micros);
[[nodiscard]] std::string format_timestamp(std::int64_t ticks, TimeUnit unit = TimeUnit::kMicro);
/// The UTC moment, with "+00" behind.
[[nodiscard]] std::string format_timestamp_tz(std::int64_t micros);
[[nodiscard]] std::string format_interval(const CivilInterval& interval);

}  // namespace trueno

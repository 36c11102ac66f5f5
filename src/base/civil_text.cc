// The texts of dates, times, timestamps and intervals, as DuckDB reads and writes them.
#include <fmt/format.h>

#include <cstdlib>

#include "base/ascii.h"
#include "base/civil_time.h"

namespace trueno {

namespace {

constexpr std::int64_t kMaxDays = 2'147'483'646;
constexpr std::int64_t kMaxYearDigits = 7;

// A place in a text. All readers leave it unmoved or just behind what they read.
struct Cursor {
  const char* at;
  const char* end;

  explicit Cursor(std::string_view text) : at(text.data()), end(text.data() + text.size()) {}
  [[nodiscard]] bool done() const { return at == end; }
  [[nodiscard]] char peek() const { return at < end ? *at : '\0'; }
  void skip_spaces() {
    while (at < end && is_space(*at)) ++at;
  }
  bool take(char c) {
    if (peek() != c || done()) return false;
    ++at;
    return true;
  }
  // Any case of `word`, which is in lower case.
  bool take_word(std::string_view word) {
    if (static_cast<std::size_t>(end - at) < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
      if (to_lower(at[i]) != word[i]) return false;
    }
    at += word.size();
    return true;
  }
  // One to `max_digits` digits; how many, 0 for none.
  int take_number(std::int64_t& value, int max_digits) {
    value = 0;
    int count = 0;
    for (; count < max_digits && at < end && is_digit(*at); ++at, ++count) value = value * 10 + (*at - '0');
    return count;
  }
  // Digits of a fraction, scaled to `digits` of them; further ones are dropped.
  std::int64_t take_fraction(int digits) {
    std::int64_t value = 0;
    int count = 0;
    for (; at < end && is_digit(*at); ++at, ++count) {
      if (count < digits) value = value * 10 + (*at - '0');
    }
    for (; count < digits; ++count) value *= 10;
    return value;
  }
};

// -1, +1, or 0 when the text is not an infinity.
int take_infinity(Cursor& cursor) {
  const Cursor start = cursor;
  const int sign = cursor.take('-') ? -1 : 1;
  if (cursor.take_word("infinity") || cursor.take_word("inf")) return sign;
  cursor = start;
  return 0;
}

// year-month-day with one of the separators all along, and " (BC)".
std::optional<std::int64_t> take_date(Cursor& cursor, Leniency leniency) {
  const bool negative = leniency == Leniency::kCast && cursor.take('-');
  std::int64_t year = 0;
  std::int64_t month = 0;
  std::int64_t day = 0;
  const int year_digits = cursor.take_number(year, kMaxYearDigits);
  if (year_digits == 0 || (leniency == Leniency::kExact && year_digits < 4)) return std::nullopt;
  const char separator = cursor.peek();
  const bool strange = separator == ' ' || separator == '\\';
  if (separator != '-' && separator != '/' && (!strange || leniency == Leniency::kExact)) return std::nullopt;
  if (!cursor.take(separator) || cursor.take_number(month, 2) == 0) return std::nullopt;
  if (!cursor.take(separator) || cursor.take_number(day, 2) == 0 || is_digit(cursor.peek())) return std::nullopt;
  if (negative) year = -year;
  if (cursor.take_word(" (bc)")) {
    if (negative || year == 0) return std::nullopt;
    year = 1 - year;
  }
  if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, static_cast<std::int32_t>(month))) return std::nullopt;
  const std::int64_t days = days_from_civil(year, static_cast<std::int32_t>(month), static_cast<std::int32_t>(day));
  if (days < -kMaxDays || days > kMaxDays) return std::nullopt;
  return days;
}

// hour:minute[:second[.fraction]] in units of 10^-digits seconds; up to 24:00:00. A cast forgives a colon at the end.
std::optional<std::int64_t> take_time(Cursor& cursor, int digits, Leniency leniency) {
  const auto ends = [&] { return leniency == Leniency::kCast && cursor.done(); };
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  std::int64_t fraction = 0;
  std::int64_t scale = 1;
  for (int i = 0; i < digits; ++i) scale *= 10;
  if (cursor.take_number(hour, 2) == 0 || !cursor.take(':') || (cursor.take_number(minute, 2) == 0 && !ends())) return std::nullopt;
  if (cursor.take(':')) {
    if (cursor.take_number(second, 2) == 0 && !ends()) return std::nullopt;
    if (cursor.take('.')) fraction = cursor.take_fraction(digits);
  }
  if (is_digit(cursor.peek()) || minute > 59 || second > 59) return std::nullopt;
  const std::int64_t total = ((hour * 60 + minute) * 60 + second) * scale + fraction;
  if (total > 86'400 * scale) return std::nullopt;
  return total;
}

struct Offset {
  bool present = false;
  std::int64_t seconds = 0;  // east of Greenwich
};

// "Z", "UTC", "+02", "-08:30", "+0530", "+01:02:03", with spaces before.
std::optional<Offset> take_offset(Cursor& cursor) {
  const Cursor start = cursor;
  cursor.skip_spaces();
  if (cursor.take_word("utc") || cursor.take_word("gmt") || cursor.take_word("z")) return Offset{true, 0};
  const char sign = cursor.peek();
  if (sign != '+' && sign != '-') {
    cursor = start;
    return Offset{};
  }
  ++cursor.at;
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  if (cursor.take_number(hour, 2) == 0) return std::nullopt;
  if (cursor.take(':')) {
    if (cursor.take_number(minute, 2) != 2) return std::nullopt;
    if (cursor.take(':') && cursor.take_number(second, 2) != 2) return std::nullopt;
  } else if (is_digit(cursor.peek()) && cursor.take_number(minute, 2) != 2) {
    return std::nullopt;
  }
  if (hour > 15 || minute > 59 || second > 59) return std::nullopt;
  const std::int64_t seconds = (hour * 60 + minute) * 60 + second;
  return Offset{true, sign == '-' ? -seconds : seconds};
}

struct Moment {
  std::int64_t days = 0;
  std::int64_t of_day = 0;  // in 10^-digits seconds
  int infinity = 0;
  Offset offset;
};

// A date, then an optional time and offset: what all timestamp types share.
std::optional<Moment> parse_moment(std::string_view text, int digits, Leniency leniency) {
  Cursor cursor(text);
  if (leniency == Leniency::kCast) cursor.skip_spaces();
  Moment moment;
  if (leniency == Leniency::kCast) {
    moment.infinity = take_infinity(cursor);
    if (moment.infinity != 0 || cursor.take_word("epoch")) {
      cursor.skip_spaces();
      return cursor.done() ? std::optional(moment) : std::nullopt;
    }
  }
  const auto days = take_date(cursor, leniency);
  if (!days) return std::nullopt;
  moment.days = *days;
  const bool by_letter = cursor.take('T') || cursor.take('t');
  const bool by_space = !by_letter && is_space(cursor.peek());
  if (by_space && leniency == Leniency::kCast)
    cursor.skip_spaces();
  else if (by_space)
    cursor.take(' ');
  if (cursor.done()) return by_letter || (by_space && leniency == Leniency::kExact) ? std::nullopt : std::optional(moment);
  if (!by_letter && !by_space) return std::nullopt;
  const auto time = take_time(cursor, digits, leniency);
  if (!time) return std::nullopt;
  moment.of_day = *time;
  const auto offset = take_offset(cursor);
  if (!offset) return std::nullopt;
  moment.offset = *offset;
  if (leniency == Leniency::kCast) cursor.skip_spaces();
  return cursor.done() ? std::optional(moment) : std::nullopt;
}

}  // namespace

// The grammar is DuckDB's: it forgives separators and a time behind, but neither two separators nor a thirteenth month.
std::optional<std::int32_t> parse_date(std::string_view text, Leniency leniency) {
  Cursor cursor(text);
  if (leniency == Leniency::kCast) cursor.skip_spaces();
  if (leniency == Leniency::kCast) {
    const int infinity = take_infinity(cursor);
    if (infinity != 0) {
      cursor.skip_spaces();
      return cursor.done() ? std::optional(infinity * kDateInfinity) : std::nullopt;
    }
    if (cursor.take_word("epoch")) return cursor.done() ? std::optional(0) : std::nullopt;
  }
  const auto days = take_date(cursor, leniency);
  if (!days) return std::nullopt;
  if (leniency == Leniency::kCast && !cursor.done()) {
    // The date of a timestamp.
    if (!cursor.take('T') && !is_space(cursor.peek())) return std::nullopt;
    const bool by_letter = cursor.at[-1] == 'T';
    cursor.skip_spaces();
    if (cursor.done() && by_letter) return std::nullopt;
    if (!cursor.done() && (!take_time(cursor, 6, leniency) || !take_offset(cursor))) return std::nullopt;
    cursor.skip_spaces();
  }
  return cursor.done() ? std::optional(static_cast<std::int32_t>(*days)) : std::nullopt;
}

// An offset behind the time is read over: TIME has none.
std::optional<std::int64_t> parse_time(std::string_view text, Leniency leniency) {
  Cursor cursor(text);
  if (leniency == Leniency::kCast) cursor.skip_spaces();
  const auto time = take_time(cursor, 6, leniency);
  if (!time) return std::nullopt;
  if (leniency == Leniency::kCast) {
    if (!take_offset(cursor)) return std::nullopt;
    cursor.skip_spaces();
  }
  return cursor.done() ? time : std::nullopt;
}

// Nanoseconds keep nine digits of a fraction, all others six; further digits are dropped, not rounded.
std::optional<std::int64_t> parse_timestamp(std::string_view text, TimeUnit unit, Leniency leniency) {
  const bool nanos = unit == TimeUnit::kNano;
  const auto moment = parse_moment(text, nanos ? 9 : 6, leniency);
  if (!moment) return std::nullopt;
  if (moment->infinity != 0) return moment->infinity > 0 ? kTimestampInfinity : kTimestampMinusInfinity;
  const std::int64_t ticks_a_day = 86'400 * ticks_per_second(nanos ? TimeUnit::kNano : TimeUnit::kMicro);
  std::int64_t ticks = 0;
  if (__builtin_mul_overflow(moment->days, ticks_a_day, &ticks) || __builtin_add_overflow(ticks, moment->of_day, &ticks))
    return std::nullopt;
  if (ticks >= kTimestampInfinity || ticks <= kTimestampMinusInfinity) return std::nullopt;
  if (unit == TimeUnit::kNano || unit == TimeUnit::kMicro) return ticks;
  // Rounded half away from the epoch, as DuckDB does.
  const std::int64_t divisor = 1'000'000 / ticks_per_second(unit);
  const std::int64_t rest = ticks % divisor;
  return ticks / divisor + (rest >= divisor / 2 ? 1 : (rest <= -divisor / 2 ? -1 : 0));
}

std::optional<std::int64_t> parse_timestamp_tz(std::string_view text, Leniency leniency, bool* has_zone) {
  const auto moment = parse_moment(text, 6, leniency);
  if (!moment) return std::nullopt;
  if (has_zone != nullptr) *has_zone = moment->offset.present;
  if (moment->infinity != 0) return moment->infinity > 0 ? kTimestampInfinity : kTimestampMinusInfinity;
  std::int64_t micros = 0;
  if (__builtin_mul_overflow(moment->days, kMicrosPerDay, &micros)) return std::nullopt;
  if (__builtin_add_overflow(micros, moment->of_day - moment->offset.seconds * 1'000'000, &micros)) return std::nullopt;
  if (micros >= kTimestampInfinity || micros <= kTimestampMinusInfinity) return std::nullopt;
  return micros;
}

// Years before 1 are written as their number before Christ; longer years than four digits are written whole.
std::string format_date(std::int32_t days) {
  if (days == kDateInfinity) return "infinity";
  if (days == kDateMinusInfinity) return "-infinity";
  const CivilDate date = civil_from_days(days);
  if (date.year <= 0) return fmt::format("{:04}-{:02}-{:02} (BC)", 1 - date.year, date.month, date.day);
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

namespace {

// ".5" or "" from a fraction of `digits` decimal digits.
std::string fraction_text(std::int64_t fraction, int digits) {
  if (fraction == 0) return {};
  std::string text = fmt::format(".{:0{}}", fraction, digits);
  while (text.back() == '0') text.pop_back();
  return text;
}

std::string time_text(std::uint64_t ticks, std::uint64_t scale, int digits) {
  const std::uint64_t seconds = ticks / scale;
  return fmt::format("{:02}:{:02}:{:02}{}", seconds / 3600, seconds / 60 % 60, seconds % 60,
                     fraction_text(static_cast<std::int64_t>(ticks % scale), digits));
}

}  // namespace

std::string format_time(std::int64_t micros) { return time_text(static_cast<std::uint64_t>(micros), 1'000'000, 6); }

std::string format_timestamp(std::int64_t ticks, TimeUnit unit) {
  if (ticks == kTimestampInfinity) return "infinity";
  if (ticks == kTimestampMinusInfinity) return "-infinity";
  const std::int64_t scale = ticks_per_second(unit);
  const std::int64_t days = floor_divide(floor_divide(ticks, scale), 86'400);
  // Modulo 2^64: the product alone may leave the range on the first day of all.
  const std::uint64_t of_day =
      static_cast<std::uint64_t>(ticks) - static_cast<std::uint64_t>(days) * static_cast<std::uint64_t>(86'400 * scale);
  const int digits = unit == TimeUnit::kNano ? 9 : (unit == TimeUnit::kMicro ? 6 : (unit == TimeUnit::kMilli ? 3 : 0));
  const CivilDate date = civil_from_days(days);
  return fmt::format("{:04}-{:02}-{:02}{} {}", date.year <= 0 ? 1 - static_cast<std::int64_t>(date.year) : date.year, date.month, date.day,
                     date.year <= 0 ? " (BC)" : "", time_text(of_day, static_cast<std::uint64_t>(scale), digits));
}

std::string format_timestamp_tz(std::int64_t micros) {
  std::string text = format_timestamp(micros);
  if (micros != kTimestampInfinity && micros != kTimestampMinusInfinity) text += "+00";
  return text;
}

// Years and months print apart, days and the clock as they are held: nothing is carried over.
std::string format_interval(const CivilInterval& interval) {
  std::string text;
  const auto add = [&](std::int64_t count, std::string_view unit) {
    if (count == 0) return;
    text += fmt::format("{}{} {}{}", text.empty() ? "" : " ", count, unit, count == 1 || count == -1 ? "" : "s");
  };
  add(interval.months / 12, "year");
  add(interval.months % 12, "month");
  add(interval.days, "day");
  if (interval.micros != 0 || text.empty()) {
    const bool negative = interval.micros < 0;
    const std::uint64_t magnitude =
        negative ? 0 - static_cast<std::uint64_t>(interval.micros) : static_cast<std::uint64_t>(interval.micros);
    text += fmt::format("{}{}{}", text.empty() ? "" : " ", negative ? "-" : "", time_text(magnitude, 1'000'000, 6));
  }
  return text;
}

}  // namespace trueno

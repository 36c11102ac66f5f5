// "1 year 2.5 months -3 days 04:05:06 ago": the text form of INTERVAL, as DuckDB and PostgreSQL read it.
#include "base/ascii.h"
#include "base/civil_time.h"
#include "base/int128.h"

namespace trueno {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// A sum of amounts that remembers whether it ever left the range.
struct Sum {
  i128 months = 0;
  i128 days = 0;
  i128 micros = 0;
};

// One amount: whole units and a fraction of one, both with the amount's sign.
constexpr i128 kFraction = 1'000'000'000'000'000;
struct Amount {
  i128 whole = 0;
  i128 fraction = 0;  // in 1 / kFraction
};

// Nearest multiple of a fraction's unit, ties to even.
i128 rounded(i128 scaled) {
  i128 whole = scaled / kFraction;
  const i128 twice = 2 * (scaled % kFraction);
  const i128 size = twice < 0 ? -twice : twice;
  if (size > kFraction || (size == kFraction && whole % 2 != 0)) whole += scaled < 0 ? -1 : 1;
  return whole;
}

void add_micros(Sum& sum, const Amount& amount, std::int64_t unit) { sum.micros += amount.whole * unit + rounded(amount.fraction * unit); }

// Fractions of years and longer give the nearest month; of quarters months and whole 30-day days; of months these days and microseconds;
// of weeks whole days and microseconds; of days microseconds. It is DuckDB's way.
void add_unit(Sum& sum, const Amount& amount, CivilPart part) {
  const auto add_months = [&](int months, bool with_days, bool with_micros) {
    const i128 scaled = amount.fraction * months;
    sum.months += amount.whole * months + (with_days ? scaled / kFraction : rounded(scaled));
    if (!with_days) return;
    const i128 days = scaled % kFraction * 30;
    sum.days += days / kFraction;
    if (with_micros) add_micros(sum, {0, days % kFraction}, kMicrosPerDay);
  };
  switch (part) {
    case CivilPart::kMillennium: return add_months(12'000, false, false);
    case CivilPart::kCentury: return add_months(1'200, false, false);
    case CivilPart::kDecade: return add_months(120, false, false);
    case CivilPart::kYear: return add_months(12, false, false);
    case CivilPart::kQuarter: return add_months(3, true, false);
    case CivilPart::kMonth: return add_months(1, true, true);
    case CivilPart::kWeek: {
      const i128 days = amount.fraction * 7;
      sum.days += amount.whole * 7 + days / kFraction;
      return add_micros(sum, {0, days % kFraction}, kMicrosPerDay);
    }
    case CivilPart::kDay: sum.days += amount.whole; return add_micros(sum, {0, amount.fraction}, kMicrosPerDay);
    case CivilPart::kHour: return add_micros(sum, amount, 3600 * kMicrosPerSecond);
    case CivilPart::kMinute: return add_micros(sum, amount, 60 * kMicrosPerSecond);
    case CivilPart::kSecond: return add_micros(sum, amount, kMicrosPerSecond);
    case CivilPart::kMillisecond: return add_micros(sum, amount, 1000);
    case CivilPart::kMicrosecond: return add_micros(sum, amount, 1);
    default: return;
  }
}

// Parts of a date that are no lengths of time (dow, doy, epoch ...) are no units.
bool is_interval_unit(CivilPart part) {
  return part <= CivilPart::kDay || part == CivilPart::kWeek || (part >= CivilPart::kHour && part <= CivilPart::kMicrosecond) ||
         part >= CivilPart::kCentury;
}

// The sum, when every part fits its width.
std::optional<CivilInterval> narrowed(const Sum& sum) {
  const auto fits32 = [](i128 value) { return value >= INT32_MIN && value <= INT32_MAX; };
  if (!fits32(sum.months) || !fits32(sum.days) || sum.micros < INT64_MIN || sum.micros > INT64_MAX) return std::nullopt;
  return CivilInterval{static_cast<std::int32_t>(sum.months), static_cast<std::int32_t>(sum.days), static_cast<std::int64_t>(sum.micros)};
}

}  // namespace

std::optional<CivilInterval> parse_interval(std::string_view text) {
  std::size_t at = 0;
  const auto peek = [&](std::size_t ahead = 0) { return at + ahead < text.size() ? text[at + ahead] : '\0'; };
  const auto skip_spaces = [&] {
    while (at < text.size() && is_space(text[at])) ++at;
  };
  skip_spaces();
  if (peek() == '@') ++at;
  Sum sum;
  bool any = false;
  for (skip_spaces(); at < text.size(); skip_spaces()) {
    if (is_letter(peek())) {  // "ago" turns all of it round and ends the text
      std::string_view rest = text.substr(at);
      while (is_space(rest.back())) rest.remove_suffix(1);
      if (!any || (rest != "ago" && rest != "AGO" && rest != "Ago")) return std::nullopt;
      sum = {-sum.months, -sum.days, -sum.micros};
      break;
    }
    const bool negative = peek() == '-';
    if (negative || peek() == '+') ++at;
    const std::size_t digits = at;
    i128 whole = 0;
    for (; is_digit(peek()) && at - digits < 19; ++at) whole = whole * 10 + (peek() - '0');
    if (is_digit(peek()) || (at == digits && peek() != '.')) return std::nullopt;
    const i128 sign = negative ? -1 : 1;
    if (peek() == ':') {  // hours:minutes[:seconds[.fraction]]
      const std::string_view rest = text.substr(at + 1);
      std::string clock = "0:" + std::string(rest.substr(0, rest.find_first_of(" \t\n")));
      if (text.ends_with(':') && clock.size() == rest.size() + 2) clock += '0';  // "00:00:" is forgiven at the end
      const auto minutes_and_seconds = parse_time(clock, Leniency::kExact);
      if (!minutes_and_seconds || whole > 999'999'999'999) return std::nullopt;
      sum.micros += sign * (whole * 3600 * kMicrosPerSecond + *minutes_and_seconds);
      while (at < text.size() && !is_space(text[at])) ++at;
      any = true;
      continue;
    }
    Amount amount{sign * whole, 0};
    if (peek() == '.') {
      const std::size_t fraction = ++at;
      i128 weight = kFraction / 10;
      for (; is_digit(peek()); ++at, weight /= 10) amount.fraction += weight * (peek() - '0');
      if (at == fraction && digits + 1 == fraction) return std::nullopt;
      amount.fraction *= sign;
    }
    skip_spaces();
    const std::size_t begin = at;
    while (is_letter(peek())) ++at;
    const std::string_view unit = text.substr(begin, at - begin);
    if (unit.empty()) {  // a bare number is seconds, and has to be alone
      if (any || at < text.size()) return std::nullopt;
      add_unit(sum, amount, CivilPart::kSecond);
    } else {
      const auto part = civil_part_from_name(unit);
      if (!part || !is_interval_unit(*part)) return std::nullopt;
      add_unit(sum, amount, *part);
    }
    any = true;
  }
  return any ? narrowed(sum) : std::nullopt;
}

}  // namespace trueno

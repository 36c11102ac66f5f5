// strptime: texts of any form as timestamps, by the letters that strftime writes with.
//
// A format and a text are walked together: literals have to match, a run of blanks any run of blanks, letters read a field. The fields make
// the timestamp at the end: month and day where they were read, else a day of the year, else a week and a day of it.
#include <algorithm>
#include <optional>

#include "base/ascii.h"
#include "base/civil_time.h"
#include "base/name.h"
#include "function/date_words.h"
#include "function/families.h"
#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Cell;
using kernel::ValueId;
using enum TypeId;

constexpr std::string_view kLetters = "aAbBhcdfgGHIjmMnpSuUVwWxXyYzZ%";

/// What a text said. Fields that were not read are empty.
struct Fields {
  std::optional<int> year, month, day, day_of_year;
  std::optional<int> iso_year, iso_week, sunday_week, monday_week;
  std::optional<int> weekday;  // Monday is 1, Sunday 7
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int64_t nanos = 0;
  std::optional<bool> afternoon;
  int offset_minutes = 0;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {
    skip_spaces();
    while (!text_.empty() && is_space(text_.back())) text_.remove_suffix(1);
  }

  /// Whether the text fits the format; fills the fields.
  bool read(std::string_view format) { return walk(format) && at_ == text_.size(); }
  [[nodiscard]] const Fields& fields() const { return fields_; }

 private:
  void skip_spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  bool walk(std::string_view format) {
    for (std::size_t i = 0; i < format.size(); ++i) {
      if (format[i] == '%') {
        ++i;
        if (i < format.size() && format[i] == '-') ++i;
        if (i >= format.size() || !letter(format[i])) return false;
      } else if (is_space(format[i])) {
        if (at_ >= text_.size() || !is_space(text_[at_])) return false;
        skip_spaces();
        while (i + 1 < format.size() && is_space(format[i + 1])) ++i;
      } else {
        if (at_ >= text_.size() || text_[at_] != format[i]) return false;
        ++at_;
      }
    }
    return true;
  }

  bool number(int& out, int digits, int least, int most) {
    int value = 0;
    int read = 0;
    for (; read < digits && at_ < text_.size() && is_digit(text_[at_]); ++read) value = value * 10 + (text_[at_++] - '0');
    out = value;
    return read > 0 && value >= least && value <= most;
  }
  bool number(std::optional<int>& out, int digits, int least, int most) {
    int value = 0;
    if (!number(value, digits, least, most)) return false;
    out = value;
    return true;
  }

  // A fraction of a second, of at most so many digits.
  bool fraction(int digits) {
    std::int64_t weight = 1'000'000'000;
    int read = 0;
    fields_.nanos = 0;
    for (; read < digits && at_ < text_.size() && is_digit(text_[at_]); ++read) {
      weight /= 10;
      fields_.nanos += weight * (text_[at_++] - '0');
    }
    return read > 0;
  }

  template <std::size_t count>
  bool word(const std::string_view (&words)[count], std::size_t length, int& which) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::string_view name = words[i].substr(0, length);
      if (!same_name(text_.substr(at_, name.size()), name)) continue;
      at_ += name.size();
      which = static_cast<int>(i);
      return true;
    }
    return false;
  }
  bool month_name(std::size_t length) {
    int which = 0;
    if (!word(kMonths, length, which)) return false;
    fields_.month = which + 1;
    return true;
  }

  // +HH, +HHMM or +HH:MM
  bool offset() {
    if (at_ >= text_.size() || (text_[at_] != '+' && text_[at_] != '-')) return false;
    const int sign = text_[at_++] == '-' ? -1 : 1;
    const std::size_t begin = at_;
    int hours = 0;
    int minutes = 0;
    if (!number(hours, 2, 0, 99) || at_ != begin + 2) return false;
    if (at_ < text_.size() && text_[at_] == ':') ++at_;
    if (const std::size_t rest = at_; at_ < text_.size() && is_digit(text_[at_])) {
      if (!number(minutes, 2, 0, 59) || at_ != rest + 2) return false;
    }
    fields_.offset_minutes = sign * (hours * 60 + minutes);
    return true;
  }
  // Names of zones are UTC's: others would need their rules.
  bool zone() {
    static constexpr std::string_view kNames[] = {"UTC", "GMT", "Z"};
    int which = 0;
    return word(kNames, std::string_view::npos, which);
  }

  bool letter(char c) {
    constexpr std::size_t kShort = 3;
    constexpr std::size_t kWhole = std::string_view::npos;
    int ignored = 0;
    switch (c) {
      case 'a': return word(kDays, kShort, ignored);
      case 'A': return word(kDays, kWhole, ignored);
      case 'b':
      case 'h': return month_name(kShort);
      case 'B': return month_name(kWhole);
      case 'c': return walk("%Y-%m-%d %H:%M:%S");
      case 'x': return walk("%Y-%m-%d");
      case 'X': return walk("%H:%M:%S");
      case 'd': return number(fields_.day, 2, 1, 31);
      case 'm': return number(fields_.month, 2, 1, 12);
      case 'y':
        if (!number(fields_.year, 2, 0, 99)) return false;
        fields_.year = *fields_.year + (*fields_.year < 69 ? 2000 : 1900);  // as POSIX has it
        return true;
      case 'Y': return number(fields_.year, 4, 0, 9999);
      case 'H': return number(fields_.hour, 2, 0, 23);
      case 'I': return number(fields_.hour, 2, 1, 12);
      case 'p': {
        static constexpr std::string_view kHalves[] = {"AM", "PM"};
        if (!word(kHalves, kWhole, ignored)) return false;
        fields_.afternoon = ignored == 1;
        return true;
      }
      case 'M': return number(fields_.minute, 2, 0, 59);
      case 'S': return number(fields_.second, 2, 0, 59);
      case 'g': return fraction(3);
      case 'f': return fraction(6);
      case 'n': return fraction(9);
      case 'j': return number(fields_.day_of_year, 3, 1, 366);
      case 'G': return number(fields_.iso_year, 4, 0, 9999);
      case 'V': return number(fields_.iso_week, 2, 1, 53);
      case 'U': return number(fields_.sunday_week, 2, 0, 53);
      case 'W': return number(fields_.monday_week, 2, 0, 53);
      case 'u': return number(fields_.weekday, 1, 1, 7);
      case 'w':
        if (!number(fields_.weekday, 1, 0, 6)) return false;
        if (*fields_.weekday == 0) fields_.weekday = 7;
        return true;
      case 'z': return offset();
      case 'Z': return zone();
      case '%':
        if (at_ >= text_.size() || text_[at_] != '%') return false;
        ++at_;
        return true;
      default: return false;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Fields fields_;
};

// Monday is 1.
std::int64_t weekday_of(std::int64_t days) { return part_of_days(CivilPart::kIsoDayOfWeek, static_cast<std::int32_t>(days)); }

std::optional<std::int64_t> days_of(const Fields& f) {
  constexpr int kFirstYear = 1900;
  const std::int64_t year = f.year.value_or(f.iso_year.value_or(kFirstYear));
  const std::int64_t new_year = days_from_civil(year, 1, 1);
  if (f.month || f.day) {
    const int month = f.month.value_or(1);
    const int day = f.day.value_or(1);
    if (day > days_in_month(year, month)) return std::nullopt;
    return days_from_civil(year, month, day);
  }
  if (f.day_of_year) {
    if (*f.day_of_year == 366 && !is_leap_year(year)) return std::nullopt;
    return new_year + *f.day_of_year - 1;
  }
  if (f.iso_week && !f.year) {  // the week of January 4th is the first
    const std::int64_t fourth = days_from_civil(year, 1, 4);
    return fourth - weekday_of(fourth) + (*f.iso_week - 1) * 7 + f.weekday.value_or(1);
  }
  if (f.monday_week) {  // the first Monday begins week 1
    const std::int64_t first_monday = new_year + (8 - weekday_of(new_year)) % 7;
    return first_monday + (*f.monday_week - 1) * 7 + f.weekday.value_or(1) - 1;
  }
  if (f.sunday_week) {
    const std::int64_t first_sunday = new_year + 7 - weekday_of(new_year);
    return first_sunday + (*f.sunday_week - 1) * 7 + f.weekday.value_or(7) % 7;
  }
  return new_year;
}

// Nanoseconds are apart, for TIMESTAMP_NS reaches less far.
struct Parsed {
  std::int64_t micros = 0;
  std::int64_t nanos = 0;  // below a microsecond
};

std::optional<Parsed> parse(std::string_view text, std::string_view format) {
  Reader reader(text);
  if (!reader.read(format)) return std::nullopt;
  const Fields& f = reader.fields();
  int hour = f.hour;
  if (f.afternoon) {
    if (hour < 1 || hour > 12) return std::nullopt;
    hour = hour % 12 + (*f.afternoon ? 12 : 0);
  }
  const auto days = days_of(f);
  if (!days) return std::nullopt;
  const std::int64_t seconds = (std::int64_t{hour} * 60 + f.minute - f.offset_minutes) * 60 + f.second;
  return Parsed{*days * kMicrosPerDay + seconds * 1'000'000 + f.nanos / 1000, f.nanos % 1000};
}

// Words that stand for moments, whatever the format.
std::optional<std::int64_t> special(std::string_view text) {
  if (same_name(text, "infinity")) return kTimestampInfinity;
  if (same_name(text, "-infinity")) return kTimestampMinusInfinity;
  if (same_name(text, "epoch")) return 0;
  return std::nullopt;
}

// Which letters a format has; kInvalidInput for one that no text could fit.
Result<std::string> letters_of(std::string_view format) {
  if (format.empty()) return error(ErrorCode::kInvalidInput, "the format is empty");
  std::string letters;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    ++i;
    if (i < format.size() && format[i] == '-') ++i;
    if (i >= format.size()) return error(ErrorCode::kInvalidInput, "the format '{}' ends in %", format).hint("%% stands for one %");
    if (kLetters.find(format[i]) == std::string_view::npos)
      return error(ErrorCode::kInvalidInput, "the format '{}' has an unknown %{}", format, format[i]);
    letters += format[i];
  }
  return letters;
}

// Formats that contradict themselves: no text can fit them.
Status check_consistent(std::string_view format, std::string_view letters) {
  const auto has = [&](char letter) { return letters.find(letter) != std::string_view::npos; };
  const bool civil_week = has('U') || has('W');
  const bool iso_week = has('V') || has('G');
  if ((civil_week && iso_week) || (has('U') && has('W')) || (has('j') && (civil_week || iso_week)))
    return error(ErrorCode::kInvalidInput, "the format '{}' says the day in more than one way", format).hint("one of %j, %U, %W, %V");
  const bool year_first = letters.find_first_of("Yy") < letters.find('V') && has('V');
  if (year_first && !has('m') && !has('d'))
    return error(ErrorCode::kInvalidInput, "the format '{}' has an ISO week of a year that is not ISO's", format).hint("%G in place of %Y");
  return {};
}

template <bool trying, bool nanos>
Status strptime(std::span<const Cell> args, Cell& result, Arena&) {
  const std::string_view text = args[0].string.view();
  const std::string_view format = args[1].string.view();
  const std::string letters = TRUENO_TRY(letters_of(format));
  if (const Status consistent = check_consistent(format, letters); !consistent.has_value()) {
    result = Cell::null();
    return trying ? Status() : consistent;
  }
  if (const auto moment = special(text)) {
    result = Cell::of_integer(*moment);
    return {};
  }
  const auto parsed = parse(text, format);
  if (parsed) {
    const i128 ticks = nanos ? i128{parsed->micros} * 1000 + parsed->nanos : i128{parsed->micros};
    if (ticks > kTimestampMinusInfinity && ticks < kTimestampInfinity) {
      result = Cell::of_integer(ticks);
      return {};
    }
  }
  if (!trying) return error(ErrorCode::kInvalidInput, "the text '{}' does not fit the format '{}'", text, format);
  result = Cell::null();
  return {};
}

// A literal format decides about the type: with a zone TIMESTAMPTZ, with nanoseconds TIMESTAMP_NS.
template <Name name>
Result<Signature> bind_strptime(std::span<const Type> arguments, const BindContext& context) {
  Signature signature = TRUENO_TRY((bind_as<name, Takes<kTimestamp, kVarchar, kVarchar>>(arguments, context)));
  const Value* format = context.literals.size() == 2 ? context.literals[1] : nullptr;
  if (format == nullptr || format->is_null() || format->type().id != kVarchar) return signature;
  const std::string letters = TRUENO_TRY(letters_of(format->as_string()));
  if (letters.find('n') != std::string::npos) signature.result = kTimestampNs;
  if (letters.find_first_of("zZ") != std::string::npos) signature.result = kTimestampTz;
  return signature;
}

template <bool trying>
Result<ValueId> lower_strptime(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  const std::string name = trying ? "try_strptime" : "strptime";
  if (signature.result.id == kTimestampNs)
    return b.host({name + "(TIMESTAMP_NS)", strptime<trying, true>, false, true}, kTimestampNs, {args[0], args[1]});
  return b.host({name, strptime<trying, false>, false, true}, signature.result, {args[0], args[1]});
}

}  // namespace

std::vector<ScalarFunction> strptime_functions() {
  return {
      {"strptime",
       {},
       "strptime(text, format)",
       "The timestamp of a text that has the form given by the letters of strftime; an error where it has not.",
       "strptime('5 March, 1992', '%-d %B, %Y')",
       "1992-03-05 00:00:00",
       bind_strptime<"strptime">,
       lower_strptime<false>},
      {"try_strptime",
       {},
       "try_strptime(text, format)",
       "As strptime, but NULL where the text does not have the form.",
       "try_strptime('yesterday', '%Y-%m-%d')",
       "NULL",
       bind_strptime<"try_strptime">,
       lower_strptime<true>},
  };
}

}  // namespace trueno::function

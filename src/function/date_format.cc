// strftime: dates and timestamps as texts of any form.
#include <string>

#include "base/civil_time.h"
#include "function/date_words.h"
#include "function/families.h"
#include "kernel/cell.h"
#include "kernel/date_part.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Cell;
using kernel::DatePart;
using kernel::ValueId;

// The moment in the parts that formats name.
class Moment {
 public:
  explicit Moment(std::int64_t micros, std::int64_t nanos = 0) : micros_(micros), nanos_(nanos) {}
  [[nodiscard]] std::int64_t operator[](DatePart part) const { return kernel::part_of_timestamp(part, micros_); }
  [[nodiscard]] std::int64_t micros_of_second() const { return micros_ - floor_divide(micros_, 1'000'000) * 1'000'000; }
  [[nodiscard]] std::int64_t nanos_of_micro() const { return nanos_; }

 private:
  std::int64_t micros_;
  std::int64_t nanos_;
};

std::string year_text(std::int64_t year) { return year < 0 ? fmt::format("{}", year) : fmt::format("{:04}", year); }

std::string date_text(const Moment& t) {
  return fmt::format("{}-{:02}-{:02}", year_text(t[DatePart::kYear]), t[DatePart::kMonth], t[DatePart::kDay]);
}
std::string time_text(const Moment& t) {
  return fmt::format("{:02}:{:02}:{:02}", t[DatePart::kHour], t[DatePart::kMinute], t[DatePart::kSecond]);
}

std::int64_t hour_of_twelve(const Moment& t) {
  const std::int64_t hour = t[DatePart::kHour] % 12;
  return hour == 0 ? 12 : hour;
}

// The number behind a letter that has one, and how many digits it is padded to; width 0: no such letter.
struct Number {
  std::int64_t value = 0;
  int width = 0;
};
Number number_of(char letter, const Moment& t) {
  switch (letter) {
    case 'd': return {t[DatePart::kDay], 2};
    case 'm': return {t[DatePart::kMonth], 2};
    case 'y': {
      const std::int64_t year = t[DatePart::kYear] % 100;
      return {year < 0 ? -year : year, 2};
    }
    case 'H': return {t[DatePart::kHour], 2};
    case 'I': return {hour_of_twelve(t), 2};
    case 'M': return {t[DatePart::kMinute], 2};
    case 'S': return {t[DatePart::kSecond], 2};
    case 'j': return {t[DatePart::kDayOfYear], 3};
    default: return {};
  }
}

// What stands for a letter; false: nothing does.
bool append(char letter, const Moment& t, std::string& out) {
  const std::int64_t weekday = t[DatePart::kDayOfWeek];  // Sunday is 0
  const std::int64_t day_of_year = t[DatePart::kDayOfYear] - 1;
  switch (letter) {
    case 'a': out += kDays[weekday].substr(0, 3); return true;
    case 'A': out += kDays[weekday]; return true;
    case 'b':
    case 'h': out += kMonths[t[DatePart::kMonth] - 1].substr(0, 3); return true;
    case 'B': out += kMonths[t[DatePart::kMonth] - 1]; return true;
    case 'c': out += date_text(t) + " " + time_text(t); return true;
    case 'x': out += date_text(t); return true;
    case 'X': out += time_text(t); return true;
    case 'Y': out += year_text(t[DatePart::kYear]); return true;
    case 'G': out += year_text(t[DatePart::kIsoYear]); return true;
    case 'g': out += fmt::format("{:03}", t.micros_of_second() / 1000); return true;
    case 'f': out += fmt::format("{:06}", t.micros_of_second()); return true;
    case 'n': out += fmt::format("{:06}{:03}", t.micros_of_second(), t.nanos_of_micro()); return true;
    case 'p': out += t[DatePart::kHour] < 12 ? "AM" : "PM"; return true;
    case 'u': out += fmt::format("{}", t[DatePart::kIsoDayOfWeek]); return true;
    case 'w': out += fmt::format("{}", weekday); return true;
    case 'U': out += fmt::format("{:02}", (day_of_year + 7 - weekday) / 7); return true;
    case 'W': out += fmt::format("{:02}", (day_of_year + 7 - (weekday + 6) % 7) / 7); return true;
    case 'V': out += fmt::format("{:02}", t[DatePart::kWeek]); return true;
    case 'z': out += "+00"; return true;
    case 'Z': return true;
    case '%': out += '%'; return true;
    default: break;
  }
  const Number number = number_of(letter, t);
  if (number.width != 0) out += fmt::format("{:0{}}", number.value, number.width);
  return number.width != 0;
}

// Of microseconds, or of nanoseconds.
template <bool nanos>
Status strftime(std::span<const Cell> args, Cell& result, Arena& arena) {
  const auto ticks = static_cast<std::int64_t>(args[0].integer);
  if (ticks == kTimestampInfinity || ticks == kTimestampMinusInfinity) {
    result = Cell::of_string(arena.copy(ticks == kTimestampInfinity ? "infinity" : "-infinity"));
    return {};
  }
  const std::int64_t micros = nanos ? floor_divide(ticks, 1000) : ticks;
  const Moment moment(micros, nanos ? ticks - micros * 1000 : 0);
  const std::string_view format = args[1].string.view();
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      out += format[i];
      continue;
    }
    if (++i == format.size()) return error(ErrorCode::kInvalidInput, "the format '{}' ends in %", format).hint("%% stands for one %");
    if (format[i] == '-') {  // without leading zeros
      const Number number = i + 1 < format.size() ? number_of(format[i + 1], moment) : Number();
      if (number.width == 0) return error(ErrorCode::kInvalidInput, "the format '{}' has %- before a letter that is no number", format);
      out += fmt::format("{}", number.value);
      ++i;
    } else if (!append(format[i], moment, out)) {
      return error(ErrorCode::kInvalidInput, "the format '{}' has an unknown %{}", format, format[i]);
    }
  }
  result = Cell::of_string(arena.copy(out));
  return {};
}

// The text may come first or second.
bool text_first(std::span<const Type> arguments) {
  return arguments[0].id == TypeId::kVarchar && arguments[1].id != TypeId::kVarchar && arguments[1].id != TypeId::kNull;
}

Result<Signature> bind_strftime(std::span<const Type> arguments, const BindContext&) {
  if (arguments.size() != 2) return no_overload("strftime", arguments);
  const bool swapped = text_first(arguments);
  const Type& time = arguments[swapped ? 1 : 0];
  const Type& text = arguments[swapped ? 0 : 1];
  const bool fits = (time.id == TypeId::kDate || time.is_timestamp() || time.id == TypeId::kNull) &&
                    (text.id == TypeId::kVarchar || text.id == TypeId::kNull);
  if (!fits) return no_overload("strftime", arguments);
  const bool as_it_is = time.id == TypeId::kTimestampNs || time.id == TypeId::kTimestampTz;
  const Type moment = as_it_is ? time : Type(TypeId::kTimestamp);
  if (swapped) return Signature{{TypeId::kVarchar, moment}, TypeId::kVarchar};
  return Signature{{moment, TypeId::kVarchar}, TypeId::kVarchar};
}

Result<ValueId> lower_strftime(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  const bool swapped = signature.arguments[0].id == TypeId::kVarchar;
  const ValueId time = args[swapped ? 1 : 0];
  const ValueId format = args[swapped ? 0 : 1];
  if (b.at(time).type.id == TypeId::kTimestampNs)
    return b.host({"strftime(TIMESTAMP_NS)", strftime<true>, false, true}, signature.result, {time, format});
  return b.host({"strftime", strftime<false>, false, true}, signature.result, {time, format});
}

}  // namespace

std::vector<ScalarFunction> date_format_functions() {
  return {
      {"strftime",
       {},
       "strftime(time, format)",
       "A date or timestamp in the form that %-letters give: %Y %m %d %H %M %S %f, %a %A %b %B names, %j %U %W %V weeks, %-d without "
       "zeros.",
       "strftime(DATE '1992-03-02', '%a, %-d %B %Y')",
       "Mon, 2 March 1992",
       bind_strftime,
       lower_strftime},
  };
}

}  // namespace trueno::function

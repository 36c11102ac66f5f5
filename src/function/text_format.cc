#include "function/text_format.h"

#include <bit>
#include <cmath>

#include "base/number_text.h"
#include "function/utf8.h"
#include "kernel/string_match.h"

namespace trueno::function {

namespace {

using kernel::Cell;

constexpr std::string_view kIntegerTypes = "diunLxXobBc";
constexpr std::string_view kFloatTypes = "fFeEgGaA";

bool one_of(std::string_view list, char c) { return c != 0 && list.find(c) != std::string_view::npos; }

Error wrong_type(char type, std::string_view kind) {
  return error(ErrorCode::kInvalidInput, "the format letter '{}' does not fit a value of type {}", type, kind);
}

// A number in its parts; zeros go between prefix and digits.
struct Digits {
  std::string prefix;  // sign, 0x
  std::string digits;
};

std::string grouped(std::string digits, char separator) {
  std::size_t whole = 0;
  while (whole < digits.size() && digits[whole] >= '0' && digits[whole] <= '9') ++whole;
  for (std::size_t at = whole; at > 3; at -= 3) digits.insert(at - 3, 1, separator);
  return digits;
}

std::string radix_digits(u128 value, unsigned bits, bool upper) {
  const std::string_view names = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string out;
  do {
    out.insert(out.begin(), names[static_cast<std::size_t>(value & ((1u << bits) - 1))]);
    value >>= bits;
  } while (value != 0);
  return out;
}

void pad(const FormatSpec& spec, std::string_view text, char default_align, std::string& out) {
  const std::int64_t missing = spec.width - kernel::utf8_length(text);
  const char align = spec.align != 0 ? spec.align : default_align;
  const std::int64_t before = missing <= 0 || align == '<' ? 0 : (align == '^' ? missing / 2 : missing);
  for (std::int64_t i = 0; i < before; ++i) out += spec.fill;
  out += text;
  for (std::int64_t i = before; i < missing; ++i) out += spec.fill;
}

void pad_number(const FormatSpec& spec, const Digits& number, std::string& out) {
  std::string digits = number.digits;
  if (spec.zeros && spec.align == 0) {
    const std::int64_t missing = spec.width - static_cast<std::int64_t>(number.prefix.size() + digits.size());
    if (missing > 0) digits.insert(0, static_cast<std::size_t>(missing), '0');
  }
  pad(spec, number.prefix + digits, '>', out);
}

std::string sign_of(const FormatSpec& spec, bool negative) {
  if (negative) return "-";
  return spec.sign == 0 ? "" : std::string(1, spec.sign);
}

Status append_text(const FormatSpec& spec, std::string_view text, std::string& out) {
  if (spec.type != 0 && spec.type != 's') return wrong_type(spec.type, "string");
  if (!spec.as_printf && (spec.sign != 0 || spec.zeros || spec.alternate || spec.grouping != 0))
    return error(ErrorCode::kInvalidInput, "the format wants a number and got the text '{}'", text);
  if (spec.precision >= 0) text = text.substr(0, utf8_offset(text, spec.precision));
  pad(spec, text, spec.as_printf ? '>' : '<', out);
  return {};
}

Status append_integer(const FormatSpec& spec, i128 value, bool huge, std::string& out) {
  // With a separator of thousands, the letters of floats print whole numbers too.
  const bool decimal_anyway = spec.grouping != 0 && one_of(kFloatTypes, spec.type);
  const bool known =
      spec.type == 0 || decimal_anyway || (one_of(kIntegerTypes, spec.type) && (spec.as_printf || !one_of("iuc", spec.type)));
  if (!known) return wrong_type(spec.type, "int");
  if (spec.precision >= 0 && !spec.as_printf) return error(ErrorCode::kInvalidInput, "the format has a precision for a whole number");
  if (spec.type == 'c') {
    if (value < 0 || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000))
      return error(ErrorCode::kInvalidInput, "{} is no character", to_string(value));
    std::string character;
    append_utf8(character, static_cast<char32_t>(value));
    pad(spec, character, '>', out);
    return {};
  }
  Digits number;
  if (one_of("xXobB", spec.type)) {
    const bool complement = spec.as_printf && value < 0;
    auto magnitude = value < 0 && !complement ? u128{0} - static_cast<u128>(value) : static_cast<u128>(value);
    if (complement && !huge) magnitude = static_cast<std::uint64_t>(magnitude);
    number.prefix = sign_of(spec, value < 0 && !complement);
    const unsigned bits = one_of("xX", spec.type) ? 4 : (spec.type == 'o' ? 3 : 1);
    if (spec.alternate) number.prefix += spec.type == 'o' ? (value == 0 ? "" : "0") : std::string{'0', spec.type};
    number.digits = radix_digits(magnitude, bits, spec.type == 'X');
  } else {
    number.prefix = sign_of(spec, value < 0);
    number.digits = to_string(value);
    if (value < 0) number.digits.erase(0, 1);
    if (spec.grouping != 0) number.digits = grouped(number.digits, spec.grouping);
  }
  if (static_cast<std::int64_t>(number.digits.size()) < spec.precision)
    number.digits.insert(0, static_cast<std::size_t>(spec.precision) - number.digits.size(), '0');
  pad_number(spec, number, out);
  return {};
}

std::string float_digits(const FormatSpec& spec, double magnitude) {
  const int precision = static_cast<int>(spec.precision);
  const auto printed = [&](const char* with, const char* without) {
    return precision >= 0 ? fmt::format(fmt::runtime(with), magnitude, precision) : fmt::format(fmt::runtime(without), magnitude);
  };
  switch (spec.type) {
    case 'f': return printed("{:.{}f}", "{:f}");
    case 'F': return printed("{:.{}F}", "{:F}");
    case 'e': return printed("{:.{}e}", "{:e}");
    case 'E': return printed("{:.{}E}", "{:E}");
    case 'g': return printed("{:.{}g}", "{:g}");
    case 'G': return printed("{:.{}G}", "{:G}");
    case 'a': return printed("{:.{}a}", "{:a}");
    case 'A': return printed("{:.{}A}", "{:A}");
    default: break;
  }
  if (precision < 0) return format_double(magnitude);
  std::string text = fmt::format("{:#.{}g}", magnitude, precision);
  if (text.back() == '.') text += '0';
  return text;
}

Status append_float(const FormatSpec& spec, double value, std::string& out) {
  if (spec.type != 0 && spec.type != 'n' && !one_of(kFloatTypes, spec.type)) return wrong_type(spec.type, "float");
  Digits number;
  if (std::isnan(value)) {
    number = {"", "nan"};
  } else {
    number.prefix = sign_of(spec, std::signbit(value));
    number.digits = std::isinf(value) ? "inf" : float_digits(spec, std::fabs(value));
    if (spec.grouping != 0 && std::isfinite(value)) number.digits = grouped(number.digits, spec.grouping);
  }
  if (std::isfinite(value)) {
    pad_number(spec, number, out);
  } else {
    pad(spec, number.prefix + number.digits, '>', out);
  }
  return {};
}

}  // namespace

Status append_formatted(const FormatSpec& spec, Printed kind, const Cell& cell, std::string& out) {
  switch (kind) {
    case Printed::kText: return append_text(spec, cell.string.view(), out);
    case Printed::kBoolean:
      if (spec.type == 0 || spec.type == 's') return append_text(spec, cell.boolean ? "true" : "false", out);
      return append_integer(spec, cell.boolean ? 1 : 0, false, out);
    case Printed::kInteger: return append_integer(spec, cell.integer, false, out);
    case Printed::kHugeInteger: return append_integer(spec, cell.integer, true, out);
    case Printed::kFloat: return append_float(spec, cell.f64, out);
  }
  return error(ErrorCode::kInternal, "unknown kind of printed value");
}

}  // namespace trueno::function

// Numbers and texts.
//
// Digits come from std::to_chars (shortest that reads back) and std::from_chars (correctly rounded), which do not know locales; only the
// layout is ours. Integers and decimals are read exactly, as digits and a power of ten, and rounded once.
#include "base/number_text.h"
#include "base/ascii.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace trueno {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// `word` is in lower case.
bool equals_lower(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) { return to_lower(a) == b; });
}

// Fixed notation from 1e-4 up to 1e16, scientific outside, always with a point or an exponent.
template <class T>
std::string format_float_number(T value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char scientific[40];
  const auto written = std::to_chars(scientific, scientific + sizeof scientific, value, std::chars_format::scientific);
  std::string_view text(scientific, static_cast<std::size_t>(written.ptr - scientific));
  const bool negative = text.front() == '-';
  if (negative) text.remove_prefix(1);
  const std::size_t e = text.find('e');
  int exponent = 0;
  const char* exponent_begin = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(exponent_begin, text.data() + text.size(), exponent);
  if (exponent < -4 || exponent >= 16) return std::string(negative ? "-" : "").append(text);
  std::string digits(1, text[0]);
  if (e > 1) digits.append(text.substr(2, e - 2));
  std::string result = negative ? "-" : "";
  const auto point = exponent + 1;  // digits before the point
  if (point <= 0) return result.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
  const auto before = static_cast<std::size_t>(point);
  if (digits.size() <= before) return result.append(digits).append(before - digits.size(), '0').append(".0");
  return result.append(digits, 0, before).append(".").append(digits, before);
}

// The text without its underscores, when each stands between two digits.
std::optional<std::string> without_underscores(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      plain.push_back(text[i]);
    } else if (i == 0 || i + 1 == text.size() || !is_digit(text[i - 1]) || !is_digit(text[i + 1])) {
      return std::nullopt;
    }
  }
  return plain;
}

// std::from_chars rounds correctly; around it stand the liberties SQL takes, and the overflows it only reports.
template <class T>
std::optional<T> parse_float_number(std::string_view text) {
  text = trimmed(text);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  if (text.find('_') != std::string_view::npos) {
    const auto plain = without_underscores(text);
    return plain ? parse_float_number<T>(*plain) : std::nullopt;
  }
  const bool negative = !text.empty() && text.front() == '-';
  const std::string_view magnitude = negative ? text.substr(1) : text;
  if (magnitude.empty()) return std::nullopt;
  if (!is_digit(magnitude.front()) && magnitude.front() != '.') {
    if (equals_lower(magnitude, "nan")) return std::numeric_limits<T>::quiet_NaN();
    if (!equals_lower(magnitude, "inf") && !equals_lower(magnitude, "infinity")) return std::nullopt;
    return negative ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
  }
  T value{};
  const auto parsed = std::from_chars(magnitude.data(), magnitude.data() + magnitude.size(), value);
  if (parsed.ptr != magnitude.data() + magnitude.size()) return std::nullopt;
  if (parsed.ec == std::errc::result_out_of_range) {
    // Too large or too small: the place of the first significant digit plus the exponent tells which.
    std::int64_t place = 0;
    bool significant = false;
    bool fraction = false;
    std::size_t i = 0;
    for (; i < magnitude.size() && to_lower(magnitude[i]) != 'e'; ++i) {
      if (magnitude[i] == '.')
        fraction = true;
      else if (!significant && magnitude[i] == '0')
        place -= fraction ? 1 : 0;
      else {
        significant = true;
        place += fraction ? 0 : 1;
      }
    }
    std::int64_t exponent = 0;
    const bool small = i + 1 < magnitude.size() && magnitude[i + 1] == '-';
    for (++i; i < magnitude.size(); ++i) {
      if (is_digit(magnitude[i]) && exponent < 1'000'000'000'000) exponent = exponent * 10 + (magnitude[i] - '0');
    }
    value = place + (small ? -exponent : exponent) > 0 ? std::numeric_limits<T>::infinity() : T{0};
  } else if (parsed.ec != std::errc{}) {
    return std::nullopt;
  }
  return negative ? -value : value;
}

// A decimal text taken apart: value = (-1)^negative * digits * 10^exponent.
struct Decimal {
  bool negative = false;
  std::string digits;  // without leading zeros
  std::int64_t exponent = 0;
};

// The grammar of decimals and of integers with a fraction or an exponent; exponents are cut at a million, far beyond every type.
std::optional<Decimal> take_apart(std::string_view text) {
  text = trimmed(text);
  Decimal decimal;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    decimal.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  std::size_t i = 0;
  bool any = false;
  bool fraction = false;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '_') {
      if (i == 0 || i + 1 == text.size() || !is_digit(text[i - 1]) || !is_digit(text[i + 1])) return std::nullopt;
    } else if (c == '.' && !fraction) {
      fraction = true;
    } else if (is_digit(c)) {
      any = true;
      if (!decimal.digits.empty() || c != '0') decimal.digits.push_back(c);
      if (fraction) --decimal.exponent;
    } else {
      break;
    }
  }
  if (!any) return std::nullopt;
  if (i == text.size()) return decimal;
  if (to_lower(text[i]) != 'e' || ++i == text.size()) return std::nullopt;
  const bool minus = text[i] == '-';
  if (minus || text[i] == '+') ++i;
  std::int64_t exponent = 0;
  if (i == text.size()) return std::nullopt;
  for (; i < text.size(); ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    if (exponent < 1'000'000) exponent = exponent * 10 + (text[i] - '0');
  }
  decimal.exponent += minus ? -exponent : exponent;
  return decimal;
}

// digits * 10^(exponent + scale), rounded half away from zero; nothing beyond 128 bits.
std::optional<i128> scaled_integer(const Decimal& decimal, int scale) {
  if (decimal.digits.empty()) return 0;
  const std::int64_t shift = decimal.exponent + scale;
  const auto digit_count = static_cast<std::int64_t>(decimal.digits.size());
  const std::int64_t kept = std::min(digit_count, digit_count + shift);
  if (digit_count + shift > 39) return std::nullopt;
  i128 value = 0;  // negative: that side reaches further
  for (std::int64_t i = 0; i < kept; ++i) {
    const int digit = decimal.digits[static_cast<std::size_t>(i)] - '0';
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, digit, &value)) return std::nullopt;
  }
  for (std::int64_t i = 0; i < shift; ++i) {
    if (__builtin_mul_overflow(value, 10, &value)) return std::nullopt;
  }
  if (kept >= 0 && kept < digit_count && decimal.digits[static_cast<std::size_t>(kept)] >= '5') {
    if (__builtin_sub_overflow(value, 1, &value)) return std::nullopt;
  }
  if (decimal.negative) return value;
  if (value == kI128Min) return std::nullopt;
  return -value;
}

// "0x1F" and "0b11".
std::optional<i128> parse_radix(std::string_view digits, int radix) {
  i128 value = 0;
  if (digits.empty()) return std::nullopt;
  for (const char c : digits) {
    const int digit = is_digit(c) ? c - '0' : (to_lower(c) >= 'a' && to_lower(c) <= 'f' ? to_lower(c) - 'a' + 10 : 99);
    if (digit >= radix) return std::nullopt;
    if (__builtin_mul_overflow(value, radix, &value) || __builtin_add_overflow(value, digit, &value)) return std::nullopt;
  }
  return value;
}

}  // namespace

std::string format_double(double value) { return format_float_number(value); }
std::string format_float(float value) { return format_float_number(value); }
std::optional<double> parse_double(std::string_view text) { return parse_float_number<double>(text); }
std::optional<float> parse_float(std::string_view text) { return parse_float_number<float>(text); }

// Exact: digits are moved, nothing is computed.
std::string format_decimal(i128 unscaled, int scale) {
  std::string text = to_string(unscaled);
  if (scale == 0) return text;
  const std::size_t sign = text.front() == '-' ? 1 : 0;
  const auto digits = static_cast<std::size_t>(scale);
  if (text.size() - sign <= digits) text.insert(sign, digits + 1 - (text.size() - sign), '0');
  text.insert(text.size() - digits, 1, '.');
  return text;
}

std::optional<i128> parse_integer(std::string_view text) {
  // Most texts are a few plain digits.
  if (!text.empty() && text.size() <= 18) {
    const std::size_t sign = text.front() == '-' ? 1 : 0;
    std::int64_t value = 0;
    std::size_t i = sign;
    for (; i < text.size() && is_digit(text[i]); ++i) value = value * 10 + (text[i] - '0');
    if (i == text.size() && i > sign) return sign != 0 ? -value : value;
  }
  const std::string_view plain = trimmed(text);
  if (plain.size() > 2 && plain[0] == '0') {
    if (to_lower(plain[1]) == 'x') return parse_radix(plain.substr(2), 16);
    if (to_lower(plain[1]) == 'b') return parse_radix(plain.substr(2), 2);
  }
  const auto decimal = take_apart(plain);
  return decimal ? scaled_integer(*decimal, 0) : std::nullopt;
}

ParsedDecimal parse_decimal(std::string_view text, int precision, int scale) {
  const auto decimal = take_apart(text);
  if (!decimal) return {DecimalOutcome::kMalformed, 0};
  const auto unscaled = scaled_integer(*decimal, scale);
  if (!unscaled) return {DecimalOutcome::kOutOfRange, 0};
  const i128 limit = power_of_ten(precision);
  if (*unscaled >= limit || *unscaled <= -limit) return {DecimalOutcome::kOutOfRange, 0};
  return {DecimalOutcome::kOk, *unscaled};
}

std::optional<bool> parse_boolean(std::string_view text) {
  for (const std::string_view word : {"true", "t", "yes", "y", "1"}) {
    if (equals_lower(text, word)) return true;
  }
  for (const std::string_view word : {"false", "f", "no", "n", "0"}) {
    if (equals_lower(text, word)) return false;
  }
  return std::nullopt;
}

// Hyphens may stand between groups of four digits, or be left out.
std::optional<i128> parse_uuid(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == '{' && text.back() == '}') text = text.substr(1, text.size() - 2);
  u128 value = 0;
  int digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = to_lower(text[i]);
    if (c == '-' && digits != 0 && digits % 4 == 0 && text[i - 1] != '-') continue;
    const int digit = is_digit(c) ? c - '0' : (c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1);
    if (digit < 0 || digits == 32) return std::nullopt;
    value = (value << 4) | static_cast<unsigned>(digit);
    ++digits;
  }
  if (digits != 32 || text.back() == '-') return std::nullopt;
  return static_cast<i128>(value ^ (static_cast<u128>(1) << 127));
}

std::string format_uuid(i128 flipped) {
  const u128 value = static_cast<u128>(flipped) ^ (static_cast<u128>(1) << 127);
  std::string text;
  for (int i = 31; i >= 0; --i) {
    text.push_back("0123456789abcdef"[static_cast<unsigned>(value >> (4 * i)) & 15u]);
    if (i == 24 || i == 20 || i == 16 || i == 12) text.push_back('-');
  }
  return text;
}

}  // namespace trueno

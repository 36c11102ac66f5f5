#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>

#include "base/ascii.h"
#include "base/civil_time.h"
#include "base/int128.h"
#include "base/number_text.h"
#include "column/type.h"

namespace trueno {

// Cells of text formats as values. The fast paths take only what they read exactly, and fall back to the parsers of SQL's casts, so both
// give the same values.

namespace cell_text {

inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Whole numbers only: "1.5" in a column of integers is an error, not a 2.
template <class T>
bool parse_whole(std::string_view text, T& out) {
  if (text.size() <= 18) {
    const std::size_t sign = !text.empty() && text.front() == '-' ? 1 : 0;
    std::int64_t value = 0;
    std::size_t i = sign;
    for (; i < text.size() && is_digit(text[i]); ++i) value = value * 10 + (text[i] - '0');
    if (i == text.size() && i > sign) {
      value = sign != 0 ? -value : value;
      out = static_cast<T>(value);
      return static_cast<i128>(out) == static_cast<i128>(value);
    }
  }
  const auto value = parse_i128(trimmed(text));
  if (!value) return false;
  out = static_cast<T>(*value);
  return static_cast<i128>(out) == *value;
}

// Up to 19 digits with at most one point; where the number is below 2^53 and the power of ten exact, one division rounds correctly
// (W. D. Clinger, "How to read floating point numbers accurately", 1990).
inline bool parse_fast_double(std::string_view text, double& out) {
  static constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                       1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  const bool negative = !text.empty() && text.front() == '-';
  std::size_t i = negative ? 1 : 0;
  if (text.size() - i > 19) return false;
  std::uint64_t digits = 0;
  std::size_t point = text.size();
  const std::size_t begin = i;
  for (; i < text.size(); ++i) {
    if (is_digit(text[i])) {
      digits = digits * 10 + static_cast<std::uint64_t>(text[i] - '0');
    } else if (text[i] == '.' && point == text.size()) {
      point = i;
    } else {
      return false;
    }
  }
  const std::size_t decimals = point == text.size() ? 0 : text.size() - point - 1;
  const std::size_t count = text.size() - begin - (point == text.size() ? 0 : 1);
  if (count == 0 || digits > (std::uint64_t{1} << 53)) return false;
  const double value = static_cast<double>(digits) / kPowers[decimals];
  out = negative ? -value : value;
  return true;
}

// Plain digits with at most `scale` of them behind the point, 18 in all.
inline bool parse_fast_decimal(std::string_view text, int precision, int scale, std::int64_t& out) {
  const bool negative = !text.empty() && text.front() == '-';
  std::size_t i = negative ? 1 : 0;
  if (text.size() - i > 18 || text.size() == i) return false;
  std::int64_t value = 0;
  int decimals = -1;
  for (; i < text.size(); ++i) {
    if (is_digit(text[i])) {
      value = value * 10 + (text[i] - '0');
      if (decimals >= 0) ++decimals;
    } else if (text[i] == '.' && decimals < 0) {
      decimals = 0;
    } else {
      return false;
    }
  }
  decimals = std::max(decimals, 0);
  if (decimals > scale || (text.size() == 1 && !is_digit(text[0]))) return false;
  for (; decimals < scale; ++decimals) {
    if (__builtin_mul_overflow(value, std::int64_t{10}, &value)) return false;
  }
  if (static_cast<i128>(value) >= power_of_ten(precision)) return false;
  out = negative ? -value : value;
  return true;
}

inline bool parse_fast_date(std::string_view text, std::int32_t& out) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto two = [&](std::size_t at) {
    return is_digit(text[at]) && is_digit(text[at + 1]) ? (text[at] - '0') * 10 + (text[at + 1] - '0') : -1;
  };
  const int century = two(0);
  const int year_of_century = two(2);
  const int month = two(5);
  const int day = two(8);
  if (century < 0 || year_of_century < 0 || month < 1 || month > 12 || day < 1) return false;
  const int year = century * 100 + year_of_century;
  if (day > days_in_month(year, month)) return false;
  out = static_cast<std::int32_t>(days_from_civil(year, month, day));
  return true;
}

// A correctly rounded double; overflow gives infinity.
inline bool parse_double_cell(std::string_view text, double& out) {
  if (parse_fast_double(text, out)) [[likely]]
    return true;
  const auto value = parse_double(text);
  out = value.value_or(0);
  return value.has_value();
}

}  // namespace cell_text

/// Writes what a text means as a value of `type` (not a text, a blob or nested) to a slot of the type's width. False: it means none.
[[nodiscard]] bool parse_slot(const Type& type, std::string_view text, void* slot);

}  // namespace trueno

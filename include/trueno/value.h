#pragma once

#include <chrono>
#include <compare>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "trueno/export.h"

namespace trueno {

/// A 128-bit whole number: high * 2^64 + low. What SUM of integers gives.
struct HugeInt {
  std::int64_t high = 0;
  std::uint64_t low = 0;
  [[nodiscard]] static HugeInt from(std::int64_t value) { return {value < 0 ? -1 : 0, static_cast<std::uint64_t>(value)}; }
  friend bool operator==(const HugeInt&, const HugeInt&) = default;
  friend auto operator<=>(const HugeInt&, const HugeInt&) = default;
};

/// unscaled / 10^scale. `precision` is the number of decimal digits the type holds, 1 to 38.
struct Decimal {
  HugeInt unscaled;
  int precision = 18;
  int scale = 0;
  friend bool operator==(const Decimal&, const Decimal&) = default;
};

/// A DATE: days since 1970-01-01.
using Date = std::chrono::sys_days;
/// A TIMESTAMP in microseconds since 1970-01-01, without a time zone (or in UTC: TIMESTAMPTZ).
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// An INTERVAL: three parts that do not convert exactly.
struct Interval {
  std::int32_t months = 0;
  std::int32_t days = 0;
  std::int64_t micros = 0;
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// Bytes of a BLOB.
struct Blob {
  std::string bytes;
  friend bool operator==(const Blob&, const Blob&) = default;
};

namespace detail {
template <class T>
concept WholeNumber = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
                      !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t> && sizeof(T) <= 8;

/// A whole number and the width of the C++ type it came from: int becomes INTEGER, std::int64_t BIGINT, std::uint8_t UTINYINT.
struct SizedInteger {
  std::uint64_t bits = 0;  // sign-extended
  std::uint8_t bytes = 8;
  bool is_signed = true;
};
}  // namespace detail

/// A value for `?`, `$1` or `$name`. Its SQL type follows from the C++ type. Made implicitly; nullptr and an empty optional are NULL.
class Parameter {
 public:
  using Content = std::variant<std::monostate, bool, detail::SizedInteger, float, double, std::string, Blob, HugeInt, Decimal, Date,
                               Timestamp, Interval>;

  // NOLINTBEGIN(google-explicit-constructor): values are meant to convert
  Parameter(std::nullptr_t) {}
  template <std::same_as<bool> T>
  Parameter(T value) : content_(value) {}
  template <detail::WholeNumber T>
  Parameter(T value)
      : content_(detail::SizedInteger{static_cast<std::uint64_t>(static_cast<std::int64_t>(value)), sizeof(T), std::is_signed_v<T>}) {}
  Parameter(float value) : content_(value) {}
  Parameter(double value) : content_(value) {}
  Parameter(const char* text) : content_(std::string(text)) {}
  Parameter(std::string_view text) : content_(std::string(text)) {}
  Parameter(std::string text) : content_(std::move(text)) {}
  Parameter(Blob value) : content_(std::move(value)) {}
  Parameter(HugeInt value) : content_(value) {}
  Parameter(Decimal value) : content_(value) {}
  Parameter(Date value) : content_(value) {}
  Parameter(Timestamp value) : content_(value) {}
  Parameter(Interval value) : content_(value) {}
  template <class T>
  Parameter(const std::optional<T>& value) {
    if (value) *this = Parameter(*value);
  }
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] const Content& content() const { return content_; }

 private:
  Content content_;
};

}  // namespace trueno

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/int128.h"

namespace trueno {

// Numbers as text, in DuckDB's forms, the same on every platform and locale.

/// The shortest text that reads back as the same number: "1.0", "0.1", "1e+20", "1e-05", "nan", "inf", "-inf", "-0.0".
[[nodiscard]] std::string format_double(double value);
[[nodiscard]] std::string format_float(float value);

/// `unscaled / 10^scale` with exactly `scale` digits behind the point: "-0.05", "12.00", "7".
[[nodiscard]] std::string format_decimal(i128 unscaled, int scale);

/// The nearest double to a decimal text, ties to even; overflows to infinity, underflows to zero. Takes spaces around, a sign, an exponent,
/// single underscores between digits, "nan", "inf" and "infinity" in any case. Nothing for another text.
[[nodiscard]] std::optional<double> parse_double(std::string_view text);
/// The nearest float (rounded once, not through double).
[[nodiscard]] std::optional<float> parse_float(std::string_view text);

/// The integer nearest to a decimal text, halves away from zero: "12", " -2.5 ", "1e3", "1_000", "0x1F", "0b11".
/// Nothing when malformed or beyond 128 bits.
[[nodiscard]] std::optional<i128> parse_integer(std::string_view text);

/// What a text gave that should be a DECIMAL.
enum class DecimalOutcome : std::uint8_t { kOk, kMalformed, kOutOfRange };
struct ParsedDecimal {
  DecimalOutcome outcome = DecimalOutcome::kMalformed;
  i128 unscaled = 0;
};
/// The DECIMAL(precision, scale) nearest to a decimal text, halves away from zero.
[[nodiscard]] ParsedDecimal parse_decimal(std::string_view text, int precision, int scale);

/// "true", "t", "yes", "y", "1" and their opposites, any case; nothing else.
[[nodiscard]] std::optional<bool> parse_boolean(std::string_view text);

/// 32 hexadecimal digits in five groups, top bit flipped so that integer order is the order of the texts.
[[nodiscard]] std::optional<i128> parse_uuid(std::string_view text);
[[nodiscard]] std::string format_uuid(i128 flipped);

}  // namespace trueno

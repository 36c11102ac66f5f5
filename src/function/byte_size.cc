// Numbers of bytes as people write them: 16.0 KiB, 2 MB.
#include "base/name.h"
#include "base/number_text.h"
#include "function/families.h"
#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::Cell;
using enum TypeId;

// One decimal place, cut off and not rounded, so that no size reads as more than it is.
template <int step>
Status format_bytes(std::span<const Cell> args, Cell& result, Arena& arena) {
  constexpr bool kBinary = step == 1024;
  constexpr std::string_view kUnits[] = {
      "", kBinary ? "KiB" : "kB", kBinary ? "MiB" : "MB", kBinary ? "GiB" : "GB", kBinary ? "TiB" : "TB", kBinary ? "PiB" : "PB"};
  const i128 size = args[0].integer < 0 ? -args[0].integer : args[0].integer;
  i128 scale = 1;
  std::size_t unit = 0;
  for (; unit + 1 < std::size(kUnits) && size / scale >= step; ++unit) scale *= step;
  std::string text = args[0].integer < 0 ? "-" : "";
  if (unit == 0) {
    text += fmt::format("{} {}", to_string(size), size == 1 ? "byte" : "bytes");
  } else {
    text += fmt::format("{}.{} {}", to_string(size / scale), to_string(size % scale * 10 / scale), kUnits[unit]);
  }
  result = Cell::of_string(arena.copy(text));
  return {};
}

struct Unit {
  std::string_view name;
  std::int64_t bytes;
};
constexpr std::int64_t kKilo = 1000;
constexpr std::int64_t kKibi = 1024;
constexpr Unit kUnits[] = {
    {"b", 1},
    {"byte", 1},
    {"bytes", 1},
    {"kilobyte", kKilo},
    {"kilobytes", kKilo},
    {"kb", kKilo},
    {"k", kKilo},
    {"megabyte", kKilo * kKilo},
    {"megabytes", kKilo * kKilo},
    {"mb", kKilo * kKilo},
    {"m", kKilo * kKilo},
    {"gigabyte", kKilo * kKilo * kKilo},
    {"gigabytes", kKilo * kKilo * kKilo},
    {"gb", kKilo * kKilo * kKilo},
    {"g", kKilo * kKilo * kKilo},
    {"terabyte", kKilo * kKilo * kKilo * kKilo},
    {"terabytes", kKilo * kKilo * kKilo * kKilo},
    {"tb", kKilo * kKilo * kKilo * kKilo},
    {"t", kKilo * kKilo * kKilo * kKilo},
    {"kib", kKibi},
    {"mib", kKibi * kKibi},
    {"gib", kKibi * kKibi * kKibi},
    {"tib", kKibi * kKibi * kKibi * kKibi},
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Status parse_formatted_bytes(std::span<const Cell> args, Cell& result, Arena&) {
  const std::string_view text = trimmed(args[0].string.view());
  const std::size_t end = std::min(text.find_first_not_of("0123456789.eE+-_"), text.size());
  const auto number = parse_double(text.substr(0, end));
  if (!number) return error(ErrorCode::kInvalidInput, "'{}' does not begin with a number of bytes", text);
  if (*number < 0) return error(ErrorCode::kInvalidInput, "'{}' is a negative number of bytes", text);
  const std::string unit = lower_name(trimmed(text.substr(end)));
  for (const Unit& known : kUnits) {
    if (known.name != unit) continue;
    const double bytes = *number * static_cast<double>(known.bytes);
    constexpr double kLimit = 0x1p64;
    if (!(bytes < kLimit)) return error(ErrorCode::kOutOfRange, "'{}' is more bytes than a UBIGINT can count", text);
    result = Cell::of_integer(static_cast<i128>(bytes));
    return {};
  }
  return error(ErrorCode::kInvalidInput, "'{}' has no known unit of bytes", text).hint("KB, MB, GB, TB, or KiB, MiB, GiB, TiB");
}

}  // namespace

std::vector<ScalarFunction> byte_size_functions() {
  return {
      {"format_bytes",
       {"formatreadablesize", "pg_size_pretty"},
       "format_bytes(bytes)",
       "A number of bytes in units of 1024.",
       "format_bytes(16384)",
       "16.0 KiB",
       bind_as<"format_bytes", Takes<kVarchar, kBigInt>>,
       lower_host<"format_bytes", format_bytes<1024>>},
      {"formatreadabledecimalsize",
       {},
       "formatReadableDecimalSize(bytes)",
       "A number of bytes in units of 1000.",
       "formatReadableDecimalSize(16000)",
       "16.0 kB",
       bind_as<"formatReadableDecimalSize", Takes<kVarchar, kBigInt>>,
       lower_host<"formatreadabledecimalsize", format_bytes<1000>>},
      {"parse_formatted_bytes",
       {},
       "parse_formatted_bytes(text)",
       "The number of bytes that a text such as '1.5 KiB' names.",
       "parse_formatted_bytes('1.5 KiB')",
       "1536",
       bind_as<"parse_formatted_bytes", Takes<kUBigInt, kVarchar>>,
       lower_host<"parse_formatted_bytes", parse_formatted_bytes, true>},
  };
}

}  // namespace trueno::function

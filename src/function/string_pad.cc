// Strings made longer or shorter: lpad, rpad, repeat, left, right, overlay, bar. Counts are of characters.
#include <cmath>

#include "function/families.h"
#include "function/overload.h"
#include "function/utf8.h"
#include "kernel/string_match.h"

namespace trueno::function {

namespace {

using kernel::Cell;
using enum TypeId;

constexpr std::int64_t kMostBytes = INT32_MAX;  // of one text

// Numbers of characters beyond any text mean the same as the longest one.
std::int64_t clamped_count(const Cell& cell) { return static_cast<std::int64_t>(std::clamp<i128>(cell.integer, -kMostBytes, kMostBytes)); }

Error too_long(std::string_view function) { return error(ErrorCode::kOutOfRange, "{}: the result would be longer than 2 GiB", function); }

// `count` characters of the padding, over and over.
std::string padding_of(std::string_view padding, std::int64_t count) {
  std::string out;
  const std::int64_t characters = kernel::utf8_length(padding);
  out.reserve(static_cast<std::size_t>(count / characters + 1) * padding.size());
  for (std::int64_t i = 0; i < count / characters; ++i) out += padding;
  out += padding.substr(0, utf8_offset(padding, count % characters));
  return out;
}

template <bool at_left>
Status pad(std::span<const Cell> args, Cell& result, Arena& arena) {
  constexpr std::string_view kFunction = at_left ? "lpad" : "rpad";
  const std::string_view text = args[0].string.view();
  const std::string_view padding = args[2].string.view();
  const std::int64_t wanted = std::max<std::int64_t>(clamped_count(args[1]), 0);
  const std::int64_t missing = wanted - kernel::utf8_length(text);
  if (missing <= 0) {
    result = Cell::of_string(text.substr(0, utf8_offset(text, wanted)));
    return {};
  }
  if (padding.empty()) return error(ErrorCode::kInvalidInput, "{} has nothing to fill '{}' up with", kFunction, text);
  if (missing * 4 + static_cast<std::int64_t>(text.size()) > kMostBytes) return too_long(kFunction);
  const std::string fill = padding_of(padding, missing);
  result = Cell::of_string(arena.copy(at_left ? fill + std::string(text) : std::string(text) + fill));
  return {};
}

Status repeat(std::span<const Cell> args, Cell& result, Arena& arena) {
  const std::string_view text = args[0].string.view();
  const i128 count = std::max<i128>(args[1].integer, 0);
  if (count != 0 && static_cast<i128>(text.size()) > kMostBytes / count) return too_long("repeat");
  char* bytes = arena.allocate(text.size() * static_cast<std::size_t>(text.empty() ? 0 : count));
  std::size_t at = 0;
  if (!text.empty()) {
    for (i128 i = 0; i < count; ++i, at += text.size()) std::copy_n(text.data(), text.size(), bytes + at);
  }
  result = Cell::of_string(std::string_view(bytes, at));
  return {};
}

// A negative number counts what is left out at the other end.
Status left(std::span<const Cell> args, Cell& result, Arena&) {
  const std::string_view text = args[0].string.view();
  std::int64_t count = clamped_count(args[1]);
  if (count < 0) count += kernel::utf8_length(text);
  result = Cell::of_string(text.substr(0, utf8_offset(text, count)));
  return {};
}
Status right(std::span<const Cell> args, Cell& result, Arena&) {
  const std::string_view text = args[0].string.view();
  const std::int64_t count = clamped_count(args[1]);
  const std::int64_t skipped = count < 0 ? -count : kernel::utf8_length(text) - count;
  result = Cell::of_string(text.substr(utf8_offset(text, skipped)));
  return {};
}

// Without a length, as many characters as the replacement has make room for it. A start before the text repeats no character of it.
Status overlay(std::span<const Cell> args, Cell& result, Arena& arena) {
  const std::string_view text = args[0].string.view();
  const std::string_view by = args[1].string.view();
  const std::int64_t start = clamped_count(args[2]);
  const std::int64_t wanted = args.size() == 4 ? clamped_count(args[3]) : -1;
  const std::int64_t count = wanted < 0 ? kernel::utf8_length(by) : wanted;
  const std::string_view head = text.substr(0, utf8_offset(text, start - 1));
  const std::string_view rest = text.substr(utf8_offset(text, start - 1 + count));
  if (static_cast<std::int64_t>(head.size() + by.size() + rest.size()) > kMostBytes) return too_long("overlay");
  result = Cell::of_string(arena.copy(std::string(head).append(by).append(rest)));
  return {};
}

// A bar drawn with eighths of a character.
Status bar(std::span<const Cell> args, Cell& result, Arena& arena) {
  constexpr std::string_view kFull = "\u2588";
  constexpr std::string_view kEighths[] = {"", "\u258F", "\u258E", "\u258D", "\u258C", "\u258B", "\u258A", "\u2589"};
  constexpr double kMostWidth = 1000;
  const double x = args[0].f64;
  const double least = args[1].f64;
  const double most = args[2].f64;
  const double width = args.size() == 4 ? args[3].f64 : 80;
  if (!(width >= 1 && width <= kMostWidth)) return error(ErrorCode::kOutOfRange, "bar: a width from 1 to 1000 is possible");
  double filled = 0;
  if (std::isnan(x) || std::isnan(least) || std::isnan(most) || x <= least) {
    filled = 0;
  } else if (x >= most) {
    filled = width;
  } else {
    filled = width * (x - least) / (most - least);
  }
  if (!std::isfinite(filled)) return error(ErrorCode::kOutOfRange, "bar: {} to {} is too wide a range", least, most);
  const auto eighths = static_cast<std::int64_t>(filled * 8);
  std::string out;
  for (std::int64_t i = 0; i < eighths / 8; ++i) out += kFull;
  out += kEighths[eighths % 8];
  const std::int64_t drawn = eighths / 8 + (eighths % 8 != 0 ? 1 : 0);
  out.append(static_cast<std::size_t>(std::max<std::int64_t>(static_cast<std::int64_t>(width) - drawn, 0)), ' ');
  result = Cell::of_string(arena.copy(out));
  return {};
}

}  // namespace

std::vector<ScalarFunction> string_pad_functions() {
  return {
      {"lpad",
       {},
       "lpad(text, count, padding)",
       "Filled up at the left, or cut, to a number of characters.",
       "lpad('hello', 8, '>')",
       ">>>hello",
       bind_as<"lpad", Takes<kVarchar, kVarchar, kBigInt, kVarchar>>,
       lower_host<"lpad", pad<true>, true>},
      {"rpad",
       {},
       "rpad(text, count, padding)",
       "Filled up at the right, or cut, to a number of characters.",
       "rpad('hello', 8, '<')",
       "hello<<<",
       bind_as<"rpad", Takes<kVarchar, kVarchar, kBigInt, kVarchar>>,
       lower_host<"rpad", pad<false>, true>},
      {"repeat",
       {},
       "repeat(text, count)",
       "The text so many times.",
       "repeat('ab', 3)",
       "ababab",
       bind_as<"repeat", Takes<kVarchar, kVarchar, kBigInt>, Takes<kBlob, kBlob, kBigInt>>,
       lower_host<"repeat", repeat, true>},
      {"left",
       {},
       "left(text, count)",
       "The first characters; all but the last -count where count is negative.",
       "left('hello', 2)",
       "he",
       bind_as<"left", Takes<kVarchar, kVarchar, kBigInt>>,
       lower_host<"left", left>},
      {"right",
       {},
       "right(text, count)",
       "The last characters; all but the first -count where count is negative.",
       "right('hello', 3)",
       "llo",
       bind_as<"right", Takes<kVarchar, kVarchar, kBigInt>>,
       lower_host<"right", right>},
      {"overlay",
       {},
       "overlay(text, replacement, start [, count])",
       "Characters from a position on replaced; as many as the replacement has, unless count says.",
       "overlay('abcdef', 'XX', 3)",
       "abXXef",
       bind_as<"overlay", Takes<kVarchar, kVarchar, kVarchar, kBigInt>, Takes<kVarchar, kVarchar, kVarchar, kBigInt, kBigInt>>,
       lower_host<"overlay", overlay, true>},
      {"bar",
       {},
       "bar(x, min, max [, width])",
       "A bar whose length shows where x lies between min and max; 80 characters wide unless width says.",
       "bar(5, 0, 10, 4)",
       "\u2588\u2588  ",
       bind_as<"bar", Takes<kVarchar, kDouble, kDouble, kDouble>, Takes<kVarchar, kDouble, kDouble, kDouble, kDouble>>,
       lower_host<"bar", bar, true>},
  };
}

}  // namespace trueno::function

// left, right, substring and length in grapheme clusters: what a reader takes for one character.
#include "function/families.h"
#include "function/grapheme.h"
#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::Cell;
using enum TypeId;

// Byte positions where clusters begin, and the end.
std::vector<std::size_t> places_of(std::string_view text) {
  std::vector<std::size_t> places{0};
  while (places.back() < text.size()) places.push_back(places.back() + grapheme_width(text.substr(places.back())));
  return places;
}

Cell between(std::string_view text, const std::vector<std::size_t>& places, i128 begin, i128 end) {
  const auto count = static_cast<i128>(places.size()) - 1;
  begin = std::clamp<i128>(begin, 0, count);
  end = std::clamp<i128>(end, begin, count);
  const std::size_t from = places[static_cast<std::size_t>(begin)];
  return Cell::of_string(text.substr(from, places[static_cast<std::size_t>(end)] - from));
}

Status length(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_integer(static_cast<i128>(places_of(args[0].string.view()).size()) - 1);
  return {};
}
Status left_graphemes(std::span<const Cell> args, Cell& result, Arena&) {
  const std::vector<std::size_t> places = places_of(args[0].string.view());
  const auto count = static_cast<i128>(places.size()) - 1;
  result = between(args[0].string.view(), places, 0, args[1].integer < 0 ? count + args[1].integer : args[1].integer);
  return {};
}
Status right_graphemes(std::span<const Cell> args, Cell& result, Arena&) {
  const std::vector<std::size_t> places = places_of(args[0].string.view());
  const auto count = static_cast<i128>(places.size()) - 1;
  result = between(args[0].string.view(), places, args[1].integer < 0 ? -args[1].integer : count - args[1].integer, count);
  return {};
}
// The window of SQL's substring.
Status substring_graphemes(std::span<const Cell> args, Cell& result, Arena&) {
  TRUENO_TRY(check_window(args.subspan(1)));
  const std::vector<std::size_t> places = places_of(args[0].string.view());
  const auto count = static_cast<i128>(places.size()) - 1;
  const i128 start = args[1].integer;
  i128 begin = start > 0 ? start - 1 : (start < 0 ? count + start : -1);
  i128 end = args.size() == 3 ? begin + args[2].integer : count;
  if (end < begin) std::swap(begin, end);
  result = between(args[0].string.view(), places, begin, end);
  return {};
}

Status reverse(std::span<const Cell> args, Cell& result, Arena& arena) {
  const std::string_view text = args[0].string.view();
  const std::vector<std::size_t> places = places_of(text);
  char* bytes = arena.allocate(text.size());
  std::size_t out = 0;
  for (std::size_t i = places.size() - 1; i > 0; --i) {
    const std::string_view cluster = text.substr(places[i - 1], places[i] - places[i - 1]);
    std::copy_n(cluster.data(), cluster.size(), bytes + out);
    out += cluster.size();
  }
  result = Cell::of_string(std::string_view(bytes, text.size()));
  return {};
}

}  // namespace

std::vector<ScalarFunction> string_grapheme_functions() {
  return {
      {"reverse",
       {},
       "reverse(text)",
       "Characters in reverse order, each with its marks.",
       "reverse('abc')",
       "cba",
       bind_as<"reverse", Takes<kVarchar, kVarchar>>,
       lower_host<"reverse", reverse>},
      {"length_grapheme",
       {},
       "length_grapheme(text)",
       "Number of grapheme clusters: what a reader takes for one character.",
       "length_grapheme('e\u0301t\u00e9')",
       "3",
       bind_as<"length_grapheme", Takes<kBigInt, kVarchar>>,
       lower_host<"length_grapheme", length>},
      {"left_grapheme",
       {},
       "left_grapheme(text, count)",
       "The first grapheme clusters; all but the last -count where count is negative.",
       "left_grapheme('e\u0301t\u00e9', 1)",
       "e\u0301",
       bind_as<"left_grapheme", Takes<kVarchar, kVarchar, kBigInt>>,
       lower_host<"left_grapheme", left_graphemes>},
      {"right_grapheme",
       {},
       "right_grapheme(text, count)",
       "The last grapheme clusters; all but the first -count where count is negative.",
       "right_grapheme('te\u0301', 1)",
       "e\u0301",
       bind_as<"right_grapheme", Takes<kVarchar, kVarchar, kBigInt>>,
       lower_host<"right_grapheme", right_graphemes>},
      {"substring_grapheme",
       {},
       "substring_grapheme(text, start [, count])",
       "Grapheme clusters from a position (from 1; negative from the end).",
       "substring_grapheme('te\u0301e', 2, 1)",
       "e\u0301",
       bind_as<"substring_grapheme", Takes<kVarchar, kVarchar, kBigInt>, Takes<kVarchar, kVarchar, kBigInt, kBigInt>>,
       lower_host<"substring_grapheme", substring_graphemes>},
  };
}

}  // namespace trueno::function

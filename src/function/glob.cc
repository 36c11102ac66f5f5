// GLOB: the shell's patterns over whole texts.
#include "function/families.h"
#include "function/overload.h"
#include "function/utf8.h"

namespace trueno::function {

namespace {

using kernel::Cell;
using enum TypeId;

// Reads a set [a-z] or [!x] behind its bracket, and whether it holds the character; false in `closed` when it has no end.
// A ] in the first place stands for itself.
bool set_holds(std::string_view pattern, std::size_t& at, char32_t character, bool& closed) {
  bool negated = false;
  if (at < pattern.size() && pattern[at] == '!') {
    negated = true;
    ++at;
  }
  bool found = false;
  bool first = true;
  closed = false;
  while (at < pattern.size()) {
    const char32_t low = utf8_next(pattern, at);
    if (low == ']' && !first) {
      closed = true;
      break;
    }
    first = false;
    char32_t high = low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      ++at;
      high = utf8_next(pattern, at);
      found = found || (character >= std::min(low, high) && character <= std::max(low, high));
    }
    found = found || character == low || character == high;
  }
  return found != negated;
}

// One step of the pattern other than *: moves both on, or says that they do not fit.
bool step(std::string_view text, std::size_t& at, std::string_view pattern, std::size_t& in_pattern) {
  if (at >= text.size()) return false;
  const char32_t character = utf8_next(text, at);
  const char32_t wanted = utf8_next(pattern, in_pattern);
  if (wanted == '?') return true;
  if (wanted == '[') {
    bool closed = false;
    const bool holds = set_holds(pattern, in_pattern, character, closed);
    return closed && holds;
  }
  if (wanted != '\\') return character == wanted;
  return in_pattern < pattern.size() && character == utf8_next(pattern, in_pattern);
}

// A mismatch behind a * goes back to it and gives it one character more; only the last * needs that.
bool matches(std::string_view text, std::string_view pattern) {
  std::size_t at = 0;
  std::size_t in_pattern = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_at = 0;
  while (at < text.size() || in_pattern < pattern.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = ++in_pattern;
      star_at = at;
      continue;
    }
    if (in_pattern < pattern.size() && step(text, at, pattern, in_pattern)) continue;
    if (star == std::string_view::npos || star_at >= text.size()) return false;
    utf8_next(text, star_at);
    at = star_at;
    in_pattern = star;
  }
  return true;
}

template <bool negated>
Status glob(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_bool(matches(args[0].string.view(), args[1].string.view()) != negated);
  return {};
}

}  // namespace

std::vector<ScalarFunction> glob_functions() {
  return {
      {"glob",
       {"~~~"},
       "text GLOB pattern",
       "Whether the whole text fits a pattern of the shell: * any text, ? one character, [a-z] one of, [!a-z] none of, \\ before a "
       "character.",
       "'best.txt' GLOB '*.tx?'",
       "true",
       bind_as<"GLOB", Takes<kBoolean, kVarchar, kVarchar>>,
       lower_host<"glob", glob<false>>},
      {"not_glob",
       {},
       "text NOT GLOB pattern",
       "Whether the text does not fit a pattern of the shell.",
       "'best.txt' NOT GLOB '*.csv'",
       "true",
       bind_as<"NOT GLOB", Takes<kBoolean, kVarchar, kVarchar>>,
       lower_host<"not_glob", glob<true>>},
  };
}

}  // namespace trueno::function

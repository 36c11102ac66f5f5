// Patterns of paths, for both file systems.
#include "io/path_pattern.h"

#include <cstddef>

namespace trueno {

namespace {

// Matches the set that begins at pattern[at] == '['; moves `at` behind it. An unclosed '[' stands for itself.
bool set_matches(std::string_view pattern, std::size_t& at, char c) {
  const std::size_t begin = at + 1;
  const bool negated = begin < pattern.size() && (pattern[begin] == '!' || pattern[begin] == '^');
  std::size_t i = begin + (negated ? 1 : 0);
  const std::size_t first = i;
  bool found = false;
  for (; i < pattern.size() && (pattern[i] != ']' || i == first); ++i) {
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      found = found || (pattern[i] <= c && c <= pattern[i + 2]);
      i += 2;
    } else {
      found = found || pattern[i] == c;
    }
  }
  if (i >= pattern.size()) {
    at = begin;
    return c == '[';
  }
  at = i + 1;
  return found != negated;
}

std::string_view first_segment(std::string_view path) { return path.substr(0, path.find('/')); }
std::string_view after_segment(std::string_view path) {
  const std::size_t slash = path.find('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
}

}  // namespace

bool has_wildcards(std::string_view path) { return path.find_first_of("*?[") != std::string_view::npos; }

// Walks both texts; on a mismatch goes back to the last '*' and lets it take one byte more. Never recurses.
bool segment_matches(std::string_view pattern, std::string_view name) {
  if (!name.empty() && name.front() == '.' && (pattern.empty() || pattern.front() != '.')) return false;
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;  // behind the last '*', and the name's place it was tried at
  std::size_t retry = 0;
  while (n < name.size()) {
    std::size_t next = p + 1;
    if (p < pattern.size() && pattern[p] == '*') {
      star = ++p;
      retry = n;
      continue;
    }
    next = p;
    bool matched = false;
    if (p < pattern.size()) {
      if (pattern[p] == '[') {
        matched = set_matches(pattern, next, name[n]);
      } else {
        matched = pattern[p] == '?' || pattern[p] == name[n];
        next = p + 1;
      }
    }
    if (matched) {
      p = next;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star;
      n = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

// Segment by segment; `**` tries every tail of the path.
bool path_matches(std::string_view pattern, std::string_view path) {
  if (pattern.empty()) return path.empty();
  if (first_segment(pattern) == "**") {
    const std::string_view rest = after_segment(pattern);
    for (std::string_view tail = path; !tail.empty(); tail = after_segment(tail)) {
      if (path_matches(rest, tail)) return true;
    }
    return rest.empty();
  }
  if (path.empty() || !segment_matches(first_segment(pattern), first_segment(path))) return false;
  const bool last = pattern.find('/') == std::string_view::npos;
  const bool path_last = path.find('/') == std::string_view::npos;
  return last || path_last ? last && path_last : path_matches(after_segment(pattern), after_segment(path));
}

}  // namespace trueno

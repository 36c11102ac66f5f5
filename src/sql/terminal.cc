#include "sql/terminal.h"

#include <algorithm>

#include "base/ascii.h"

namespace trueno::sql {

namespace {

constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

constexpr std::size_t kLongestKeyword = 16;

// The signs that begin with a character, longest first; zeros fill up (index 0 is a word).
constexpr std::size_t kMostOfOneCharacter = 7;
constexpr auto kSymbolsByFirst = [] {
  std::array<std::array<std::uint16_t, kMostOfOneCharacter + 1>, 128> table{};
  for (std::size_t size = 4; size > 0; --size) {
    for (std::size_t i = kKeywordCount; i < kTerminals.size(); ++i) {
      if (kTerminals[i].text.size() != size) continue;
      auto& row = table[static_cast<unsigned char>(kTerminals[i].text.front())];
      *std::ranges::find(row, 0) = static_cast<std::uint16_t>(i);
    }
  }
  return table;
}();

static_assert(std::ranges::is_sorted(kTerminals.begin(), kTerminals.begin() + kKeywordCount, {}, &TerminalEntry::text));
static_assert(kTerminals[kKeywordCount].kind == TerminalClass::kSymbol && kTerminals[kKeywordCount - 1].kind != TerminalClass::kSymbol);
static_assert(std::ranges::all_of(kTerminals, [](const TerminalEntry& e) { return e.text.size() <= kLongestKeyword; }));

}  // namespace

Terminal find_keyword(std::string_view word) {
  if (word.size() > kLongestKeyword) return kNoTerminal;
  char buffer[kLongestKeyword];
  std::ranges::transform(word, buffer, upper);
  const std::string_view key(buffer, word.size());
  const auto* const end = kTerminals.data() + kKeywordCount;
  const auto* const found =
      std::lower_bound(kTerminals.data(), end, key, [](const TerminalEntry& e, std::string_view k) { return e.text < k; });
  return found != end && found->text == key ? static_cast<Terminal>(found - kTerminals.data()) : kNoTerminal;
}

Terminal find_symbol(std::string_view text) {
  const auto first = text.empty() ? 0u : static_cast<unsigned char>(text.front());
  if (first >= kSymbolsByFirst.size()) return kNoTerminal;
  for (const std::size_t i : kSymbolsByFirst[first]) {
    if (i == 0) break;
    if (text.starts_with(kTerminals[i].text)) return static_cast<Terminal>(i);
  }
  return kNoTerminal;
}

std::string ascii_upper(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), upper);
  return result;
}

std::string ascii_lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), to_lower);
  return result;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, to_lower, to_lower); }

}  // namespace trueno::sql

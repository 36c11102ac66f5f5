#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sql/terminal_table.h"

namespace trueno::sql {

/// A fixed word or sign of the grammar, as an index into kTerminals. Written in code as a literal that is checked at compile time:
/// `"SELECT"_t`, `"<="_t`.
enum class Terminal : std::uint16_t {};
inline constexpr auto kNoTerminal = static_cast<Terminal>(kTerminals.size());

consteval Terminal operator""_t(const char* text, std::size_t size) {
  for (std::size_t i = 0; i < kTerminals.size(); ++i) {
    if (kTerminals[i].text == std::string_view(text, size)) return static_cast<Terminal>(i);
  }
  __builtin_unreachable();  // not a terminal: does not compile
}

[[nodiscard]] inline std::string_view terminal_text(Terminal terminal) {
  return terminal == kNoTerminal ? std::string_view() : kTerminals[static_cast<std::size_t>(terminal)].text;
}
[[nodiscard]] inline TerminalClass terminal_class(Terminal terminal) {
  return terminal == kNoTerminal ? TerminalClass::kUnreserved : kTerminals[static_cast<std::size_t>(terminal)].kind;
}

/// The keyword with this spelling in any case; kNoTerminal when it is not one.
[[nodiscard]] Terminal find_keyword(std::string_view word);
/// The longest operator or punctuation sign that `text` starts with; kNoTerminal when there is none.
[[nodiscard]] Terminal find_symbol(std::string_view text);

/// Whether a keyword may stand, unquoted, as the name of a column, table or alias.
[[nodiscard]] inline bool may_name_column(Terminal keyword) {
  const TerminalClass kind = terminal_class(keyword);
  return kind == TerminalClass::kUnreserved || kind == TerminalClass::kColumnName;
}
/// Whether a keyword may stand, unquoted, as the name of a function or type.
[[nodiscard]] inline bool may_name_function(Terminal keyword) { return terminal_class(keyword) < TerminalClass::kReserved; }

/// A set of terminals: what could have come next.
class TerminalSet {
 public:
  void insert(Terminal terminal) { words_[index(terminal) / 64] |= std::uint64_t{1} << (index(terminal) % 64); }
  [[nodiscard]] bool contains(Terminal terminal) const { return (words_[index(terminal) / 64] >> (index(terminal) % 64) & 1) != 0; }
  void clear() { words_.fill(0); }

 private:
  static std::size_t index(Terminal terminal) { return static_cast<std::size_t>(terminal); }
  std::array<std::uint64_t, kTerminals.size() / 64 + 1> words_{};
};

/// ASCII only, as SQL keywords are.
[[nodiscard]] std::string ascii_upper(std::string_view text);
[[nodiscard]] std::string ascii_lower(std::string_view text);
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace trueno::sql

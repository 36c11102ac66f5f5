// Which statements the parser takes: reads them from standard input, a NUL behind each, and says for each in a line "ok", "refused" (known
// by name, but not supported) or "error" with the message. For parser_differential_test.py.
#include <algorithm>
#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "sql/parser.h"

int main() {
  std::string text;
  char buffer[65536];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, stdin)) > 0;) text.append(buffer, n);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\0', begin), text.size());
    const auto parsed = trueno::sql::parse(text.substr(begin, end - begin));
    if (parsed) {
      std::puts("ok");
    } else {
      std::string message = parsed.error().message();
      for (char& c : message) c = c == '\n' ? ' ' : c;
      const bool refused = parsed.error().code() == trueno::ErrorCode::kNotSupported;
      std::puts(fmt::format("{} {}", refused ? "refused" : "error", message).c_str());
    }
    begin = end + 1;
  }
  return 0;
}

// Any bytes are parsed within limits; what parses is printed, and the printed text parses to an equal AST.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sql/completion.h"
#include "sql/highlight.h"
#include "sql/parser.h"
#include "sql/printer.h"

namespace {

void check(bool holds, std::string_view what, const std::string& printed) {
  if (holds) return;
  fmt::print(stderr, "{}\nprinted: {}\n", what, printed);
  std::abort();
}

// Printing adds parentheses, so a text at the edge of the nesting limit may come out beyond it.
bool is_too_deep(const trueno::Error& error) { return error.message() == "the statement is nested too deeply"; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trueno::sql;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ParseOutcome outcome = parse_with_recovery(text);
  for (const trueno::Error& error : outcome.errors) {
    check(!error.message().empty() && !error.to_string(text).empty(), "an error without words", "");
    check(error.span().begin <= size, "an error outside the text", "");
  }
  for (const StatementPtr& statement : outcome.statements) {
    const std::string printed = print(*statement);
    const auto again = parse(printed);
    if (!again.has_value()) {
      check(is_too_deep(again.error()), again.error().to_string(printed), printed);
      continue;
    }
    check(again->size() == 1 && *again->front() == *statement, "the AST changed", printed);
    check(print(*again->front()) == printed, "the text changed", printed);
  }
  std::uint32_t end = 0;
  for (const HighlightSpan& piece : highlight(text)) {
    check(piece.span.begin >= end && piece.span.end > piece.span.begin && piece.span.end <= size, "pieces overlap", "");
    end = piece.span.end;
  }
  const Completion completion = complete(text, size / 2);
  check(completion.replaces.end <= size, "completion outside the text", "");
  return 0;
}

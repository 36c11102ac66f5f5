#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "trueno/export.h"
#include "trueno/failure.h"

// What a shell or an editor needs to know of SQL text. Pure functions; they take any bytes and never fail.
namespace trueno {

enum class CandidateKind : std::uint8_t { kKeyword, kTable, kColumn, kFunction, kTableFunction, kType, kSetting };

struct Candidate {
  std::string text;  // as it is to be written, in quotes where it has to be
  CandidateKind kind = CandidateKind::kKeyword;
};

struct Completions {
  TextSpan replaces;                  // the word being typed; empty and at the cursor when there is none
  std::vector<Candidate> candidates;  // names first, then keywords; each sorted
};

/// What a piece of SQL text is, for colouring it.
enum class TokenClass : std::uint8_t {
  kKeyword,
  kIdentifier,
  kFunction,  // a name before "("
  kNumber,
  kString,
  kOperator,
  kPunctuation,
  kParameter,
  kComment,
  kError,  // no token: an unterminated string, a stray character
};

struct HighlightSpan {
  TokenClass kind = TokenClass::kError;
  TextSpan span;
};

/// The pieces of a text in order, without the white space between them.
[[nodiscard]] TRUENO_API std::vector<HighlightSpan> highlight(std::string_view sql);

/// Whether a text ends with a semicolon that ends a statement: one outside strings, comments and names.
[[nodiscard]] TRUENO_API bool ends_statement(std::string_view sql);

/// The statements of a text without their semicolons and the space around them; empty ones are left out.
[[nodiscard]] TRUENO_API std::vector<std::string> split_statements(std::string_view sql);

/// `name`, in double quotes if it has to be; `text` in single quotes.
[[nodiscard]] TRUENO_API std::string quote_identifier(std::string_view name);
[[nodiscard]] TRUENO_API std::string quote_string(std::string_view text);

}  // namespace trueno

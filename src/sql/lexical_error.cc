// Why a token is none. The lexer only marks it; the reason is found here, from its first bytes, when somebody asks.
#include "sql/lexer.h"
#include "sql/utf8.h"

namespace trueno::sql {

namespace {

Error unterminated(std::string_view what, SourceSpan opening, std::string_view closing) {
  return error(ErrorCode::kParser, "unterminated {}", what)
      .hint(fmt::format("it starts here and never ends; close it with {}{}", closing,
                        closing == "'" ? ", and write a quote inside it twice" : ""))
      .at(opening);
}

Error quoting_error(std::string_view written, SourceSpan span) {
  const auto opening = [span](std::uint32_t size) { return SourceSpan{span.begin, span.begin + size}; };
  if (written.starts_with("/*")) return unterminated("comment", opening(2), "*/");
  if (written.front() == '\'') return unterminated("string", opening(1), "'");
  if (written.size() > 1 && written[1] == '\'') {
    if ((written[0] | 0x20) == 'b') {
      return error(ErrorCode::kNotSupported, "bit strings are not supported").hint("write an integer: 0b101").at(span);
    }
    return unterminated((written[0] | 0x20) == 'x' ? "blob" : "string", opening(2), "'");
  }
  if (written == "\"\"") return error(ErrorCode::kParser, "a quoted identifier must not be empty").at(span);
  if (written.front() == '"') return unterminated("quoted identifier", opening(1), "\"");
  if (written.size() > 1) {
    const std::string_view tag = written.substr(0, written.find('$', 1) + 1);
    return unterminated("dollar-quoted string", opening(static_cast<std::uint32_t>(tag.size())), tag);
  }
  return error(ErrorCode::kParser, "unexpected \"$\"").hint("a parameter is $1 or $name, a dollar-quoted string $$text$$").at(span);
}

Error number_error(std::string_view written, SourceSpan span) {
  return error(ErrorCode::kParser, "\"{}\" is not a number", written)
      .hint("put a space after a number, and double quotes around a name that starts with a digit")
      .at(span);
}

}  // namespace

Error lexical_error(std::string_view sql, const Token& token) {
  const std::string_view written = sql.substr(token.span.begin, token.span.end - token.span.begin);
  const char c = written.front();
  const bool prefixed = written.size() > 1 && written[1] == '\'';
  if (c == '\'' || c == '"' || c == '$' || prefixed || written.starts_with("/*")) return quoting_error(written, token.span);
  if ((c >= '0' && c <= '9') || c == '.') return number_error(written, token.span);
  if (typographic_quote_size(written) > 0) {
    return error(ErrorCode::kParser, "typographic quotation mark {}", written)
        .hint("use ' around strings and \" around identifiers")
        .at(token.span);
  }
  if (c == '`') {
    return error(ErrorCode::kParser, "unexpected \"`\"").hint("identifiers are quoted with double quotes: \"name\"").at(token.span);
  }
  if (c == '\\') {
    return error(ErrorCode::kParser, "unexpected \"\\\"")
        .hint("outside strings a backslash means nothing; commands of the shell start with a dot")
        .at(token.span);
  }
  const auto code = static_cast<unsigned char>(c);
  if (code < 0x20 || code == 0x7F) return error(ErrorCode::kParser, "unexpected control character 0x{:02x}", code).at(token.span);
  return error(ErrorCode::kParser, "unexpected \"{}\"", written).at(token.span);
}

}  // namespace trueno::sql

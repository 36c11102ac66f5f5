// Which parameters a text has is read from its tokens: every statement form has them, and tokens need no walk over a tree.
#include "session/parameters.h"

#include <algorithm>

#include "base/int128.h"
#include "base/name.h"
#include "bind/scope.h"
#include "sql/lexer.h"

namespace trueno::session {

namespace {

constexpr std::uint32_t kMaxParameters = 65'535;  // as the parser has it

using sql::operator""_t;

}  // namespace

void Parameters::bind(std::size_t index, Value value) {
  if (index >= positional.size()) positional.resize(index + 1);
  positional[index] = std::move(value);
}

void Parameters::bind(std::string_view name, Value value) {
  if (name.starts_with('$')) name.remove_prefix(1);
  const auto known = std::ranges::find_if(named, [&](const auto& entry) { return same_name(entry.first, name); });
  if (known != named.end()) {
    known->second = std::move(value);
  } else {
    named.emplace_back(std::string(name), std::move(value));
  }
}

void Parameters::clear() {
  positional.clear();
  named.clear();
}

ParameterNames find_parameters(std::string_view sql) {
  ParameterNames found;
  std::uint32_t questions = 0;
  for (std::uint32_t at = 0;;) {
    const sql::Token token = sql::next_token(sql, at);
    if (token.kind == sql::TokenKind::kEnd) return found;
    at = token.span.end;
    if (token.terminal == ";"_t) questions = 0;
    if (token.kind != sql::TokenKind::kParameter) continue;
    const std::string_view written = sql.substr(token.span.begin + 1, token.span.end - token.span.begin - 1);
    if (written.empty()) {
      found.positional = std::max(found.positional, ++questions);
    } else if (written[0] >= '0' && written[0] <= '9') {
      const i128 number = parse_i128(written).value_or(0);
      if (number <= kMaxParameters) found.positional = std::max(found.positional, static_cast<std::uint32_t>(number));
    } else if (std::ranges::none_of(found.named, [&](const std::string& name) { return same_name(name, written); })) {
      found.named.emplace_back(written);
    }
  }
}

Result<std::vector<Value>> values_for(const Parameters& parameters, const ParameterNames& wanted) {
  if (parameters.positional.size() > wanted.positional) {
    return error(ErrorCode::kInvalidInput, "{} values were bound, but the text has {} positional parameters", parameters.positional.size(),
                 wanted.positional)
        .hint("parameters are ?, $1 or $name");
  }
  for (const auto& [name, value] : parameters.named) {
    if (std::ranges::none_of(wanted.named, [&](const std::string& known) { return same_name(known, name); }))
      return error(ErrorCode::kInvalidInput, "a value was bound to ${}, but the text has no such parameter", name);
  }
  std::vector<Value> values;
  for (const std::optional<Value>& value : parameters.positional) {
    if (!value) return error(ErrorCode::kInvalidInput, "parameter ${} has no value", values.size() + 1);
    values.push_back(*value);
  }
  return values;
}

}  // namespace trueno::session

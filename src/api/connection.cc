#include "trueno/connection.h"

#include <utility>

#include "api/convert.h"
#include "api/engine.h"
#include "session/editor.h"

namespace trueno {

Query Connection::query(std::string sql) const {
  auto state = std::make_unique<detail::QueryState>();
  state->connection = state_;
  state->sql = std::move(sql);
  return Query(std::move(state));
}

Outcome<PreparedStatement> Connection::prepare(const std::string& sql) const {
  auto text = session::parse_text(sql);
  if (!text) return api::to_failure(text.error(), sql);
  auto state = std::make_unique<detail::QueryState>();
  state->connection = state_;
  state->prepared = std::move(*text);
  return PreparedStatement(std::move(state));
}

Outcome<void> Connection::set(std::string_view name, std::string_view value) const {
  const Status status = state_->session().settings().set(name, value);
  if (!status) return api::to_failure(status.error());
  return {};
}

Outcome<std::string> Connection::setting(std::string_view name) const {
  Result<std::string> value = state_->session().settings().get(name);
  if (!value) return api::to_failure(value.error());
  return std::move(*value);
}

Completions Connection::complete(std::string_view sql, std::size_t cursor) const {
  session::Completions found = session::complete(state_->engine->database, sql, cursor);
  Completions out{{found.replaces.begin, found.replaces.end}, {}};
  for (session::Candidate& candidate : found.candidates)
    out.candidates.push_back({std::move(candidate.text), static_cast<CandidateKind>(candidate.kind)});
  return out;
}

static_assert(static_cast<int>(CandidateKind::kSetting) == static_cast<int>(session::CandidateKind::kSetting));
static_assert(static_cast<int>(TokenClass::kError) == static_cast<int>(sql::TokenClass::kError));

std::vector<HighlightSpan> highlight(std::string_view sql) {
  std::vector<HighlightSpan> out;
  for (const sql::HighlightSpan& span : sql::highlight(sql))
    out.push_back({static_cast<TokenClass>(span.kind), {span.span.begin, span.span.end}});
  return out;
}

bool ends_statement(std::string_view sql) { return session::ends_statement(sql); }
std::vector<std::string> split_statements(std::string_view sql) { return session::split_statements(sql); }
std::string quote_identifier(std::string_view name) { return sql::quote_identifier(name); }
std::string quote_string(std::string_view text) { return sql::quote_string(text); }

}  // namespace trueno

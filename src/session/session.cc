#include "session/session.h"

#include <chrono>

#include "base/clock.h"
#include "session/database.h"
#include "session/statement_runner.h"
#include "sql/parser.h"

namespace trueno::session {

Result<std::shared_ptr<const ParsedText>> parse_text(std::string sql) {
  auto text = std::make_shared<ParsedText>();
  text->sql = std::move(sql);
  text->statements = TRUENO_TRY(sql::parse(text->sql));
  text->parameters = find_parameters(text->sql);
  return std::shared_ptr<const ParsedText>(std::move(text));
}

Status Session::execute(const ParsedText& text, const Parameters& parameters, const RunOptions& options, const OnResult& on_result) {
  if (const std::optional<Error>& problem = database_.device_problem()) return *problem;
  const Values values{TRUENO_TRY(values_for(parameters, text.parameters)), parameters.named};
  for (const sql::StatementPtr& statement : text.statements) {
    const Stopwatch watch;
    RunOptions own = options;
    if (const std::int64_t timeout = settings_.integer("timeout_ms"); timeout > 0)
      own.cancel.set_deadline(std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout));
    TRUENO_TRY(own.cancel.check());
    StatementRunner runner(database_, *this, text.sql, values, own);
    StatementResult result = TRUENO_TRY(runner.run(*statement));
    result.total_ms = watch.elapsed_ms();
    if (!on_result(std::move(result))) return {};
  }
  return {};
}

void Session::add_prepared(const std::string& name, std::shared_ptr<const ParsedText> text) {
  const LockGuard lock(mutex_);
  prepared_[name] = std::move(text);
}

std::shared_ptr<const ParsedText> Session::find_prepared(const std::string& name) const {
  const LockGuard lock(mutex_);
  const auto found = prepared_.find(name);
  return found == prepared_.end() ? nullptr : found->second;
}

bool Session::remove_prepared(const std::string& name) {
  const LockGuard lock(mutex_);
  if (!name.empty()) return prepared_.erase(name) != 0;
  prepared_.clear();
  return true;
}

}  // namespace trueno::session

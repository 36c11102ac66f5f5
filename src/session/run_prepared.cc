// PREPARE, EXECUTE, DEALLOCATE; and BEGIN, COMMIT, ROLLBACK. What is kept is the syntax tree: types, and so the plan, depend on the values.
#include "base/name.h"
#include "bind/scope.h"
#include "session/statement_runner.h"

namespace trueno::session {

namespace {

// A prepared statement that runs prepared statements could run itself.
bool runs_prepared(const sql::Statement& statement) {
  if (const auto* explain = statement.as<sql::Explain>()) return runs_prepared(*explain->statement);
  return statement.as<sql::Execute>() != nullptr || statement.as<sql::Prepare>() != nullptr;
}

}  // namespace

Result<StatementResult> StatementRunner::run(const sql::Prepare& prepare) {
  if (runs_prepared(*prepare.statement))
    return error(ErrorCode::kNotSupported, "PREPARE and EXECUTE cannot be prepared").at(prepare.statement->span);
  const SourceSpan span = prepare.statement->span;
  // Read again from its own text, so that its spans and the counting of `?` begin there.
  auto text = TRUENO_TRY(parse_text(std::string(sql_.substr(span.begin, span.end - span.begin))));
  session_.add_prepared(lower_name(prepare.name.text), std::move(text));
  return StatementResult{};
}

Result<StatementResult> StatementRunner::run(const sql::Execute& execute) {
  const std::shared_ptr<const ParsedText> text = session_.find_prepared(lower_name(execute.name.text));
  if (!text) return error(ErrorCode::kCatalog, "no prepared statement {}", execute.name.text).at(execute.name.span);
  Parameters given;
  for (const sql::Argument& argument : execute.arguments) {
    const plan::Expression bound = TRUENO_TRY(bind::bind_constant(*argument.value, bind_context()));
    Value value = TRUENO_TRY(constants_.evaluate(bound));
    if (argument.name.empty()) {
      given.bind(given.positional.size(), std::move(value));
    } else {
      given.bind(argument.name.text, std::move(value));
    }
  }
  const Values values{TRUENO_TRY(values_for(given, text->parameters)), given.named};
  StatementRunner runner(database_, session_, changes_, text->sql, values, options_);
  auto result = runner.execute(*text->statements.front());
  if (result) return result;
  // Its span is one of the prepared text, not of this one.
  const Error& inner = result.error();
  return error(inner.code(), "{}", inner.message()).hint(inner.hint()).at(execute.name.span);
}

Result<StatementResult> StatementRunner::run(const sql::Deallocate& deallocate) {
  if (!session_.remove_prepared(lower_name(deallocate.name.text)))
    return error(ErrorCode::kCatalog, "no prepared statement {}", deallocate.name.text).at(deallocate.name.span);
  return StatementResult{};
}

// COMMIT and ROLLBACK by name never come here: the session ends a transaction itself, so that an aborted one can be ended. These come by
// EXECUTE and EXPLAIN ANALYZE.
Result<StatementResult> StatementRunner::run(const sql::Transaction& transaction) {
  if (transaction.action != sql::TransactionAction::kBegin) return session_.end(transaction.action);
  TRUENO_TRY(session_.begin(transaction.read_only));
  return StatementResult{};
}

}  // namespace trueno::session

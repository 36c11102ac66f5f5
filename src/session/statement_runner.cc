#include "session/statement_runner.h"

#include <utility>

namespace trueno::session {

StatementRunner::StatementRunner(Database& database, Session& session, std::string_view sql, const Values& parameters,
                                 const RunOptions& options)
    : database_(database),
      session_(session),
      sql_(sql),
      parameters_(parameters),
      options_(options),
      settings_(session.settings()),
      constants_(database.devices()),
      names_(database, settings_, constants_) {}

Result<StatementResult> StatementRunner::run(const sql::Statement& statement) {
  const auto refuse = [&](std::string_view what) {
    return error(ErrorCode::kNotSupported, "{} is not supported yet", what).at(statement.span);
  };
  auto result = std::visit(sql::Overloaded{
                               [&](const sql::QueryStatement& node) { return run(node); },
                               [&](const sql::CreateTable& node) { return run(node); },
                               [&](const sql::Insert& node) { return run(node); },
                               [&](const sql::Drop& node) { return run(node); },
                               [&](const sql::Set& node) { return run(node); },
                               [&](const sql::Reset& node) { return run(node); },
                               [&](const sql::Show& node) { return run(node); },
                               [&](const sql::Explain& node) { return run(node); },
                               [&](const sql::Prepare& node) { return run(node); },
                               [&](const sql::Execute& node) { return run(node); },
                               [&](const sql::Deallocate& node) { return run(node); },
                               [&](const sql::CreateView& node) { return run(node); },
                               [&](const sql::CreateSchema&) -> Result<StatementResult> { return refuse("CREATE SCHEMA"); },
                               [&](const sql::CreateSequence&) -> Result<StatementResult> { return refuse("CREATE SEQUENCE"); },
                               [&](const sql::CreateType&) -> Result<StatementResult> { return refuse("CREATE TYPE"); },
                               [&](const sql::CreateMacro&) -> Result<StatementResult> { return refuse("CREATE MACRO"); },
                               [&](const sql::CreateIndex&) -> Result<StatementResult> { return refuse("CREATE INDEX"); },
                               [&](const sql::Alter&) -> Result<StatementResult> { return refuse("ALTER"); },
                               [&](const sql::Update& node) { return run(node); },
                               [&](const sql::Delete& node) { return run(node); },
                               [&](const sql::Truncate& node) { return run(node); },
                               [&](const sql::Copy&) -> Result<StatementResult> { return refuse("COPY"); },
                               [&](const sql::Pragma&) -> Result<StatementResult> { return refuse("PRAGMA"); },
                               [&](const sql::Transaction&) -> Result<StatementResult> { return refuse("BEGIN, COMMIT and ROLLBACK"); },
                               [&](const sql::Call&) -> Result<StatementResult> { return refuse("CALL"); },
                               [&](const sql::Use&) -> Result<StatementResult> { return refuse("USE"); },
                               [&](const sql::Maintenance&) -> Result<StatementResult> { return refuse("CHECKPOINT, VACUUM and ANALYZE"); },
                           },
                           statement.node);
  if (result) {
    for (std::string& warning : std::exchange(warnings_, {})) result->warnings.push_back(std::move(warning));
  }
  return result;
}

Result<std::shared_ptr<const catalog::Table>> StatementRunner::table_named(const sql::QualifiedName& name) const {
  std::shared_ptr<const catalog::Table> table = database_.catalog().find_table(name.last().text);
  if (!table) return no_table(database_, name).at(name.span());
  return table;
}

bind::Context StatementRunner::bind_context() const {
  const std::string null_order = settings_.text("default_null_order");
  const bool first = null_order == "nulls_first";
  return {database_.functions(),
          names_,
          constants_,
          parameters_.positional,
          {settings_.boolean("integer_division"), now_},
          {first || null_order == "nulls_first_on_asc_last_on_desc", first || null_order == "nulls_last_on_asc_first_on_desc"},
          &parameters_.named};
}

}  // namespace trueno::session

// Schemas, the schema in use, PRAGMA, CALL, and maintenance.
#include "base/name.h"
#include "bind/scope.h"
#include "session/catalog_tables.h"
#include "session/foreign_settings.h"
#include "session/statement_runner.h"
#include "sql/parser.h"
#include "sql/printer.h"

namespace trueno::session {

Result<StatementResult> StatementRunner::run(const sql::CreateSchema& create) {
  if (create.on_existing == sql::OnExisting::kReplace)
    return error(ErrorCode::kNotSupported, "CREATE OR REPLACE SCHEMA").hint("DROP SCHEMA, then CREATE SCHEMA").at(create.name.span());
  if (create.name.parts.size() > 2 || (create.name.parts.size() == 2 && !same_name(create.name.parts[0].text, kDatabaseName)))
    return error(ErrorCode::kCatalog, "no database {}", create.name.parts[0].text).at(create.name.span());
  const catalog::ObjectName name{catalog::Space::kSchema, "", lower_name(create.name.last().text)};
  if (name.name == kTemporaryName || catalog::Catalog::is_temporary(name.name))
    return error(ErrorCode::kCatalog, "schema {} is the place of temporary things", kTemporaryName).at(create.name.span());
  if (create.on_existing == sql::OnExisting::kIgnore && changes_.root().entries.contains(name)) return StatementResult{};
  Status created = changes_.create(name, catalog::SchemaObject{}, false);
  if (!created) return std::move(created).error().at(create.name.span());
  return StatementResult{};
}

Result<StatementResult> StatementRunner::use_schema(const sql::QualifiedName& name) {
  const std::optional<std::string> schema = names_.path().schema(changes_.root(), name);
  if (!schema) return error(ErrorCode::kCatalog, "no schema {}", name.to_string()).at(name.span());
  session_.use_schema(*schema);
  return StatementResult{};
}

Result<StatementResult> StatementRunner::run(const sql::Use& use) { return use_schema(use.name); }

// The text of a setting's value: a bare word, or a constant expression.
Result<std::string> StatementRunner::setting_value(const sql::Expression& value) const {
  if (const auto* word = value.as<sql::ColumnRef>()) return word->name.to_string();  // SET backend = simd
  const plan::Expression bound = TRUENO_TRY(bind::bind_constant(value, bind_context()));
  return TRUENO_TRY(constants_.evaluate(bound)).to_string();
}

// A setting of this engine, or one of DuckDB's that changes nothing here, which is said.
Result<StatementResult> StatementRunner::set(const sql::Name& name, const std::string& value) {
  StatementResult result;
  Status status = session_.settings().set(name.text, value);
  if (status) return result;
  std::optional<Status> foreign = accept_foreign_setting(name.text, value);
  if (!foreign) return std::move(status).error().at(name.span);
  if (!*foreign) return std::move(*foreign).error().at(name.span);
  result.warnings.push_back(fmt::format("{} is a setting of DuckDB and has no effect here", lower_name(name.text)));
  return result;
}

Result<StatementResult> StatementRunner::table_info(const sql::Pragma& pragma) const {
  const auto table = find_table(changes_.root(), names_.path(), TRUENO_TRY(setting_value(*pragma.arguments.front().value)));
  if (!table) return Error(table.error()).at(pragma.name.span);
  StatementResult result;
  result.is_query = true;
  result.schema = table_info_schema();
  result.rows = TRUENO_TRY(table_info_rows(**table));
  return result;
}

Result<StatementResult> StatementRunner::run(const sql::Pragma& pragma) {
  const std::string name = lower_name(pragma.name.text);
  if (pragma.value) return set(pragma.name, TRUENO_TRY(setting_value(*pragma.value)));
  if (name == "show_tables" && pragma.arguments.empty()) return run(sql::Show{sql::ShowKind::kTables, {}});
  if (name == "table_info" && pragma.arguments.size() == 1) return table_info(pragma);
  if (pragma.is_call) return error(ErrorCode::kNotSupported, "PRAGMA {} is not supported", name).at(pragma.name.span);
  if (session_.settings().get(name)) {
    sql::Show show;
    show.name.parts.push_back(pragma.name);
    return run(show);
  }
  std::optional<Status> foreign = accept_foreign_setting(name, {});
  if (!foreign) return error(ErrorCode::kNotSupported, "PRAGMA {} is not supported", name).at(pragma.name.span);
  if (!*foreign) return std::move(*foreign).error().at(pragma.name.span);
  StatementResult result;
  result.warnings.push_back(fmt::format("{} is a setting of DuckDB and has no effect here", name));
  return result;
}

Result<plan::PlanPtr> StatementRunner::plan_call(const sql::Call& call) const {
  std::string arguments;
  for (const sql::Argument& argument : call.call.arguments) {
    arguments += arguments.empty() ? "" : ", ";
    if (!argument.name.empty()) arguments += sql::quote_identifier(argument.name.text) + " := ";
    arguments += sql::print(*argument.value);
  }
  const auto from = TRUENO_TRY(sql::parse(fmt::format("FROM {}({})", sql::quote_identifier(call.call.name.last().text), arguments)));
  auto plan = plan_query(*from.front()->as<sql::QueryStatement>()->query);
  if (plan) return plan;
  const Error& why = plan.error();  // its place is one of the text made here
  return error(why.code(), "{}", why.message()).hint(why.hint()).at(call.call.name.span());
}

Result<StatementResult> StatementRunner::run(const sql::Call& call) { return run_plan(*TRUENO_TRY(plan_call(call))); }

// Tables are in memory, their row groups are complete and their statistics exact: there is nothing to write, to collect or to measure.
Result<StatementResult> StatementRunner::run(const sql::Maintenance& maintenance) {
  const bool checkpoint =
      maintenance.kind == sql::MaintenanceKind::kCheckpoint || maintenance.kind == sql::MaintenanceKind::kForceCheckpoint;
  if (!checkpoint && !maintenance.target.empty()) {
    const std::shared_ptr<const catalog::Table> table = TRUENO_TRY(table_named(maintenance.target));
    for (const sql::Name& column : maintenance.columns) static_cast<void>(TRUENO_TRY(column_number(table->data().schema, column)));
  }
  if (checkpoint && !maintenance.target.empty() && !same_name(maintenance.target.last().text, kDatabaseName))
    return error(ErrorCode::kCatalog, "no database {}", maintenance.target.to_string()).at(maintenance.target.span());
  return StatementResult{};
}

}  // namespace trueno::session

// COPY: rows to a file, which appears under its name when it is complete; rows of files to a table, as INSERT adds them: by position, and
// those of JSON by name.
#include <utility>

#include "bind/scope.h"
#include "session/copy_files.h"
#include "session/copy_options.h"
#include "session/statement_runner.h"
#include "sql/parser.h"
#include "sql/printer.h"

namespace trueno::session {

Result<std::string> StatementRunner::copy_path(const sql::Copy& copy) const {
  const plan::Expression bound = TRUENO_TRY(bind::bind_constant(*copy.target, bind_context()));
  const Value path = TRUENO_TRY(constants_.evaluate(bound));
  if (path.is_null() || path.type().id != TypeId::kVarchar || path.as_string().empty())
    return error(ErrorCode::kBinder, "COPY needs the name of a file as text").at(copy.target->span);
  return path.as_string();
}

// What COPY ... TO writes: the query, or SELECT of the table's columns.
Result<plan::PlanPtr> StatementRunner::plan_copy(const sql::Copy& copy) const {
  if (copy.query) return plan_query(*copy.query);
  std::string columns;
  for (const sql::Name& column : copy.columns) columns += (columns.empty() ? "" : ", ") + sql::quote_identifier(column.text);
  std::string table;
  for (const sql::Name& part : copy.table.parts) table += (table.empty() ? "" : ".") + sql::quote_identifier(part.text);
  const auto all = TRUENO_TRY(sql::parse(fmt::format("SELECT {} FROM {}", columns.empty() ? "*" : columns, table)));
  auto plan = plan_query(*all.front()->as<sql::QueryStatement>()->query);
  if (plan) return plan;
  const Error& why = plan.error();  // its place is one of the text made here
  return error(why.code(), "{}", why.message()).hint(why.hint()).at(copy.table.span());
}

Result<StatementResult> StatementRunner::run(const sql::Copy& copy) {
  const std::string path = TRUENO_TRY(copy_path(copy));
  const CopyOptions options = TRUENO_TRY(read_copy_options(copy, path, [&](const sql::Expression& value) { return setting_value(value); }));
  if (copy.from) return copy_from(copy, path, options);
  const plan::PlanPtr plan = TRUENO_TRY(plan_copy(copy));
  if (!options.partition_by.empty()) {
    StatementResult rows = TRUENO_TRY(run_plan(*plan));
    TRUENO_TRY(write_partitions(database_.files(), path, rows.schema, rows.rows, options));
    return finished({}, rows.rows.length, std::move(rows.profile));
  }
  CopyOptions writing = options;
  writing.parquet.threads = exec_options().threads;
  exec::Output rows = TRUENO_TRY(run_in_pieces(*plan));
  std::int64_t count = 0;
  for (const Batch& piece : rows.pieces) count += piece.length;
  TRUENO_TRY(write_rows(database_.files(), path, plan->schema, std::move(rows.pieces), writing));
  return finished({}, count, std::move(rows.profile));
}

Result<StatementResult> StatementRunner::copy_from(const sql::Copy& copy, const std::string& path, const CopyOptions& options) {
  const std::shared_ptr<const catalog::Table> table = TRUENO_TRY(table_named(copy.table));
  Schema wanted;  // of the file
  for (const sql::Name& column : copy.columns)
    wanted.push_back(table->data().schema[static_cast<std::size_t>(TRUENO_TRY(column_number(table->data().schema, column)))]);
  if (copy.columns.empty()) wanted = table->data().schema;
  for (Field& field : wanted) field.nullable = true;

  FileRequest request = options.in;
  request.csv.columns = wanted;
  for (const Field& field : wanted) request.json.columns.push_back({field.name, JsonType::of(field.type)});  // by name
  request.hive.enabled = request.hive.enabled.value_or(false);
  std::shared_ptr<const TableSource> source = TRUENO_TRY(open_files(database_.files(), request));
  const Schema found = source->schema();
  if (found.size() != wanted.size())
    return error(ErrorCode::kBinder, "'{}' has {} columns, and {} are wanted", path, found.size(), wanted.size()).at(copy.table.span());
  plan::Scan scan;
  for (std::size_t i = 0; i < found.size(); ++i) scan.columns.push_back(static_cast<int>(i));
  scan.source = std::move(source);
  sql::Insert insert;
  insert.table = copy.table;
  insert.columns = copy.columns;
  return insert_rows(insert, *table, TRUENO_TRY(plan_rows(insert, *table, plan::make_plan(std::move(scan), found))));
}

}  // namespace trueno::session

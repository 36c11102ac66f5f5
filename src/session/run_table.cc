// CREATE TABLE and DROP.
#include <algorithm>

#include "base/name.h"
#include "bind/scope.h"
#include "session/statement_runner.h"
#include "storage/table/table_writer.h"

namespace trueno::session {

namespace {

Result<Schema> schema_of(const sql::CreateTable& create) {
  Schema schema;
  for (const sql::ColumnDefinition& column : create.columns) {
    if (!column.type) return error(ErrorCode::kBinder, "column {} needs a type", column.name.text).at(column.name.span);
    Field field{column.name.text, TRUENO_TRY(bind::bind_type(*column.type)), true};
    if (column.generated) return error(ErrorCode::kNotSupported, "generated columns are not supported yet").at(column.name.span);
    if (std::ranges::any_of(schema, [&](const Field& other) { return same_name(other.name, field.name); }))
      return error(ErrorCode::kBinder, "column {} is there twice", field.name).at(column.name.span);
    schema.push_back(std::move(field));
  }
  return schema;
}

// Columns of a table made from a query: every one may be NULL, names are as written or, where two are equal, numbered.
Result<Schema> schema_of(const sql::CreateTable& create, Schema schema) {
  if (create.column_names.size() > schema.size())
    return error(ErrorCode::kBinder, "{} column names for {} columns", create.column_names.size(), schema.size()).at(create.name.span());
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (i < create.column_names.size()) schema[i].name = create.column_names[i].text;
    schema[i].nullable = true;
    const std::string name = schema[i].name;
    const auto taken = [&] {
      return std::any_of(schema.begin(), schema.begin() + static_cast<std::ptrdiff_t>(i),
                         [&](const Field& other) { return same_name(other.name, schema[i].name); });
    };
    for (int number = 1; taken(); ++number) schema[i].name = fmt::format("{}_{}", name, number);
  }
  return schema;
}

}  // namespace

Result<StatementResult> StatementRunner::run(const sql::CreateTable& create) {
  const std::string& name = create.name.last().text;
  const bool replace = create.on_existing == sql::OnExisting::kReplace;
  if (!replace && database_.catalog().find_table(name)) {
    if (create.on_existing == sql::OnExisting::kIgnore) return StatementResult{};
    return error(ErrorCode::kCatalog, "table {} exists already", name)
        .hint("CREATE OR REPLACE TABLE, or CREATE TABLE IF NOT EXISTS")
        .at(create.name.span());
  }
  StatementResult result;
  if (create.query) {
    const plan::PlanPtr plan = TRUENO_TRY(plan_query(*create.query));
    TableWriter writer(TRUENO_TRY(schema_of(create, plan->schema)));
    if (create.with_data) {
      StatementResult rows = TRUENO_TRY(run_plan(*plan));
      TRUENO_TRY(writer.append(rows.rows));
      result.profile = std::move(rows.profile);
    }
    TRUENO_TRY(database_.catalog().create_table(name, {}, {TRUENO_TRY(writer.finish())}, replace));
    return result;
  }
  Schema schema = TRUENO_TRY(schema_of(create));
  catalog::TableDefinition definition = TRUENO_TRY(define(create, schema));
  TableWriter writer(schema);
  catalog::TableContent content = TRUENO_TRY(checked_content(name, definition, nullptr, TRUENO_TRY(writer.finish()), {}));
  TRUENO_TRY(database_.catalog().create_table(name, std::move(definition), std::move(content), replace));
  return result;
}

Result<StatementResult> StatementRunner::run(const sql::Drop& drop) {
  if (drop.kind != sql::ObjectKind::kTable) return error(ErrorCode::kNotSupported, "only DROP TABLE is supported yet");
  std::vector<std::string> names;
  for (const sql::QualifiedName& name : drop.names) {
    if (!drop.if_exists && !database_.catalog().find_table(name.last().text)) return no_table(database_, name).at(name.span());
    names.push_back(name.last().text);
  }
  TRUENO_TRY(database_.catalog().drop_tables(names, drop.if_exists));
  return StatementResult{};
}

}  // namespace trueno::session

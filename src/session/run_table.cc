// CREATE TABLE and DROP.
#include <algorithm>

#include "base/name.h"
#include "bind/scope.h"
#include "session/statement_runner.h"
#include "sql/printer.h"
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
  catalog::TableContent content = TRUENO_TRY(indexed(definition, nullptr, TRUENO_TRY(writer.finish())));
  TRUENO_TRY(database_.catalog().create_table(name, std::move(definition), std::move(content), replace));
  return result;
}

// The query is bound once to find its mistakes, and kept as text.
Result<StatementResult> StatementRunner::run(const sql::CreateView& create) {
  const std::string& name = create.name.last().text;
  if (create.on_existing == sql::OnExisting::kIgnore && database_.catalog().find_view(name)) return StatementResult{};
  const plan::PlanPtr plan = TRUENO_TRY(plan_query(*create.query));
  if (create.column_names.size() > plan->schema.size())
    return error(ErrorCode::kBinder, "{} names for {} columns", create.column_names.size(), plan->schema.size()).at(create.name.span());
  catalog::View view{sql::print(*create.query), {}};
  for (const sql::Name& column : create.column_names) view.columns.push_back(column.text);
  TRUENO_TRY(database_.catalog().create_view(name, std::move(view), create.on_existing == sql::OnExisting::kReplace));
  return StatementResult{};
}

Result<StatementResult> StatementRunner::run(const sql::Drop& drop) {
  const bool view = drop.kind == sql::ObjectKind::kView;
  if (!view && drop.kind != sql::ObjectKind::kTable)
    return error(ErrorCode::kNotSupported, "only DROP TABLE and DROP VIEW are supported yet");
  catalog::Catalog& catalog = database_.catalog();
  std::vector<std::string> names;
  for (const sql::QualifiedName& name : drop.names) {
    const std::string& last = name.last().text;
    const bool is_table = catalog.find_table(last) != nullptr;
    const bool is_view = catalog.find_view(last) != nullptr;
    if (view ? is_table : is_view)
      return error(ErrorCode::kCatalog, "{} is a {}", last, is_table ? "table" : "view")
          .hint(is_table ? "DROP TABLE" : "DROP VIEW")
          .at(name.span());
    if (!drop.if_exists && !is_table && !is_view) {
      if (view) return error(ErrorCode::kCatalog, "no view {}", last).at(name.span());
      return no_table(database_, name).at(name.span());
    }
    names.push_back(last);
  }
  TRUENO_TRY(view ? catalog.drop_views(names, drop.if_exists) : catalog.drop_tables(names, drop.if_exists));
  return StatementResult{};
}

}  // namespace trueno::session

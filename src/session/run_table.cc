// CREATE TABLE and DROP.
#include <algorithm>
#include <optional>
#include <utility>

#include "base/name.h"
#include "bind/scope.h"
#include "exec/workers.h"
#include "session/statement_runner.h"
#include "sql/printer.h"
#include "storage/table/table_writer.h"

namespace trueno::session {

namespace {

Result<Schema> table_schema(const sql::CreateTable& create) {
  Schema schema;
  for (const sql::ColumnDefinition& column : create.columns) {
    if (!column.type) return error(ErrorCode::kBinder, "column {} needs a type", column.name.text).at(column.name.span);
    Field field{column.name.text, TRUENO_TRY(bind::bind_column_type(column)), true};
    if (column.generated) return error(ErrorCode::kNotSupported, "generated columns are not supported yet").at(column.name.span);
    if (std::ranges::any_of(schema, [&](const Field& other) { return same_name(other.name, field.name); }))
      return error(ErrorCode::kBinder, "column {} is there twice", field.name).at(column.name.span);
    schema.push_back(std::move(field));
  }
  return schema;
}

// Columns of a table made from a query: every one may be NULL, names are as written or, where two are equal, numbered.
Result<Schema> table_schema(const sql::CreateTable& create, Schema schema) {
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
  const catalog::ObjectName name =
      TRUENO_TRY(names_.path().place(changes_.root(), catalog::Space::kRelation, create.name, create.temporary));
  const bool replace = create.on_existing == sql::OnExisting::kReplace;
  if (create.on_existing == sql::OnExisting::kIgnore && changes_.root().find<catalog::Table>(name)) return StatementResult{};
  StatementResult result;
  catalog::Table table;
  std::int64_t rows = -1;  // that AS gave
  catalog::TableDefinition definition;
  if (create.query) {
    const plan::PlanPtr plan = TRUENO_TRY(plan_query(*create.query));
    const Parallel parallel = exec::workers(static_cast<std::size_t>(exec_options().threads));
    TableWriter writer(TRUENO_TRY(table_schema(create, plan->schema)), {.parallel = parallel});
    if (create.with_data) {
      auto output = run_in_pieces(*plan);
      if (!output) return placed(std::move(output).error(), *plan);
      for (Batch& piece : output->pieces) TRUENO_TRY(writer.append(std::exchange(piece, {})));  // given up as it is written
      result.profile = std::move(output->profile);
      rows = writer.rows();
    }
    table.content = {TRUENO_TRY(writer.finish())};
  } else {
    Schema schema = TRUENO_TRY(table_schema(create));
    definition = TRUENO_TRY(define(create, name, schema));
    table.content = TRUENO_TRY(indexed(definition, nullptr, TRUENO_TRY(TableWriter(schema).finish())));
  }
  table.definition = std::make_shared<const catalog::TableDefinition>(std::move(definition));
  Status created = changes_.create(name, std::move(table), replace);
  if (!created) return std::move(created).error().at(create.name.span());
  if (rows >= 0) return finished({}, rows, std::move(result.profile));
  return result;
}

// The query is bound once to find its mistakes, and kept as text.
Result<StatementResult> StatementRunner::run(const sql::CreateView& create) {
  const catalog::ObjectName name =
      TRUENO_TRY(names_.path().place(changes_.root(), catalog::Space::kRelation, create.name, create.temporary));
  if (create.on_existing == sql::OnExisting::kIgnore && changes_.root().find<catalog::View>(name)) return StatementResult{};
  draws_ = false;
  const plan::PlanPtr plan = TRUENO_TRY(plan_query(*create.query));
  if (create.column_names.size() > plan->schema.size())
    return error(ErrorCode::kBinder, "{} names for {} columns", create.column_names.size(), plan->schema.size()).at(create.name.span());
  catalog::View view{sql::print(*create.query), {}};
  for (const sql::Name& column : create.column_names) view.columns.push_back(column.text);
  Status created = changes_.create(name, std::move(view), create.on_existing == sql::OnExisting::kReplace);
  if (!created) return std::move(created).error().at(create.name.span());
  return StatementResult{};
}

namespace {

catalog::Space space_of(sql::ObjectKind kind) {
  switch (kind) {
    case sql::ObjectKind::kTable:
    case sql::ObjectKind::kView: return catalog::Space::kRelation;
    case sql::ObjectKind::kSchema: return catalog::Space::kSchema;
    case sql::ObjectKind::kSequence: return catalog::Space::kSequence;
    case sql::ObjectKind::kType: return catalog::Space::kType;
    case sql::ObjectKind::kMacro: return catalog::Space::kMacro;
    case sql::ObjectKind::kTableMacro: return catalog::Space::kTableMacro;
    case sql::ObjectKind::kIndex: break;
  }
  return catalog::Space::kIndex;
}

std::string_view kind_name(sql::ObjectKind kind) {
  switch (kind) {
    case sql::ObjectKind::kTable: return "table";
    case sql::ObjectKind::kView: return "view";
    case sql::ObjectKind::kSchema: return "schema";
    case sql::ObjectKind::kSequence: return "sequence";
    case sql::ObjectKind::kType: return "type";
    case sql::ObjectKind::kMacro: return "macro";
    case sql::ObjectKind::kTableMacro: return "table macro";
    case sql::ObjectKind::kIndex: break;
  }
  return "index";
}

}  // namespace

Result<StatementResult> StatementRunner::run(const sql::Drop& drop) {
  const std::string_view kind = kind_name(drop.kind);
  std::vector<catalog::ObjectName> names;
  for (const sql::QualifiedName& name : drop.names) {
    const std::optional<catalog::ObjectName> found = find_object(space_of(drop.kind), name);
    if (!found) {
      if (drop.if_exists) continue;
      if (drop.kind == sql::ObjectKind::kTable) return no_table(changes_.root(), name).at(name.span());
      return error(ErrorCode::kCatalog, "no {} {}", kind, name.to_string()).at(name.span());
    }
    const std::string_view there = catalog::kind_of(changes_.root().entries.at(*found)->object);
    if (space_of(drop.kind) == catalog::Space::kRelation && there != kind)
      return error(ErrorCode::kCatalog, "{} is a {}", name.to_string(), there)
          .hint(there == "table" ? "DROP TABLE" : "DROP VIEW")
          .at(name.span());
    if (drop.kind == sql::ObjectKind::kSchema) {
      TRUENO_TRY(add_content(*found, drop.cascade, name.span(), names));
    }
    if (drop.kind == sql::ObjectKind::kIndex) TRUENO_TRY(drop_key(*found, name.span()));
    names.push_back(*found);
  }
  TRUENO_TRY(changes_.drop(names));
  return StatementResult{};
}

// Schemas are named by one part, or two with the database.
std::optional<catalog::ObjectName> StatementRunner::find_object(catalog::Space space, const sql::QualifiedName& name) const {
  if (space != catalog::Space::kSchema) return names_.path().find(changes_.root(), space, name);
  const std::optional<std::string> schema = names_.path().schema(changes_.root(), name);
  if (!schema) return std::nullopt;
  catalog::ObjectName object{space, "", *schema};
  return changes_.root().entries.contains(object) ? std::optional(std::move(object)) : std::nullopt;
}

Status StatementRunner::add_content(const catalog::ObjectName& schema, bool cascade, SourceSpan span,
                                    std::vector<catalog::ObjectName>& names) const {
  if (schema.name == catalog::kMainSchema) return error(ErrorCode::kCatalog, "schema main cannot be dropped").at(span);
  const std::vector<catalog::ObjectName> content = changes_.root().content_of(schema.name);
  if (!content.empty() && !cascade)
    return error(ErrorCode::kCatalog, "schema {} is not empty: it has {}", schema.name, content.front().name)
        .hint("DROP SCHEMA ... CASCADE drops what is in it, too")
        .at(span);
  names.insert(names.end(), content.begin(), content.end());
  return {};
}

}  // namespace trueno::session

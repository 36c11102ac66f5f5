// ALTER: the next version of a table, with another definition, and with its columns' values where these change.
#include <algorithm>

#include "base/name.h"
#include "bind/scope.h"
#include "session/alter_table.h"
#include "session/sequences.h"
#include "session/statement_runner.h"
#include "sql/parser.h"
#include "storage/table/change_columns.h"
#include "storage/table/table_writer.h"

namespace trueno::session {

using plan::Expression;

Result<StatementResult> StatementRunner::run(const sql::Alter& alter) {
  const auto found = names_.path().find(changes_.root(), catalog::Space::kRelation, alter.name);
  const bool view = alter.kind == sql::ObjectKind::kView;
  if (!view && alter.kind != sql::ObjectKind::kTable)
    return error(ErrorCode::kNotSupported, "only ALTER TABLE and ALTER VIEW are supported").at(alter.name.span());
  if (!found) {
    if (alter.missing_ok) return StatementResult{};
    return no_table(changes_.root(), alter.name).at(alter.name.span());
  }
  if (view != (changes_.root().find<catalog::View>(*found) != nullptr))
    return error(ErrorCode::kCatalog, "{} is a {}", alter.name.to_string(), view ? "table" : "view").at(alter.name.span());
  if (alter.action == sql::Alter::Action::kRename) {
    TRUENO_TRY(rename(*found, alter));
    return StatementResult{};
  }
  if (view) return error(ErrorCode::kNotSupported, "ALTER VIEW can only RENAME TO").at(alter.name.span());
  TRUENO_TRY(alter_table(alter, *changes_.root().find<catalog::Table>(*found)));
  return StatementResult{};
}

Status StatementRunner::rename(const catalog::ObjectName& from, const sql::Alter& alter) {
  if (const auto table = changes_.root().find<catalog::Table>(from))
    TRUENO_TRY(still_bind(*table->definition, table->data().schema, alter.new_name.text));
  Status renamed = changes_.rename(from, lower_name(alter.new_name.text));
  if (!renamed) return std::move(renamed).error().at(alter.new_name.span);
  return {};
}

// A CHECK is kept as text: where it names what is to be renamed or dropped, the change is refused.
Status StatementRunner::still_bind(const catalog::TableDefinition& definition, const Schema& schema, const std::string& table) const {
  for (const catalog::CheckConstraint& check : definition.checks) {
    const sql::ExpressionPtr written = TRUENO_TRY(sql::parse_expression(check.condition));
    const auto bound = bind::bind_condition(*written, schema, table, bind_context());
    if (!bound) return error(ErrorCode::kCatalog, "the check constraint {} depends on it: {}", check.condition, bound.error().message());
  }
  return {};
}

Status StatementRunner::alter_table(const sql::Alter& alter, const catalog::Table& table) {
  using enum sql::Alter::Action;
  const Schema& schema = table.data().schema;
  if (alter.action == kAddColumn) return add_column(alter, table);
  if (alter.action == kAddConstraint) return add_constraint(*alter.constraint, table);
  if (alter.action == kSetSchema) return error(ErrorCode::kNotSupported, "ALTER TABLE SET SCHEMA is not supported").at(alter.new_name.span);
  const auto has = [&](const sql::Name& name) {
    return std::ranges::any_of(schema, [&](const Field& field) { return same_name(field.name, name.text); });
  };
  if (alter.action == kDropColumn && alter.if_exists && !has(alter.column)) return {};
  const auto column = static_cast<std::size_t>(TRUENO_TRY(column_number(schema, alter.column)));
  Schema next = schema;
  catalog::TableDefinition definition = *table.definition;
  switch (alter.action) {
    case kRenameColumn:
      if (has(alter.new_name) && !same_name(alter.new_name.text, alter.column.text))
        return error(ErrorCode::kCatalog, "column {} exists already", alter.new_name.text).at(alter.new_name.span);
      next[column].name = alter.new_name.text;
      TRUENO_TRY(still_bind(definition, next, table.name.name));
      break;
    case kSetNotNull:
      if (null_count(table.data(), column) != 0)
        return error(ErrorCode::kConstraint, "column {} has NULLs", schema[column].name).at(alter.column.span);
      next[column].nullable = false;
      break;
    case kDropNotNull:
      if (definition.has_primary_key && std::ranges::count(definition.keys.front().columns, static_cast<int>(column)) != 0)
        return error(ErrorCode::kCatalog, "column {} is part of the primary key", schema[column].name).at(alter.column.span);
      next[column].nullable = true;
      break;
    case kSetDefault:
    case kDropDefault:
      definition = TRUENO_TRY(
          with_default(table, std::move(definition), next, column, alter.action == kSetDefault ? alter.expression.get() : nullptr));
      break;
    case kDropColumn: return drop_column(alter, table, column);
    case kSetType: return set_type(alter, table, column);
    case kAddColumn:
    case kAddConstraint:
    case kRename:
    case kSetSchema: break;
  }
  changes_.change(table, std::make_shared<const catalog::TableDefinition>(std::move(definition)),
                  {with_schema(table.data(), std::move(next)), table.content.indexes});
  return {};
}

// The values of an expression over a table's columns, one a row.
Result<Column> StatementRunner::evaluate_over(const catalog::Table& table, Expression value, const Field& field) {
  const Schema& schema = table.data().schema;
  plan::Scan scan;
  for (std::size_t i = 0; i < schema.size(); ++i) scan.columns.push_back(static_cast<int>(i));
  scan.source = make_table_source(table.content.data, table.name.to_string(), table.id, table.version);
  plan::Project project;
  project.expressions.push_back(std::move(value));
  Field any = field;
  any.nullable = true;
  plan::PlanPtr plan = plan::make_plan(std::move(project), {any}, plan::make_plan(std::move(scan), schema));
  const StatementResult result = TRUENO_TRY(run_plan(*TRUENO_TRY(optimised(std::move(plan)))));
  return result.rows.columns.front();
}

Status StatementRunner::add_column(const sql::Alter& alter, const catalog::Table& table) {
  const sql::ColumnDefinition& written = *alter.definition;
  if (!written.type) return error(ErrorCode::kBinder, "column {} needs a type", written.name.text).at(written.name.span);
  if (written.generated) return error(ErrorCode::kNotSupported, "generated columns are not supported yet").at(written.name.span);
  Schema schema = table.data().schema;
  if (std::ranges::any_of(schema, [&](const Field& field) { return same_name(field.name, written.name.text); })) {
    if (alter.if_exists) return {};
    return error(ErrorCode::kCatalog, "column {} exists already", written.name.text).at(written.name.span);
  }
  const std::size_t at = schema.size();
  schema.push_back({written.name.text, TRUENO_TRY(bind::bind_column_type(written)), true});
  for (const sql::Constraint& constraint : written.constraints) {
    using enum sql::Constraint::Kind;
    if (constraint.kind == kNotNull) schema[at].nullable = false;
    if (constraint.kind != kNotNull && constraint.kind != kNull)
      return error(ErrorCode::kNotSupported, "a new column with this constraint")
          .hint("add the column, then ALTER TABLE ... ADD the constraint")
          .at(constraint.span);
  }
  const catalog::TableDefinition definition = TRUENO_TRY(with_default(table, *table.definition, schema, at, written.default_value.get()));
  const bool counted = uses_sequence(definition.defaults[at]);
  Expression value = TRUENO_TRY(defaults_of(definition, schema))[at];
  const Column values = TRUENO_TRY(counted ? counted_default(definition.defaults[at], schema[at], table.data().rows)
                                           : evaluate_over(table, std::move(value), schema[at]));
  changes_.change(table, std::make_shared<const catalog::TableDefinition>(definition),
                  {TRUENO_TRY(with_column(table.data(), at, schema[at], values)), table.content.indexes});
  return {};
}

Status StatementRunner::drop_column(const sql::Alter& alter, const catalog::Table& table, std::size_t column) {
  const std::string& name = table.data().schema[column].name;
  if (table.data().schema.size() == 1) return error(ErrorCode::kCatalog, "{} is the only column", name).at(alter.column.span);
  TRUENO_TRY(refuse_if_referred(table, alter.column.span));
  catalog::TableDefinition definition = *table.definition;
  const auto number = static_cast<int>(column);
  if (uses_column(definition, table.name, number))
    return error(ErrorCode::kCatalog, "column {} is part of a key", name).at(alter.column.span);
  definition = without_column(std::move(definition), table.name, number);
  std::shared_ptr<const TableData> data = without_column(table.data(), column);
  TRUENO_TRY(still_bind(definition, data->schema, table.name.name));
  catalog::TableContent content{std::move(data), {}};
  for (std::size_t i = 0; i < definition.keys.size(); ++i)
    content.indexes.push_back(table.content.indexes[i]->renumbered(definition.keys[i]));
  changes_.change(table, std::make_shared<const catalog::TableDefinition>(std::move(definition)), std::move(content));
  return {};
}

// Foreign keys hold numbers of columns and keys of the table they name.
Status StatementRunner::refuse_if_referred(const catalog::Table& table, SourceSpan span) {
  changes_.note_referrers(table.name);
  for (const catalog::ObjectName& other : changes_.root().referrers(table.name)) {
    if (other != table.name)
      return error(ErrorCode::kCatalog, "table {} cannot be changed so: table {} refers to it", table.name.to_string(), other.to_string())
          .at(span);
  }
  return {};
}

Status StatementRunner::set_type(const sql::Alter& alter, const catalog::Table& table, std::size_t column) {
  const Schema& schema = table.data().schema;
  Field field = schema[column];
  field.type = TRUENO_TRY(bind::bind_type(*alter.type));
  const auto number = static_cast<int>(column);
  TRUENO_TRY(refuse_if_referred(table, alter.column.span));
  for (const catalog::ForeignKey& key : table.definition->foreign_keys) {
    if (std::ranges::count(key.columns, number) != 0 || (key.table == table.name && std::ranges::count(key.referenced, number) != 0))
      return error(ErrorCode::kCatalog, "column {} is part of a foreign key", field.name).at(alter.column.span);
  }
  Expression value = alter.expression ? TRUENO_TRY(bind::bind_value(*alter.expression, schema, table.name.name, bind_context()))
                                      : Expression::column(number, schema[column].type);
  if (!function::cast_possible(value.type, field.type))
    return error(ErrorCode::kBinder, "{} cannot be cast to {}", value.type.to_string(), field.type.to_string()).at(alter.column.span);
  const Column values = TRUENO_TRY(evaluate_over(table, Expression::cast(std::move(value), field.type), field));
  catalog::TableContent content{TRUENO_TRY(with_column(table.data(), column, field, values)), table.content.indexes};
  Schema next = schema;
  next[column] = field;
  static_cast<void>(TRUENO_TRY(defaults_of(*table.definition, next)));
  TRUENO_TRY(still_bind(*table.definition, next, table.name.name));
  for (const auto& group : content.data->groups)
    TRUENO_TRY(check_rows(table.name.name, *table.definition, next, {group->rows, group->columns}));
  if (uses_column(*table.definition, table.name, number)) content = TRUENO_TRY(indexed(*table.definition, nullptr, content.data));
  changes_.change(table, table.definition, std::move(content));
  return {};
}

Status StatementRunner::add_constraint(const sql::Constraint& constraint, const catalog::Table& table) {
  using enum sql::Constraint::Kind;
  Schema schema = table.data().schema;
  if (constraint.kind == kPrimaryKey) TRUENO_TRY(refuse_if_referred(table, constraint.span));  // it becomes the first of the keys
  catalog::TableDefinition definition = TRUENO_TRY(with_constraint(table, constraint, schema));
  if (constraint.kind == kPrimaryKey) shift_own_keys(definition, table.name);
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (!schema[i].nullable && null_count(table.data(), i) != 0)
      return error(ErrorCode::kConstraint, "column {} has NULLs", schema[i].name).at(constraint.span);
  }
  catalog::TableDefinition added;  // only what is new need hold
  if (constraint.kind == kCheck) added.checks.push_back(definition.checks.back());
  if (constraint.kind == kForeignKey) added.foreign_keys.push_back(definition.foreign_keys.back());
  std::shared_ptr<const TableData> data = with_schema(table.data(), schema);
  catalog::TableContent content{data, table.content.indexes};
  if (constraint.kind == kPrimaryKey || constraint.kind == kUnique) content = TRUENO_TRY(indexed(definition, nullptr, data));
  for (const auto& group : data->groups) {
    const Batch rows{group->rows, group->columns};
    TRUENO_TRY(check_rows(table.name.name, added, schema, rows));
    TRUENO_TRY(check_foreign_keys(table.name, added, content, rows));
  }
  changes_.change(table, std::make_shared<const catalog::TableDefinition>(std::move(definition)), std::move(content));
  return {};
}

}  // namespace trueno::session

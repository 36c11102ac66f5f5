// Constraints and defaults: what CREATE TABLE defines, and what rows must satisfy before they become part of a table.
#include <algorithm>
#include <optional>

#include "base/name.h"
#include "session/database.h"
#include "session/sequences.h"
#include "session/statement_runner.h"
#include "sql/parser.h"
#include "sql/printer.h"
#include "storage/table/table_writer.h"

namespace trueno::session {

namespace {

using Kind = sql::Constraint::Kind;

Result<std::vector<int>> column_numbers(const Schema& schema, const std::vector<sql::Name>& names) {
  std::vector<int> columns;
  for (const sql::Name& name : names) {
    columns.push_back(TRUENO_TRY(column_number(schema, name)));
    if (std::ranges::count(columns, columns.back()) != 1)
      return error(ErrorCode::kBinder, "column {} is there twice", name.text).at(name.span);
  }
  return columns;
}

bool same_columns(std::vector<int> a, std::vector<int> b) {
  std::ranges::sort(a);
  std::ranges::sort(b);
  return a == b;
}

// One table's definition being read, or added to.
class DefinitionReader {
 public:
  DefinitionReader(const catalog::ObjectName& name, Schema& schema, catalog::TableDefinition definition, const bind::Context& context,
                   const Names& names, catalog::Transaction& changes)
      : name_(name), schema_(schema), definition_(std::move(definition)), context_(context), names_(names), changes_(changes) {}

  Result<catalog::TableDefinition> read(const sql::CreateTable& create) && {
    definition_.defaults.resize(schema_.size());
    std::vector<std::pair<const sql::Constraint*, std::vector<int>>> foreign;
    const auto take = [&](const sql::Constraint& constraint, std::vector<int> columns) -> Status {
      if (constraint.kind != Kind::kForeignKey) return take_own(constraint, std::move(columns));
      foreign.emplace_back(&constraint, std::move(columns));  // may name a key of this table that is written later
      return {};
    };
    for (std::size_t i = 0; i < create.columns.size(); ++i) {
      const sql::ColumnDefinition& column = create.columns[i];
      if (column.default_value) TRUENO_TRY(take_default(i, *column.default_value));
      for (const sql::Constraint& constraint : column.constraints) TRUENO_TRY(take(constraint, {static_cast<int>(i)}));
    }
    for (const sql::Constraint& constraint : create.constraints)
      TRUENO_TRY(take(constraint, TRUENO_TRY(column_numbers(schema_, constraint.columns))));
    for (auto& [constraint, columns] : foreign) TRUENO_TRY(take_foreign_key(*constraint, std::move(columns)));
    return std::move(definition_);
  }

  Result<catalog::TableDefinition> with_constraint(const sql::Constraint& constraint) && {
    std::vector<int> columns = TRUENO_TRY(column_numbers(schema_, constraint.columns));
    TRUENO_TRY(constraint.kind == Kind::kForeignKey ? take_foreign_key(constraint, std::move(columns))
                                                    : take_own(constraint, std::move(columns)));
    return std::move(definition_);
  }

  Result<catalog::TableDefinition> with_default(std::size_t column, const sql::Expression* written) && {
    definition_.defaults.resize(schema_.size());
    definition_.defaults[column].clear();
    if (written != nullptr) TRUENO_TRY(take_default(column, *written));
    return std::move(definition_);
  }

 private:
  Status take_default(std::size_t column, const sql::Expression& written) {
    const std::string text = sql::print(written);
    sql::ExpressionPtr sample;
    if (uses_sequence(text)) {  // gives a number a row, later; here only its type counts
      sample = TRUENO_TRY(sql::parse_expression(text));
      const PutNumber zero = [](const catalog::Sequence&, SourceSpan span) -> Result<sql::ExpressionPtr> {
        return number_literal(0, span);
      };
      Status replaced = replace_sequences(sample, changes_.root(), names_.path(), zero);
      if (!replaced) return std::move(replaced).error().at(written.span);
    }
    const plan::Expression bound = TRUENO_TRY(bind::bind_constant(sample ? *sample : written, context_));
    if (!function::cast_possible(bound.type, schema_[column].type))
      return error(ErrorCode::kBinder, "the default of column {} is {}, which cannot be cast to {}", schema_[column].name,
                   bound.type.to_string(), schema_[column].type.to_string())
          .at(written.span);
    definition_.defaults[column] = text;
    return {};
  }

  // What concerns this table alone. `columns`: of a key.
  Status take_own(const sql::Constraint& constraint, std::vector<int> columns) {
    switch (constraint.kind) {
      case Kind::kNull:
      case Kind::kForeignKey: return {};
      case Kind::kNotNull: schema_[static_cast<std::size_t>(columns.front())].nullable = false; return {};
      case Kind::kCheck:
        static_cast<void>(TRUENO_TRY(bind::bind_condition(*constraint.check, schema_, name_.name, context_)));
        definition_.checks.push_back({constraint.name.text, sql::print(*constraint.check)});
        return {};
      case Kind::kUnique: definition_.keys.push_back({"unique constraint", std::move(columns)}); return {};
      case Kind::kPrimaryKey:
        if (definition_.has_primary_key) return error(ErrorCode::kBinder, "a table has one primary key at most").at(constraint.span);
        definition_.has_primary_key = true;
        for (const int column : columns) schema_[static_cast<std::size_t>(column)].nullable = false;
        definition_.keys.insert(definition_.keys.begin(), {"primary key", std::move(columns)});
        return {};
    }
    return {};
  }

  Status take_foreign_key(const sql::Constraint& constraint, std::vector<int> columns) {
    using enum sql::ReferentialAction;
    for (const sql::ReferentialAction action : {constraint.on_delete, constraint.on_update}) {
      if (action != kNoAction && action != kRestrict)
        return error(ErrorCode::kNotSupported, "a foreign key that changes rows (CASCADE, SET NULL, SET DEFAULT)").at(constraint.span);
    }
    const sql::QualifiedName& written = constraint.referenced_table;
    const bool itself = TRUENO_TRY(names_.path().place(changes_.root(), catalog::Space::kRelation, written)) == name_ ||
                        (written.parts.size() == 1 && same_name(written.last().text, name_.name));
    const std::string name = written.to_string();
    const auto other = itself ? nullptr : names_.find<catalog::Table>(catalog::Space::kRelation, written);
    if (!itself && !other) return no_table(changes_.root(), written).at(written.span());
    if (other) changes_.note_read(other->name);
    const Schema& schema = itself ? schema_ : other->data().schema;
    const catalog::TableDefinition& definition = itself ? definition_ : *other->definition;
    catalog::ForeignKey key{std::move(columns), itself ? name_ : other->name, 0, {}};
    if (constraint.referenced_columns.empty()) {
      if (!definition.has_primary_key) return error(ErrorCode::kBinder, "table {} has no primary key", name).at(constraint.span);
      key.referenced = definition.keys.front().columns;
    } else {
      key.referenced = TRUENO_TRY(column_numbers(schema, constraint.referenced_columns));
      const auto found =
          std::ranges::find_if(definition.keys, [&](const KeyColumns& k) { return same_columns(k.columns, key.referenced); });
      if (found == definition.keys.end())
        return error(ErrorCode::kBinder, "the columns a foreign key refers to must be a key of table {}", name)
            .hint("make them PRIMARY KEY or UNIQUE there")
            .at(constraint.span);
      key.key = static_cast<std::size_t>(found - definition.keys.begin());
    }
    if (key.columns.size() != key.referenced.size())
      return error(ErrorCode::kBinder, "a foreign key of {} columns refers to {}", key.columns.size(), key.referenced.size())
          .at(constraint.span);
    for (std::size_t i = 0; i < key.columns.size(); ++i) {
      const Type& own = schema_[static_cast<std::size_t>(key.columns[i])].type;
      const Type& theirs = schema[static_cast<std::size_t>(key.referenced[i])].type;
      if (own != theirs)
        return error(ErrorCode::kBinder, "a foreign key's {} cannot refer to {}", own.to_string(), theirs.to_string()).at(constraint.span);
    }
    definition_.foreign_keys.push_back(std::move(key));
    return {};
  }

  const catalog::ObjectName& name_;
  Schema& schema_;
  catalog::TableDefinition definition_;
  const bind::Context& context_;
  const Names& names_;
  catalog::Transaction& changes_;
};

std::vector<int> all_columns(const Schema& schema) {
  std::vector<int> columns;
  for (std::size_t i = 0; i < schema.size(); ++i) columns.push_back(static_cast<int>(i));
  return columns;
}

std::string row_text(const Schema& schema, const Batch& rows, const std::vector<int>& columns, std::int64_t row) {
  std::string text;
  for (const int column : columns) {
    const auto at = static_cast<std::size_t>(column);
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", schema[at].name, rows.columns[at].value(row).to_string());
  }
  return text;
}

}  // namespace

Result<catalog::TableDefinition> StatementRunner::define(const sql::CreateTable& create, const catalog::ObjectName& name, Schema& schema) {
  return DefinitionReader(name, schema, {}, bind_context(), names_, changes_).read(create);
}

Result<catalog::TableDefinition> StatementRunner::with_constraint(const catalog::Table& table, const sql::Constraint& constraint,
                                                                  Schema& schema) {
  return DefinitionReader(table.name, schema, *table.definition, bind_context(), names_, changes_).with_constraint(constraint);
}

Result<catalog::TableDefinition> StatementRunner::with_default(const catalog::Table& table, catalog::TableDefinition definition,
                                                               Schema& schema, std::size_t column, const sql::Expression* value) {
  return DefinitionReader(table.name, schema, std::move(definition), bind_context(), names_, changes_).with_default(column, value);
}

Result<std::vector<plan::Expression>> StatementRunner::defaults_of(const catalog::TableDefinition& definition, const Schema& schema) const {
  std::vector<plan::Expression> defaults;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (i >= definition.defaults.size() || definition.defaults[i].empty()) {
      defaults.push_back(plan::Expression::literal(Value::null(schema[i].type)));
      continue;
    }
    if (uses_sequence(definition.defaults[i])) {  // INSERT puts the numbers in
      defaults.push_back(plan::Expression::literal(Value::null(schema[i].type)));
      continue;
    }
    const sql::ExpressionPtr written = TRUENO_TRY(sql::parse_expression(definition.defaults[i]));
    defaults.push_back(plan::Expression::cast(TRUENO_TRY(bind::bind_constant(*written, bind_context())), schema[i].type));
  }
  return defaults;
}

Status StatementRunner::check_rows(const std::string& name, const catalog::TableDefinition& definition, const Schema& schema,
                                   const Batch& rows) {
  if (definition.checks.empty() || rows.length == 0) return {};
  TableWriter writer(schema);
  TRUENO_TRY(writer.append(rows));
  const auto source = make_table_source(TRUENO_TRY(writer.finish()), "new rows", 0, 0);
  for (const catalog::CheckConstraint& check : definition.checks) {
    const sql::ExpressionPtr written = TRUENO_TRY(sql::parse_expression(check.condition));
    plan::Scan scan;
    scan.source = source;
    scan.columns = all_columns(schema);
    plan::Project project;
    project.expressions.push_back(TRUENO_TRY(bind::bind_condition(*written, schema, name, bind_context())));
    const plan::PlanPtr plan =
        plan::make_plan(std::move(project), {{"holds", TypeId::kBoolean, true}}, plan::make_plan(std::move(scan), schema));
    const StatementResult result = TRUENO_TRY(run_plan(*plan));
    for (std::int64_t row = 0; row < result.rows.length; ++row) {
      const Value holds = result.rows.columns[0].value(row);
      if (holds.is_null() || holds.as_bool()) continue;
      return error(ErrorCode::kConstraint, "a row violates the check constraint {}{}", check.name.empty() ? "" : check.name + ": ",
                   check.condition)
          .hint(fmt::format("the row: {}", row_text(schema, rows, all_columns(schema), row)));
    }
  }
  return {};
}

Result<catalog::TableContent> StatementRunner::indexed(const catalog::TableDefinition& definition, const catalog::TableContent* before,
                                                       std::shared_ptr<const TableData> data) const {
  catalog::TableContent content{std::move(data)};
  for (std::size_t i = 0; i < definition.keys.size(); ++i) {
    const UniqueIndex empty(definition.keys[i]);
    const UniqueIndex& index = before == nullptr ? empty : *before->indexes[i];
    content.indexes.push_back(TRUENO_TRY(index.extended(*content.data)));
  }
  return content;
}

namespace {

// Whether every row of `rows` finds its key in the table that the foreign key names.
Status check_keys(const catalog::ForeignKey& key, const catalog::TableContent& referenced, const Schema& schema, const Batch& rows) {
  const UniqueIndex& index = *referenced.indexes[key.key];
  // The index lists its columns in its own order.
  std::vector<int> columns;
  for (const int column : index.key().columns) {
    const auto at = std::ranges::find(key.referenced, column) - key.referenced.begin();
    columns.push_back(key.columns[static_cast<std::size_t>(at)]);
  }
  const std::vector<std::optional<std::int64_t>> found = index.find(*referenced.data, rows, columns);
  for (std::int64_t row = 0; row < rows.length; ++row) {
    if (found[static_cast<std::size_t>(row)]) continue;
    const bool has_null = std::ranges::any_of(columns, [&](int c) { return !rows.columns[static_cast<std::size_t>(c)].is_valid(row); });
    if (has_null) continue;
    return error(ErrorCode::kConstraint, "no key \"{}\" in table {}", row_text(schema, rows, columns, row), key.table.to_string());
  }
  return {};
}

}  // namespace

Status StatementRunner::check_foreign_keys(const catalog::ObjectName& table, const catalog::TableDefinition& definition,
                                           const catalog::TableContent& content, const Batch& added) {
  for (const catalog::ForeignKey& key : definition.foreign_keys) {
    if (key.table == table) {
      TRUENO_TRY(check_keys(key, content, content.data->schema, added));
      continue;
    }
    const auto other = changes_.root().find<catalog::Table>(key.table);
    if (!other) return error(ErrorCode::kCatalog, "no table {}", key.table.to_string());
    changes_.note_read(key.table);
    TRUENO_TRY(check_keys(key, other->content, content.data->schema, added));
  }
  return {};
}

Status StatementRunner::check_referrers(const catalog::ObjectName& name, const catalog::TableContent& content) {
  changes_.note_referrers(name);
  for (const catalog::ObjectName& other : changes_.root().referrers(name)) {
    const auto table = changes_.root().find<catalog::Table>(other);
    if (other != name) changes_.note_read(other);
    const catalog::TableContent& rows = other == name ? content : table->content;
    for (const catalog::ForeignKey& key : table->definition->foreign_keys) {
      if (key.table != name) continue;
      for (const auto& group : rows.data->groups) {
        const Status held = check_keys(key, content, rows.data->schema, {group->rows, group->columns});
        if (!held)
          return error(ErrorCode::kConstraint, "table {} refers to a key that would be gone: {}", other.to_string(),
                       held.error().message());
      }
    }
  }
  return {};
}

}  // namespace trueno::session

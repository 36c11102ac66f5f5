// CREATE INDEX and DROP INDEX.
#include <algorithm>

#include "base/name.h"
#include "session/statement_runner.h"

namespace trueno::session {

Result<StatementResult> StatementRunner::run(const sql::CreateIndex& create) {
  const std::shared_ptr<const catalog::Table> table = TRUENO_TRY(table_named(create.table));
  if (create.name.empty()) return error(ErrorCode::kBinder, "an index needs a name").at(create.table.span());
  const catalog::ObjectName name{catalog::Space::kIndex, table->name.schema, lower_name(create.name.text)};
  if (create.on_existing == sql::OnExisting::kIgnore && changes_.root().entries.contains(name)) return StatementResult{};
  const Schema& schema = table->data().schema;
  std::vector<int> columns;
  for (const sql::OrderItem& key : create.keys) {
    const auto* column = key.expression->as<sql::ColumnRef>();
    if (create.unique && column == nullptr)
      return error(ErrorCode::kNotSupported, "a unique index over an expression").at(key.expression->span);
    if (column == nullptr) {
      static_cast<void>(TRUENO_TRY(bind::bind_value(*key.expression, schema, table->name.name, bind_context())));
      continue;
    }
    columns.push_back(TRUENO_TRY(column_number(schema, column->name.last())));
    if (std::ranges::count(columns, columns.back()) != 1)
      return error(ErrorCode::kBinder, "column {} is there twice", column->name.last().text).at(column->name.span());
  }
  Status created = changes_.create(name, catalog::Index{table->name, create.unique}, false);
  if (!created) return std::move(created).error().hint("CREATE INDEX IF NOT EXISTS").at(create.name.span);
  if (create.unique) {
    catalog::TableDefinition definition = *table->definition;
    definition.keys.push_back({catalog::key_of_index(name), std::move(columns)});
    catalog::TableContent content = TRUENO_TRY(indexed(definition, nullptr, table->content.data));
    changes_.change(*table, std::make_shared<const catalog::TableDefinition>(std::move(definition)), std::move(content));
  } else {
    changes_.note_read(table->name);
  }
  return StatementResult{};
}

// The key that a unique index is for its table goes with it. Foreign keys count keys, so none may name the table.
Status StatementRunner::drop_key(const catalog::ObjectName& index, SourceSpan span) {
  const auto dropped = changes_.root().find<catalog::Index>(index);
  const auto table = changes_.root().find<catalog::Table>(dropped->table);
  if (!dropped->unique || !table) return {};
  TRUENO_TRY(refuse_if_referred(*table, span));
  catalog::TableDefinition definition = *table->definition;
  const auto found = std::ranges::find(definition.keys, catalog::key_of_index(index), &KeyColumns::name);
  if (found == definition.keys.end()) return error(ErrorCode::kInternal, "unique index {} has no key", index.to_string());
  const auto number = found - definition.keys.begin();
  const auto names_it = [&](const catalog::ForeignKey& key) {
    return key.table == table->name && key.key >= static_cast<std::size_t>(number);
  };
  if (std::ranges::any_of(definition.foreign_keys, names_it))
    return error(ErrorCode::kCatalog, "a foreign key of table {} needs the index", table->name.to_string()).at(span);
  definition.keys.erase(found);
  catalog::TableContent content = table->content;
  content.indexes.erase(content.indexes.begin() + number);
  changes_.change(*table, std::make_shared<const catalog::TableDefinition>(std::move(definition)), std::move(content));
  return {};
}

}  // namespace trueno::session

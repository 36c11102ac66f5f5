#include "session/catalog_tables.h"

#include <algorithm>

#include <fmt/format.h>

#include "catalog/catalog.h"
#include "session/row_builder.h"

namespace trueno::session {

namespace {

using catalog::ObjectName;
using catalog::Space;
using catalog::Table;

Field nullable_text_field(std::string_view name) { return {std::string(name), TypeId::kVarchar, true}; }
Field number_field(std::string_view name) { return {std::string(name), TypeId::kBigInt, true}; }
Field flag_field(std::string_view name) { return {std::string(name), TypeId::kBoolean, true}; }

Value text_or_null(std::string_view value) { return value.empty() ? Value::null(TypeId::kVarchar) : text(value); }
Value number(std::size_t value) { return Value::bigint(static_cast<std::int64_t>(value)); }

std::string default_of(const catalog::TableDefinition& definition, std::size_t column) {
  return column < definition.defaults.size() ? definition.defaults[column] : std::string();
}

bool in_key(const KeyColumns& key, std::size_t column) { return std::ranges::count(key.columns, static_cast<int>(column)) != 0; }

bool in_primary_key(const catalog::TableDefinition& definition, std::size_t column) {
  return definition.has_primary_key && in_key(definition.keys.front(), column);
}

// Calls `add` for every table a session sees.
template <class Add>
Status each_table(const catalog::Root& root, const SearchPath& path, Add add) {
  for (const ObjectName& name : path.visible(root, Space::kRelation)) {
    if (const auto table = root.find<Table>(name)) TRUENO_TRY(add(*table));
  }
  return {};
}

bool is_temporary(const ObjectName& name) { return catalog::Catalog::is_temporary(name.schema); }

using CatalogTable = Result<std::shared_ptr<const TableSource>>;

CatalogTable tables(const catalog::Root& root, const SearchPath& path) {
  RowBuilder rows({nullable_text_field("database_name"), nullable_text_field("schema_name"), nullable_text_field("table_name"),
                   flag_field("temporary"), flag_field("has_primary_key"), number_field("estimated_size"), number_field("column_count"),
                   number_field("check_constraint_count")});
  TRUENO_TRY(each_table(root, path, [&](const Table& table) {
    return rows.add({text(kDatabaseName), text(schema_text(table.name.schema)), text(table.name.name),
                     Value::boolean(is_temporary(table.name)), Value::boolean(table.definition->has_primary_key),
                     Value::bigint(table.data().rows), number(table.data().schema.size()), number(table.definition->checks.size())});
  }));
  return rows.finish_source("duckdb_tables");
}

CatalogTable columns(const catalog::Root& root, const SearchPath& path) {
  RowBuilder rows({nullable_text_field("database_name"), nullable_text_field("schema_name"), nullable_text_field("table_name"),
                   nullable_text_field("column_name"), number_field("column_index"), nullable_text_field("column_default"),
                   flag_field("is_nullable"), nullable_text_field("data_type")});
  TRUENO_TRY(each_table(root, path, [&](const Table& table) -> Status {
    const Schema& schema = table.data().schema;
    for (std::size_t i = 0; i < schema.size(); ++i)
      TRUENO_TRY(
          rows.add({text(kDatabaseName), text(schema_text(table.name.schema)), text(table.name.name), text(schema[i].name), number(i + 1),
                    text_or_null(default_of(*table.definition, i)), Value::boolean(schema[i].nullable), text(schema[i].type.to_string())}));
    return {};
  }));
  return rows.finish_source("duckdb_columns");
}

CatalogTable views(const catalog::Root& root, const SearchPath& path) {
  RowBuilder rows({nullable_text_field("database_name"), nullable_text_field("schema_name"), nullable_text_field("view_name"),
                   flag_field("temporary"), nullable_text_field("sql")});
  for (const ObjectName& name : path.visible(root, Space::kRelation)) {
    const auto view = root.find<catalog::View>(name);
    if (!view) continue;
    std::string names;
    for (const std::string& column : view->columns) names += fmt::format("{}{}", names.empty() ? "" : ", ", column);
    TRUENO_TRY(
        rows.add({text(kDatabaseName), text(schema_text(name.schema)), text(name.name), Value::boolean(is_temporary(name)),
                  text(fmt::format("CREATE VIEW {}{} AS {};", name.to_string(), names.empty() ? "" : " (" + names + ")", view->query))}));
  }
  return rows.finish_source("duckdb_views");
}

CatalogTable schemas(const catalog::Root& root, const SearchPath&) {
  RowBuilder rows({nullable_text_field("database_name"), nullable_text_field("schema_name")});
  for (const ObjectName& name : root.names(Space::kSchema)) TRUENO_TRY(rows.add({text(kDatabaseName), text(name.name)}));
  return rows.finish_source("duckdb_schemas");
}

CatalogTable sequences(const catalog::Root& root, const SearchPath& path) {
  RowBuilder rows({nullable_text_field("database_name"), nullable_text_field("schema_name"), nullable_text_field("sequence_name"),
                   flag_field("temporary"), number_field("start_value"), number_field("min_value"), number_field("max_value"),
                   number_field("increment_by"), flag_field("cycle"), number_field("last_value")});
  for (const ObjectName& name : path.visible(root, Space::kSequence)) {
    const auto sequence = root.find<catalog::Sequence>(name);
    const catalog::SequenceRule& rule = sequence->counter->rule();
    const std::optional<std::int64_t> last = sequence->counter->last();
    TRUENO_TRY(rows.add({text(kDatabaseName), text(schema_text(name.schema)), text(name.name), Value::boolean(is_temporary(name)),
                         Value::bigint(rule.start), Value::bigint(rule.minimum), Value::bigint(rule.maximum), Value::bigint(rule.increment),
                         Value::boolean(rule.cycle), last ? Value::bigint(*last) : Value::null(TypeId::kBigInt)}));
  }
  return rows.finish_source("duckdb_sequences");
}

CatalogTable standard_tables(const catalog::Root& root, const SearchPath& path) {
  RowBuilder rows({nullable_text_field("table_catalog"), nullable_text_field("table_schema"), nullable_text_field("table_name"),
                   nullable_text_field("table_type"), nullable_text_field("is_insertable_into")});
  for (const ObjectName& name : path.visible(root, Space::kRelation)) {
    const bool view = root.find<Table>(name) == nullptr;
    TRUENO_TRY(rows.add({text(kDatabaseName), text(schema_text(name.schema)), text(name.name),
                         text(view                 ? "VIEW"
                              : is_temporary(name) ? "LOCAL TEMPORARY"
                                                   : "BASE TABLE"),
                         text(view ? "NO" : "YES")}));
  }
  return rows.finish_source("information_schema.tables");
}

CatalogTable standard_columns(const catalog::Root& root, const SearchPath& path) {
  RowBuilder rows({nullable_text_field("table_catalog"), nullable_text_field("table_schema"), nullable_text_field("table_name"),
                   nullable_text_field("column_name"), number_field("ordinal_position"), nullable_text_field("column_default"),
                   nullable_text_field("is_nullable"), nullable_text_field("data_type"), number_field("numeric_precision"),
                   number_field("numeric_scale")});
  TRUENO_TRY(each_table(root, path, [&](const Table& table) -> Status {
    const Schema& schema = table.data().schema;
    for (std::size_t i = 0; i < schema.size(); ++i) {
      const Type& type = schema[i].type;
      const bool decimal = type.id == TypeId::kDecimal;
      const Value none = Value::null(TypeId::kBigInt);
      TRUENO_TRY(
          rows.add({text(kDatabaseName), text(schema_text(table.name.schema)), text(table.name.name), text(schema[i].name), number(i + 1),
                    text_or_null(default_of(*table.definition, i)), text(schema[i].nullable ? "YES" : "NO"), text(type.to_string()),
                    decimal ? Value::bigint(type.precision) : none, decimal ? Value::bigint(type.scale) : none}));
    }
    return {};
  }));
  return rows.finish_source("information_schema.columns");
}

CatalogTable standard_schemas(const catalog::Root& root, const SearchPath&) {
  RowBuilder rows({nullable_text_field("catalog_name"), nullable_text_field("schema_name")});
  for (const ObjectName& name : root.names(Space::kSchema)) TRUENO_TRY(rows.add({text(kDatabaseName), text(name.name)}));
  return rows.finish_source("information_schema.schemata");
}

}  // namespace

Schema describe_schema() {
  return {nullable_text_field("column_name"), nullable_text_field("column_type"), nullable_text_field("null"),
          nullable_text_field("key"),         nullable_text_field("default"),     nullable_text_field("extra")};
}

Result<Batch> describe_rows(const Schema& schema, const catalog::TableDefinition* definition) {
  RowBuilder rows(describe_schema());
  for (std::size_t i = 0; i < schema.size(); ++i) {
    std::string_view key;
    std::string initial;
    if (definition != nullptr) {
      const bool unique = std::ranges::any_of(definition->keys, [&](const KeyColumns& k) { return in_key(k, i); });
      key = in_primary_key(*definition, i) ? "PRI" : (unique ? "UNI" : "");
      initial = default_of(*definition, i);
    }
    TRUENO_TRY(rows.add({text(schema[i].name), text(schema[i].type.to_string()), text(schema[i].nullable ? "YES" : "NO"), text_or_null(key),
                         text_or_null(initial), Value::null(TypeId::kVarchar)}));
  }
  return rows.finish();
}

Schema table_info_schema() {
  return {{"cid", TypeId::kInteger, true}, nullable_text_field("name"),       nullable_text_field("type"),
          flag_field("notnull"),           nullable_text_field("dflt_value"), flag_field("pk")};
}

Result<Batch> table_info_rows(const Table& table) {
  RowBuilder rows(table_info_schema());
  const Schema& schema = table.data().schema;
  for (std::size_t i = 0; i < schema.size(); ++i)
    TRUENO_TRY(rows.add({Value::integer(static_cast<i128>(i)), text(schema[i].name), text(schema[i].type.to_string()),
                         Value::boolean(!schema[i].nullable), text_or_null(default_of(*table.definition, i)),
                         Value::boolean(in_primary_key(*table.definition, i))}));
  return rows.finish();
}

Result<std::shared_ptr<const TableSource>> catalog_table(std::string_view name, const catalog::Root& root, const SearchPath& path) {
  struct Known {
    std::string_view name;
    CatalogTable (*make)(const catalog::Root&, const SearchPath&);
  };
  static constexpr Known kKnown[] = {{"duckdb_tables", tables},
                                     {"duckdb_columns", columns},
                                     {"duckdb_views", views},
                                     {"duckdb_schemas", schemas},
                                     {"duckdb_sequences", sequences},
                                     {"information_schema.tables", standard_tables},
                                     {"information_schema.columns", standard_columns},
                                     {"information_schema.schemata", standard_schemas}};
  const auto found = std::ranges::find(kKnown, name, &Known::name);
  if (found == std::end(kKnown)) return std::shared_ptr<const TableSource>();
  return found->make(root, path);
}

}  // namespace trueno::session

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "column/table_source.h"
#include "session/search_path.h"

namespace trueno::session {

// What a statement's names stand for, as tables with the names and columns that DuckDB and the SQL standard give them.

/// DESCRIBE of a table: its columns with keys and defaults. `definition` null: of a query.
[[nodiscard]] Schema describe_schema();
[[nodiscard]] Result<Batch> describe_rows(const Schema& schema, const catalog::TableDefinition* definition);

/// PRAGMA table_info and pragma_table_info: the columns of one table.
[[nodiscard]] Schema table_info_schema();
[[nodiscard]] Result<Batch> table_info_rows(const catalog::Table& table);

/// duckdb_tables, duckdb_columns, duckdb_views, duckdb_schemas, duckdb_sequences, and information_schema.tables, columns, schemata under
/// these names; null when there is none of this name. Columns of views are not listed: a view has none before it is bound.
[[nodiscard]] Result<std::shared_ptr<const TableSource>> catalog_table(std::string_view name, const catalog::Root& root,
                                                                       const SearchPath& path);

}  // namespace trueno::session

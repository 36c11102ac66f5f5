#pragma once

#include "catalog/object_name.h"
#include "catalog/table_definition.h"

namespace trueno::session {

// A table's definition when its columns change their numbers. `table` is its name: its own foreign keys may name it.

/// Whether a key or foreign key of the table has column `column`.
[[nodiscard]] bool uses_column(const catalog::TableDefinition& definition, const catalog::ObjectName& table, int column);
/// Without a column that no key uses.
[[nodiscard]] catalog::TableDefinition without_column(catalog::TableDefinition definition, const catalog::ObjectName& table, int column);
/// A key was put before the others: foreign keys of the table to itself count from it.
void shift_own_keys(catalog::TableDefinition& definition, const catalog::ObjectName& table);

}  // namespace trueno::session

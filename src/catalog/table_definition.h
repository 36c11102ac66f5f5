#pragma once

#include <string>
#include <vector>

#include "catalog/object_name.h"
#include "storage/index/unique_index.h"

namespace trueno::catalog {

/// A condition every row must not violate: false refuses the row, NULL does not.
struct CheckConstraint {
  std::string name;  // as written after CONSTRAINT; may be empty
  std::string condition;
};

/// Columns whose values must be those of a key of another table, unless one of them is NULL.
struct ForeignKey {
  std::vector<int> columns;
  ObjectName table;
  std::size_t key = 0;          // number of the other table's key
  std::vector<int> referenced;  // the other table's columns in the order of `columns`
};

/// What CREATE TABLE said beyond names, types and NOT NULL. Expressions are SQL text, bound again when they are needed. Immutable.
struct TableDefinition {
  std::vector<std::string> defaults;  // by column; empty: NULL
  std::vector<CheckConstraint> checks;
  std::vector<KeyColumns> keys;  // the primary key first, where there is one
  bool has_primary_key = false;
  std::vector<ForeignKey> foreign_keys;
};

}  // namespace trueno::catalog

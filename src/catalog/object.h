#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "catalog/object_name.h"
#include "catalog/sequence.h"
#include "catalog/table_definition.h"
#include "storage/table/table_data.h"

namespace trueno::catalog {

/// What a version of a table holds: rows, and for every key of its definition where the keys lie.
struct TableContent {
  std::shared_ptr<const TableData> data;
  std::vector<std::shared_ptr<const UniqueIndex>> indexes = {};
};

/// A version of a table. Immutable.
struct Table {
  ObjectName name;
  std::uint64_t id = 0;       // of this table among all that ever had its name
  std::uint64_t version = 0;  // grows with every change; no other version of any table has it
  std::shared_ptr<const TableDefinition> definition;
  TableContent content;

  [[nodiscard]] const TableData& data() const { return *content.data; }
};

/// A named query, bound again wherever it is named.
struct View {
  std::string query;                 // SQL text
  std::vector<std::string> columns;  // names of its first columns, where they are not the query's own
};

/// CREATE TYPE: the text of another type.
struct NamedType {
  std::string type;
};

/// CREATE MACRO, kept as the text of the statement.
struct Macro {
  std::string statement;
};

/// CREATE INDEX. A unique one is a key of its table, called by `key_of_index`; of another only the name is kept: scans skip row groups by
/// their statistics instead.
struct Index {
  ObjectName table;
  bool unique = false;
};

/// What the key of a unique index is called in its table.
[[nodiscard]] std::string key_of_index(const ObjectName& index);

/// A place for names.
struct SchemaObject {};

using Object = std::variant<SchemaObject, Table, View, Sequence, NamedType, Macro, Index>;

/// "table", "view", ...
[[nodiscard]] std::string_view kind_of(const Object& object);

/// What a name stands for. Two entries of one name differ in their stamps.
struct Entry {
  std::uint64_t stamp = 0;
  Object object;
};
using EntryPtr = std::shared_ptr<const Entry>;

}  // namespace trueno::catalog

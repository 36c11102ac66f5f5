#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/threads.h"
#include "catalog/table_definition.h"
#include "storage/table/table_data.h"

namespace trueno::catalog {

/// What a version of a table holds: rows, and for every key of its definition where the keys lie.
struct TableContent {
  std::shared_ptr<const TableData> data;
  std::vector<std::shared_ptr<const UniqueIndex>> indexes = {};
};

/// A named table: its current version. Versions are immutable; writers swap them.
struct Table {
  std::uint64_t id = 0;       // of this table among all that ever had its name
  std::uint64_t version = 0;  // counts its changes, from 1
  std::shared_ptr<const TableDefinition> definition;
  TableContent content;

  [[nodiscard]] const TableData& data() const { return *content.data; }
};

/// A named query, bound again wherever it is named. Immutable.
struct View {
  std::string query;                 // SQL text
  std::vector<std::string> columns;  // names of its first columns, where they are not the query's own
};

/// What names stand for; a table and a view cannot share one. Names are matched without regard to case. Thread-safe: readers keep the
/// version they found; of two writers of one table the first to commit wins.
class Catalog {
 public:
  /// In lower case, ascending.
  [[nodiscard]] std::vector<std::string> table_names() const;
  /// Null when there is none.
  [[nodiscard]] std::shared_ptr<const Table> find_table(const std::string& name) const;
  /// Puts a new table there. kCatalog when there is one and not `replace`, or when another table refers to the one to be replaced.
  [[nodiscard]] Status create_table(const std::string& name, TableDefinition definition, TableContent content, bool replace);
  /// In lower case, ascending.
  [[nodiscard]] std::vector<std::string> view_names() const;
  /// Null when there is none.
  [[nodiscard]] std::shared_ptr<const View> find_view(const std::string& name) const;
  /// Puts a new view there. kCatalog when there is a table, or a view and not `replace`.
  [[nodiscard]] Status create_view(const std::string& name, View view, bool replace);
  /// As drop_tables.
  [[nodiscard]] Status drop_views(const std::vector<std::string>& names, bool missing_ok);
  /// Puts the next version of a table there. kConflict when `base` is not the current one any more.
  [[nodiscard]] Status commit(const std::string& name, const Table& base, TableContent content);
  /// All of them, or on an error none. kCatalog when one does not exist and not `missing_ok`, or a table that stays refers to one.
  [[nodiscard]] Status drop_tables(const std::vector<std::string>& names, bool missing_ok);

 private:
  /// A table outside `leaving` whose foreign key names `key`; empty when there is none.
  [[nodiscard]] std::string referrer(const std::string& key, const std::vector<std::string>& leaving) const;

  mutable Mutex mutex_;
  std::map<std::string, std::shared_ptr<const Table>> tables_;  // by lower-case name
  std::map<std::string, std::shared_ptr<const View>> views_;
  std::uint64_t next_table_id_ = 1;
};

}  // namespace trueno::catalog

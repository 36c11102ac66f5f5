#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/name.h"
#include "plan/plan.h"
#include "sql/ast.h"

namespace trueno::bind {

/// The columns an expression may name: column i of the input, with the table it is known under.
struct Scope {
  struct Column {
    std::string table;
    std::string name;
    Type type;
    bool hidden = false;      // only found with its table: USING put one column in the place of two
    int position = 0;         // among its table's columns
    bool implicit = false;    // rowid: found by its name, but no * has it
    std::string schema = {};  // what may stand before `table`: the schema written in FROM, kAnySchema, or nothing
  };
  std::vector<Column> columns;
  /// Of a table whose schema FROM leaves out.
  static constexpr std::string_view kAnySchema = "*";

  void add(std::string table, std::string name, Type type, int position) {
    columns.push_back({std::move(table), std::move(name), std::move(type), false, position, false, ""});
  }
  /// A table's columns, in order.
  void add(const std::string& table, const Schema& schema) {
    for (std::size_t i = 0; i < schema.size(); ++i) add(table, schema[i].name, schema[i].type, static_cast<int>(i));
  }
  /// The column's number. kBinder: unknown (with the nearest name) or ambiguous.
  [[nodiscard]] Result<int> find(const sql::QualifiedName& name) const;
  [[nodiscard]] bool has_table(std::string_view name) const;
  /// "FROM has a, b", for a hint; empty when there are too many tables, or none.
  [[nodiscard]] std::string tables_there() const;
  /// Whether some column has the name, be it several.
  [[nodiscard]] bool has(const sql::QualifiedName& name) const;
};

}  // namespace trueno::bind

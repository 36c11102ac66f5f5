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
  };
  std::vector<Column> columns;

  /// The column's number. kBinder: unknown (with the nearest name) or ambiguous.
  [[nodiscard]] Result<int> find(const sql::QualifiedName& name) const;
};

}  // namespace trueno::bind

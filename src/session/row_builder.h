#pragma once

#include <memory>
#include <string>
#include <vector>

#include "column/table_source.h"

namespace trueno::session {

/// Small tables row by row: VALUES, SHOW, the introspection tables. Not thread-safe.
class RowBuilder {
 public:
  explicit RowBuilder(Schema schema);
  /// One value a column, of the column's physical type.
  [[nodiscard]] Status add(const std::vector<Value>& row);
  [[nodiscard]] Result<Batch> finish();
  /// The rows as a source that is called `name`; `identity` names their content, where it can be named (see TableSource).
  [[nodiscard]] Result<std::shared_ptr<const TableSource>> finish_source(const std::string& name, std::string identity = {});

 private:
  Schema schema_;
  std::vector<ColumnBuilder> builders_;
  std::int64_t rows_ = 0;
};

[[nodiscard]] inline Value text(std::string_view value) { return Value::varchar(std::string(value)); }

}  // namespace trueno::session

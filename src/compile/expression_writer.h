#pragma once

#include <functional>
#include <vector>

#include "kernel/builder.h"
#include "plan/expression.h"

namespace trueno::compile {

/// Writes expressions as instructions of one program. `columns[i]` gives the value of input column i, written on first use.
class ExpressionWriter {
 public:
  using ColumnValue = std::function<Result<kernel::ValueId>(int column)>;

  ExpressionWriter(kernel::Builder& builder, std::vector<Value>& parameters, ColumnValue columns)
      : builder_(builder), parameters_(parameters), columns_(std::move(columns)) {}

  [[nodiscard]] Result<kernel::ValueId> write(const plan::Expression& expression);

 private:
  [[nodiscard]] Result<kernel::ValueId> write_literal(const plan::Expression& expression);
  [[nodiscard]] Result<kernel::ValueId> write_logic(const plan::Expression& expression);
  [[nodiscard]] Result<kernel::ValueId> write_case(const plan::Expression& expression);
  [[nodiscard]] Result<kernel::ValueId> write_coalesce(const plan::Expression& expression);

  kernel::Builder& builder_;
  std::vector<Value>& parameters_;  // of the whole query: a literal's number is its place here
  ColumnValue columns_;
};

}  // namespace trueno::compile

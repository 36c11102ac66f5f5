#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "kernel/builder.h"
#include "plan/expression.h"

namespace trueno::compile {

/// Input columns as values of a program.
struct ColumnValues {
  /// Column i, written on first use.
  std::function<Result<kernel::ValueId>(int column)> value;
  /// Column i as codes of its dictionary; nothing where it does not come as codes. Empty: no column does.
  std::function<std::optional<kernel::ValueId>(int column)> code;
  /// Whether writing column i may write something that fails. Empty: none does.
  std::function<bool(int column)> may_fail = {};
};

/// Writes expressions as instructions of one program.
///
/// A deterministic function of one dictionary column and constants (LIKE, upper, a comparison, ...) that gives NULL for NULL is written as
/// a program of its own, which exec evaluates once a dictionary entry; here it is a `lookup` by code.
class ExpressionWriter {
 public:
  ExpressionWriter(kernel::Builder& builder, std::vector<Value>& parameters, ColumnValues columns)
      : builder_(builder), parameters_(parameters), columns_(std::move(columns)) {}

  [[nodiscard]] Result<kernel::ValueId> write(const plan::Expression& expression);

 private:
  [[nodiscard]] Result<std::optional<kernel::ValueId>> write_lookup(const plan::Expression& expression);
  [[nodiscard]] Result<kernel::ValueId> write_literal(const plan::Expression& expression);
  [[nodiscard]] Result<kernel::ValueId> write_logic(const plan::Expression& expression);
  [[nodiscard]] Result<kernel::ValueId> write_case(const plan::Expression& expression);
  [[nodiscard]] Result<kernel::ValueId> write_coalesce(const plan::Expression& expression);
  [[nodiscard]] Result<kernel::ValueId> write_try(const plan::Expression& expression);
  [[nodiscard]] bool may_fail(const plan::Expression& expression) const;

  kernel::Builder& builder_;
  std::vector<Value>& parameters_;  // of the whole query: a literal's number is its place here
  ColumnValues columns_;
};

}  // namespace trueno::compile

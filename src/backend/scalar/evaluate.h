#pragma once

#include <vector>

#include "backend/backend.h"
#include "kernel/cell.h"
#include "kernel/string_match.h"

namespace trueno::backend {

/// Evaluates one program row by row. Not thread-safe: one a state.
class RowEvaluator {
 public:
  RowEvaluator(const kernel::Program& program, const Launch& launch);

  /// Computes every value of one row, in written order. False: a filter dropped the row. The earliest failing instruction's error.
  [[nodiscard]] Result<bool> evaluate(const Morsel& morsel, std::int64_t row);
  [[nodiscard]] const kernel::Cell& value(kernel::ValueId id) const { return values_[id]; }
  /// Frees the strings that the rows so far made.
  void clear_strings() { arena_.clear(); }

 private:
  [[nodiscard]] Status step(kernel::ValueId id, const Morsel& morsel, std::int64_t row, kernel::Cell& out);
  [[nodiscard]] Status arithmetic(const kernel::Instruction& i, kernel::Cell& out) const;
  [[nodiscard]] Status integer_arithmetic(const kernel::Instruction& i, kernel::Cell& out) const;
  [[nodiscard]] Status strings(const kernel::Instruction& i, kernel::Cell& out);
  [[nodiscard]] Status host(const kernel::Instruction& i, kernel::Cell& out);
  void logic(const kernel::Instruction& i, kernel::Cell& out) const;
  void comparison(const kernel::Instruction& i, kernel::Cell& out) const;
  void bits(const kernel::Instruction& i, kernel::Cell& out) const;
  [[nodiscard]] Status dates(const kernel::Instruction& i, kernel::Cell& out) const;
  [[nodiscard]] const kernel::Cell& arg(const kernel::Instruction& i, std::size_t n) const { return values_[i.args[n]]; }
  [[nodiscard]] Physical arg_physical(const kernel::Instruction& i, std::size_t n) const { return program_.at(i.args[n]).physical(); }

  const kernel::Program& program_;
  const Launch& launch_;
  std::vector<kernel::Cell> values_;
  Arena arena_;
};

}  // namespace trueno::backend

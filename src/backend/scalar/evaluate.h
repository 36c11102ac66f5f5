#pragma once

#include <functional>
#include <vector>

#include "backend/backend.h"
#include "backend/scalar/join_table.h"
#include "kernel/cell.h"
#include "kernel/string_match.h"

namespace trueno::backend {

/// Evaluates one program row by row. Not thread-safe: one a state.
class RowEvaluator {
 public:
  RowEvaluator(const kernel::Program& program, const Launch& launch);

  /// Computes every value of one row, in written order, and calls `sink` for each row that gets to the program's end: none where a filter
  /// drops it, several where a join finds matches. The earliest failing instruction's error, or the sink's.
  [[nodiscard]] Status evaluate(const Morsel& morsel, std::int64_t row, const std::function<Status()>& sink);
  [[nodiscard]] const kernel::Cell& value(kernel::ValueId id) const { return values_[id]; }
  /// Asked among a join's matches, of which a row may have any number. Outlives the calls that follow.
  void watch(const CancelToken& cancel) { cancel_ = &cancel; }
  /// Frees the strings that the rows so far made.
  void clear_strings() { arena_.clear(); }

 private:
  [[nodiscard]] Status run(kernel::ValueId from, kernel::ValueId end, const std::function<Status()>& at_end);
  [[nodiscard]] Status compute(kernel::ValueId id);
  [[nodiscard]] Status expand(kernel::ValueId id, kernel::ValueId end, const std::function<Status()>& at_end);
  [[nodiscard]] const ScalarJoinTable& table(const kernel::Instruction& i) const;
  void probe(kernel::ValueId id);
  void matched(const kernel::Instruction& i, kernel::Cell& out) const;
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
  std::vector<const std::vector<std::uint32_t>*> matches_;  // by kProbe: build rows, ascending
  const Morsel* morsel_ = nullptr;
  std::int64_t row_ = 0;
  const CancelToken* cancel_ = nullptr;
  Arena arena_;
};

}  // namespace trueno::backend

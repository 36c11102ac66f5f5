#pragma once

#include <map>
#include <unordered_set>
#include <utility>

#include "plan/plan.h"

namespace trueno::optimize {

/// Which columns of plans may fail to be computed, where they are asked for.
///
/// Projections compute nothing by themselves: a column is computed when an operator above reads it, or when the rows are stored (a build
/// side, a sort, an input of a union), and then for all of them. So a rule may neither ask for such a column earlier than it was written,
/// nor drop it or rows of it before they are stored.
///
/// Remembers what it has found out: for plans that do not change meanwhile.
class ComputedColumns {
 public:
  [[nodiscard]] bool may_fail(const plan::Plan& plan, std::size_t column);
  /// One of those that an expression over the plan's columns from `first` on reads.
  [[nodiscard]] bool reads_what_may_fail(const plan::Expression& e, const plan::Plan& plan, std::size_t first = 0);
  /// Whether a condition may drop rows of the plan before they are stored: it asks for every column that may fail itself, of each row.
  [[nodiscard]] bool may_drop_rows(const plan::Expression& condition, const plan::Plan& plan, std::size_t first = 0);

 private:
  [[nodiscard]] bool find_out(const plan::Plan& plan, std::size_t column);

  std::map<std::pair<const plan::Plan*, std::size_t>, bool> known_;
};

/// Whether the plan has such a column.
[[nodiscard]] bool has_column_that_may_fail(const plan::Plan& plan);
/// The plan and those below it that have such a column.
[[nodiscard]] std::unordered_set<const plan::Plan*> plans_that_may_fail(const plan::Plan& plan);

}  // namespace trueno::optimize

#pragma once

#include <cstdint>
#include <unordered_map>

#include "plan/plan.h"

namespace trueno::plan {

/// Answers the three questions below and remembers, by plan, how many rows it has: for many questions about plans that hardly change
/// meanwhile. Not thread-safe.
class Estimator {
 public:
  [[nodiscard]] double cardinality(const Plan& plan);
  [[nodiscard]] double distinct_values(const Plan& plan, const Expression& expression);
  [[nodiscard]] double selectivity(const Plan& plan, const Expression& condition);

 private:
  [[nodiscard]] double comparison_selectivity(const Plan& plan, const Expression& term);

  std::unordered_map<const Plan*, double> rows_;
};

/// How many rows a plan is expected to give, from row counts, bounds, distinct counts and samples of its sources. For choosing among plans;
/// costs a look at the statistics of the columns that conditions and keys read. `estimated_rows` is the cheap one.
[[nodiscard]] double cardinality(const Plan& plan);

/// Different values an expression over the plan's columns is expected to have.
[[nodiscard]] double distinct_values(const Plan& plan, const Expression& expression);

/// The part of the plan's rows for which a condition over its columns is expected to hold, 0 to 1.
[[nodiscard]] double selectivity(const Plan& plan, const Expression& condition);

/// What an equality join of two inputs by some keys is expected to give.
class KeyedJoin {
 public:
  KeyedJoin(double left_rows, double right_rows) : left_rows_(left_rows), right_rows_(right_rows) {}
  /// One more key, with so many different values on either side.
  void add(double left_distinct, double right_distinct);
  [[nodiscard]] double rows() const;
  /// The part of the left's rows that has a match.
  [[nodiscard]] double matching() const;

 private:
  double left_rows_;
  double right_rows_;
  int keys_ = 0;
  double left_distinct_ = 1;
  double right_distinct_ = 1;
};

}  // namespace trueno::plan

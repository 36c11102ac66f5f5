#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/exact_sum.h"
#include "base/product_sum.h"
#include "base/wide_integer.h"
#include "column/column.h"
#include "kernel/program.h"

namespace trueno::exec {

/// What an accumulator reads: plain columns, null where there is none.
struct AccumulatorColumns {
  const Column* argument = nullptr;
  const Column* second = nullptr;
};

/// The counts and sums of one group of collected rows, as `kernel::GroupOutputs` asks for them. Extremes and bits are not among them. Not
/// thread-safe.
class GroupSums {
 public:
  GroupSums(const kernel::Program& program, std::span<const AccumulatorColumns> columns);

  /// Forgets all rows.
  void restart();
  /// Rows [first, last).
  void add(std::size_t first, std::size_t last);
  void merge(const GroupSums& other);

  // The group's number does not matter: there is one.
  [[nodiscard]] std::int64_t count(std::uint32_t accumulator, std::size_t) const { return states_[accumulator].count; }
  [[nodiscard]] const I192& integer_sum(std::uint32_t accumulator, std::size_t) const { return states_[accumulator].integers; }
  [[nodiscard]] bool is_float(std::uint32_t accumulator) const { return states_[accumulator].kind == kernel::AccumulatorKind::kSumFloat; }
  [[nodiscard]] double float_average(std::uint32_t accumulator, std::size_t, std::int64_t divisor) const {
    return states_[accumulator].floats.average(divisor);
  }
  [[nodiscard]] std::optional<ScaledInteger> exact(std::uint32_t accumulator, std::size_t) const;

 private:
  // The member that the kind names is the live one.
  struct State {
    kernel::AccumulatorKind kind = kernel::AccumulatorKind::kCountRows;
    int power = 1;
    AccumulatorColumns columns;
    std::int64_t count = 0;
    I192 integers;
    ExactSum floats;
    ProductSum products;
  };

  static void add_integers(State& state, std::size_t first, std::size_t last);
  static void add_floats(State& state, std::size_t first, std::size_t last);
  static void add_products(State& state, std::size_t first, std::size_t last);

  std::vector<State> states_;  // by accumulator
};

}  // namespace trueno::exec

#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "base/exact_sum.h"
#include "base/fixed_sum.h"
#include "base/product_sum.h"
#include "base/wide_integer.h"
#include "column/column.h"
#include "kernel/program.h"

namespace trueno::exec {

/// One accumulator's states, one a group, folded from the rows of partial tables. Which member is used follows from the kind.
class MergedStates {
 public:
  /// `states`: the accumulator's column of all partials. Group g are its rows order[starts[g]] ... order[starts[g + 1] - 1].
  [[nodiscard]] static Result<MergedStates> merge(const kernel::Program& program, const kernel::Accumulator& accumulator,
                                                  const Column& states, std::span<const std::uint32_t> order,
                                                  std::span<const std::uint32_t> starts);

  [[nodiscard]] std::int64_t count(std::size_t group) const { return counts_[group]; }
  [[nodiscard]] const I192& integer_sum(std::size_t group) const { return integer_sums_[group]; }
  /// The exact sum of floats divided by `divisor`, rounded once.
  [[nodiscard]] double float_average(std::size_t group, std::int64_t divisor) const;
  /// The exact sum of floats or products; nothing when something was not finite.
  [[nodiscard]] std::optional<ScaledInteger> exact(std::size_t group) const;
  /// Least or greatest values, or combined bits.
  [[nodiscard]] const Column& extremes() const { return extremes_; }
  [[nodiscard]] bool is_float() const { return kind_ == kernel::AccumulatorKind::kSumFloat; }

 private:
  [[nodiscard]] Status merge_floats(const Column& states, std::span<const std::uint32_t> order, std::span<const std::uint32_t> starts);
  [[nodiscard]] Status merge_products(const Column& states, std::span<const std::uint32_t> order, std::span<const std::uint32_t> starts);
  [[nodiscard]] Status merge_bits(const Column& states, std::span<const std::uint32_t> order, std::span<const std::uint32_t> starts);
  [[nodiscard]] Status merge_extremes(const Column& states, std::span<const std::uint32_t> order, std::span<const std::uint32_t> starts);

  kernel::AccumulatorKind kind_ = kernel::AccumulatorKind::kCountRows;
  std::vector<std::int64_t> counts_;
  std::vector<I192> integer_sums_;
  std::vector<FixedSum> fixed_sums_;
  std::unordered_map<std::size_t, ExactSum> wide_sums_;  // groups whose sum does not fit the fixed form
  std::vector<ProductSum> product_sums_;
  Column extremes_;
};

/// The visible columns of a reduce or group sink. kOutOfRange for a sum past its type: the first group's, then the first output's.
[[nodiscard]] Result<std::vector<Column>> finish_outputs(const kernel::Program& program, std::span<const MergedStates> states,
                                                         std::size_t groups);

}  // namespace trueno::exec

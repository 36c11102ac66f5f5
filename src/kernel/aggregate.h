#pragma once

#include <memory>

#include "base/exact_sum.h"
#include "base/wide_integer.h"
#include "kernel/cell.h"
#include "kernel/program.h"

namespace trueno::kernel {

/// One accumulator of one group, in its plainest form: what the scalar backend updates and what exec merges partial states with.
/// Not thread-safe. Strings of MIN and MAX are owned.
class AccumulatorState {
 public:
  AccumulatorState(AccumulatorKind kind, Physical argument);

  /// One active row. `argument` is ignored by kCountRows.
  void update(const Cell& argument);
  /// Folds in another state, given as its column of a partial table. kInternal when the bytes are malformed.
  [[nodiscard]] Status merge(const Cell& state);
  /// Appends the state to its column of a partial table.
  [[nodiscard]] Status append_state(ColumnBuilder& builder, const Type& type) const;
  /// The visible value: kCount and kExtreme from this alone, kSum and kAverage with the number of valid values.
  [[nodiscard]] Result<Value> finish(const Output& output, std::int64_t valid_count) const;
  [[nodiscard]] std::int64_t count() const { return count_; }

 private:
  void keep_extreme(const Cell& candidate);
  [[nodiscard]] Cell extreme() const;

  AccumulatorKind kind_;
  Physical argument_;
  std::int64_t count_ = 0;
  I192 integer_sum_;
  std::unique_ptr<ExactSum> float_sum_;
  Cell extreme_;
  std::string extreme_text_;
};

/// The 24 bytes of a 192-bit sum state, and back.
[[nodiscard]] std::string serialise(const I192& sum);
[[nodiscard]] std::optional<I192> deserialise_i192(std::string_view bytes);

}  // namespace trueno::kernel

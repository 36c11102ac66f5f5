#pragma once

#include <memory>

#include "base/exact_sum.h"
#include "base/product_sum.h"
#include "base/wide_integer.h"
#include "kernel/cell.h"
#include "kernel/program.h"

namespace trueno::kernel {

/// One accumulator of one group, in its plainest form: what the scalar backend updates and what exec merges partial states with.
/// Not thread-safe. Strings of MIN and MAX are owned.
class AccumulatorState {
 public:
  AccumulatorState(const Accumulator& accumulator, Physical argument);

  /// One active row. `argument` is ignored by kCountRows; `second` is read by kSumProduct of two values.
  void update(const Cell& argument, const Cell& second = Cell::null());
  /// Folds in another state, given as its column of a partial table. kInternal when the bytes are malformed.
  [[nodiscard]] Status merge(const Cell& state);
  /// Appends the state to its column of a partial table.
  [[nodiscard]] Status append_state(ColumnBuilder& builder, const Type& type) const;
  /// The visible value of an output of one accumulator: all kinds but kMoment; kSum and kAverage with the number of valid values.
  [[nodiscard]] Result<Value> finish(const Output& output, std::int64_t valid_count) const;
  [[nodiscard]] std::int64_t count() const { return count_; }
  /// The exact value of a sum of floats or products; nothing when something was not finite.
  [[nodiscard]] std::optional<ScaledInteger> exact_sum() const;

 private:
  void keep_extreme(const Cell& candidate);
  void keep_bits(const Cell& bits);
  void add_product(const Cell& argument, const Cell& second);
  [[nodiscard]] Cell extreme() const;

  AccumulatorKind kind_;
  int power_ = 1;
  bool pair_ = false;
  Physical argument_;
  std::int64_t count_ = 0;
  I192 integer_sum_;
  std::unique_ptr<ExactSum> float_sum_;
  ProductSum product_sum_;
  Cell extreme_;
  std::string extreme_text_;
};

/// The states of a sink before any row.
[[nodiscard]] std::vector<AccumulatorState> fresh_states(const Program& program);

/// The visible value of any output, from the states of all the accumulators of its sink.
[[nodiscard]] Result<Value> finish_output(const Output& output, std::span<const AccumulatorState> states);
/// A kMoment's value; `exact` gives the exact sum of an accumulator, or nothing when it is not finite.
template <class ExactSumOf>
[[nodiscard]] std::optional<double> finish_moment(const Output& output, std::int64_t count, ExactSumOf exact) {
  Moments moments;
  moments.count = count;
  for (std::size_t i = 0; i < kMomentSums; ++i) {
    if (!reads(output.moment, static_cast<MomentSum>(i))) continue;
    const std::optional<ScaledInteger> sum = exact(output.sums[i]);
    moments.finite = moments.finite && sum.has_value();
    if (sum) moments.sums[i] = *sum;
  }
  return moment(output.moment, moments);
}

/// The factors of a kSumProduct's product: argument^power, then `second` unless it is null.
struct Factors {
  std::array<double, ProductSum::kMostFactors> values = {};
  std::size_t count = 0;
  Factors(double argument, int power, const double* second) {
    for (; count < static_cast<std::size_t>(power); ++count) values[count] = argument;
    if (second != nullptr) values[count++] = *second;
  }
  operator std::span<const double>() const { return std::span(values).first(count); }  // NOLINT(google-explicit-constructor)
};

/// One step of a kBitAnd, kBitOr or kBitXor.
[[nodiscard]] i128 combined_bits(AccumulatorKind kind, i128 a, i128 b);

/// The 24 bytes of a 192-bit sum state, and back.
[[nodiscard]] std::string serialise(const I192& sum);
[[nodiscard]] std::optional<I192> deserialise_i192(std::string_view bytes);

/// The sum of integers that an output is made of, its offsets included: those of 2^63 values stay below 2^126.
[[nodiscard]] inline I192 with_offsets(I192 sum, const Output& output, std::int64_t valid_count) {
  if (output.offset != 0) sum.add(i128{output.offset} * valid_count);
  return sum;
}

}  // namespace trueno::kernel

#pragma once

#include <vector>

#include "backend/simd/evaluator.h"
#include "base/exact_sum.h"
#include "kernel/aggregate.h"

namespace trueno::backend::simd {

/// Keeps one window for an exact sum and moves it when the data asks for it: sums on the grids while chunks fit, everything else through
/// the superaccumulator. The sum is exact either way.
class WindowedSum {
 public:
  WindowedSum() = default;
  /// Of floats whose range is proven: where their span fits a window, none of them is looked at.
  WindowedSum(const kernel::Range& range, bool single);
  /// Adds the chosen rows of a chunk (mask bytes; null: all) of an f64 or f32 register.
  void add(const Vector& vector, const std::uint8_t* mask, std::size_t rows, const Routines& routines);
  /// Whether a chunk may have kStreamRows rows; else kChunkRows.
  [[nodiscard]] bool takes_long_chunks() const { return known_; }
  /// The sum so far; the window's part is folded in.
  [[nodiscard]] const ExactSum& total();

 private:
  void fold();
  [[nodiscard]] bool add_on_grid(const Vector& vector, const std::uint8_t* mask, std::size_t rows, const Routines& routines);
  ExactSum exact_;
  bool has_window_ = false;
  int top_ = 0;
  bool narrow_ = true;  // values so far had a narrow span
  bool known_ = false;  // all values are known to fit the window
  i128 high_ = 0;
  i128 low_ = 0;
};

/// The rows of a kSumProduct's registers.
class Products {
 public:
  Products(const kernel::Accumulator& accumulator, const Evaluator& evaluator)
      : Products(accumulator, evaluator.value(accumulator.argument),
                 accumulator.second == kernel::kNoValue ? nullptr : &evaluator.value(accumulator.second)) {}
  Products(const kernel::Accumulator& accumulator, const Vector& first, const Vector* second)
      : power_(accumulator.power), first_(first), second_(second) {}
  [[nodiscard]] bool is_valid(std::size_t row) const { return is_valid(first_, row) && (second_ == nullptr || is_valid(*second_, row)); }
  [[nodiscard]] kernel::Factors factors(std::size_t row) const {
    return {at(first_, row), power_, second_ == nullptr ? nullptr : &at(*second_, row)};
  }

 private:
  static bool is_valid(const Vector& v, std::size_t row) {
    return v.constant ? !v.is_null_constant() : v.valid == nullptr || v.valid[row] != 0;
  }
  static const double& at(const Vector& v, std::size_t row) { return v.as<double>()[v.constant ? 0 : row]; }
  int power_;
  const Vector& first_;
  const Vector* second_ = nullptr;
};

/// The accumulators of a reduction: one row out. Not thread-safe.
class ReduceSink {
 public:
  explicit ReduceSink(const CompiledProgram& compiled);
  void consume(const Strand& strand, const Evaluator& evaluator, const ChunkRows& chunk);
  [[nodiscard]] Result<Batch> take();

 private:
  void update(std::size_t index, const Evaluator& evaluator, const ChunkRows& chunk, std::int64_t chosen);
  void add(std::size_t index, const Vector& argument, const std::uint8_t* mask, std::size_t rows, std::int64_t chosen,
           const Routines& routines);
  [[nodiscard]] std::vector<WindowedSum> fresh_float_sums() const;
  void keep_extreme(std::size_t index, const kernel::Cell& cell);
  void add_products(std::size_t index, const Evaluator& evaluator, const ChunkRows& chunk);

  const CompiledProgram& compiled_;
  std::vector<kernel::AccumulatorState> states_;  // extremes, and what the partial table is made of
  std::vector<std::int64_t> counts_;
  std::vector<I192> sums_;
  std::vector<WindowedSum> float_sums_;
  std::vector<ProductSum> products_;
  Storage scratch_[2];
};

/// Adds the exact value `steps * 2^exponent`.
void add_steps(ExactSum& sum, i128 steps, int exponent);
/// The least `top` with |x| < 2^top for every finite chosen row; nothing when there is none but zeros.
[[nodiscard]] std::optional<int> needed_top(const Vector& vector, const std::uint8_t* mask, std::size_t rows);

}  // namespace trueno::backend::simd

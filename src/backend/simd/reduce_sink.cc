#include "backend/simd/reduce_sink.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace trueno::backend::simd {

using kernel::Accumulator;
using kernel::AccumulatorKind;
using kernel::Cell;

void add_steps(ExactSum& sum, i128 steps, int exponent) {
  // 32 bits at a time: each piece is an exact double.
  for (int piece = 0; piece < 4; ++piece, steps >>= 32, exponent += 32) {
    const bool last = piece == 3;
    const auto value = last ? static_cast<std::int64_t>(steps) : static_cast<std::int64_t>(low64(steps) & 0xFFFFFFFF);
    if (value != 0) sum.add(std::ldexp(static_cast<double>(value), exponent));
  }
}

std::optional<int> needed_top(const Vector& vector, const std::uint8_t* mask, std::size_t rows) {
  std::uint64_t greatest = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    if (mask != nullptr && mask[i] == 0) continue;
    const double x = vector.lane == Lane::kF32 ? static_cast<double>(vector.as<float>()[i]) : vector.as<double>()[i];
    const std::uint64_t bits = std::bit_cast<std::uint64_t>(x) & ~(std::uint64_t{1} << 63);
    if ((bits >> 52) != 0x7FF) greatest = std::max(greatest, bits);
  }
  if (greatest == 0) return std::nullopt;
  return static_cast<int>(greatest >> 52) - 1022;
}

WindowedSum::WindowedSum(const kernel::Range& range, bool single) {
  if (!range.proven || !range.span || range.span->empty() || range.span->has_nan || range.span->has_infinity) return;
  const int top = range.span->highest_bit + 1;
  const int low_grid = top - (single ? SumWindow::kNarrowBits : SumWindow::kReduceHighBits + SumWindow::kLowBits);
  if (top < SumWindow::kLowestTop || top > SumWindow::kHighestTop || range.span->lowest_bit < low_grid) return;
  known_ = has_window_ = true;
  top_ = top;
}

void WindowedSum::fold() {
  const int high_grid = top_ - SumWindow::kReduceHighBits;
  add_steps(exact_, high_, high_grid);
  add_steps(exact_, low_, high_grid - SumWindow::kLowBits);
  high_ = low_ = 0;
}

const ExactSum& WindowedSum::total() {
  if (has_window_) fold();
  return exact_;
}

bool WindowedSum::add_on_grid(const Vector& vector, const std::uint8_t* mask, std::size_t rows, const Routines& routines) {
  const bool single = vector.lane == Lane::kF32;
  FloatChunkSum sum{0, 0, false};
  if (known_) {
    sum = single ? routines.sum_known_f32(vector.as<float>(), mask, rows, top_)
                 : routines.sum_known_f64(vector.as<double>(), mask, rows, top_);
  } else if (narrow_) {
    sum = single ? routines.sum_narrow_f32(vector.as<float>(), mask, rows, top_)
                 : routines.sum_narrow_f64(vector.as<double>(), mask, rows, top_);
  }
  if (!sum.fits) {
    sum = single ? routines.sum_f32(vector.as<float>(), mask, rows, top_) : routines.sum_f64(vector.as<double>(), mask, rows, top_);
    narrow_ = narrow_ && !sum.fits;  // it was the span, not a value above the window
  }
  if (!sum.fits) return false;
  high_ += sum.high;
  low_ += sum.low;
  return true;
}

void WindowedSum::add(const Vector& vector, const std::uint8_t* mask, std::size_t rows, const Routines& routines) {
  const auto on_grid = [&] { return add_on_grid(vector, mask, rows, routines); };
  if (has_window_ && on_grid()) return;
  const std::optional<int> needed = needed_top(vector, mask, rows);
  if (needed && (!has_window_ || *needed > top_)) {
    constexpr int kHeadroom = 2;  // values a little greater than those so far do not move the window
    const int top = *needed + kHeadroom;
    if (top >= SumWindow::kLowestTop && top <= SumWindow::kHighestTop) {
      if (has_window_) fold();
      has_window_ = true;
      top_ = top;
      if (on_grid()) return;
    }
  }
  for (std::size_t i = 0; i < rows; ++i) {
    if (mask != nullptr && mask[i] == 0) continue;
    exact_.add(vector.lane == Lane::kF32 ? static_cast<double>(vector.as<float>()[i]) : vector.as<double>()[i]);
  }
}

namespace {
Vector from_row(Vector vector, std::size_t row) {
  if (vector.packed != nullptr) {
    vector.packed_begin += row;
  } else {
    vector.data = static_cast<const std::uint8_t*>(vector.data) + row * static_cast<std::size_t>(width_of(vector.lane));
  }
  return vector;
}
}  // namespace

ReduceSink::ReduceSink(const CompiledProgram& compiled)
    : compiled_(compiled),
      states_(kernel::fresh_states(*compiled.program)),
      counts_(states_.size()),
      sums_(states_.size()),
      float_sums_(fresh_float_sums()),
      products_(states_.size()) {}

std::vector<WindowedSum> ReduceSink::fresh_float_sums() const {
  std::vector<WindowedSum> sums;
  for (const Accumulator& accumulator : compiled_.program->sink.accumulators) {
    const bool of_floats = accumulator.kind == AccumulatorKind::kSumFloat;
    const kernel::Instruction* argument = of_floats ? &compiled_.at(accumulator.argument) : nullptr;
    sums.push_back(of_floats ? WindowedSum(argument->range, argument->physical() == Physical::kF32) : WindowedSum());
  }
  return sums;
}

void ReduceSink::keep_extreme(std::size_t index, const Cell& cell) { states_[index].update(cell); }

void ReduceSink::consume(const Strand& strand, const Evaluator& evaluator, const ChunkRows& chunk) {
  if (chunk.chosen == 0) return;
  for (const std::size_t i : strand.accumulators) update(i, evaluator, chunk, static_cast<std::int64_t>(chunk.chosen));
}

void ReduceSink::update(std::size_t index, const Evaluator& evaluator, const ChunkRows& chunk, std::int64_t chosen) {
  const Accumulator& accumulator = compiled_.program->sink.accumulators[index];
  const Routines& routines = evaluator.routines();
  if (accumulator.kind == AccumulatorKind::kCountRows) {
    counts_[index] += chosen;
    return;
  }
  if (accumulator.kind == AccumulatorKind::kSumProduct) {
    add_products(index, evaluator, chunk);
    return;
  }
  Vector argument = evaluator.value(accumulator.argument);
  if (argument.is_null_constant()) return;
  // Rows that count: chosen and valid.
  const std::uint8_t* mask = chunk.mask;
  if (argument.valid != nullptr && !argument.constant) {
    mask = argument.valid;
    if (chunk.mask != nullptr) {
      routines.both(argument.valid, chunk.mask, scratch_[0].validity(), chunk.rows);
      mask = scratch_[0].validity();
    }
    chosen = static_cast<std::int64_t>(routines.count_true(mask, chunk.rows));
    if (chosen == 0) return;
  }
  if (accumulator.kind == AccumulatorKind::kCount) {
    counts_[index] += chosen;
    return;
  }
  if (kernel::combines_bits(accumulator.kind)) {
    for (std::size_t i = 0; i < chunk.rows; ++i) {
      if (mask == nullptr || mask[i] != 0) states_[index].update(cell_of(argument, argument.constant ? 0 : i));
    }
    return;
  }
  if (argument.constant && accumulator.kind != AccumulatorKind::kSumFloat) {
    const Cell cell = cell_of(argument, 0);
    if (accumulator.kind == AccumulatorKind::kSumInteger) {
      for (std::int64_t i = 0; i < chosen; ++i) sums_[index].add(cell.integer);  // the product could leave 128 bits
    } else {
      keep_extreme(index, cell);
    }
    return;
  }
  if (argument.constant) {
    const int width = width_of(argument.lane);
    routines.broadcast[width_index(width)](argument.data, scratch_[1].values(width), chunk.rows);
    argument.data = scratch_[1].values(width);
  }
  if (accumulator.kind == AccumulatorKind::kSumFloat || accumulator.kind == AccumulatorKind::kSumInteger) {
    const bool at_once =
        accumulator.kind == AccumulatorKind::kSumFloat ? float_sums_[index].takes_long_chunks() : argument.packed != nullptr;
    if (chunk.rows <= kChunkRows || at_once) {
      add(index, argument, mask, chunk.rows, chosen, routines);
      return;
    }
    TRUENO_ASSERT(argument.valid == nullptr);  // a chunk this long has no register of its own
    for (std::size_t row = 0; row < chunk.rows; row += kChunkRows) {
      const std::size_t rows = std::min(kChunkRows, chunk.rows - row);
      const std::uint8_t* part = mask == nullptr ? nullptr : mask + row;
      const auto counted = static_cast<std::int64_t>(part == nullptr ? rows : routines.count_true(part, rows));
      if (counted != 0) add(index, from_row(argument, row), part, rows, counted, routines);
    }
    return;
  }
  const bool least = accumulator.kind == AccumulatorKind::kMin;
  switch (argument.lane) {
    case Lane::kI32: {
      const IntegerExtremes found = routines.extremes32(argument.as<std::int32_t>(), mask, chunk.rows);
      keep_extreme(index, Cell::of_integer(least ? found.min : found.max));
      return;
    }
    case Lane::kI64: {
      const IntegerExtremes found = routines.extremes64(argument.as<std::int64_t>(), mask, chunk.rows);
      keep_extreme(index, Cell::of_integer(least ? found.min : found.max));
      return;
    }
    case Lane::kF64: {
      double low = 0;
      double high = 0;
      bool nan = false;
      routines.extremes_f64(argument.as<double>(), mask, chunk.rows, &low, &high, &nan);
      // NaN is the greatest value: the maximum if there is one, the minimum only if there is nothing else.
      if (nan) keep_extreme(index, Cell::of_f64(NAN));
      if (low <= high) keep_extreme(index, Cell::of_f64(least ? low : high));
      return;
    }
    case Lane::kF32: {
      float low = 0;
      float high = 0;
      bool nan = false;
      routines.extremes_f32(argument.as<float>(), mask, chunk.rows, &low, &high, &nan);
      if (nan) keep_extreme(index, Cell::of_f32(NAN));
      if (low <= high) keep_extreme(index, Cell::of_f32(least ? low : high));
      return;
    }
    default:
      for (std::size_t i = 0; i < chunk.rows; ++i) {
        if (mask == nullptr || mask[i] != 0) keep_extreme(index, cell_of(argument, i));
      }
  }
}

void ReduceSink::add(std::size_t index, const Vector& argument, const std::uint8_t* mask, std::size_t rows, std::int64_t chosen,
                     const Routines& routines) {
  const Accumulator& accumulator = compiled_.program->sink.accumulators[index];
  if (accumulator.kind == AccumulatorKind::kSumFloat) {
    float_sums_[index].add(argument, mask, rows, routines);
  } else if (argument.packed != nullptr) {
    const Column& column = *argument.packed;
    const std::uint64_t sum = routines.sum_packed(column.values.data(), argument.packed_begin, rows, column.bit_width, mask);
    sums_[index].add(i128{sum} + i128{column.base} * chosen);
  } else if (argument.lane == Lane::kI32) {
    sums_[index].add(routines.sum32(argument.as<std::int32_t>(), mask, rows));
  } else if (argument.lane == Lane::kI64 && compiled_.at(accumulator.argument).range.proven_within(-(i128{1} << 51), i128{1} << 51)) {
    sums_[index].add(routines.sum64_narrow(argument.as<std::int64_t>(), mask, rows));
  } else if (argument.lane == Lane::kI64) {
    sums_[index].add(routines.sum64(argument.as<std::int64_t>(), mask, rows));
  } else {
    for (std::size_t i = 0; i < rows; ++i) {
      if (mask == nullptr || mask[i] != 0) sums_[index].add(argument.as<i128>()[i]);
    }
  }
}

void ReduceSink::add_products(std::size_t index, const Evaluator& evaluator, const ChunkRows& chunk) {
  const Products products(compiled_.program->sink.accumulators[index], evaluator);
  for (std::size_t row = 0; row < chunk.rows; ++row) {
    if ((chunk.mask == nullptr || chunk.mask[row] != 0) && products.is_valid(row)) products_[index].add(products.factors(row));
  }
}

Result<Batch> ReduceSink::take() {
  Batch out;
  out.length = 1;
  const kernel::Program& program = *compiled_.program;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const Accumulator& accumulator = program.sink.accumulators[i];
    const Type type = kernel::state_type(program, accumulator);
    ColumnBuilder builder(type);
    switch (accumulator.kind) {
      case AccumulatorKind::kCountRows:
      case AccumulatorKind::kCount: TRUENO_TRY(builder.append_bytes(&counts_[i])); break;
      case AccumulatorKind::kSumInteger: {
        if (type.id == TypeId::kBlob) {
          TRUENO_TRY(builder.append_string(kernel::serialise(sums_[i])));
        } else {
          const i128 sum = *sums_[i].narrow();  // 2^63 values of 64 bits stay below 2^127
          TRUENO_TRY(builder.append_bytes(&sum));
        }
        break;
      }
      case AccumulatorKind::kSumFloat: TRUENO_TRY(builder.append_string(float_sums_[i].total().serialise())); break;
      case AccumulatorKind::kMin:
      case AccumulatorKind::kMax:
      case AccumulatorKind::kBitAnd:
      case AccumulatorKind::kBitOr:
      case AccumulatorKind::kBitXor: TRUENO_TRY(states_[i].append_state(builder, type)); break;
      case AccumulatorKind::kSumProduct: TRUENO_TRY(builder.append_string(products_[i].serialise())); break;
    }
    out.columns.push_back(TRUENO_TRY(builder.finish()));
  }
  states_ = kernel::fresh_states(program);
  counts_.assign(counts_.size(), 0);
  sums_.assign(sums_.size(), {});
  float_sums_ = fresh_float_sums();
  products_.assign(products_.size(), {});
  return out;
}

}  // namespace trueno::backend::simd

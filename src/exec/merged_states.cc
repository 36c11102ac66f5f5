#include "exec/merged_states.h"

#include <algorithm>

#include "kernel/aggregate.h"
#include "kernel/cell.h"

namespace trueno::exec {

using kernel::Accumulator;
using kernel::AccumulatorKind;
using kernel::FinishKind;
using kernel::Program;

namespace {

std::span<const std::uint32_t> rows_of(std::size_t group, std::span<const std::uint32_t> order, std::span<const std::uint32_t> starts) {
  const std::size_t end = group + 1 < starts.size() ? starts[group + 1] : order.size();
  return order.subspan(starts[group], end - starts[group]);
}

Error malformed() { return error(ErrorCode::kInternal, "malformed state of a sum"); }

}  // namespace

Result<MergedStates> MergedStates::merge(const Program& program, const Accumulator& accumulator, const Column& states,
                                         std::span<const std::uint32_t> order, std::span<const std::uint32_t> starts) {
  MergedStates out;
  out.kind_ = accumulator.kind;
  const Column plain = TRUENO_TRY(states.decoded());
  switch (accumulator.kind) {
    case AccumulatorKind::kCountRows:
    case AccumulatorKind::kCount:
      out.counts_.resize(starts.size());
      for (std::size_t g = 0; g < starts.size(); ++g) {
        for (const std::uint32_t row : rows_of(g, order, starts)) out.counts_[g] += plain.values.as<std::int64_t>()[row];
      }
      return out;
    case AccumulatorKind::kSumInteger: {
      const bool wide = kernel::state_type(program, accumulator).id == TypeId::kBlob;
      out.integer_sums_.resize(starts.size());
      for (std::size_t g = 0; g < starts.size(); ++g) {
        for (const std::uint32_t row : rows_of(g, order, starts)) {
          if (!wide) {
            out.integer_sums_[g].add(load<i128>(plain.values.as<i128>() + row));
            continue;
          }
          const auto sum = kernel::deserialise_i192(plain.text(row));
          if (!sum) return malformed();
          out.integer_sums_[g].add(*sum);
        }
      }
      return out;
    }
    case AccumulatorKind::kSumFloat: TRUENO_TRY(out.merge_floats(plain, order, starts)); return out;
    case AccumulatorKind::kMin:
    case AccumulatorKind::kMax: TRUENO_TRY(out.merge_extremes(plain, order, starts)); return out;
    case AccumulatorKind::kBitAnd:
    case AccumulatorKind::kBitOr:
    case AccumulatorKind::kBitXor: TRUENO_TRY(out.merge_bits(plain, order, starts)); return out;
    case AccumulatorKind::kSumProduct: TRUENO_TRY(out.merge_products(plain, order, starts)); return out;
  }
  return out;
}

Status MergedStates::merge_floats(const Column& states, std::span<const std::uint32_t> order, std::span<const std::uint32_t> starts) {
  fixed_sums_.resize(starts.size());
  for (std::size_t g = 0; g < starts.size(); ++g) {
    const auto rows = rows_of(g, order, starts);
    FixedSum& sum = fixed_sums_[g];
    bool fits = true;
    for (const std::uint32_t row : rows) {
      const auto part = FixedSum::read(states.text(row));
      fits = part && sum.add(*part);
      if (!fits) break;
    }
    if (fits) continue;
    ExactSum& wide = wide_sums_[g];
    for (const std::uint32_t row : rows) {
      const auto part = ExactSum::deserialise(states.text(row));
      if (!part) return malformed();
      wide.merge(*part);
    }
  }
  return {};
}

Status MergedStates::merge_products(const Column& states, std::span<const std::uint32_t> order, std::span<const std::uint32_t> starts) {
  product_sums_.resize(starts.size());
  for (std::size_t g = 0; g < starts.size(); ++g) {
    for (const std::uint32_t row : rows_of(g, order, starts)) {
      const auto part = ProductSum::deserialise(states.text(row));
      if (!part) return malformed();
      product_sums_[g].merge(*part);
    }
  }
  return {};
}

Status MergedStates::merge_bits(const Column& states, std::span<const std::uint32_t> order, std::span<const std::uint32_t> starts) {
  ColumnBuilder builder(states.type);
  builder.reserve(static_cast<std::int64_t>(starts.size()));
  for (std::size_t g = 0; g < starts.size(); ++g) {
    kernel::Cell bits;
    for (const std::uint32_t row : rows_of(g, order, starts)) {
      const kernel::Cell cell = kernel::cell_of(states, row);
      if (!cell.valid) continue;
      bits = bits.valid ? kernel::Cell::of_integer(kernel::combined_bits(kind_, bits.integer, cell.integer)) : cell;
    }
    TRUENO_TRY(kernel::append_cell(builder, states.type, bits));
  }
  extremes_ = TRUENO_TRY(builder.finish());
  return {};
}

std::optional<ScaledInteger> MergedStates::exact(std::size_t group) const {
  if (kind_ == AccumulatorKind::kSumProduct) {
    const ProductSum& sum = product_sums_[group];
    return sum.is_finite() ? std::optional(sum.value()) : std::nullopt;
  }
  if (const auto wide = wide_sums_.find(group); wide != wide_sums_.end()) return wide->second.exact();
  return fixed_sums_[group].exact();
}

// The best row of each group; equal values have one form in partial states, so which of them does not matter.
Status MergedStates::merge_extremes(const Column& states, std::span<const std::uint32_t> order, std::span<const std::uint32_t> starts) {
  ColumnBuilder builder(states.type);
  builder.reserve(static_cast<std::int64_t>(starts.size()));
  for (std::size_t g = 0; g < starts.size(); ++g) {
    kernel::Cell best;
    for (const std::uint32_t row : rows_of(g, order, starts)) {
      const kernel::Cell cell = kernel::cell_of(states, row);
      if (!cell.valid) continue;
      const int order_of_two = best.valid ? kernel::compare(cell, best, states.physical()) : 0;
      if (!best.valid || (kind_ == AccumulatorKind::kMin ? order_of_two < 0 : order_of_two > 0)) best = cell;
    }
    TRUENO_TRY(kernel::append_cell(builder, states.type, kernel::canonical(best, states.physical())));
  }
  extremes_ = TRUENO_TRY(builder.finish());
  return {};
}

double MergedStates::float_average(std::size_t group, std::int64_t divisor) const {
  if (const auto wide = wide_sums_.find(group); wide != wide_sums_.end()) return wide->second.average(divisor);
  return fixed_sums_[group].average(divisor);
}

namespace {

// A column being filled with values of fixed width and NULLs.
class OutputColumn {
 public:
  static Result<OutputColumn> make(const Type& type, std::size_t rows) {
    OutputColumn out;
    out.column_.type = type;
    out.column_.length = static_cast<std::int64_t>(rows);
    out.width_ = static_cast<std::size_t>(width_of(type.physical()));
    out.values_ = TRUENO_TRY(MutableBuffer::zeroed(std::max<std::size_t>(rows, 1) * out.width_));
    out.validity_ = TRUENO_TRY(MutableBuffer::zeroed(bytes_for_bits(std::max<std::size_t>(rows, 1))));
    return out;
  }
  template <class T>
  void set(std::size_t row, T value) {  // little-endian: the low bytes are the narrower integer
    std::memcpy(values_.data() + row * width_, &value, width_);
    set_bit(validity_.data(), row);
  }
  void set_null(std::size_t) { ++column_.null_count; }
  Column finish() && {
    column_.values = std::move(values_).freeze();
    if (column_.null_count != 0) column_.validity = std::move(validity_).freeze();
    return std::move(column_);
  }

 private:
  Column column_;
  std::size_t width_ = 0;
  MutableBuffer values_;
  MutableBuffer validity_;
};

}  // namespace

Result<std::vector<Column>> finish_outputs(const Program& program, std::span<const MergedStates> states, std::size_t groups) {
  std::vector<Column> out;
  std::size_t failed_group = groups;  // the first group with a sum out of range, and its first such output
  Type failed_type;
  for (const kernel::Output& output : program.sink.outputs) {
    const MergedStates& state = states[output.accumulator];
    const MergedStates& counter = states[output.count];
    if (output.kind == FinishKind::kExtreme || output.kind == FinishKind::kBits) {
      Column column = state.extremes();
      column.type = output.type;
      out.push_back(std::move(column));
      continue;
    }
    OutputColumn column = TRUENO_TRY(OutputColumn::make(output.type, groups));
    const auto limits = kernel::limits_of(output.type);
    for (std::size_t g = 0; g < groups; ++g) {
      if (output.kind == FinishKind::kCount) {
        column.set(g, static_cast<i128>(state.count(g)));
        continue;
      }
      const std::int64_t count = counter.count(g);
      if (output.kind == FinishKind::kMoment) {
        const auto value = kernel::finish_moment(output, count, [&](std::uint32_t sum) { return states[sum].exact(g); });
        value ? column.set(g, kernel::canonical(*value)) : column.set_null(g);
        continue;
      }
      if (count == 0) {
        column.set_null(g);
      } else if (output.kind == FinishKind::kAverage && !output.type.is_float()) {
        column.set(g, whole_average_of(state.integer_sum(g), count));
      } else if (output.kind == FinishKind::kAverage) {
        column.set(g, kernel::canonical(state.is_float() ? state.float_average(g, count)
                                                         : average_of(state.integer_sum(g), count, output.argument_scale)));
      } else if (state.is_float()) {
        column.set(g, kernel::canonical(state.float_average(g, 1)));
      } else {
        const std::optional<i128> sum = state.integer_sum(g).narrow();
        const bool fits = sum && (!limits || (*sum >= limits->min && *sum <= limits->max));
        if (fits) {
          column.set(g, *sum);
        } else if (g < failed_group) {
          failed_group = g;
          failed_type = output.type;
        }
      }
    }
    out.push_back(std::move(column).finish());
  }
  if (failed_group != groups) {
    return error(ErrorCode::kOutOfRange, "SUM is out of range of {}", failed_type.to_string()).hint("cast the argument to DOUBLE");
  }
  return out;
}

}  // namespace trueno::exec

#include "exec/merged_states.h"

#include <algorithm>

#include "kernel/aggregate.h"
#include "kernel/cell.h"
#include "kernel/group_outputs.h"

namespace trueno::exec {

using kernel::Accumulator;
using kernel::AccumulatorKind;
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

struct ByAccumulator {
  std::span<const MergedStates> states;
  [[nodiscard]] std::int64_t count(std::uint32_t accumulator, std::size_t group) const { return states[accumulator].count(group); }
  [[nodiscard]] const I192& integer_sum(std::uint32_t accumulator, std::size_t group) const {
    return states[accumulator].integer_sum(group);
  }
  [[nodiscard]] bool is_float(std::uint32_t accumulator) const { return states[accumulator].is_float(); }
  [[nodiscard]] double float_average(std::uint32_t accumulator, std::size_t group, std::int64_t divisor) const {
    return states[accumulator].float_average(group, divisor);
  }
  [[nodiscard]] std::optional<ScaledInteger> exact(std::uint32_t accumulator, std::size_t group) const {
    return states[accumulator].exact(group);
  }
};

}  // namespace

Result<std::vector<Column>> finish_outputs(const Program& program, std::span<const MergedStates> states, std::size_t groups) {
  kernel::GroupOutputs outputs = TRUENO_TRY(kernel::GroupOutputs::make(program, groups));
  const kernel::GroupOutputs::Failure failure = outputs.fill(ByAccumulator{states}, 0, groups);
  std::vector<Column> extremes;
  for (const kernel::Output& output : program.sink.outputs)
    extremes.push_back(kernel::is_column_of_states(output.kind) ? states[output.accumulator].extremes() : Column());
  return std::move(outputs).finish({&failure, 1}, extremes);
}

}  // namespace trueno::exec

#include "exec/group_sums.h"

#include <algorithm>
#include <type_traits>

#include "base/bits.h"
#include "column/physical_dispatch.h"
#include "kernel/aggregate.h"

namespace trueno::exec {

using kernel::AccumulatorKind;

namespace {

// Calls visit(row) for every row of [first, last) that is not NULL.
template <class Visit>
void for_valid(const Column& column, std::size_t first, std::size_t last, Visit visit) {
  const bool nulls = column.may_have_nulls();
  for (std::size_t row = first; row < last; ++row) {
    if (!nulls || column.is_valid(static_cast<std::int64_t>(row))) visit(row);
  }
}

std::int64_t valid_count(const Column& column, std::size_t first, std::size_t last) {
  if (!column.may_have_nulls() || column.validity.empty()) return static_cast<std::int64_t>(last - first);
  return static_cast<std::int64_t>(count_set_bits(column.validity.data(), static_cast<std::size_t>(column.offset) + first, last - first));
}

template <class T>
const T* values_of(const Column& column) {
  return column.values.as<T>() + column.offset;
}

}  // namespace

GroupSums::GroupSums(const kernel::Program& program, std::span<const AccumulatorColumns> columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    State& state = states_.emplace_back();
    state.kind = program.sink.accumulators[i].kind;
    state.power = program.sink.accumulators[i].power;
    state.columns = columns[i];
  }
}

void GroupSums::restart() {
  for (State& state : states_) {
    state.count = 0;
    state.integers = {};
    if (state.kind == AccumulatorKind::kSumFloat) state.floats = {};
    if (state.kind == AccumulatorKind::kSumProduct) state.products = {};
  }
}

void GroupSums::add(std::size_t first, std::size_t last) {
  for (State& state : states_) {
    switch (state.kind) {
      case AccumulatorKind::kCountRows: state.count += static_cast<std::int64_t>(last - first); break;
      case AccumulatorKind::kCount: state.count += valid_count(*state.columns.argument, first, last); break;
      case AccumulatorKind::kSumInteger: add_integers(state, first, last); break;
      case AccumulatorKind::kSumFloat: add_floats(state, first, last); break;
      case AccumulatorKind::kSumProduct: add_products(state, first, last); break;
      case AccumulatorKind::kMin:
      case AccumulatorKind::kMax:
      case AccumulatorKind::kBitAnd:
      case AccumulatorKind::kBitOr:
      case AccumulatorKind::kBitXor: break;
    }
  }
}

void GroupSums::add_integers(State& state, std::size_t first, std::size_t last) {
  const Column& column = *state.columns.argument;
  dispatch_physical(column.physical(), [&]<class T>() {
    if constexpr (std::is_same_v<T, i128>) {
      for_valid(column, first, last,
                [&, values = values_of<i128>(column)](std::size_t row) { state.integers.add(load<i128>(values + row)); });
    } else if constexpr (std::is_integral_v<T>) {
      i128 sum = 0;  // 2^32 values of 64 bits
      for_valid(column, first, last, [&, values = values_of<T>(column)](std::size_t row) { sum += values[row]; });
      state.integers.add(sum);
    }
  });
}

void GroupSums::add_floats(State& state, std::size_t first, std::size_t last) {
  const Column& column = *state.columns.argument;
  ExactSum& sum = state.floats;
  if (column.physical() == Physical::kF32) {
    for_valid(column, first, last, [&, values = values_of<float>(column)](std::size_t row) { sum.add(static_cast<double>(values[row])); });
  } else {
    for_valid(column, first, last, [&, values = values_of<double>(column)](std::size_t row) { sum.add(values[row]); });
  }
}

void GroupSums::add_products(State& state, std::size_t first, std::size_t last) {
  const Column& column = *state.columns.argument;
  const Column* const second = state.columns.second;
  const auto* values = values_of<double>(column);
  const auto* others = second == nullptr ? nullptr : values_of<double>(*second);
  for_valid(column, first, last, [&](std::size_t row) {
    if (second != nullptr && !second->is_valid(static_cast<std::int64_t>(row))) return;
    state.products.add(kernel::Factors(values[row], state.power, second == nullptr ? nullptr : others + row));
  });
}

void GroupSums::merge(const GroupSums& other) {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    State& state = states_[i];
    const State& more = other.states_[i];
    state.count += more.count;
    state.integers.add(more.integers);
    if (state.kind == AccumulatorKind::kSumFloat) state.floats.merge(more.floats);
    if (state.kind == AccumulatorKind::kSumProduct) state.products.merge(more.products);
  }
}

std::optional<ScaledInteger> GroupSums::exact(std::uint32_t accumulator, std::size_t) const {
  const State& state = states_[accumulator];
  if (state.kind == AccumulatorKind::kSumFloat) return state.floats.exact();
  return state.products.is_finite() ? std::optional(state.products.value()) : std::nullopt;
}

}  // namespace trueno::exec

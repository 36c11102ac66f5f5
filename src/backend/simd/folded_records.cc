#include "backend/simd/folded_records.h"

#include <cstring>

namespace trueno::backend::simd {

// Parts on the same grids add as whole numbers.
std::optional<TwoGridSum> FoldedRecords::two_grid_sum(std::uint32_t accumulator, std::size_t group) const {
  TwoGridSum sum;
  bool exists = true;
  members_.for_each(group - first_, [&](const GroupRecords& records, std::uint32_t own) {
    const std::optional<TwoGridSum> part = records.two_grid_sum(accumulator, own);
    exists = exists && part.has_value();
    if (!exists || (part->high == 0 && part->low == 0)) return;
    const bool empty = sum.high == 0 && sum.low == 0;
    exists = empty || (sum.high_exponent == part->high_exponent && sum.low_exponent == part->low_exponent);
    sum = {sum.high + part->high, sum.low + part->low, part->high_exponent, part->low_exponent};
  });
  return exists ? std::optional(sum) : std::nullopt;
}

std::optional<FixedSum> FoldedRecords::fixed_sum(std::uint32_t accumulator, std::size_t group) const {
  FixedSum sum;
  bool fits = true;
  members_.for_each(group - first_, [&](const GroupRecords& records, std::uint32_t own) {
    const std::optional<FixedSum> part = records.fixed_sum(accumulator, own);
    fits = fits && part && sum.add(*part);
  });
  return fits ? std::optional(sum) : std::nullopt;
}

ExactSum FoldedRecords::wide_sum(std::uint32_t accumulator, std::size_t group) const {
  ExactSum sum;
  members_.for_each(group - first_, [&](const GroupRecords& records, std::uint32_t own) { sum.merge(records.wide_sum(accumulator, own)); });
  return sum;
}

double FoldedRecords::wide_average(std::uint32_t accumulator, std::size_t group, std::int64_t divisor) const {
  const std::optional<FixedSum> sum = fixed_sum(accumulator, group);
  return sum ? sum->average(divisor) : wide_sum(accumulator, group).average(divisor);
}

std::optional<ScaledInteger> FoldedRecords::exact(std::uint32_t accumulator, std::size_t group) const {
  if (is_float(accumulator)) {
    const std::optional<FixedSum> sum = fixed_sum(accumulator, group);
    return sum ? sum->exact() : wide_sum(accumulator, group).exact();
  }
  ProductSum sum;
  members_.for_each(group - first_, [&](const GroupRecords& records, std::uint32_t own) { sum.merge(records.product(accumulator, own)); });
  return sum.is_finite() ? std::optional(sum.value()) : std::nullopt;
}

kernel::Cell folded_extreme(const kernel::Program& program, std::uint32_t accumulator, const Members& members, std::size_t group) {
  const kernel::Accumulator& wanted = program.sink.accumulators[accumulator];
  const GroupRecords::Slot& slot = members.layout().slots()[accumulator];
  const Physical physical = kernel::state_type(program, wanted).physical();
  kernel::Cell best;
  members.for_each(group, [&](const GroupRecords& records, std::uint32_t own) {
    const std::uint8_t* at = records.record(own) + slot.offset;
    if (load<std::int64_t>(at) == 0) return;
    alignas(16) std::uint8_t copy[16] = {};
    std::memcpy(copy, at + 8, static_cast<std::size_t>(width_of(slot.lane)));
    const kernel::Cell next = cell_of({slot.lane, copy, nullptr, true}, 0);
    if (!best.valid) {
      best = next;
    } else if (kernel::combines_bits(wanted.kind)) {
      best = kernel::Cell::of_integer(kernel::combined_bits(wanted.kind, best.integer, next.integer));
    } else {
      const int order = kernel::compare(next, best, physical);
      if (wanted.kind == kernel::AccumulatorKind::kMin ? order < 0 : order > 0) best = next;
    }
  });
  return kernel::canonical(best, physical);
}

void fill_extremes(const kernel::Program& program, std::uint32_t accumulator, const Members& members, std::size_t first, std::size_t last,
                   std::size_t at, kernel::OutputColumn& out) {
  const Lane lane = members.layout().slots()[accumulator].lane;
  for (std::size_t group = first; group < last; ++group) {
    const kernel::Cell found = folded_extreme(program, accumulator, members, group);
    const std::size_t row = at + group;
    if (!found.valid) {
      out.set_null(row);
      continue;
    }
    switch (lane) {
      case Lane::kBool: out.set(row, std::uint8_t{found.boolean ? std::uint8_t{1} : std::uint8_t{0}}); break;
      case Lane::kF32: out.set(row, found.f32); break;
      case Lane::kF64: out.set(row, found.f64); break;
      case Lane::kInterval: out.set(row, found.interval); break;
      default: out.set(row, found.integer); break;
    }
  }
}

}  // namespace trueno::backend::simd

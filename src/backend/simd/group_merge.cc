#include "backend/simd/group_merge.h"

#include <algorithm>
#include <cstring>

#include "backend/simd/reduce_sink.h"
#include "base/fixed_sum.h"
#include "column/rows.h"
#include "kernel/cell.h"
#include "kernel/group_outputs.h"

namespace trueno::backend::simd {

using kernel::AccumulatorKind;
using StateKind = GroupSink::StateKind;

namespace {

constexpr std::size_t kStretch = 4096;  // groups a thread finishes at a time; a multiple of 64
constexpr std::size_t kPrefetchDistance = 16;

// The groups of all workers, numbered one worker after the other, and which of them are one group of the output.
class Members {
 public:
  Members(std::span<const GroupSink* const> sinks, GroupedRows grouped) : sinks_(sinks), grouped_(std::move(grouped)) {
    std::uint32_t first = 0;
    for (const GroupSink* sink : sinks) {
      first_.push_back(first);
      first += sink->groups();
    }
  }
  [[nodiscard]] std::size_t groups() const { return grouped_.starts.size(); }
  [[nodiscard]] std::span<const std::uint32_t> of(std::size_t group) const {
    const std::size_t begin = grouped_.starts[group];
    const std::size_t end = group + 1 < grouped_.starts.size() ? grouped_.starts[group + 1] : grouped_.rows.size();
    return std::span(grouped_.rows).subspan(begin, end - begin);
  }
  [[nodiscard]] const GroupSink& sink_of(std::uint32_t member) const { return *sinks_[worker_of(member)]; }
  /// The member's number in its own sink.
  [[nodiscard]] std::uint32_t own(std::uint32_t member) const { return member - first_[worker_of(member)]; }
  [[nodiscard]] const std::uint8_t* record(std::uint32_t member) const {
    const std::size_t worker = worker_of(member);
    return sinks_[worker]->record(member - first_[worker]);
  }
  void prefetch(std::size_t first, std::size_t last) const {
    for (std::size_t group = first; group < std::min(last, groups()); ++group) {
      for (const std::uint32_t member : of(group)) {
        __builtin_prefetch(record(member));
        __builtin_prefetch(record(member) + 63);
      }
    }
  }

 private:
  [[nodiscard]] std::size_t worker_of(std::uint32_t member) const {
    std::size_t worker = 0;
    while (worker + 1 < first_.size() && member >= first_[worker + 1]) ++worker;
    return worker;
  }
  std::span<const GroupSink* const> sinks_;
  GroupedRows grouped_;
  std::vector<std::uint32_t> first_;
};

// What kernel::GroupOutputs asks for, from the records.
class FoldedRecords {
 public:
  FoldedRecords(const kernel::Program& program, const GroupSink& layout, const Members& members)
      : program_(program), layout_(layout), members_(members) {}

  [[nodiscard]] std::int64_t count(std::uint32_t accumulator, std::size_t group) const {
    const std::size_t offset = layout_.slots()[accumulator].offset;
    std::int64_t sum = 0;
    for (const std::uint32_t member : members_.of(group)) sum += load<std::int64_t>(members_.record(member) + offset);
    return sum;
  }
  [[nodiscard]] I192 integer_sum(std::uint32_t accumulator, std::size_t group) const {
    const GroupSink::Slot& slot = layout_.slots()[accumulator];
    I192 sum;
    for (const std::uint32_t member : members_.of(group)) {
      const std::uint8_t* at = members_.record(member) + slot.offset;
      switch (slot.kind) {
        case StateKind::kNarrowSum: sum.add(i128{load<std::int64_t>(at)}); break;
        case StateKind::kWideSum: sum.add(load<i128>(at)); break;
        default: sum.add(I192{load<std::uint64_t>(at), load<i128>(at + 8)});
      }
    }
    return sum;
  }
  [[nodiscard]] bool is_float(std::uint32_t accumulator) const {
    return program_.sink.accumulators[accumulator].kind == AccumulatorKind::kSumFloat;
  }
  [[nodiscard]] double float_average(std::uint32_t accumulator, std::size_t group, std::int64_t divisor) const {
    const std::optional<FixedSum> sum = fixed_sum(accumulator, group);
    return sum ? sum->average(divisor) : wide_sum(accumulator, group).average(divisor);
  }
  [[nodiscard]] std::optional<ScaledInteger> exact(std::uint32_t accumulator, std::size_t group) const {
    if (is_float(accumulator)) {
      const std::optional<FixedSum> sum = fixed_sum(accumulator, group);
      return sum ? sum->exact() : wide_sum(accumulator, group).exact();
    }
    ProductSum sum;
    for (const std::uint32_t member : members_.of(group)) sum.merge(members_.sink_of(member).product(accumulator, members_.own(member)));
    return sum.is_finite() ? std::optional(sum.value()) : std::nullopt;
  }

 private:
  [[nodiscard]] std::optional<FixedSum> fixed_sum(std::uint32_t accumulator, std::size_t group) const {
    const std::span<const std::uint32_t> members = members_.of(group);
    if (members.size() == 1) return members_.sink_of(members.front()).fixed_sum(accumulator, members_.own(members.front()));
    FixedSum sum;
    for (const std::uint32_t member : members) {
      const std::optional<FixedSum> part = members_.sink_of(member).fixed_sum(accumulator, members_.own(member));
      if (!part || !sum.add(*part)) return std::nullopt;
    }
    return sum;
  }
  [[nodiscard]] ExactSum wide_sum(std::uint32_t accumulator, std::size_t group) const {
    ExactSum sum;
    for (const std::uint32_t member : members_.of(group)) sum.merge(members_.sink_of(member).wide_sum(accumulator, members_.own(member)));
    return sum;
  }

  const kernel::Program& program_;
  const GroupSink& layout_;
  const Members& members_;
};

// MIN, MAX and combined bits: one value a record, of any type.
class Extremes {
 public:
  Extremes(const CompiledProgram& compiled, const GroupSink& layout, const Members& members)
      : compiled_(compiled), layout_(layout), members_(members) {}

  [[nodiscard]] Result<Column> column(std::size_t accumulator, const Parallel& parallel) const {
    const kernel::Accumulator& wanted = compiled_.program->sink.accumulators[accumulator];
    const Type type = kernel::state_type(*compiled_.program, wanted);
    const GroupSink::Slot& slot = layout_.slots()[accumulator];
    if (slot.lane == Lane::kString || slot.lane == Lane::kCode) {
      ColumnBuilder builder(type);
      builder.reserve(static_cast<std::int64_t>(members_.groups()));
      for (std::size_t group = 0; group < members_.groups(); ++group)
        TRUENO_TRY(kernel::append_cell(builder, type, kernel::canonical(cell(wanted, slot, type.physical(), group), type.physical())));
      return builder.finish();
    }
    kernel::OutputColumn out = TRUENO_TRY(kernel::OutputColumn::make(type, members_.groups()));
    parallel((members_.groups() + kStretch - 1) / kStretch, [&](std::size_t stretch) {
      const std::size_t end = std::min(members_.groups(), (stretch + 1) * kStretch);
      for (std::size_t group = stretch * kStretch; group < end; ++group) {
        members_.prefetch(group + kPrefetchDistance, std::min(end, group + kPrefetchDistance + 1));
        const kernel::Cell found = kernel::canonical(cell(wanted, slot, type.physical(), group), type.physical());
        if (found.valid) set(out, slot.lane, group, found);
      }
    });
    return std::move(out).finish();
  }

 private:
  [[nodiscard]] kernel::Cell cell(const kernel::Accumulator& wanted, const GroupSink::Slot& slot, Physical physical,
                                  std::size_t group) const {
    kernel::Cell best;
    for (const std::uint32_t member : members_.of(group)) {
      const std::uint8_t* at = members_.record(member) + slot.offset;
      if (load<std::int64_t>(at) == 0) continue;
      alignas(16) std::uint8_t copy[16] = {};
      std::memcpy(copy, at + 8, static_cast<std::size_t>(width_of(slot.lane)));
      const kernel::Cell next = cell_of({slot.lane, copy, nullptr, true}, 0);
      if (!best.valid) {
        best = next;
      } else if (kernel::combines_bits(wanted.kind)) {
        best = kernel::Cell::of_integer(kernel::combined_bits(wanted.kind, best.integer, next.integer));
      } else {
        const int order = kernel::compare(next, best, physical);
        if (wanted.kind == AccumulatorKind::kMin ? order < 0 : order > 0) best = next;
      }
    }
    return best;
  }
  static void set(kernel::OutputColumn& out, Lane lane, std::size_t group, const kernel::Cell& found) {
    switch (lane) {
      case Lane::kBool: return out.set(group, std::uint8_t{found.boolean ? std::uint8_t{1} : std::uint8_t{0}});
      case Lane::kF32: return out.set(group, found.f32);
      case Lane::kF64: return out.set(group, found.f64);
      case Lane::kInterval: return out.set(group, found.interval);
      default: return out.set(group, found.integer);
    }
  }

  const CompiledProgram& compiled_;
  const GroupSink& layout_;
  const Members& members_;
};

// The keys of all workers behind one another.
Result<std::vector<Column>> all_keys(std::span<const GroupSink* const> sinks, std::size_t keys, const Parallel& parallel) {
  std::vector<std::optional<Result<std::vector<Column>>>> of_sinks(sinks.size());
  parallel(sinks.size(), [&](std::size_t i) { of_sinks[i] = sinks[i]->keys(); });
  std::vector<std::vector<Column>> made;
  for (auto& columns : of_sinks) made.push_back(TRUENO_TRY(std::move(*columns)));
  std::vector<Column> out;
  for (std::size_t k = 0; k < keys; ++k) {
    std::vector<Column> parts;
    for (const std::vector<Column>& columns : made) parts.push_back(columns[k]);
    out.push_back(TRUENO_TRY(concatenate(parts)));
  }
  return out;
}

}  // namespace

Result<std::optional<Batch>> merge_groups(const CompiledProgram& compiled, std::span<const GroupSink* const> sinks,
                                          const Parallel& parallel) {
  std::vector<const GroupSink*> filled;
  std::int64_t rows = 0;
  for (const GroupSink* sink : sinks) {
    if (!sink->is_whole()) return std::optional<Batch>();
    if (sink->groups() != 0) filled.push_back(sink);
    rows += sink->groups();
  }
  if (filled.empty() || rows >= std::int64_t{UINT32_MAX}) return std::optional<Batch>();
  const kernel::Program& program = *compiled.program;
  const std::vector<Column> keys = TRUENO_TRY(all_keys(filled, program.sink.keys.size(), parallel));
  std::vector<OrderKey> order;
  for (const Column& key : keys) order.push_back({&key, false, false});
  const Members members(filled, TRUENO_TRY(grouped_rows(order, rows, parallel)));
  const std::size_t groups = members.groups();
  Batch out;
  out.length = static_cast<std::int64_t>(groups);
  std::vector<std::uint32_t> first_rows(groups);
  for (std::size_t group = 0; group < groups; ++group) first_rows[group] = members.of(group).front();
  for (const Column& key : keys) out.columns.push_back(TRUENO_TRY(take_rows(key, first_rows, parallel)));
  const FoldedRecords records(program, *filled.front(), members);
  kernel::GroupOutputs outputs = TRUENO_TRY(kernel::GroupOutputs::make(program, groups));
  std::vector<kernel::GroupOutputs::Failure> failures((groups + kStretch - 1) / kStretch);
  parallel(failures.size(), [&](std::size_t stretch) {
    const std::size_t end = std::min(groups, (stretch + 1) * kStretch);
    for (std::size_t group = stretch * kStretch; group < end; group += kPrefetchDistance) {
      const std::size_t next = std::min(end, group + kPrefetchDistance);
      members.prefetch(next, std::min(end, next + kPrefetchDistance));
      const kernel::GroupOutputs::Failure failure = outputs.fill(records, group, next);
      if (failure.group < failures[stretch].group) failures[stretch] = failure;
    }
  });
  std::vector<Column> extremes(program.sink.outputs.size());
  for (std::size_t i = 0; i < extremes.size(); ++i) {
    const kernel::Output& output = program.sink.outputs[i];
    if (kernel::is_column_of_states(output.kind))
      extremes[i] = TRUENO_TRY(Extremes(compiled, *filled.front(), members).column(output.accumulator, parallel));
  }
  for (Column& column : TRUENO_TRY(std::move(outputs).finish(failures, extremes))) out.columns.push_back(std::move(column));
  return std::optional(std::move(out));
}

}  // namespace trueno::backend::simd

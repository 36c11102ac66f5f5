#include "backend/simd/group_merge.h"

#include <algorithm>

#include "backend/simd/folded_records.h"
#include "backend/simd/group_parts.h"
#include "backend/simd/stream.h"
#include "column/rows.h"
#include "kernel/aggregate.h"

namespace trueno::backend::simd {

namespace {

constexpr std::size_t kStretch = 4096;  // groups a thread finishes at a time

// MIN, MAX or combined bits of all groups.
Result<Column> extreme_column(const kernel::Program& program, std::uint32_t accumulator, const Members& members, const Parallel& parallel) {
  const Type type = kernel::state_type(program, program.sink.accumulators[accumulator]);
  const Lane lane = members.layout().slots()[accumulator].lane;
  if (lane == Lane::kString || lane == Lane::kCode) {
    ColumnBuilder builder(type);
    builder.reserve(static_cast<std::int64_t>(members.groups()));
    for (std::size_t group = 0; group < members.groups(); ++group)
      TRUENO_TRY(kernel::append_cell(builder, type, folded_extreme(program, accumulator, members, group)));
    return builder.finish();
  }
  kernel::OutputColumn out = TRUENO_TRY(kernel::OutputColumn::make(type, members.groups()));
  parallel((members.groups() + kStretch - 1) / kStretch, [&](std::size_t stretch) {
    const std::size_t end = std::min(members.groups(), (stretch + 1) * kStretch);
    for (std::size_t group = stretch * kStretch; group < end; group += kPrefetchDistance) {
      const std::size_t next = std::min(end, group + kPrefetchDistance);
      members.prefetch(next, std::min(end, next + kPrefetchDistance));
      fill_extremes(program, accumulator, members, group, next, 0, out);
    }
  });
  return std::move(out).finish();
}

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
  if (std::ranges::any_of(sinks, [](const GroupSink* sink) { return sink->dealt() != nullptr; }))
    return group_parts(compiled, sinks, parallel);
  if (filled.empty() || rows >= std::int64_t{UINT32_MAX}) return std::optional<Batch>();
  const kernel::Program& program = *compiled.program;
  const std::vector<Column> keys = TRUENO_TRY(all_keys(filled, program.sink.keys.size(), parallel));
  std::vector<OrderKey> order;
  for (const Column& key : keys) order.push_back({&key, false, false});
  std::vector<const GroupRecords*> record_sets;
  for (const GroupSink* sink : filled) record_sets.push_back(&sink->records());
  const GroupedRows grouped = TRUENO_TRY(grouped_rows(order, rows, parallel));
  const std::size_t groups = grouped.starts.size();
  const Members members(record_sets, groups, grouped.rows, grouped.starts);
  Batch out;
  out.length = static_cast<std::int64_t>(groups);
  std::vector<std::uint32_t> first_rows(groups);
  for (std::size_t group = 0; group < groups; ++group) first_rows[group] = grouped.rows[grouped.starts[group]];
  for (const Column& key : keys) out.columns.push_back(TRUENO_TRY(take_rows(key, first_rows, parallel)));
  const FoldedRecords records(program, members);
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
    if (kernel::is_column_of_states(output.kind)) extremes[i] = TRUENO_TRY(extreme_column(program, output.accumulator, members, parallel));
  }
  for (Column& column : TRUENO_TRY(std::move(outputs).finish(failures, extremes))) out.columns.push_back(std::move(column));
  return std::optional(std::move(out));
}

}  // namespace trueno::backend::simd

// Partial states of a sink united into the pipeline's output.
//
// Groups: the keys of all partials are put behind one another and sorted, since the output is in key order anyway; rows with equal keys are
// then neighbours, and each accumulator is folded over them column by column.
#include "exec/merge.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "column/rows.h"
#include "exec/fold_groups.h"
#include "exec/merged_states.h"

namespace trueno::exec {

namespace {

using kernel::Program;
using kernel::SinkKind;

Result<Column> joined_column(const std::vector<Batch>& partials, std::size_t index, const Type& type) {
  std::vector<Column> columns;
  for (const Batch& partial : partials) {
    if (partial.length != 0) columns.push_back(partial.columns[index]);
  }
  if (columns.empty()) {
    ColumnBuilder none(type);
    return none.finish();
  }
  return concatenate(columns);
}

// Calls make(i) for every column of a batch, columns at the same time.
Result<std::vector<Column>> each_column(std::size_t count, const Parallel& parallel,
                                        const std::function<Result<Column>(std::size_t)>& make) {
  std::vector<std::optional<Result<Column>>> made(count);
  parallel(count, [&](std::size_t i) { made[i] = make(i); });
  std::vector<Column> out;
  for (std::optional<Result<Column>>& column : made) out.push_back(TRUENO_TRY(std::move(*column)));
  return out;
}

Result<Batch> joined(const kernel::Program& program, const std::vector<Batch>& partials, const Parallel& parallel) {
  Batch out;
  for (const Batch& partial : partials) out.length += partial.length;
  const Schema schema = kernel::partial_schema(program);
  out.columns = TRUENO_TRY(each_column(schema.size(), parallel, [&](std::size_t i) { return joined_column(partials, i, schema[i].type); }));
  return out;
}

Result<Batch> merge_groups(const Program& program, const std::vector<Batch>& partials, const Parallel& parallel) {
  const kernel::Sink& sink = program.sink;
  const Batch all = TRUENO_TRY(joined(program, partials, parallel));
  const std::size_t key_count = sink.keys.size();
  std::vector<OrderKey> order_keys;
  for (std::size_t k = 0; k < key_count; ++k) order_keys.push_back({&all.columns[k], false, false});
  GroupedRows grouped = TRUENO_TRY(grouped_rows(order_keys, all.length, parallel));
  const std::vector<std::uint32_t>& order = grouped.rows;
  std::vector<std::uint32_t>& starts = grouped.starts;
  if (sink.kind == SinkKind::kReduce) starts = {0};  // one row, also of no rows
  Batch out;
  out.length = static_cast<std::int64_t>(starts.size());
  std::vector<std::uint32_t> first_rows_of_groups;
  for (const std::uint32_t start : starts) {
    if (key_count != 0) first_rows_of_groups.push_back(order[start]);
  }
  for (std::size_t k = 0; k < key_count; ++k) out.columns.push_back(TRUENO_TRY(take_rows(all.columns[k], first_rows_of_groups, parallel)));
  std::vector<MergedStates> states;
  for (std::size_t a = 0; a < sink.accumulators.size(); ++a) {
    states.push_back(TRUENO_TRY(MergedStates::merge(program, sink.accumulators[a], all.columns[key_count + a], order, starts)));
  }
  for (Column& column : TRUENO_TRY(finish_outputs(program, states, starts.size()))) out.columns.push_back(std::move(column));
  return out;
}

// Drops from `order` what a sort does not keep of each group of equal keys. Returns each kept row's number in its group.
Result<std::vector<std::int64_t>> keep_of_groups(const kernel::Sink& sink, std::span<const Column> keys,
                                                 std::vector<std::uint32_t>& order) {
  std::vector<std::int64_t> numbers;
  std::vector<std::uint32_t> kept;
  const std::vector<std::uint32_t> starts = TRUENO_TRY(group_starts(keys, order));
  for (std::size_t group = 0; group < starts.size(); ++group) {
    const std::size_t end = group + 1 < starts.size() ? starts[group + 1] : order.size();
    for (std::size_t i = starts[group]; i < end; ++i) {
      const auto number = static_cast<std::int64_t>(i - starts[group]);
      if (number < sink.group_offset || (sink.group_limit >= 0 && number - sink.group_offset >= sink.group_limit)) continue;
      kept.push_back(order[i]);
      numbers.push_back(number);
    }
  }
  order = std::move(kept);
  return numbers;
}

Result<Batch> merge_sorted(const Program& program, const std::vector<Batch>& partials, const Parallel& parallel) {
  const kernel::Sink& sink = program.sink;
  const Batch all = TRUENO_TRY(joined(program, partials, parallel));
  std::vector<OrderKey> keys;
  for (std::size_t k = 0; k < sink.sort_keys.size(); ++k)
    keys.push_back({&all.columns[k], sink.sort_keys[k].descending, sink.sort_keys[k].nulls_first});
  const Column ids = TRUENO_TRY(all.columns.back().decoded());
  const std::span<const std::int64_t> ties(ids.values.as<std::int64_t>(), static_cast<std::size_t>(all.length));
  const bool top = sink.kind == SinkKind::kTopK;
  std::vector<std::uint32_t> order = top ? TRUENO_TRY(first_rows(keys, all.length, ties, sink.limit, parallel))
                                         : TRUENO_TRY(sorted_rows(keys, all.length, ties, parallel));
  const bool by_group = sink.row_number || sink.group_limit >= 0 || sink.group_offset > 0;
  std::vector<std::int64_t> numbers;
  if (by_group) numbers = TRUENO_TRY(keep_of_groups(sink, std::span(all.columns).first(sink.sort_keys.size()), order));
  Batch out;
  out.length = static_cast<std::int64_t>(order.size());
  for (std::size_t i = 0; i < sink.values.size(); ++i)
    out.columns.push_back(TRUENO_TRY(take_rows(all.columns[sink.sort_keys.size() + i], order, parallel)));
  if (!sink.row_number) return out;
  ColumnBuilder column{TypeId::kBigInt};
  column.reserve(out.length);
  for (const std::int64_t number : numbers) TRUENO_TRY(column.append_bytes(&number));
  out.columns.push_back(TRUENO_TRY(column.finish()));
  return out;
}

}  // namespace

Result<std::vector<std::uint32_t>> group_starts(std::span<const Column> keys, std::span<const std::uint32_t> order) {
  std::vector<bool> differs(order.size(), false);
  for (const Column& key : keys) {
    const KeyEquality same = TRUENO_TRY(KeyEquality::make(key));
    for (std::size_t i = 1; i < order.size(); ++i) {
      if (!differs[i] && !same(order[i - 1], order[i])) differs[i] = true;
    }
  }
  std::vector<std::uint32_t> starts;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || differs[i]) starts.push_back(static_cast<std::uint32_t>(i));
  }
  return starts;
}

Result<Batch> merge_partials(const Program& program, const std::vector<Batch>& partials, const Parallel& parallel) {
  switch (program.sink.kind) {
    case SinkKind::kEmit:
    case SinkKind::kBuild: return joined(program, partials, parallel);
    case SinkKind::kReduce:
    case SinkKind::kGroup: return merge_groups(program, partials, parallel);
    case SinkKind::kTopK:
    case SinkKind::kSort: return merge_sorted(program, partials, parallel);
    case SinkKind::kCollect: return fold_groups(program, partials, parallel);
  }
  return error(ErrorCode::kInternal, "unknown sink");
}

Result<Batch> concatenate_batches(std::vector<Batch> parts) {
  Batch all;
  for (const Batch& part : parts) all.length += part.length;
  for (std::size_t i = 0; i < parts.front().columns.size(); ++i) {
    std::vector<Column> columns;
    for (Batch& part : parts) columns.push_back(std::exchange(part.columns[i], {}));
    all.columns.push_back(TRUENO_TRY(concatenate(columns)));
  }
  return all;
}

Batch slice(const Batch& batch, std::int64_t offset, std::int64_t limit) {
  Batch out;
  const std::int64_t begin = std::min(offset, batch.length);
  out.length = limit < 0 ? batch.length - begin : std::min(limit, batch.length - begin);
  for (const Column& column : batch.columns) out.columns.push_back(column.slice(begin, out.length));
  return out;
}

}  // namespace trueno::exec

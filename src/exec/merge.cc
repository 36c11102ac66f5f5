#include "exec/merge.h"

#include <algorithm>
#include <unordered_map>

#include "base/hash.h"
#include "kernel/aggregate.h"

namespace trueno::exec {

namespace {

using kernel::AccumulatorState;
using kernel::Cell;
using kernel::Program;
using kernel::SinkKind;

std::vector<AccumulatorState> fresh(const Program& program) {
  std::vector<AccumulatorState> states;
  for (const kernel::Accumulator& a : program.sink.accumulators) {
    states.emplace_back(a.kind, a.argument == kernel::kNoValue ? Physical::kI64 : program.at(a.argument).physical());
  }
  return states;
}

struct Group {
  std::size_t batch = 0;  // where the key stands
  std::int64_t row = 0;
  std::vector<AccumulatorState> states;
};

// Orders rows of batches by columns [0, keys).
int compare_keys(const std::vector<Batch>& batches, const Group& a, const Group& b, std::size_t keys,
                 const std::vector<kernel::SortKey>* order) {
  for (std::size_t k = 0; k < keys; ++k) {
    const Cell x = kernel::cell_of(batches[a.batch].columns[k], a.row);
    const Cell y = kernel::cell_of(batches[b.batch].columns[k], b.row);
    const bool descending = order != nullptr && (*order)[k].descending;
    const bool nulls_first = order != nullptr && (*order)[k].nulls_first;
    if (x.valid != y.valid) return x.valid == nulls_first ? 1 : -1;
    if (!x.valid) continue;
    const int c = kernel::compare(x, y, batches[a.batch].columns[k].physical());
    if (c != 0) return descending ? -c : c;
  }
  return 0;
}

Result<Batch> finish_rows(std::vector<ColumnBuilder>& builders, std::int64_t rows) {
  Batch out;
  out.length = rows;
  for (ColumnBuilder& builder : builders) out.columns.push_back(TRUENO_TRY(builder.finish()));
  return out;
}

Result<Batch> merge_groups(const Program& program, const std::vector<Batch>& partials) {
  const kernel::Sink& sink = program.sink;
  const std::size_t keys = sink.keys.size();
  std::vector<Group> groups;
  std::unordered_multimap<std::uint64_t, std::size_t> by_hash;
  if (sink.kind == SinkKind::kReduce) groups.push_back({0, 0, fresh(program)});
  for (std::size_t b = 0; b < partials.size(); ++b) {
    for (std::int64_t row = 0; row < partials[b].length; ++row) {
      std::size_t index = 0;
      if (keys != 0) {
        std::uint64_t hash = 0;
        for (std::size_t k = 0; k < keys; ++k) {
          const Column& column = partials[b].columns[k];
          hash = hash_combine(hash, kernel::hash(kernel::cell_of(column, row), column.physical()));
        }
        const Group candidate{b, row, {}};
        const auto [first, last] = by_hash.equal_range(hash);
        const auto found = std::find_if(
            first, last, [&](const auto& entry) { return compare_keys(partials, groups[entry.second], candidate, keys, nullptr) == 0; });
        if (found != last) {
          index = found->second;
        } else {
          index = groups.size();
          groups.push_back({b, row, fresh(program)});
          by_hash.emplace(hash, index);
        }
      }
      for (std::size_t a = 0; a < sink.accumulators.size(); ++a)
        TRUENO_TRY(groups[index].states[a].merge(kernel::cell_of(partials[b].columns[keys + a], row)));
    }
  }
  std::ranges::sort(groups, [&](const Group& a, const Group& b) { return compare_keys(partials, a, b, keys, nullptr) < 0; });
  std::vector<ColumnBuilder> builders;
  for (const Field& field : kernel::output_schema(program)) builders.emplace_back(field.type);
  for (const Group& group : groups) {
    for (std::size_t k = 0; k < keys; ++k) TRUENO_TRY(builders[k].append_row(partials[group.batch].columns[k], group.row));
    for (std::size_t o = 0; o < sink.outputs.size(); ++o) {
      const kernel::Output& output = sink.outputs[o];
      TRUENO_TRY(
          builders[keys + o].append(TRUENO_TRY(group.states[output.accumulator].finish(output, group.states[output.count].count()))));
    }
  }
  return finish_rows(builders, static_cast<std::int64_t>(groups.size()));
}

Result<Batch> merge_sorted(const Program& program, const std::vector<Batch>& partials) {
  const kernel::Sink& sink = program.sink;
  const std::size_t keys = sink.sort_keys.size();
  std::vector<Group> rows;
  for (std::size_t b = 0; b < partials.size(); ++b) {
    for (std::int64_t row = 0; row < partials[b].length; ++row) rows.push_back({b, row, {}});
  }
  const auto row_id = [&](const Group& g) { return kernel::cell_of(partials[g.batch].columns.back(), g.row).integer; };
  std::ranges::sort(rows, [&](const Group& a, const Group& b) {
    const int order = compare_keys(partials, a, b, keys, &sink.sort_keys);
    return order != 0 ? order < 0 : row_id(a) < row_id(b);
  });
  if (sink.kind == SinkKind::kTopK && static_cast<std::int64_t>(rows.size()) > sink.limit)
    rows.resize(static_cast<std::size_t>(sink.limit));
  std::vector<ColumnBuilder> builders;
  for (const kernel::ValueId id : sink.values) builders.emplace_back(program.at(id).type);
  for (const Group& row : rows) {
    for (std::size_t i = 0; i < builders.size(); ++i) TRUENO_TRY(builders[i].append_row(partials[row.batch].columns[keys + i], row.row));
  }
  return finish_rows(builders, static_cast<std::int64_t>(rows.size()));
}

Result<Batch> append_batches(const Program& program, const std::vector<Batch>& partials) {
  Batch out;
  for (const Batch& partial : partials) out.length += partial.length;
  for (std::size_t i = 0; i < program.sink.values.size(); ++i) {
    std::vector<Column> columns;
    for (const Batch& partial : partials) {
      if (partial.length != 0) columns.push_back(partial.columns[i]);
    }
    if (columns.empty()) {
      ColumnBuilder none(program.at(program.sink.values[i]).type);
      columns.push_back(TRUENO_TRY(none.finish()));
    }
    out.columns.push_back(TRUENO_TRY(concatenate(columns)));
  }
  return out;
}

}  // namespace

Result<Batch> merge_partials(const Program& program, const std::vector<Batch>& partials) {
  switch (program.sink.kind) {
    case SinkKind::kEmit: return append_batches(program, partials);
    case SinkKind::kReduce:
    case SinkKind::kGroup: return merge_groups(program, partials);
    case SinkKind::kTopK:
    case SinkKind::kSort: return merge_sorted(program, partials);
  }
  return error(ErrorCode::kInternal, "unknown sink");
}

Batch slice(const Batch& batch, std::int64_t offset, std::int64_t limit) {
  Batch out;
  const std::int64_t begin = std::min(offset, batch.length);
  out.length = limit < 0 ? batch.length - begin : std::min(limit, batch.length - begin);
  for (const Column& column : batch.columns) out.columns.push_back(column.slice(begin, out.length));
  return out;
}

}  // namespace trueno::exec

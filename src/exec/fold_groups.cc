// Aggregates over all rows of a group.
//
// All rows are put in the order (keys, row id), so that a group is a stretch of rows and a row's number is its place. A fold with an order
// of its own gets the numbers of its group's rows in that order: all rows are sorted by it once, for every fold that asks for the same,
// and dealt out to their groups, which keeps the order. Threads take stretches of groups; of a group with very many rows, its rows.
#include "exec/fold_groups.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "column/rows.h"
#include "exec/collected_rows.h"
#include "exec/group_sums.h"
#include "kernel/aggregate.h"
#include "kernel/group_outputs.h"

namespace trueno::exec {

namespace {

using kernel::Fold;
using kernel::Program;

constexpr std::size_t kLeastRows = 16 * 1024;              // of a stretch of groups
constexpr std::size_t kSharedRows = std::size_t{1} << 18;  // a group of so many is for all threads together
constexpr std::size_t kStretchesPerThread = 8;

// All rows group by group, each group's in some order.
struct Ordering {
  std::vector<Fold::Order> orders;
  std::uint32_t sorted_by = Fold::kNone;  // the value that goes before `orders`
  std::span<const std::uint32_t> rows;
  std::vector<std::int64_t> places;  // by row: where it is; none where rows are as they are
  std::vector<std::uint32_t> own;    // what `rows` looks into, but for rows as they are
};

// Groups that one thread takes; `shared`: one group, for all.
struct GroupStretch {
  std::size_t first;
  std::size_t last;
  bool shared;
};

// The first group that fails, and how.
struct Failure {
  std::size_t group;
  std::optional<Error> error;

  void note(std::size_t failed, Error what) {
    if (failed >= group) return;
    group = failed;
    error = std::move(what);
  }
};

class Groups {
 public:
  // `values`: plain columns of all rows, group by group; group g begins at starts[g].
  Groups(const Program& program, std::vector<Column> values, std::size_t rows, std::vector<std::uint32_t> starts, const Parallel& parallel)
      : program_(program), sink_(program.sink), values_(std::move(values)), rows_(rows), starts_(std::move(starts)), parallel_(parallel) {}

  // What the folds give, in their order. Where groups fail, the error of the first of them, and of its first fold.
  Result<std::vector<Column>> folded() {
    Failure failure{starts_.size(), std::nullopt};
    as_they_are_ = TRUENO_TRY(MutableBuffer::uninitialised(rows_ * sizeof(std::uint32_t)));
    auto* const numbers = as_they_are_.as<std::uint32_t>();
    parallel_.ranges(rows_, kLeastRows, [&](std::size_t first, std::size_t last) {
      for (std::size_t row = first; row < last; ++row) numbers[row] = static_cast<std::uint32_t>(row);
    });
    orderings_.push_back({{}, Fold::kNone, {numbers, rows_}, {}, {}});
    std::vector<Column> outputs = TRUENO_TRY(accumulated(failure));
    std::vector<Column> columns;
    for (const Fold& fold : sink_.folds)
      columns.push_back(fold.function == nullptr ? std::move(outputs[fold.output]) : TRUENO_TRY(this->fold(fold, failure)));
    if (failure.error) return std::move(*failure.error);
    return columns;
  }

 private:
  [[nodiscard]] std::size_t begin_of(std::size_t group) const { return group < starts_.size() ? starts_[group] : rows_; }

  // The first `groups`, cut where about as many rows are in each.
  [[nodiscard]] std::vector<GroupStretch> stretches(std::size_t groups) const {
    if (parallel_.threads() <= 1) return {{0, groups, true}};
    const std::size_t wanted = std::max(kLeastRows, begin_of(groups) / (parallel_.threads() * kStretchesPerThread));
    std::vector<GroupStretch> out;
    std::size_t first = 0;
    for (std::size_t group = 0; group < groups; ++group) {
      if (begin_of(group + 1) - begin_of(group) >= kSharedRows) {
        if (first != group) out.push_back({first, group, false});
        out.push_back({group, group + 1, true});
        first = group + 1;
      } else if (begin_of(group + 1) - begin_of(first) >= wanted) {
        out.push_back({first, group + 1, false});
        first = group + 1;
      }
    }
    if (first != groups || out.empty()) out.push_back({first, groups, false});
    return out;
  }

  // Calls body(i, stretch, parallel) for all, several at a time but for those that are shared.
  void for_stretches(std::span<const GroupStretch> all,
                     const std::function<void(std::size_t, const GroupStretch&, const Parallel&)>& body) const {
    const Parallel alone;
    parallel_(all.size(), [&](std::size_t i) {
      if (!all[i].shared) body(i, all[i], alone);
    });
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].shared) body(i, all[i], parallel_);
    }
  }

  // One value a group; of the groups before the one that failed only.
  Result<Column> fold(const Fold& fold, Failure& failure) {
    std::vector<Column> arguments;
    for (const std::uint32_t argument : fold.arguments) arguments.push_back(values_[argument]);
    // References into `orderings_` would not last.
    const std::size_t asked = TRUENO_TRY(ordering(fold.orders, Fold::kNone));
    const std::size_t given = fold.sorted ? TRUENO_TRY(ordering(fold.orders, fold.arguments.front())) : asked;
    const std::vector<GroupStretch> all = stretches(failure.group);
    std::vector<std::optional<Result<Column>>> parts(all.size());
    std::vector<Failure> failures(all.size());
    for_stretches(all, [&](std::size_t i, const GroupStretch& stretch, const Parallel& parallel) {
      failures[i] = {stretch.last, std::nullopt};
      ColumnBuilder builder(fold.result);
      std::vector<std::uint32_t> passed;
      for (std::size_t group = stretch.first; group < stretch.last; ++group) {
        std::span<const std::uint32_t> rows = rows_of(group, orderings_[given].rows);
        if (fold.filter != Fold::kNone) {
          passed.clear();
          std::ranges::copy_if(rows, std::back_inserter(passed), [&](std::uint32_t row) {
            const kernel::Cell cell = kernel::cell_of(values_[fold.filter], row);
            return cell.valid && cell.boolean;
          });
          rows = passed;
        }
        const bool consecutive = given == 0 && fold.filter == Fold::kNone;
        const kernel::FoldInput input{arguments, rows, orderings_[asked].places, fold.constants, fold.result, consecutive, parallel};
        Status status = fold.function(input, builder);
        if (status) continue;
        failures[i].note(group, std::move(status).error());
        break;
      }
      parts[i] = builder.finish();
    });
    for (Failure& part : failures) {
      if (part.error) failure.note(part.group, std::move(*part.error));
    }
    std::vector<Column> columns;
    for (std::optional<Result<Column>>& part : parts) columns.push_back(TRUENO_TRY(std::move(*part)));
    return concatenate(columns);
  }

  [[nodiscard]] std::span<const std::uint32_t> rows_of(std::size_t group, std::span<const std::uint32_t> rows) const {
    return rows.subspan(begin_of(group), begin_of(group + 1) - begin_of(group));
  }

  // The number of the ordering.
  Result<std::size_t> ordering(const std::vector<Fold::Order>& orders, std::uint32_t sorted_by) {
    const auto known = std::ranges::find_if(orderings_, [&](const Ordering& o) { return o.orders == orders && o.sorted_by == sorted_by; });
    if (known != orderings_.end()) return static_cast<std::size_t>(known - orderings_.begin());
    Ordering made{orders, sorted_by, {}, {}, {}};
    std::vector<OrderKey> keys;
    if (sorted_by != Fold::kNone) keys.push_back({&values_[sorted_by], false, false});
    for (const Fold::Order& order : orders) keys.push_back({&values_[order.value], order.descending, order.nulls_first});
    made.own = deal(TRUENO_TRY(sorted_rows(keys, static_cast<std::int64_t>(rows_), {}, parallel_)));
    made.rows = made.own;
    made.places.resize(made.rows.size());
    for (std::size_t i = 0; i < made.rows.size(); ++i) made.places[made.rows[i]] = static_cast<std::int64_t>(i);
    orderings_.push_back(std::move(made));
    return orderings_.size() - 1;
  }

  // Rows to their groups; within one they stay in order.
  std::vector<std::uint32_t> deal(std::vector<std::uint32_t> rows) {
    if (starts_.size() == 1) return rows;
    if (group_of_.empty()) {
      group_of_.resize(rows.size());
      for (std::size_t group = 0; group < starts_.size(); ++group) {
        for (const std::uint32_t row : rows_of(group, orderings_.front().rows)) group_of_[row] = static_cast<std::uint32_t>(group);
      }
    }
    std::vector<std::uint32_t> next = starts_;
    std::vector<std::uint32_t> dealt(rows.size());
    for (const std::uint32_t row : rows) dealt[next[group_of_[row]]++] = row;
    return dealt;
  }

  [[nodiscard]] const Column* column_of(kernel::ValueId id) const {
    if (id == kernel::kNoValue) return nullptr;
    return &values_[static_cast<std::size_t>(std::ranges::find(sink_.values, id) - sink_.values.begin())];
  }

  // The outputs that are made of accumulators.
  Result<std::vector<Column>> accumulated(Failure& failure) {
    if (sink_.outputs.empty()) return std::vector<Column>();
    std::vector<AccumulatorColumns> columns;
    for (const kernel::Accumulator& accumulator : sink_.accumulators)
      columns.push_back({column_of(accumulator.argument), column_of(accumulator.second)});
    kernel::GroupOutputs outputs = TRUENO_TRY(kernel::GroupOutputs::make(program_, starts_.size()));
    const std::vector<GroupStretch> all = stretches(starts_.size());
    std::vector<kernel::GroupOutputs::Failure> failures(all.size());
    for_stretches(all, [&](std::size_t i, const GroupStretch& stretch, const Parallel& parallel) {
      GroupSums sums(program_, columns);
      for (std::size_t group = stretch.first; group < stretch.last; ++group) {
        sums.restart();
        add_rows(sums, columns, begin_of(group), begin_of(group + 1), parallel);
        const kernel::GroupOutputs::Failure failed = outputs.fill(sums, group, group + 1);
        if (failed.group < failures[i].group) failures[i] = failed;
      }
    });
    std::vector<Column> extremes(sink_.outputs.size());
    for (std::size_t i = 0; i < sink_.outputs.size(); ++i) {
      if (kernel::is_column_of_states(sink_.outputs[i].kind)) extremes[i] = TRUENO_TRY(extreme_column(i, columns));
    }
    Result<std::vector<Column>> finished = std::move(outputs).finish(failures, extremes);
    if (finished) return finished;
    for (const kernel::GroupOutputs::Failure& failed : failures) failure.note(failed.group, finished.error());
    if (!failure.error) return finished;
    return std::vector<Column>(sink_.outputs.size());
  }

  void add_rows(GroupSums& sums, std::span<const AccumulatorColumns> columns, std::size_t first, std::size_t last,
                const Parallel& parallel) const {
    if (parallel.threads() <= 1 || last - first < kSharedRows) return sums.add(first, last);
    std::vector<GroupSums> parts(parallel.threads(), GroupSums(program_, columns));
    parallel(parts.size(), [&](std::size_t part) {
      parts[part].add(first + (last - first) * part / parts.size(), first + (last - first) * (part + 1) / parts.size());
    });
    for (const GroupSums& part : parts) sums.merge(part);
  }

  // MIN, MAX or combined bits of all groups.
  Result<Column> extreme_column(std::size_t output, std::span<const AccumulatorColumns> columns) const {
    const std::uint32_t number = sink_.outputs[output].accumulator;
    const kernel::Accumulator& accumulator = sink_.accumulators[number];
    const Type type = kernel::state_type(program_, accumulator);
    const Column& argument = *columns[number].argument;
    const std::vector<GroupStretch> all = stretches(starts_.size());
    std::vector<std::optional<Result<Column>>> parts(all.size());
    for_stretches(all, [&](std::size_t i, const GroupStretch& stretch, const Parallel&) {
      ColumnBuilder builder(type);
      parts[i] = [&]() -> Result<Column> {
        for (std::size_t group = stretch.first; group < stretch.last; ++group) {
          kernel::AccumulatorState state(accumulator, argument.physical());
          for (std::size_t row = begin_of(group); row < begin_of(group + 1); ++row)
            state.update(kernel::cell_of(argument, static_cast<std::int64_t>(row)));
          TRUENO_TRY(state.append_state(builder, type));
        }
        return builder.finish();
      }();
    });
    std::vector<Column> made;
    for (std::optional<Result<Column>>& part : parts) made.push_back(TRUENO_TRY(std::move(*part)));
    return concatenate(made);
  }

  const Program& program_;
  const kernel::Sink& sink_;
  std::vector<Column> values_;
  std::size_t rows_;
  std::vector<std::uint32_t> starts_;
  const Parallel& parallel_;
  MutableBuffer as_they_are_;            // 0, 1, 2, ...
  std::vector<std::uint32_t> group_of_;  // by row
  std::vector<Ordering> orderings_;      // the first: rows as they are
};

// A key once a group, in its canonical form.
Result<Column> distinct_key(const Column& keys, std::span<const std::uint32_t> rows, const Parallel& parallel) {
  Column column = TRUENO_TRY(TRUENO_TRY(take_rows(keys, rows, parallel)).decoded());
  const Physical physical = column.physical();
  if (!is_float(physical) && physical != Physical::kInterval) return column;
  ColumnBuilder builder(column.type);
  for (std::int64_t row = 0; row < column.length; ++row)
    TRUENO_TRY(kernel::append_cell(builder, column.type, kernel::canonical(kernel::cell_of(column, row), physical)));
  return builder.finish();
}

}  // namespace

Result<Batch> fold_groups(const Program& program, const std::vector<Batch>& partials, const Parallel& parallel) {
  const std::size_t keys = program.sink.keys.size();
  CollectedRows rows = TRUENO_TRY(rows_in_order(program, partials, parallel));
  Batch out;
  std::vector<Column> values;
  std::vector<std::uint32_t> starts = {0};  // without keys one group, also of no rows
  if (keys == 0) {
    for (Column& column : TRUENO_TRY(joined_columns(rows, 0, rows.pieces.size(), parallel))) values.push_back(TRUENO_TRY(column.decoded()));
    rows.pieces.clear();
  } else {
    const std::vector<Column> key_columns = TRUENO_TRY(joined_columns(rows, 0, keys, parallel));
    const RowsByGroup grouped = TRUENO_TRY(RowsByGroup::make(key_columns, rows.length, parallel));
    for (const Column& key : key_columns) out.columns.push_back(TRUENO_TRY(distinct_key(key, grouped.first_rows(), parallel)));
    for (std::size_t i = keys; i < rows.pieces.size(); ++i) {
      const std::vector<Column> pieces = std::exchange(rows.pieces[i], {});
      values.push_back(TRUENO_TRY(grouped.dealt(pieces, parallel)));
    }
    starts = grouped.starts();
  }
  out.length = static_cast<std::int64_t>(starts.size());
  Groups groups(program, std::move(values), static_cast<std::size_t>(rows.length), std::move(starts), parallel);
  for (Column& column : TRUENO_TRY(groups.folded())) out.columns.push_back(std::move(column));
  return out;
}

}  // namespace trueno::exec

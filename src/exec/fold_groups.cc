// Aggregates over all rows of a group.
//
// All rows are put in the order (keys, row id), so that a group is a stretch of rows and a row's number is its place. A fold with an order
// of its own gets the numbers of its group's rows in that order: all rows are sorted by it once, for every fold that asks for the same,
// and dealt out to their groups, which keeps the order.
#include "exec/fold_groups.h"

#include <algorithm>
#include <numeric>

#include "column/rows.h"
#include "exec/merge.h"
#include "kernel/aggregate.h"

namespace trueno::exec {

namespace {

using kernel::Fold;
using kernel::Program;

// All rows group by group, each group's in some order.
struct Ordering {
  std::vector<Fold::Order> orders;
  std::uint32_t sorted_by = Fold::kNone;  // the value that goes before `orders`
  std::vector<std::uint32_t> rows;
  std::vector<std::int64_t> places;  // by row: where it is
};

class Groups {
 public:
  Groups(const Program& program, Batch rows, std::vector<std::uint32_t> starts)
      : sink_(program.sink), rows_(std::move(rows)), starts_(std::move(starts)) {
    orderings_.emplace_back();
    orderings_.front().rows.resize(static_cast<std::size_t>(rows_.length));
    std::iota(orderings_.front().rows.begin(), orderings_.front().rows.end(), 0U);
  }

  [[nodiscard]] std::size_t count() const { return starts_.size(); }

  // Each distinct key once, in its canonical form.
  Result<Column> key(std::size_t number) const {
    Column column = TRUENO_TRY(take_rows(rows_.columns[number], starts_));
    const Physical physical = column.physical();
    if (!is_float(physical) && physical != Physical::kInterval) return column;
    ColumnBuilder builder(column.type);
    for (std::int64_t row = 0; row < column.length; ++row)
      TRUENO_TRY(kernel::append_cell(builder, column.type, kernel::canonical(kernel::cell_of(column, row), physical)));
    return builder.finish();
  }

  // What the folds give, in their order. Where groups fail, the error of the first of them, and of its first fold.
  Result<std::vector<Column>> folded(const Program& program) {
    std::size_t failed = count();
    std::optional<Error> failure;
    std::vector<Column> outputs = TRUENO_TRY(accumulated(program, failed, failure));
    std::vector<Column> columns;
    for (const Fold& fold : sink_.folds)
      columns.push_back(fold.function == nullptr ? std::move(outputs[fold.output]) : TRUENO_TRY(this->fold(fold, failed, failure)));
    if (failure) return std::move(*failure);
    return columns;
  }

 private:
  // One value a group; of the groups before `failed` only, which becomes the first group that fails.
  Result<Column> fold(const Fold& fold, std::size_t& failed, std::optional<Error>& failure) {
    std::vector<Column> arguments;
    for (const std::uint32_t argument : fold.arguments) arguments.push_back(value(argument));
    // References into `orderings_` would not last.
    const std::size_t asked = TRUENO_TRY(ordering(fold.orders, Fold::kNone));
    const std::size_t given = fold.sorted ? TRUENO_TRY(ordering(fold.orders, fold.arguments.front())) : asked;
    ColumnBuilder builder(fold.result);
    std::vector<std::uint32_t> passed;
    for (std::size_t group = 0; group < std::min(failed, count()); ++group) {
      std::span<const std::uint32_t> rows = rows_of(group, orderings_[given].rows);
      if (fold.filter != Fold::kNone) {
        passed.clear();
        std::ranges::copy_if(rows, std::back_inserter(passed), [&](std::uint32_t row) {
          const kernel::Cell cell = kernel::cell_of(value(fold.filter), row);
          return cell.valid && cell.boolean;
        });
        rows = passed;
      }
      const kernel::FoldInput input{arguments, rows, orderings_[asked].places, fold.constants, fold.result};
      Status status = fold.function(input, builder);
      if (status) continue;
      failed = group;
      failure = std::move(status).error();
    }
    return builder.finish();
  }

  [[nodiscard]] const Column& value(std::uint32_t number) const { return rows_.columns[sink_.keys.size() + number]; }

  [[nodiscard]] std::span<const std::uint32_t> rows_of(std::size_t group, const std::vector<std::uint32_t>& rows) const {
    const std::size_t end = group + 1 < starts_.size() ? starts_[group + 1] : rows.size();
    return std::span(rows).subspan(starts_[group], end - starts_[group]);
  }

  // The number of the ordering.
  Result<std::size_t> ordering(const std::vector<Fold::Order>& orders, std::uint32_t sorted_by) {
    const auto known = std::ranges::find_if(orderings_, [&](const Ordering& o) { return o.orders == orders && o.sorted_by == sorted_by; });
    if (known != orderings_.end()) return static_cast<std::size_t>(known - orderings_.begin());
    Ordering made{orders, sorted_by, {}, {}};
    std::vector<OrderKey> keys;
    if (sorted_by != Fold::kNone) keys.push_back({&value(sorted_by), false, false});
    for (const Fold::Order& order : orders) keys.push_back({&value(order.value), order.descending, order.nulls_first});
    made.rows = deal(TRUENO_TRY(sorted_rows(keys, rows_.length)));
    made.places.resize(made.rows.size());
    for (std::size_t i = 0; i < made.rows.size(); ++i) made.places[made.rows[i]] = static_cast<std::int64_t>(i);
    orderings_.push_back(std::move(made));
    return orderings_.size() - 1;
  }

  // Rows to their groups; within one they stay in order.
  std::vector<std::uint32_t> deal(std::vector<std::uint32_t> rows) {
    if (count() == 1) return rows;
    if (group_of_.empty()) {
      group_of_.resize(rows.size());
      for (std::size_t group = 0; group < count(); ++group) {
        for (const std::uint32_t row : rows_of(group, orderings_.front().rows)) group_of_[row] = static_cast<std::uint32_t>(group);
      }
    }
    std::vector<std::uint32_t> next = starts_;
    std::vector<std::uint32_t> dealt(rows.size());
    for (const std::uint32_t row : rows) dealt[next[group_of_[row]]++] = row;
    return dealt;
  }

  // The outputs that are made of accumulators.
  Result<std::vector<Column>> accumulated(const Program& program, std::size_t& failed, std::optional<Error>& failure) {
    std::vector<ColumnBuilder> builders;
    for (const kernel::Output& output : sink_.outputs) builders.emplace_back(output.type);
    const auto cell = [&](kernel::ValueId id, std::uint32_t row) {
      if (id == kernel::kNoValue) return kernel::Cell::null();
      return kernel::cell_of(value(static_cast<std::uint32_t>(std::ranges::find(sink_.values, id) - sink_.values.begin())), row);
    };
    for (std::size_t group = 0; !builders.empty() && group < failed; ++group) {
      std::vector<kernel::AccumulatorState> states = kernel::fresh_states(program);
      for (std::size_t i = 0; i < states.size(); ++i) {
        for (const std::uint32_t row : rows_of(group, orderings_.front().rows))
          states[i].update(cell(sink_.accumulators[i].argument, row), cell(sink_.accumulators[i].second, row));
      }
      for (std::size_t i = 0; i < builders.size(); ++i) {
        const Result<Value> result = kernel::finish_output(sink_.outputs[i], states);
        if (result) {
          TRUENO_TRY(builders[i].append(*result));
        } else if (failed != group) {
          failed = group;
          failure = result.error();
        }
      }
    }
    std::vector<Column> columns;
    for (ColumnBuilder& builder : builders) columns.push_back(TRUENO_TRY(builder.finish()));
    return columns;
  }

  const kernel::Sink& sink_;
  Batch rows_;  // plain, in order
  std::vector<std::uint32_t> starts_;
  std::vector<std::uint32_t> group_of_;  // by row
  std::vector<Ordering> orderings_;      // the first: rows as they are
};

Result<Batch> taken(const Batch& batch, std::span<const std::uint32_t> rows) {
  Batch out;
  out.length = static_cast<std::int64_t>(rows.size());
  for (const Column& column : batch.columns) out.columns.push_back(TRUENO_TRY(take_rows(column, rows)));
  return out;
}

// Without the numbers. Rows of one number (the matches of one row) stay in the order they came in: they are of one worker.
Result<Batch> by_row_id(Batch rows) {
  const Column ids = TRUENO_TRY(rows.columns.back().decoded());
  rows.columns.pop_back();
  const std::span<const std::int64_t> ascending(ids.values.as<std::int64_t>(), static_cast<std::size_t>(rows.length));
  if (std::ranges::is_sorted(ascending)) return rows;
  return taken(rows, TRUENO_TRY(sorted_rows({}, rows.length, ascending)));
}

}  // namespace

Result<Batch> fold_groups(const Program& program, const Batch& rows) {
  const kernel::Sink& sink = program.sink;
  Batch ordered = TRUENO_TRY(by_row_id(rows));
  std::vector<OrderKey> keys;
  for (std::size_t k = 0; k < sink.keys.size(); ++k) keys.push_back({&ordered.columns[k], false, false});
  if (!keys.empty()) ordered = TRUENO_TRY(taken(ordered, TRUENO_TRY(sorted_rows(keys, rows.length))));
  for (Column& column : ordered.columns) column = TRUENO_TRY(column.decoded());
  std::vector<std::uint32_t> numbers(static_cast<std::size_t>(rows.length));
  std::iota(numbers.begin(), numbers.end(), 0U);
  std::vector<std::uint32_t> starts = {0};  // without keys one group, also of no rows
  if (!sink.keys.empty()) starts = TRUENO_TRY(group_starts(std::span(ordered.columns).first(sink.keys.size()), numbers));
  Groups groups(program, std::move(ordered), std::move(starts));
  Batch out;
  out.length = static_cast<std::int64_t>(groups.count());
  for (std::size_t k = 0; k < sink.keys.size(); ++k) out.columns.push_back(TRUENO_TRY(groups.key(k)));
  for (Column& column : TRUENO_TRY(groups.folded(program))) out.columns.push_back(std::move(column));
  return out;
}

}  // namespace trueno::exec

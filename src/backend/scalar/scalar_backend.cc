#include "backend/scalar/scalar_backend.h"

#include <algorithm>
#include <map>

#include "backend/scalar/evaluate.h"
#include "kernel/aggregate.h"

namespace trueno::backend {

namespace {

using kernel::AccumulatorState;
using kernel::Cell;
using kernel::Program;
using kernel::SinkKind;
using kernel::SortKey;

// Groups and sorted rows are ordered by values themselves: std::map and std::sort over owned values, nothing to get wrong.
using Row = std::vector<Value>;

int compare_rows(const Row& a, const Row& b, const Program& program, const std::vector<SortKey>* order) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    const SortKey key = order != nullptr ? (*order)[i] : SortKey{};
    if (a[i].is_null() != b[i].is_null()) return a[i].is_null() == key.nulls_first ? -1 : 1;
    if (a[i].is_null()) continue;
    const Physical physical = a[i].type().physical();
    const int c = physical == Physical::kNested ? compare_values(a[i], b[i])
                                                : kernel::compare(kernel::cell_of(a[i]), kernel::cell_of(b[i]), physical);
    if (c != 0) return key.descending ? -c : c;
  }
  static_cast<void>(program);
  return 0;
}

struct RowLess {
  const Program* program;
  bool operator()(const Row& a, const Row& b) const { return compare_rows(a, b, *program, nullptr) < 0; }
};

struct SortedRow {
  Row keys;
  Row values;
  std::int64_t row_id = 0;
  std::size_t arrival = 0;  // the matches of one row share its number and come in their order
};

class ScalarState final : public SinkState {
 public:
  ScalarState(const Program& program, const Launch& launch)
      : program(program), evaluator(program, launch), reduction(kernel::fresh_states(program)), groups(RowLess{&program}) {
    for (const kernel::ValueId id : program.sink.keys) emitted_values.push_back(id);
    for (const kernel::ValueId id : program.sink.values) emitted_values.push_back(id);
    for (const kernel::ValueId id : emitted_values) emitted.emplace_back(program.at(id).type);
  }

  Status consume(std::int64_t row_id) {
    const kernel::Sink& sink = program.sink;
    switch (sink.kind) {
      case SinkKind::kEmit:
      case SinkKind::kBuild:
        for (std::size_t i = 0; i < emitted_values.size(); ++i) {
          TRUENO_TRY(kernel::append_cell(emitted[i], program.at(emitted_values[i]).type, evaluator.value(emitted_values[i])));
        }
        ++emitted_rows;
        return {};
      case SinkKind::kReduce: update(reduction); return {};
      case SinkKind::kGroup: {
        Row key;
        for (const kernel::ValueId id : sink.keys) {
          key.push_back(kernel::value_of(program.at(id).type, kernel::canonical(evaluator.value(id), program.at(id).physical())));
        }
        const auto [group, added] = groups.try_emplace(std::move(key));
        if (added) group->second = kernel::fresh_states(program);
        update(group->second);
        return {};
      }
      case SinkKind::kTopK:
      case SinkKind::kSort:
      case SinkKind::kCollect: {
        SortedRow row;
        for (const SortKey& key : sink.sort_keys)
          row.keys.push_back(kernel::value_of(program.at(key.value).type, evaluator.value(key.value)));
        for (const kernel::ValueId id : sink.keys) row.keys.push_back(kernel::value_of(program.at(id).type, evaluator.value(id)));
        for (const kernel::ValueId id : sink.values) row.values.push_back(kernel::value_of(program.at(id).type, evaluator.value(id)));
        row.row_id = row_id;
        row.arrival = sorted.size();
        sorted.push_back(std::move(row));
        return {};
      }
    }
    return {};
  }

  const Program& program;
  RowEvaluator evaluator;
  std::vector<kernel::ValueId> emitted_values;  // of kEmit and kBuild
  std::vector<ColumnBuilder> emitted;
  std::int64_t emitted_rows = 0;
  std::vector<AccumulatorState> reduction;
  std::map<Row, std::vector<AccumulatorState>, RowLess> groups;
  std::vector<SortedRow> sorted;

 private:
  void update(std::vector<AccumulatorState>& states) {
    for (std::size_t i = 0; i < states.size(); ++i) {
      const auto value = [&](kernel::ValueId id) { return id == kernel::kNoValue ? Cell::null() : evaluator.value(id); };
      const kernel::Accumulator& accumulator = program.sink.accumulators[i];
      states[i].update(value(accumulator.argument), value(accumulator.second));
    }
  }
};

Result<Batch> finish_columns(std::vector<ColumnBuilder>& builders, std::int64_t rows) {
  Batch batch;
  batch.length = rows;
  for (ColumnBuilder& builder : builders) batch.columns.push_back(TRUENO_TRY(builder.finish()));
  return batch;
}

std::vector<ColumnBuilder> builders_for(const Program& program) {
  std::vector<ColumnBuilder> builders;
  for (const Field& field : kernel::partial_schema(program)) builders.emplace_back(field.type);
  return builders;
}

Status append_states(std::vector<ColumnBuilder>& builders, std::size_t first, const Program& program,
                     const std::vector<AccumulatorState>& states) {
  for (std::size_t i = 0; i < states.size(); ++i) {
    TRUENO_TRY(states[i].append_state(builders[first + i], kernel::state_type(program, program.sink.accumulators[i])));
  }
  return {};
}

Result<Batch> take(ScalarState& state) {
  const Program& program = state.program;
  const kernel::Sink& sink = program.sink;
  std::vector<ColumnBuilder> builders = builders_for(program);
  switch (sink.kind) {
    case SinkKind::kEmit:
    case SinkKind::kBuild: {
      Result<Batch> batch = finish_columns(state.emitted, state.emitted_rows);
      state.emitted_rows = 0;
      state.evaluator.clear_strings();
      return batch;
    }
    case SinkKind::kReduce: {
      TRUENO_TRY(append_states(builders, 0, program, state.reduction));
      state.reduction = kernel::fresh_states(program);
      return finish_columns(builders, 1);
    }
    case SinkKind::kGroup: {
      for (const auto& [key, states] : state.groups) {
        for (std::size_t i = 0; i < key.size(); ++i) TRUENO_TRY(builders[i].append(key[i]));
        TRUENO_TRY(append_states(builders, key.size(), program, states));
      }
      const auto rows = static_cast<std::int64_t>(state.groups.size());
      state.groups.clear();
      return finish_columns(builders, rows);
    }
    case SinkKind::kTopK:
    case SinkKind::kSort:
    case SinkKind::kCollect: {
      std::sort(state.sorted.begin(), state.sorted.end(), [&](const SortedRow& a, const SortedRow& b) {
        const int order = compare_rows(a.keys, b.keys, program, sink.kind == SinkKind::kCollect ? nullptr : &sink.sort_keys);
        if (order != 0) return order < 0;
        return a.row_id != b.row_id ? a.row_id < b.row_id : a.arrival < b.arrival;
      });
      if (sink.kind == SinkKind::kTopK && static_cast<std::int64_t>(state.sorted.size()) > sink.limit)
        state.sorted.resize(static_cast<std::size_t>(sink.limit));
      for (const SortedRow& row : state.sorted) {
        std::size_t column = 0;
        for (const Value& value : row.keys) TRUENO_TRY(builders[column++].append(value));
        for (const Value& value : row.values) TRUENO_TRY(builders[column++].append(value));
        TRUENO_TRY(builders[column].append_bytes(&row.row_id));
      }
      const auto rows = static_cast<std::int64_t>(state.sorted.size());
      state.sorted.clear();
      return finish_columns(builders, rows);
    }
  }
  return error(ErrorCode::kInternal, "unknown sink");
}

class ScalarKernel final : public Kernel {
 public:
  explicit ScalarKernel(std::shared_ptr<const Program> program) : program_(std::move(program)) {}

  std::unique_ptr<SinkState> start(const Launch& launch) const override { return std::make_unique<ScalarState>(*program_, launch); }

  Task<Status> run(std::span<const Morsel> morsels, SinkState& state, const CancelToken& cancel) const override {
    Status status;
    for (const Morsel& morsel : morsels) {
      status = run_rows(morsel, static_cast<ScalarState&>(state), cancel);
      if (!status) break;
    }
    co_return status;
  }

  Task<Result<Batch>> take_partial(SinkState& state) const override { co_return take(static_cast<ScalarState&>(state)); }

  std::int64_t state_bytes(const SinkState& state) const override {
    const auto& scalar = static_cast<const ScalarState&>(state);
    constexpr std::int64_t kBytesPerValue = 64;  // a Value and its share of the container
    const auto width =
        static_cast<std::int64_t>(program_->sink.keys.size() + program_->sink.values.size() + program_->sink.accumulators.size() + 1);
    return static_cast<std::int64_t>(scalar.groups.size() + scalar.sorted.size()) * width * kBytesPerValue;
  }
  std::int64_t partial_rows(const SinkState& state) const override {
    const auto& scalar = static_cast<const ScalarState&>(state);
    return static_cast<std::int64_t>(scalar.groups.size() + scalar.sorted.size());
  }

 private:
  static constexpr std::int64_t kRowsPerCancelCheck = 1024;

  static Status run_rows(const Morsel& morsel, ScalarState& state, const CancelToken& cancel) {
    state.evaluator.watch(cancel);
    for (std::int64_t row = 0; row < morsel.batch.length; ++row) {
      if (row % kRowsPerCancelCheck == 0) TRUENO_TRY(cancel.check());
      TRUENO_TRY(state.evaluator.evaluate(morsel, row, [&] { return state.consume(morsel.row_id + row); }));
    }
    return {};
  }

  std::shared_ptr<const Program> program_;
};

class ScalarBackend final : public Backend {
 public:
  explicit ScalarBackend(int parallelism) {
    profile_.name = "scalar";
    profile_.description = fmt::format("row at a time, {} thread{}", parallelism, parallelism == 1 ? "" : "s");
    profile_.kind = DeviceKind::kScalar;
    profile_.parallelism = parallelism;
    profile_.identity = fmt::format("{} workers", parallelism);
  }

  const DeviceProfile& profile() const override { return profile_; }
  Support supports(const Program&) const override { return {}; }
  Task<Result<std::shared_ptr<const Kernel>>> prepare(std::shared_ptr<const Program> program) override {
    co_return std::shared_ptr<const Kernel>(std::make_shared<ScalarKernel>(std::move(program)));
  }
  Task<Result<std::shared_ptr<const JoinTable>>> build(const kernel::JoinTable& table, Batch rows, const Parallel&) override {
    co_return ScalarJoinTable::make(table, std::move(rows));
  }

 private:
  DeviceProfile profile_;
};

}  // namespace

std::unique_ptr<Backend> make_scalar_backend(int parallelism) { return std::make_unique<ScalarBackend>(parallelism); }

}  // namespace trueno::backend

#include "exec/pipeline_run.h"

#include <algorithm>

#include "exec/merge.h"
#include "exec/workers.h"

namespace trueno::exec {

namespace {

// Row ids: part in the high bits, row in the part in the low ones.
constexpr int kPartShift = 32;
// The output of an earlier pipeline is read in parts of this many rows.
constexpr std::int64_t kOutputPartRows = 131'072;

}  // namespace

PipelineRun::PipelineRun(const kernel::Pipeline& pipeline, const std::vector<const Batch*>& earlier, backend::Backend& device,
                         backend::Backend& reference, const backend::Launch& launch, ReferenceLaunch reference_launch,
                         const Options& options, const CancelToken& cancel, std::size_t number)
    : pipeline_(pipeline),
      device_(device),
      reference_(reference),
      launch_(launch),
      reference_launch_(std::move(reference_launch)),
      options_(options),
      cancel_(cancel),
      lookups_(*pipeline.program, device, reference, launch),
      number_(number) {
  for (const Batch* output : earlier) {
    for (std::int64_t row = 0; row < output->length; row += kOutputPartRows) output_parts_.push_back({output, row});
  }
  parts_ = pipeline.input.source ? pipeline.input.source->part_count() : static_cast<std::int64_t>(output_parts_.size());
  if (limited() && rows_wanted() == 0) last_wanted_ = -1;
  for (const kernel::SourceColumn& column : pipeline.program->source.columns) {
    columns_.push_back(column.index);
    dictionaries_.push_back(nullptr);
    if (column.as_code) {
      dictionaries_.back() =
          std::make_unique<QueryDictionary>(pipeline.input.source ? pipeline.input.source->shared_dictionary(column.index) : nullptr);
    }
  }
}

Result<Batch> PipelineRun::run() {
  kernel_ = TRUENO_TRY(device_.prepare(pipeline_.program).run_now());
  const auto threads = static_cast<std::size_t>(std::clamp(options_.threads, 1, 1024));
  std::vector<std::unique_ptr<backend::SinkState>> states(std::min(threads, static_cast<std::size_t>(std::max<std::int64_t>(parts_, 1))));
  const Parallel parallel = workers(states.size());
  parallel(states.size(), [&](std::size_t i) { work(states[i]); });
  if (!errors_.empty() && !satisfied_before(errors_.begin()->first + 1)) return errors_.begin()->second;
  std::vector<Batch> partials;
  for (auto& [part, batch] : emitted_) partials.push_back(std::move(batch));
  if (!emits()) {
    std::optional<Batch> whole = TRUENO_TRY(kernel_->finish(states, workers(threads)).run_now());
    if (whole) return slice(*whole, pipeline_.offset, pipeline_.limit);
    std::vector<std::optional<Result<Batch>>> taken(states.size());
    parallel(states.size(), [&](std::size_t i) { taken[i] = kernel_->take_partial(*states[i]).run_now(); });
    for (std::optional<Result<Batch>>& partial : taken) partials.push_back(TRUENO_TRY(std::move(*partial)));
  }
  return slice(TRUENO_TRY(merge_partials(*pipeline_.program, partials, workers(threads))), pipeline_.offset, pipeline_.limit);
}

void PipelineRun::work(std::unique_ptr<backend::SinkState>& state) {
  state = kernel_->start(launch_);
  run_parts(state);
  transfer_us_ += state->transfer_us;
}

void PipelineRun::run_parts(std::unique_ptr<backend::SinkState>& state) {
  for (;;) {
    const std::int64_t part = next_.fetch_add(1);
    if (part >= parts_ || part > last_wanted_.load()) break;
    Status status = run_part(part, *state, options_.morsel_rows);
    if (options_.progress) options_.progress(number_, done_.fetch_add(1) + 1, parts_);
    if (!status) {
      if (limited()) keep_rows_before_error(part);
      fail(part, std::move(status).error());
      state = kernel_->start(launch_);
      if (!emits()) return;
      continue;
    }
    if (!emits()) continue;
    Result<Batch> batch = kernel_->take_partial(*state).run_now();
    if (batch) {
      keep(part, std::move(*batch));
    } else {
      fail(part, std::move(batch).error());
    }
  }
}

// The rows a failing part gives before its error: LIMIT may need no more than these. Row by row, since an error spends a state.
void PipelineRun::keep_rows_before_error(std::int64_t part) {
  auto state = kernel_->start(launch_);
  std::vector<Batch> rows;
  const auto take_row = [&]() -> Status {
    rows.push_back(TRUENO_TRY(kernel_->take_partial(*state).run_now()));
    return {};
  };
  const Status status = run_part(part, *state, 1, take_row);
  if (status) return;
  Result<Batch> batch = merge_partials(*pipeline_.program, rows);
  if (batch) keep(part, std::move(*batch));
}

Status PipelineRun::run_part(std::int64_t part, backend::SinkState& state, std::int64_t morsel_rows, const AfterMorsel& after_morsel) {
  std::int64_t row_id = part << kPartShift;
  if (!pipeline_.input.source) {
    const OutputPart& piece = output_parts_[static_cast<std::size_t>(part)];
    const Batch rows = slice(*piece.output, piece.first_row, kOutputPartRows);
    Batch batch;
    batch.length = rows.length;
    for (const int column : columns_) batch.columns.push_back(rows.columns[static_cast<std::size_t>(column)]);
    return run_batch(std::move(batch), row_id, state, morsel_rows, after_morsel);
  }
  const TableSource& source = *pipeline_.input.source;
  if (skipped(part)) {
    ++parts_skipped_;
    return {};
  }
  const BatchStream stream = TRUENO_TRY(source.scan(part, columns_, pipeline_.input.predicate, cancel_));
  for (;;) {
    std::optional<Batch> batch = TRUENO_TRY(stream());
    if (!batch) return {};
    const std::int64_t rows = batch->length;
    TRUENO_TRY(run_batch(std::move(*batch), row_id, state, morsel_rows, after_morsel));
    row_id += rows;
  }
}

bool PipelineRun::skipped(std::int64_t part) const {
  const TableSource& source = *pipeline_.input.source;
  const auto rows = source.part_rows(part);
  return std::ranges::any_of(pipeline_.input.predicate.conditions, [&](const ColumnCondition& condition) {
    return !may_match(condition, source.statistics(part, condition.column), rows.value_or(-1));
  });
}

Status PipelineRun::run_batch(Batch batch, std::int64_t row_id, backend::SinkState& state, std::int64_t morsel_rows,
                              const AfterMorsel& after_morsel) {
  rows_in_ += batch.length;
  for (std::size_t i = 0; i < dictionaries_.size(); ++i) {
    if (dictionaries_[i] != nullptr) batch.columns[i] = TRUENO_TRY(dictionaries_[i]->translate(batch.columns[i]));
  }
  for (std::int64_t begin = 0; begin < batch.length; begin += morsel_rows) {
    TRUENO_TRY(cancel_.check());
    backend::Morsel morsel;
    morsel.batch = slice(batch, begin, morsel_rows);
    morsel.row_id = row_id + begin;
    if (!pipeline_.program->lookups.empty()) TRUENO_TRY(lookups_.fill(morsel));
    TRUENO_TRY(run_morsel(morsel, state));
    if (after_morsel) TRUENO_TRY(after_morsel());
  }
  return {};
}

Status PipelineRun::run_morsel(backend::Morsel& morsel, backend::SinkState& state) {
  Status status = kernel_->run(morsel, state, cancel_).run_now();
  if (!status && status.error().code() == ErrorCode::kRowFailed) return error_of(morsel);
  return status;
}

Error PipelineRun::error_of(const backend::Morsel& morsel) {
  Result<std::shared_ptr<const backend::Kernel>> kernel = reference_.prepare(pipeline_.program).run_now();
  if (!kernel) return std::move(kernel).error();
  Result<std::shared_ptr<const backend::Launch>> launch = reference_launch_();
  if (!launch) return std::move(launch).error();
  const auto state = (*kernel)->start(**launch);
  Status status = (*kernel)->run(morsel, *state, cancel_).run_now();
  if (!status) return std::move(status).error();
  return error(ErrorCode::kInternal, "a row fails on {} and on {} it does not", device_.profile().name, reference_.profile().name);
}

void PipelineRun::fail(std::int64_t part, Error failure) {
  const LockGuard lock(mutex_);
  errors_.emplace(part, std::move(failure));
  last_wanted_ = std::min(last_wanted_.load(), part);  // later parts cannot hold an earlier error
}

void PipelineRun::keep(std::int64_t part, Batch batch) {
  const LockGuard lock(mutex_);
  emitted_.emplace(part, std::move(batch));
  if (satisfied_before(parts_)) last_wanted_ = std::min(last_wanted_.load(), part);
}

// Whether the parts before `part` that came without a gap already hold all rows LIMIT wants.
bool PipelineRun::satisfied_before(std::int64_t part) const {
  if (!limited()) return false;
  std::int64_t rows = 0;
  std::int64_t expected = 0;
  for (const auto& [number, batch] : emitted_) {
    if (number != expected++ || number >= part) break;
    rows += batch.length;
  }
  return rows >= rows_wanted();
}

}  // namespace trueno::exec

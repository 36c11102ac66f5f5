#include "exec/pipeline_run.h"

#include <algorithm>
#include <utility>

#include "base/large_memory.h"
#include "base/trim_heap.h"
#include "exec/merge.h"
#include "exec/workers.h"

namespace trueno::exec {

namespace {

// Row ids: part in the high bits, row in the part in the low ones.
constexpr int kPartShift = 32;
// The output of an earlier pipeline is read in parts of this many rows.
constexpr std::int64_t kOutputPartRows = 131'072;
// What of the memory limit may be used, with what putting a state aside takes on top, before that is done.
constexpr double kPartBeforeSpill = 0.9;
// A state of less is not worth a run of its own: others hold more.
constexpr std::int64_t kLeastShare = 16;
// What sorting takes a row (two copies of word and number, and the order), and a text or a serialised sum beside its record.
constexpr std::int64_t kSortedRowBytes = 36;
constexpr std::int64_t kTextBytes = 40;
constexpr std::int64_t kLeastRangeBytes = std::int64_t{1} << 20;
constexpr std::int64_t kTestedRangeBytes = 1024;  // so that small data has many ranges
// What a source may decode ahead of a device that wants many morsels at once.
constexpr std::int64_t kGatheredBytes = std::int64_t{256} << 20;

}  // namespace

PipelineRun::PipelineRun(const kernel::Pipeline& pipeline, const std::vector<const Batch*>& earlier, backend::Backend& device,
                         backend::Backend& reference, const backend::Launch& launch, ReferenceLaunch reference_launch,
                         const Options& options, const CancelToken& cancel, std::size_t number, const NamedRows& named)
    : pipeline_(pipeline),
      device_(device),
      reference_(reference),
      launch_(launch),
      named_(named),
      reference_launch_(std::move(reference_launch)),
      options_(options),
      cancel_(cancel),
      lookups_(*pipeline.program, device, reference, launch),
      number_(number) {
  for (const Batch* output : earlier) {
    for (std::int64_t row = 0; row < output->length; row += kOutputPartRows) output_parts_.push_back({output, row});
  }
  in_memory_ = pipeline.input.source == nullptr || pipeline.input.source->in_memory();
  parts_ = pipeline.input.source ? pipeline.input.source->part_count() : static_cast<std::int64_t>(output_parts_.size());
  if (limited() && rows_wanted() == 0) last_wanted_ = -1;
  if (!options.temp_directory.empty() && device.profile().launch_rows == 0 && SortedRuns::fits(*pipeline.program))
    runs_ = std::make_unique<SortedRuns>(*pipeline.program, options.temp_directory);
  partial_row_bytes_ = kSortedRowBytes;
  for (const Field& field : kernel::partial_schema(*pipeline.program)) {
    if (field.type.is_nested()) continue;
    const Physical physical = field.type.physical();
    partial_row_bytes_ += width_of(physical) + (physical == Physical::kString ? kTextBytes : 0);
  }
  for (const kernel::SourceColumn& column : pipeline.program->source.columns) {
    columns_.push_back(column.index);
    dictionaries_.push_back(nullptr);
    if (column.as_code) {
      dictionaries_.back() =
          std::make_unique<QueryDictionary>(pipeline.input.source ? pipeline.input.source->shared_dictionary(column.index) : nullptr);
    }
  }
}

Result<std::vector<Batch>> PipelineRun::run(bool in_pieces) {
  kernel_ = TRUENO_TRY(device_.prepare(pipeline_.program).run_now());
  std::vector<Worker> all(worker_count());
  const Parallel parallel = workers(all.size());
  parallel(all.size(), [&](std::size_t i) { work(all[i]); });
  if (!errors_.empty() && !satisfied_before(errors_.begin()->first + 1)) return errors_.begin()->second;
  std::vector<Batch> pieces;
  if (emits() && in_pieces && !limited() && pipeline_.offset == 0) {
    for (auto& [part, batch] : emitted_) {
      if (batch.length != 0) pieces.push_back(std::move(batch));
    }
    if (!pieces.empty()) return pieces;
  }
  pieces.push_back(slice(TRUENO_TRY(merged(all, parallel)), pipeline_.offset, pipeline_.limit));
  return pieces;
}

// All rows of the output, before LIMIT.
Result<Batch> PipelineRun::merged(std::span<Worker> all, const Parallel& parallel) {
  if (runs_ && !runs_->empty()) return finish_runs(all, parallel);
  const auto threads = static_cast<std::size_t>(std::clamp(options_.threads, 1, 1024));
  std::vector<Batch> partials;
  for (auto& [part, batch] : emitted_) partials.push_back(std::move(batch));
  if (!emits()) {
    std::vector<std::unique_ptr<backend::SinkState>> states;
    for (Worker& worker : all) states.push_back(std::move(worker.state));
    std::optional<Batch> whole = TRUENO_TRY(kernel_->finish(states, workers(threads)).run_now());
    if (whole) return std::move(*whole);
    std::vector<std::optional<Result<Batch>>> taken(states.size());
    parallel(states.size(), [&](std::size_t i) { taken[i] = kernel_->take_partial(*states[i]).run_now(); });
    for (std::optional<Result<Batch>>& partial : taken) {
      if (!*partial && partial->error().code() == ErrorCode::kRowFailed) return earliest(partial->error());
      partials.push_back(TRUENO_TRY(std::move(*partial)));
    }
  }
  return merge_partials(*pipeline_.program, partials, workers(threads));
}

// What workers still hold becomes the last runs; then the output is made range by range.
Result<Batch> PipelineRun::finish_runs(std::span<Worker> all, const Parallel& parallel) {
  std::vector<Status> put(all.size());
  parallel(all.size(), [&](std::size_t i) {
    put[i] = put_aside(all[i]);
    all[i].state.reset();
  });
  for (Status& status : put) TRUENO_TRY(std::move(status));
  const auto at_once = static_cast<std::int64_t>(all.size());
  const bool tested = options_.spill_morsels > 0;
  const std::size_t ranges =
      TRUENO_TRY(runs_->cut(tested ? kTestedRangeBytes : std::max(kLeastRangeBytes, options_.memory_limit / (kLeastShare * at_once))));
  std::vector<std::optional<Result<Batch>>> outputs(ranges);
  parallel(ranges, [&](std::size_t i) {
    outputs[i] = [&]() -> Result<Batch> {
      TRUENO_TRY(cancel_.check());
      Batch rows = TRUENO_TRY(merge_partials(*pipeline_.program, TRUENO_TRY(runs_->read(i))));
      if (std::ranges::any_of(rows.columns, [](const Column& column) { return column.type.is_nested(); })) return rows;
      // Texts look into the blocks they were read from: packed anew, the output keeps its own bytes alive and no more.
      return unpack_batch(TRUENO_TRY(pack_batch(rows)));
    }();
  });
  if (!tested) trim_heap();
  std::vector<Batch> parts;
  for (std::optional<Result<Batch>>& output : outputs) parts.push_back(TRUENO_TRY(std::move(*output)));
  return concatenate_batches(std::move(parts));
}

// Between two morsels of a worker: its state goes to disk when memory runs short.
Status PipelineRun::make_room(Worker& worker) {
  const std::int64_t limit = options_.memory_limit;
  ++worker.morsels;
  if (runs_) {
    const std::int64_t bytes = kernel_->state_bytes(*worker.state);
    state_bytes_ += bytes - worker.bytes;
    worker.bytes = bytes;
    const auto before_spill = static_cast<std::int64_t>(static_cast<double>(limit) * kPartBeforeSpill);
    const std::int64_t aside = kernel_->partial_rows(*worker.state) * partial_row_bytes_;
    const bool large = bytes > limit / (kLeastShare * static_cast<std::int64_t>(worker_count()));
    const bool short_of_memory = large && large_bytes_in_use() > before_spill - aside;
    if (short_of_memory || (options_.spill_morsels > 0 && worker.morsels >= options_.spill_morsels)) TRUENO_TRY(put_aside(worker));
  }
  if (large_bytes_in_use() > limit) return out_of_memory();
  return {};
}

Status PipelineRun::put_aside(Worker& worker) {
  if (worker.state == nullptr) return {};
  {
    const LockGuard lock(aside_mutex_);  // one at a time: the room for the columns is needed once
    const Batch partial = TRUENO_TRY(kernel_->take_partial(*worker.state).run_now());
    forget_size(worker);
    TRUENO_TRY(runs_->add(partial));
  }
  worker.morsels = 0;
  if (options_.spill_morsels == 0) trim_heap();
  return {};
}

void PipelineRun::forget_size(Worker& worker) { state_bytes_ -= std::exchange(worker.bytes, 0); }

Error PipelineRun::out_of_memory() const {
  constexpr double kMiB = 1 << 20;
  const auto mib = [](std::int64_t bytes) { return static_cast<double>(bytes) / kMiB; };
  return error(ErrorCode::kOutOfMemory,
               "memory_limit of {:.1f} MiB is reached while pipeline {} runs: {:.1f} MiB are in use, {:.1f} of them by its {}",
               mib(options_.memory_limit), number_, mib(large_bytes_in_use()), mib(state_bytes_.load()), emits() ? "rows" : "states")
      .hint("SET memory_limit to more");
}

// A device with a queue of its own gets nothing from a second worker but its decoding.
std::size_t PipelineRun::worker_count() const {
  if (launch_rows() > 0 && (in_memory_ || emits())) return 1;  // and rows that are handed out come in order
  return static_cast<std::size_t>(std::clamp<std::int64_t>(std::min<std::int64_t>(options_.threads, parts_), 1, 1024));
}

void PipelineRun::work(Worker& worker) {
  worker.state = kernel_->start(launch_);
  run_parts(worker);
  transfer_us_ += worker.state->transfer_us;
  moved_bytes_ += worker.state->moved_bytes;
}

void PipelineRun::run_parts(Worker& worker) {
  std::unique_ptr<backend::SinkState>& state = worker.state;
  const AfterMorsel after_morsel = [&] { return make_room(worker); };
  Gathered gathered;
  const bool is_named = launch_rows() > 0 && !named_.name.all.empty() && named_.rows <= launch_rows();
  if (is_named) {
    gathered.name = named_.name;
    const Result<bool> again = run_again(named_, *state);
    if (!again) return fail(0, again.error().code() == ErrorCode::kRowFailed ? earliest(again.error()) : again.error());
  }
  for (;;) {
    const std::int64_t part = next_.fetch_add(1);
    if (part >= parts_ || part > last_wanted_.load()) break;
    Status status = run_part(part, *state, options_.morsel_rows, gathered, after_morsel);
    if (options_.progress) options_.progress(number_, done_.fetch_add(1) + 1, parts_);
    if (!status) {
      const bool may_be_another = status.error().code() == ErrorCode::kRowFailed || !gathered.failed;
      if (launch_rows() > 0 && may_be_another) return fail(0, earliest(status.error()));
      gathered = {};
      if (limited()) keep_rows_before_error(part);
      fail(part, std::move(status).error());
      state = kernel_->start(launch_);
      forget_size(worker);
      if (!emits()) return;
      continue;
    }
    if (emits() && launch_rows() == 0) keep_rows(part, *state);
  }
  const Status last = run_gathered(gathered, *state);
  if (last && emits() && launch_rows() > 0) keep_rows(0, *state);
  if (last) return;
  fail(0, last.error().code() == ErrorCode::kRowFailed ? earliest(last.error()) : last.error());
}

void PipelineRun::keep_rows(std::int64_t part, backend::SinkState& state) {
  Result<Batch> batch = kernel_->take_partial(state).run_now();
  if (batch) {
    keep(part, std::move(*batch));
  } else {
    fail(part, std::move(batch).error());
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
  Gathered gathered;
  const Status status = run_part(part, *state, 1, gathered, take_row);
  if (status) return;
  Result<Batch> batch = merge_partials(*pipeline_.program, rows);
  if (batch) keep(part, std::move(*batch));
}

Status PipelineRun::run_part(std::int64_t part, backend::SinkState& state, std::int64_t morsel_rows, Gathered& gathered,
                             const AfterMorsel& after_morsel) {
  if (pipeline_.input.source && skipped(part)) {
    ++parts_skipped_;
    return {};
  }
  std::int64_t rows = 0;
  TRUENO_TRY(for_morsels(part, morsel_rows, [&](backend::Morsel morsel) -> Status {
    TRUENO_TRY(cancel_.check());
    rows += morsel.batch.length;
    rows_in_ += morsel.batch.length;
    gathered.rows += morsel.batch.length;
    if (!in_memory_) {
      for (const Column& column : morsel.batch.columns) gathered.bytes += column.byte_size();
    }
    gathered.morsels.push_back(std::move(morsel));
    if (gathered.rows >= launch_rows() || gathered.bytes >= kGatheredBytes) {
      gathered.name.all.clear();  // there may be more
      TRUENO_TRY(run_gathered(gathered, state));
    }
    return after_morsel ? after_morsel() : Status();
  }));
  if (pipeline_.input.source) {
    const std::int64_t left_out = pipeline_.input.source->part_rows(part).value_or(rows) - rows;
    if (left_out > 0 && rows == 0) ++parts_skipped_;
    if (left_out > 0 && rows != 0) rows_skipped_ += left_out;
  }
  return {};
}

Status PipelineRun::for_morsels(std::int64_t part, std::int64_t morsel_rows, const Visit& visit) {
  std::int64_t row_id = part << kPartShift;
  if (!pipeline_.input.source) {
    const OutputPart& piece = output_parts_[static_cast<std::size_t>(part)];
    const Batch rows = slice(*piece.output, piece.first_row, kOutputPartRows);
    Batch batch;
    batch.length = rows.length;
    for (const int column : columns_) batch.columns.push_back(rows.columns[static_cast<std::size_t>(column)]);
    return cut_batch(std::move(batch), row_id, morsel_rows, visit);
  }
  const BatchStream stream = TRUENO_TRY(pipeline_.input.source->scan(part, columns_, pipeline_.input.predicate, cancel_));
  for (;;) {
    std::optional<Batch> batch = TRUENO_TRY(stream());
    if (!batch) return {};
    const std::int64_t rows = batch->length;
    if (batch->first_row >= 0) row_id = (part << kPartShift) + batch->first_row;
    TRUENO_TRY(cut_batch(std::move(*batch), row_id, morsel_rows, visit));
    row_id += rows;
  }
}

bool PipelineRun::skipped(std::int64_t part) const { return rules_out(pipeline_.input, part); }

Status PipelineRun::cut_batch(Batch batch, std::int64_t row_id, std::int64_t morsel_rows, const Visit& visit) {
  for (std::size_t i = 0; i < dictionaries_.size(); ++i) {
    if (dictionaries_[i] != nullptr) batch.columns[i] = TRUENO_TRY(dictionaries_[i]->translate(batch.columns[i]));
  }
  const auto give = [&](Batch piece, std::int64_t first_row_id) -> Status {
    backend::Morsel morsel;
    morsel.batch = std::move(piece);
    morsel.row_id = first_row_id;
    if (!pipeline_.program->lookups.empty()) TRUENO_TRY(lookups_.fill(morsel));
    return visit(std::move(morsel));
  };
  const std::int64_t rows = batch.length;
  if (rows == 0) return {};
  if (rows <= morsel_rows) return give(std::move(batch), row_id);  // as it is: columns are large objects
  for (std::int64_t begin = 0; begin < rows; begin += morsel_rows) TRUENO_TRY(give(slice(batch, begin, morsel_rows), row_id + begin));
  return {};
}

Status PipelineRun::run_gathered(Gathered& gathered, backend::SinkState& state) {
  if (gathered.morsels.empty()) return {};
  Status status = gathered.name.all.empty() ? kernel_->run(gathered.morsels, state, cancel_).run_now()
                                            : kernel_->run_named(gathered.name, gathered.morsels, state, cancel_).run_now();
  if (!status && status.error().code() == ErrorCode::kRowFailed && launch_rows() == 0) status = error_of(gathered.morsels.back());
  gathered = {};
  gathered.failed = !status;
  return status;
}

Result<bool> PipelineRun::run_again(const NamedRows& named, backend::SinkState& state) {
  std::optional<backend::Morsel> sample;
  TRUENO_TRY(for_morsels(named.first_part, options_.morsel_rows, [&](backend::Morsel morsel) -> Status {
    if (!sample) sample = std::move(morsel);
    return {};
  }));
  if (!sample || !TRUENO_TRY(kernel_->run_again(named.name, *sample, state, cancel_).run_now())) return false;
  rows_in_ += named.rows;
  parts_skipped_ += parts_ - named.parts;
  next_ = parts_;
  if (options_.progress) options_.progress(number_, parts_, parts_);
  return true;
}

// The first failure among the morsels that `each` hands to the reference.
std::optional<Error> PipelineRun::failure_on_reference(const std::function<Status(const Visit&)>& each) {
  Result<std::shared_ptr<const backend::Kernel>> kernel = reference_.prepare(pipeline_.program).run_now();
  if (!kernel) return std::move(kernel).error();
  Result<std::shared_ptr<const backend::Launch>> launch = reference_launch_();
  if (!launch) return std::move(launch).error();
  const auto state = (*kernel)->start(**launch);
  Status status = each([&](const backend::Morsel& morsel) -> Status {
    TRUENO_TRY(cancel_.check());
    return (*kernel)->run({&morsel, 1}, *state, cancel_).run_now();
  });
  if (!status) return std::move(status).error();
  return std::nullopt;
}

Error PipelineRun::disagreement() const {
  return error(ErrorCode::kInternal, "a row fails on {} and on {} it does not", device_.profile().name, reference_.profile().name);
}

Error PipelineRun::error_of(const backend::Morsel& morsel) {
  return failure_on_reference([&](const Visit& visit) { return visit(morsel); }).value_or(disagreement());
}

// Of the first row in written order that fails, or of the first part that cannot be read; nothing where all is well.
std::optional<Error> PipelineRun::first_failure() {
  return failure_on_reference([&](const Visit& visit) -> Status {
    for (std::int64_t part = 0; part < parts_; ++part) {
      if (pipeline_.input.source && skipped(part)) continue;
      TRUENO_TRY(for_morsels(part, options_.morsel_rows, visit));
    }
    return {};
  });
}

// What a device that takes many morsels at once said last may be about a row of any part so far.
Error PipelineRun::earliest(const Error& said) {
  const bool row_failed = said.code() == ErrorCode::kRowFailed;
  return first_failure().value_or(row_failed ? disagreement() : said);
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

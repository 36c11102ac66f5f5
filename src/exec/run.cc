#include "exec/run.h"

#include <algorithm>
#include <atomic>
#include <map>

#include "base/clock.h"
#include "base/threads.h"
#include "exec/merge.h"

#ifndef __wasm__
#include <thread>
#endif

namespace trueno::exec {

namespace {

// Row ids: part in the high bits, row in the part in the low ones.
constexpr int kPartShift = 32;

// One pipeline's run: workers take parts in order; the earliest failing part decides the error.
class PipelineRun {
 public:
  PipelineRun(const kernel::Pipeline& pipeline, const Batch* earlier, const backend::Kernel& kernel, const backend::Launch& launch,
              const Options& options, const CancelToken& cancel, std::size_t number)
      : pipeline_(pipeline), earlier_(earlier), kernel_(kernel), launch_(launch), options_(options), cancel_(cancel), number_(number) {
    parts_ = earlier != nullptr ? 1 : pipeline.input.source->part_count();
    for (const kernel::SourceColumn& column : pipeline.program->source.columns) columns_.push_back(column.index);
  }

  Result<Batch> run() {
    const auto workers = static_cast<int>(std::clamp<std::int64_t>(std::min<std::int64_t>(options_.threads, parts_), 1, 1024));
    std::vector<std::vector<Batch>> states(static_cast<std::size_t>(workers));
#ifdef __wasm__
    work(states[0]);
#else
    std::vector<std::thread> threads;
    for (int i = 1; i < workers; ++i) threads.emplace_back([this, &states, i] { work(states[static_cast<std::size_t>(i)]); });
    work(states[0]);
    for (std::thread& thread : threads) thread.join();
#endif
    if (!errors_.empty() && !satisfied_before(errors_.begin()->first)) return errors_.begin()->second;
    std::vector<Batch> partials;
    for (auto& [part, batch] : emitted_) partials.push_back(std::move(batch));
    for (std::vector<Batch>& state : states) std::ranges::move(state, std::back_inserter(partials));
    return slice(TRUENO_TRY(merge_partials(*pipeline_.program, std::move(partials))), pipeline_.offset, pipeline_.limit);
  }

  [[nodiscard]] std::int64_t rows_in() const { return rows_in_; }
  [[nodiscard]] std::int64_t parts_skipped() const { return parts_skipped_; }

 private:
  [[nodiscard]] bool emits() const { return pipeline_.program->sink.kind == kernel::SinkKind::kEmit; }

  void work(std::vector<Batch>& states) {
    auto state = kernel_.start(launch_);
    for (;;) {
      const std::int64_t part = next_.fetch_add(1);
      if (part >= parts_ || part > last_wanted_.load()) break;
      Status status = run_part(part, *state);
      if (options_.progress) options_.progress(number_, done_.fetch_add(1) + 1, parts_);
      if (!status) {
        fail(part, std::move(status).error());
        state = kernel_.start(launch_);
        if (!emits()) return;
        continue;
      }
      if (emits()) {
        Result<Batch> batch = kernel_.take_partial(*state).run_now();
        if (batch) {
          keep(part, std::move(*batch));
        } else {
          fail(part, std::move(batch).error());
        }
      }
    }
    if (emits()) return;
    Result<Batch> partial = kernel_.take_partial(*state).run_now();
    if (partial) {
      states.push_back(std::move(*partial));
    } else {
      fail(0, std::move(partial).error());
    }
  }

  Status run_part(std::int64_t part, backend::SinkState& state) {
    std::int64_t row_id = part << kPartShift;
    if (earlier_ != nullptr) {
      Batch batch;
      batch.length = earlier_->length;
      for (const int column : columns_) batch.columns.push_back(earlier_->columns[static_cast<std::size_t>(column)]);
      return run_batch(batch, row_id, state);
    }
    const TableSource& source = *pipeline_.input.source;
    if (skipped(part)) {
      ++parts_skipped_;
      return {};
    }
    const BatchStream stream = TRUENO_TRY(source.scan(part, columns_, pipeline_.input.predicate, cancel_));
    for (;;) {
      const std::optional<Batch> batch = TRUENO_TRY(stream());
      if (!batch) return {};
      TRUENO_TRY(run_batch(*batch, row_id, state));
      row_id += batch->length;
    }
  }

  [[nodiscard]] bool skipped(std::int64_t part) const {
    const TableSource& source = *pipeline_.input.source;
    const auto rows = source.part_rows(part);
    return std::ranges::any_of(pipeline_.input.predicate.conditions, [&](const ColumnCondition& condition) {
      return !may_match(condition, source.statistics(part, condition.column), rows.value_or(-1));
    });
  }

  Status run_batch(const Batch& batch, std::int64_t row_id, backend::SinkState& state) {
    rows_in_ += batch.length;
    for (std::int64_t begin = 0; begin < batch.length; begin += options_.morsel_rows) {
      TRUENO_TRY(cancel_.check());
      backend::Morsel morsel;
      morsel.batch = slice(batch, begin, options_.morsel_rows);
      morsel.row_id = row_id + begin;
      TRUENO_TRY(kernel_.run(morsel, state, cancel_).run_now());
    }
    return {};
  }

  void fail(std::int64_t part, Error failure) {
    const LockGuard lock(mutex_);
    errors_.emplace(part, std::move(failure));
    last_wanted_ = std::min(last_wanted_.load(), part);  // later parts cannot hold an earlier error
  }

  void keep(std::int64_t part, Batch batch) {
    const LockGuard lock(mutex_);
    emitted_.emplace(part, std::move(batch));
    if (satisfied_before(parts_)) last_wanted_ = std::min(last_wanted_.load(), part);
  }

  // Whether the parts before `part` that came without a gap already hold all rows LIMIT wants.
  [[nodiscard]] bool satisfied_before(std::int64_t part) const {
    if (pipeline_.limit < 0 || !emits()) return false;
    std::int64_t rows = 0;
    std::int64_t expected = 0;
    for (const auto& [number, batch] : emitted_) {
      if (number != expected++ || number >= part) break;
      rows += batch.length;
    }
    return rows >= pipeline_.limit + pipeline_.offset;
  }

  const kernel::Pipeline& pipeline_;
  const Batch* earlier_;
  const backend::Kernel& kernel_;
  const backend::Launch& launch_;
  const Options& options_;
  const CancelToken& cancel_;
  std::size_t number_;  // of the pipeline
  std::vector<int> columns_;
  std::int64_t parts_ = 0;
  std::atomic<std::int64_t> next_ = 0;
  std::atomic<std::int64_t> done_ = 0;
  std::atomic<std::int64_t> last_wanted_ = INT64_MAX;
  std::atomic<std::int64_t> rows_in_ = 0;
  std::atomic<std::int64_t> parts_skipped_ = 0;
  Mutex mutex_;
  std::map<std::int64_t, Error> errors_;
  std::map<std::int64_t, Batch> emitted_;
};

std::int64_t input_bytes(const kernel::Pipeline& pipeline) {
  std::int64_t bytes = 0;
  for (std::int64_t part = 0; part < pipeline.input.source->part_count(); ++part) {
    for (const kernel::SourceColumn& column : pipeline.program->source.columns)
      bytes += pipeline.input.source->column_bytes(part, column.index);
  }
  return bytes;
}

}  // namespace

Result<Output> run(const kernel::PipelinePlan& plan, const std::vector<std::shared_ptr<backend::Backend>>& devices, const Options& options,
                   const CancelToken& cancel) {
  Output out;
  std::vector<Batch> outputs;
  const backend::Launch launch{plan.parameters};
  for (const kernel::Pipeline& pipeline : plan.pipelines) {
    TRUENO_TRY(cancel.check());
    const Batch* earlier = pipeline.input.source ? nullptr : &outputs[static_cast<std::size_t>(pipeline.input.pipeline)];
    const std::int64_t rows = earlier != nullptr ? earlier->length : pipeline.input.source->row_count().value_or(-1);
    dispatch::Decision decision =
        TRUENO_TRY(dispatch::choose(devices, *pipeline.program, rows, earlier != nullptr ? -1 : input_bytes(pipeline), options.policy));
    backend::Backend& device = *devices[decision.device];
    const Stopwatch watch;
    const std::shared_ptr<const backend::Kernel> kernel = TRUENO_TRY(device.prepare(pipeline.program).run_now());
    PipelineRun run(pipeline, earlier, *kernel, launch, options, cancel, outputs.size());
    outputs.push_back(TRUENO_TRY(run.run()));
    PipelineProfile profile;
    profile.device = device.profile().name;
    profile.reason = std::move(decision.reason);
    profile.predicted_us = decision.predicted_us;
    profile.measured_us = watch.elapsed_ms() * 1000;
    profile.rows_in = run.rows_in();
    profile.rows_out = outputs.back().length;
    profile.parts_skipped = run.parts_skipped();
    profile.bids = std::move(decision.bids);
    out.profile.push_back(std::move(profile));
  }
  out.rows = std::move(outputs.back());
  return out;
}

}  // namespace trueno::exec

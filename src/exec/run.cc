#include "exec/run.h"

#include <algorithm>
#include <numeric>

#include "base/clock.h"
#include "base/large_memory.h"
#include "exec/join_tables.h"
#include "exec/merge.h"
#include "exec/named_rows.h"
#include "exec/pipeline_run.h"
#include "exec/skip_by_keys.h"
#include "exec/workers.h"

namespace trueno::exec {

namespace {

// The device whose bits are the definition.
backend::Backend& reference_among(const std::vector<std::shared_ptr<backend::Backend>>& devices) {
  const auto found = std::ranges::find_if(devices, [](const auto& d) { return d->profile().kind == backend::DeviceKind::kScalar; });
  TRUENO_ASSERT(found != devices.end());
  return **found;
}

// `rows`: of its input, -1: not known.
dispatch::Job job_of(const kernel::Pipeline& pipeline, const NamedRows& named, std::int64_t rows) {
  dispatch::Job job;
  job.program = pipeline.program.get();
  job.rows = rows;
  if (!pipeline.input.source) return job;
  const TableSource& source = *pipeline.input.source;
  job.in_memory = source.in_memory();
  job.parts = named.parts;
  job.bytes = std::accumulate(named.column_bytes.begin(), named.column_bytes.end(), std::int64_t{0});
  if (named.parts != source.part_count() && rows >= 0) job.rows = named.rows;
  return job;
}

dispatch::Request request_of(const kernel::Pipeline& pipeline, const Options& options) {
  dispatch::Request request = options.policy;
  request.workers = options.threads;
  if (emits(*pipeline.program) && pipeline.limit >= 0 && request.policy == dispatch::Policy::kCost)
    request.no_gpu = "a GPU hands out all rows at once, the CPU ends with the last one that is wanted";
  return request;
}

// By pipeline: the first one behind all that reads its output. What runs again reads it until its last round.
std::vector<std::size_t> forgotten_at(const kernel::PipelinePlan& plan) {
  std::vector<std::size_t> at(plan.pipelines.size(), 0);
  const auto until = [&](std::size_t reader) {
    std::size_t end = reader + 1;
    for (const kernel::Loop& rounds : plan.loops) {
      if (rounds.first <= reader && reader < rounds.last) end = std::max(end, rounds.last);
    }
    return end;
  };
  for (std::size_t reader = 0; reader < plan.pipelines.size(); ++reader) {
    const kernel::Pipeline& pipeline = plan.pipelines[reader];
    for (const std::size_t read : pipeline.input.pipelines) at[read] = std::max(at[read], until(reader));
    for (const std::size_t table : pipeline.tables) at[table] = std::max(at[table], until(reader));
  }
  for (const kernel::Loop& rounds : plan.loops) {
    at[rounds.working] = std::max(at[rounds.working], until(rounds.first));
    at[rounds.result] = std::max(at[rounds.result], until(rounds.first));
    for (std::size_t inner = rounds.first; inner < rounds.last; ++inner) at[inner] = std::max(at[inner], rounds.last);
  }
  at.back() = plan.pipelines.size() + 1;  // the result
  return at;
}

// One query on its way.
class QueryRun {
 public:
  QueryRun(const kernel::PipelinePlan& plan, dispatch::Devices& devices, const Options& options, const CancelToken& cancel)
      : plan_(plan),
        devices_(devices),
        options_(options),
        cancel_(cancel),
        forgotten_at_(forgotten_at(plan)),
        outputs_(plan.pipelines.size()),
        tables_(outputs_, launch_, workers(static_cast<std::size_t>(options.threads))) {
    launch_.parameters = plan.parameters;
    launch_.chunk_rows = options.chunk_rows;
    launch_.cache_bytes = options.cache_bytes;
    out_.profile.resize(plan.pipelines.size());
  }

  Result<Output> run() {
    TRUENO_TRY(run_pipelines(0, plan_.pipelines.size(), 0));
    out_.rows = std::move(outputs_.back());
    return std::move(out_);
  }

 private:
  // In order; `loop`: the first one that may begin here.
  Status run_pipelines(std::size_t first, std::size_t last, std::size_t loop) {
    for (std::size_t number = first; number < last;) {
      while (loop < plan_.loops.size() && plan_.loops[loop].first < number) ++loop;
      if (loop < plan_.loops.size() && plan_.loops[loop].first == number) {
        const kernel::Loop& rounds = plan_.loops[loop];
        TRUENO_TRY(repeat(rounds, loop + 1));
        number = rounds.last;
      } else {
        TRUENO_TRY(run_pipeline(number));
        ++number;
      }
      if (first == 0) forget(number);  // not within a round: the next one reads it again
    }
    return {};
  }

  // What no pipeline from `number` on reads.
  void forget(std::size_t number) {
    for (std::size_t read = 0; read < number; ++read) {
      if (forgotten_at_[read] > number) continue;
      tables_.forget(read, read + 1);
      outputs_[read] = {};
    }
  }

  Status repeat(const kernel::Loop& rounds, std::size_t inner_loop) {
    std::vector<Batch> parts = {outputs_[rounds.result]};
    std::int64_t rows = parts.front().length;
    while (outputs_[rounds.working].length != 0 && (rounds.wanted < 0 || rows < rounds.wanted)) {
      TRUENO_TRY(cancel_.check());
      tables_.forget(rounds.first, rounds.last);
      TRUENO_TRY(run_pipelines(rounds.first, rounds.last, inner_loop));
      outputs_[rounds.working] = outputs_[rounds.last - 1];
      parts.push_back(outputs_[rounds.working]);
      rows += parts.back().length;
      // Neighbours of like size become one: few parts, and each row is copied a few times.
      while (parts.size() > 1 && parts[parts.size() - 2].length <= parts.back().length) {
        const Batch both = TRUENO_TRY(concatenate_batches({parts[parts.size() - 2], parts.back()}));
        parts.pop_back();
        parts.back() = both;
      }
      if (!rounds.reads_result) continue;
      outputs_[rounds.result] = TRUENO_TRY(concatenate_batches(parts));
      parts = {outputs_[rounds.result]};
    }
    outputs_[rounds.result] = TRUENO_TRY(concatenate_batches(parts));
    return {};
  }

  Status run_pipeline(std::size_t number) {
    TRUENO_TRY(cancel_.check());
    if (plan_.pipelines[number].input.keys.empty()) return run_pipeline(number, plan_.pipelines[number]);
    kernel::Pipeline narrowed = plan_.pipelines[number];
    skip_by_keys(narrowed, outputs_);
    return run_pipeline(number, narrowed);
  }

  Status run_pipeline(std::size_t number, const kernel::Pipeline& pipeline) {
    std::vector<const Batch*> earlier;
    std::int64_t rows = pipeline.input.source ? pipeline.input.source->row_count().value_or(-1) : 0;
    std::optional<Batch> unmatched;
    if (pipeline.input.unmatched) unmatched = TRUENO_TRY(tables_.unmatched(pipeline.input.pipelines.front()));
    for (const std::size_t input : pipeline.input.pipelines) {
      earlier.push_back(unmatched ? &*unmatched : &outputs_[input]);
      rows += earlier.back()->length;
    }
    dispatch::Request request = request_of(pipeline, options_);
    const NamedRows named = name_rows(pipeline, options_.morsel_rows, devices_.asks_for_names(request));
    dispatch::Job job = job_of(pipeline, named, rows);
    for (const std::size_t table : pipeline.tables) job.table_rows.push_back(outputs_[table].length);
    dispatch::Decision decision = TRUENO_TRY(devices_.choose(job, named.name, named.column_bytes, request));
    const std::size_t chosen = decision.device;
    Result<Batch> output = run_on(number, pipeline, earlier, named, std::move(decision), request);
    if (!output && falls_back(*devices_.list()[chosen], output.error(), request)) {
      const Error failure = output.error();
      devices_.report_failure(chosen, *pipeline.program, failure);
      if (request.policy == dispatch::Policy::kGpu) request.policy = request.fallback;
      request.no_gpu = "it has just failed";
      const dispatch::Policy asked = options_.policy.policy;
      decision = TRUENO_TRY(devices_.choose(job, named.name, named.column_bytes, request));
      decision.reason =
          fmt::format("the GPU was {}, but failed: {}", asked == dispatch::Policy::kGpu ? "asked for" : "chosen", failure.message());
      decision.gpu_refusal = failure.message();
      output = run_on(number, pipeline, earlier, named, std::move(decision), request);
    }
    if (!output) return output.error().code() == ErrorCode::kOutOfMemory ? with_held(output.error()) : std::move(output).error();
    outputs_[number] = std::move(*output);
    out_.profile[number].rows_out += outputs_[number].length;
    return {};
  }

  // A GPU that turns out not to be able to, though it said that it can. Errors of rows and wishes to stop are of the query.
  [[nodiscard]] static bool falls_back(const backend::Backend& device, const Error& failure, const dispatch::Request& request) {
    const bool of_device =
        failure.code() == ErrorCode::kDevice || failure.code() == ErrorCode::kNotSupported || failure.code() == ErrorCode::kOutOfMemory;
    return device.profile().kind == backend::DeviceKind::kWebGpu && of_device && !request.gpu_required;
  }

  Result<Batch> run_on(std::size_t number, const kernel::Pipeline& pipeline, const std::vector<const Batch*>& earlier,
                       const NamedRows& named, dispatch::Decision decision, const dispatch::Request& request) {
    backend::Backend& device = *devices_.list()[decision.device];
    const Stopwatch watch;
    const auto on_device = TRUENO_TRY(tables_.launch(pipeline, device));
    if (!pipeline.tables.empty() && large_bytes_in_use() > options_.memory_limit) {
      return error(ErrorCode::kOutOfMemory, "memory_limit is reached by the tables that joins of pipeline {} look rows up in", number)
          .hint("SET memory_limit to more");
    }
    backend::Backend& reference = reference_among(devices_.list());
    PipelineRun run(
        pipeline, earlier, device, reference, *on_device, [&] { return tables_.launch(pipeline, reference); }, options_, cancel_, number,
        named);
    const bool in_pieces = options_.in_pieces && number + 1 == plan_.pipelines.size();
    std::vector<Batch> pieces = TRUENO_TRY(run.run(in_pieces));
    Batch output;
    if (in_pieces) {
      for (const Batch& piece : pieces) output.length += piece.length;
      out_.pieces = std::move(pieces);
    } else {
      output = std::move(pieces.front());
    }
    const dispatch::Outcome outcome{watch.elapsed_ms() * 1000, run.transfer_us(), run.moved_bytes(), run.rows_in(), output.length};
    devices_.learn(*pipeline.program, named.name, decision, outcome, request);
    // The rounds of a recursion add up; what was decided is what the last one decided.
    PipelineProfile& profile = out_.profile[number];
    profile.device = device.profile().name;
    profile.reason = std::move(decision.reason);
    profile.gpu_refusal = std::move(decision.gpu_refusal);
    profile.predicted_us += decision.predicted_us;
    profile.measured_us += outcome.measured_us;
    profile.transfer_us += run.transfer_us();
    profile.moved_bytes += run.moved_bytes();
    profile.rows_in += run.rows_in();
    profile.parts_skipped += run.parts_skipped();
    profile.spilled_bytes += run.spilled_bytes();
    profile.rows_skipped += run.rows_skipped();
    profile.bids = std::move(decision.bids);
    return output;
  }

  // Says what the query keeps of earlier pipelines, too.
  [[nodiscard]] Error with_held(const Error& failure) const {
    std::int64_t bytes = 0;
    for (const Batch& output : outputs_) {
      for (const Column& column : output.columns) bytes += column.byte_size();
    }
    return error(failure.code(), "{}; results of earlier pipelines hold {:.1f} MiB", failure.message(),
                 static_cast<double>(bytes) / (1 << 20))
        .hint(failure.hint());
  }

  const kernel::PipelinePlan& plan_;
  dispatch::Devices& devices_;
  const Options& options_;
  const CancelToken& cancel_;
  const std::vector<std::size_t> forgotten_at_;
  std::vector<Batch> outputs_;
  backend::Launch launch_;
  JoinTables tables_;
  Output out_;
};

}  // namespace

Result<dispatch::Decision> place(const kernel::Pipeline& pipeline, dispatch::Devices& devices, const Options& options) {
  const std::int64_t rows = pipeline.input.source ? pipeline.input.source->row_count().value_or(-1) : -1;
  dispatch::Request request = request_of(pipeline, options);
  request.recorded = false;
  const NamedRows named = name_rows(pipeline, options.morsel_rows, devices.asks_for_names(request));
  return devices.choose(job_of(pipeline, named, rows), named.name, named.column_bytes, request);
}

Result<Output> run(const kernel::PipelinePlan& plan, dispatch::Devices& devices, const Options& options, const CancelToken& cancel) {
  return QueryRun(plan, devices, options, cancel).run();
}

}  // namespace trueno::exec

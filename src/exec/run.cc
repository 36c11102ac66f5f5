#include "exec/run.h"

#include <algorithm>

#include "base/clock.h"
#include "exec/join_tables.h"
#include "exec/pipeline_run.h"

namespace trueno::exec {

namespace {

std::int64_t input_bytes(const kernel::Pipeline& pipeline) {
  std::int64_t bytes = 0;
  for (std::int64_t part = 0; part < pipeline.input.source->part_count(); ++part) {
    for (const kernel::SourceColumn& column : pipeline.program->source.columns)
      bytes += pipeline.input.source->column_bytes(part, column.index);
  }
  return bytes;
}

// The device whose bits are the definition.
backend::Backend& reference_among(const std::vector<std::shared_ptr<backend::Backend>>& devices) {
  const auto found = std::ranges::find_if(devices, [](const auto& d) { return d->profile().kind == backend::DeviceKind::kScalar; });
  TRUENO_ASSERT(found != devices.end());
  return **found;
}

}  // namespace

Result<Output> run(const kernel::PipelinePlan& plan, const std::vector<std::shared_ptr<backend::Backend>>& devices, const Options& options,
                   const CancelToken& cancel) {
  Output out;
  std::vector<Batch> outputs;
  outputs.reserve(plan.pipelines.size());
  backend::Launch launch;
  launch.parameters = plan.parameters;
  launch.chunk_rows = options.chunk_rows;
  JoinTables tables(outputs, launch);
  for (const kernel::Pipeline& pipeline : plan.pipelines) {
    TRUENO_TRY(cancel.check());
    std::vector<const Batch*> earlier;
    std::int64_t rows = pipeline.input.source ? pipeline.input.source->row_count().value_or(-1) : 0;
    std::optional<Batch> unmatched;
    if (pipeline.input.unmatched) unmatched = TRUENO_TRY(tables.unmatched(pipeline.input.pipelines.front()));
    for (const std::size_t number : pipeline.input.pipelines) {
      earlier.push_back(unmatched ? &*unmatched : &outputs[number]);
      rows += earlier.back()->length;
    }
    dispatch::Decision decision =
        TRUENO_TRY(dispatch::choose(devices, *pipeline.program, rows, pipeline.input.source ? input_bytes(pipeline) : -1, options.policy));
    backend::Backend& device = *devices[decision.device];
    const Stopwatch watch;
    const auto on_device = TRUENO_TRY(tables.launch(pipeline, device));
    backend::Backend& reference = reference_among(devices);
    PipelineRun run(
        pipeline, earlier, device, reference, *on_device, [&] { return tables.launch(pipeline, reference); }, options, cancel, outputs.size());
    outputs.push_back(TRUENO_TRY(run.run()));
    PipelineProfile profile;
    profile.device = device.profile().name;
    profile.reason = std::move(decision.reason);
    profile.gpu_refusal = std::move(decision.gpu_refusal);
    profile.predicted_us = decision.predicted_us;
    profile.measured_us = watch.elapsed_ms() * 1000;
    profile.transfer_us = run.transfer_us();
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

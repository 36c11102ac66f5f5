#include "split.h"

#include <algorithm>

#include "exec/join_tables.h"
#include "exec/lookup_tables.h"
#include "exec/merge.h"
#include "exec/query_dictionary.h"

namespace trueno::equivalence {

namespace {

struct Piece {
  Batch batch;
  std::int64_t row_id;
};

// All rows of a pipeline's input, cut at random places. Row ids as exec counts them: part in the high half.
// Where a LIMIT decides which rows may fail, every row is a piece of its own.
Result<std::vector<Piece>> cut_input(const kernel::Pipeline& pipeline, const std::vector<Batch>& outputs, exec::JoinTables& tables,
                                     Random& random) {
  const bool limited = pipeline.limit >= 0 && pipeline.program->sink.kind == kernel::SinkKind::kEmit;
  std::vector<int> columns;
  for (const kernel::SourceColumn& column : pipeline.program->source.columns) columns.push_back(column.index);
  std::vector<Piece> whole;
  if (pipeline.input.source) {
    const TableSource& source = *pipeline.input.source;
    for (std::int64_t part = 0; part < source.part_count(); ++part) {
      std::int64_t row_id = part << 32;
      const BatchStream stream = TRUENO_TRY(source.scan(part, columns, pipeline.input.predicate, CancelToken()));
      while (std::optional<Batch> batch = TRUENO_TRY(stream())) {
        const std::int64_t rows = batch->length;
        whole.push_back({std::move(*batch), row_id});
        row_id += rows;
      }
    }
  } else {
    std::int64_t row_id = 0;
    for (const std::size_t number : pipeline.input.pipelines) {
      const Batch earlier = pipeline.input.unmatched ? TRUENO_TRY(tables.unmatched(number)) : outputs[number];
      Batch batch{earlier.length, {}};
      for (const int column : columns) batch.columns.push_back(earlier.columns[static_cast<std::size_t>(column)]);
      whole.push_back({std::move(batch), row_id});
      row_id += earlier.length;
    }
  }
  std::vector<Piece> pieces;
  for (const Piece& piece : whole) {
    for (std::int64_t begin = 0; begin < piece.batch.length;) {
      const std::int64_t rows = limited ? 1 : random.between(1, std::max<std::int64_t>(1, piece.batch.length));
      pieces.push_back({exec::slice(piece.batch, begin, rows), piece.row_id + begin});
      begin += rows;
    }
  }
  return pieces;
}

// Gives coded columns the codes of one dictionary, as exec does.
Status translate_codes(const kernel::Pipeline& pipeline, std::vector<Piece>& pieces) {
  const auto& columns = pipeline.program->source.columns;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i].as_code) continue;
    exec::QueryDictionary dictionary(pipeline.input.source ? pipeline.input.source->shared_dictionary(columns[i].index) : nullptr);
    for (Piece& piece : pieces) piece.batch.columns[i] = TRUENO_TRY(dictionary.translate(piece.batch.columns[i]));
  }
  return {};
}

// The error of the earliest failing row of a piece on which a device failed.
Error error_of(const kernel::Pipeline& pipeline, const backend::Morsel& morsel, exec::JoinTables& tables, backend::Backend& reference) {
  auto launch = tables.launch(pipeline, reference);
  if (!launch) return std::move(launch).error();
  auto kernel = reference.prepare(pipeline.program).run_now();
  if (!kernel) return std::move(kernel).error();
  const auto state = (*kernel)->start(**launch);
  Status status = (*kernel)->run({&morsel, 1}, *state, CancelToken()).run_now();
  if (!status) return std::move(status).error();
  return error(ErrorCode::kInternal, "a row fails on the device and not on the reference");
}

Result<Batch> run_pipeline(const kernel::Pipeline& pipeline, const std::vector<Batch>& outputs, exec::JoinTables& tables,
                           backend::Backend& device, backend::Backend& reference, Random& random) {
  const kernel::Program& program = *pipeline.program;
  const std::shared_ptr<const backend::Kernel> kernel = TRUENO_TRY(device.prepare(pipeline.program).run_now());
  const auto on_device = TRUENO_TRY(tables.launch(pipeline, device));
  const backend::Launch& launch = *on_device;
  std::vector<Piece> pieces = TRUENO_TRY(cut_input(pipeline, outputs, tables, random));
  TRUENO_TRY(translate_codes(pipeline, pieces));
  exec::LookupTables lookups(program, device, reference, launch);
  const bool emits = program.sink.kind == kernel::SinkKind::kEmit || program.sink.kind == kernel::SinkKind::kBuild;
  std::vector<std::unique_ptr<backend::SinkState>> states;
  for (std::int64_t n = random.between(1, 5); n > 0; --n) states.push_back(kernel->start(launch));
  std::vector<Batch> partials;
  std::int64_t emitted = 0;
  for (const Piece& piece : pieces) {
    const std::int64_t wanted = pipeline.limit == 0 ? 0 : pipeline.limit + pipeline.offset;
    if (emits && pipeline.limit >= 0 && emitted >= wanted) break;
    backend::SinkState& state = *states[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(states.size())))];
    backend::Morsel morsel{piece.batch, piece.row_id, {}};
    if (!program.lookups.empty()) TRUENO_TRY(lookups.fill(morsel));
    Status status = kernel->run({&morsel, 1}, state, CancelToken()).run_now();
    if (!status && status.error().code() == ErrorCode::kRowFailed) return error_of(pipeline, morsel, tables, reference);
    TRUENO_TRY(std::move(status));
    // Emitted rows keep their order. Other states are taken now and then in the middle, and used on.
    if (emits || random.percent(20)) {
      partials.push_back(TRUENO_TRY(kernel->take_partial(state).run_now()));
      emitted += partials.back().length;
    }
  }
  if (!emits) {
    for (const auto& state : states) partials.push_back(TRUENO_TRY(kernel->take_partial(*state).run_now()));
    for (std::size_t i = partials.size(); i > 1; --i)
      std::swap(partials[i - 1], partials[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(i)))]);
  }
  return exec::slice(TRUENO_TRY(exec::merge_partials(program, partials)), pipeline.offset, pipeline.limit);
}

}  // namespace

Result<Batch> run_split(const kernel::PipelinePlan& plan, backend::Backend& device, backend::Backend& reference, std::int64_t chunk_rows,
                        Random& random) {
  const backend::Launch launch{plan.parameters, chunk_rows};
  std::vector<Batch> outputs;
  outputs.reserve(plan.pipelines.size());
  exec::JoinTables tables(outputs, launch, Parallel());
  for (const kernel::Pipeline& pipeline : plan.pipelines)
    outputs.push_back(TRUENO_TRY(run_pipeline(pipeline, outputs, tables, device, reference, random)));
  return std::move(outputs.back());
}

}  // namespace trueno::equivalence

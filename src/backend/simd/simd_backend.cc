#include "backend/simd/simd_backend.h"

#include <algorithm>
#include <cstdlib>
#include <variant>

#include "backend/simd/compiled_program.h"
#include "backend/simd/evaluator.h"
#include "backend/simd/group_merge.h"
#include "backend/simd/group_sink.h"
#include "backend/simd/join_table.h"
#include "backend/simd/reduce_sink.h"
#include "backend/simd/row_sink.h"

namespace trueno::backend {

namespace {

using kernel::Program;
using kernel::SinkKind;
using simd::CompiledProgram;

class SimdState final : public SinkState {
 public:
  SimdState(const CompiledProgram& compiled, const Launch& launch)
      : evaluator(compiled, launch), forced_chunk_rows(std::min<std::int64_t>(launch.chunk_rows, simd::kChunkRows)) {
    switch (compiled.program->sink.kind) {
      case SinkKind::kReduce: sink.emplace<simd::ReduceSink>(compiled); break;
      case SinkKind::kGroup: sink.emplace<simd::GroupSink>(compiled, launch); break;
      case SinkKind::kEmit:
      case SinkKind::kBuild:
      case SinkKind::kTopK:
      case SinkKind::kSort:
      case SinkKind::kCollect: sink.emplace<simd::RowSink>(compiled); break;
    }
  }

  Status consume(const simd::Strand& strand, const Morsel& morsel, const simd::ChunkRows& chunk) {
    if (auto* reduce = std::get_if<simd::ReduceSink>(&sink)) {
      reduce->consume(strand, evaluator, chunk);
      return {};
    }
    if (auto* group = std::get_if<simd::GroupSink>(&sink)) return group->consume(morsel, evaluator, chunk);
    return std::get<simd::RowSink>(sink).consume(morsel, evaluator, chunk);
  }

  Result<Batch> take() {
    if (auto* reduce = std::get_if<simd::ReduceSink>(&sink)) return reduce->take();
    if (auto* group = std::get_if<simd::GroupSink>(&sink)) return group->take();
    return std::get<simd::RowSink>(sink).take();
  }

  [[nodiscard]] std::int64_t rows() const {
    if (const auto* group = std::get_if<simd::GroupSink>(&sink)) return group->partial_rows();
    if (const auto* collected = std::get_if<simd::RowSink>(&sink)) return collected->rows();
    return 1;
  }

  [[nodiscard]] std::int64_t bytes() const {
    if (const auto* group = std::get_if<simd::GroupSink>(&sink)) return group->bytes();
    if (const auto* rows = std::get_if<simd::RowSink>(&sink)) return rows->bytes();
    return 0;
  }

  simd::Evaluator evaluator;
  std::int64_t forced_chunk_rows;  // 0: as the strand likes
  std::variant<std::monostate, simd::ReduceSink, simd::GroupSink, simd::RowSink> sink;
};

class SimdKernel final : public Kernel {
 public:
  SimdKernel(std::shared_ptr<const Program> program, const simd::Routines& routines)
      : compiled_(simd::compile_program(std::move(program), routines)) {}

  std::unique_ptr<SinkState> start(const Launch& launch) const override { return std::make_unique<SimdState>(compiled_, launch); }

  Task<Status> run(std::span<const Morsel> morsels, SinkState& state, const CancelToken& cancel) const override {
    static_cast<SimdState&>(state).evaluator.watch(cancel);
    Status status;
    for (const Morsel& morsel : morsels) {
      status = run_strands(morsel, static_cast<SimdState&>(state), cancel);
      if (!status) break;
    }
    co_return status;
  }
  Task<Result<Batch>> take_partial(SinkState& state) const override { co_return static_cast<SimdState&>(state).take(); }
  Task<Result<std::optional<Batch>>> finish(std::span<const std::unique_ptr<SinkState>> states, const Parallel& parallel) const override {
    std::vector<const simd::GroupSink*> sinks;
    for (const std::unique_ptr<SinkState>& state : states)
      sinks.push_back(std::get_if<simd::GroupSink>(&static_cast<SimdState&>(*state).sink));
    if (compiled_.program->sink.kind != SinkKind::kGroup) co_return std::optional<Batch>();
    co_return simd::merge_groups(compiled_, sinks, parallel);
  }
  std::int64_t state_bytes(const SinkState& state) const override { return static_cast<const SimdState&>(state).bytes(); }
  std::int64_t partial_rows(const SinkState& state) const override { return static_cast<const SimdState&>(state).rows(); }

 private:
  Status run_strands(const Morsel& morsel, SimdState& state, const CancelToken& cancel) const {
    for (const simd::Strand& strand : compiled_.strands) {
      TRUENO_TRY(cancel.check());
      TRUENO_TRY(run_chunks(strand, morsel, state));
    }
    return {};
  }

  static Status run_chunks(const simd::Strand& strand, const Morsel& morsel, SimdState& state) {
    std::int64_t chunk_rows = strand.chunk_rows;
    if (state.forced_chunk_rows > 0) {
      chunk_rows = state.forced_chunk_rows;
    } else if (strand.streams && state.evaluator.reads_in_place(strand, morsel)) {
      chunk_rows = simd::kStreamRows;
    }
    for (std::int64_t begin = 0; begin < morsel.batch.length; begin += chunk_rows) {
      const auto count = static_cast<std::size_t>(std::min(chunk_rows, morsel.batch.length - begin));
      TRUENO_TRY(state.evaluator.evaluate(strand, morsel, begin, count,
                                          [&](const simd::ChunkRows& chunk) { return state.consume(strand, morsel, chunk); }));
    }
    return {};
  }

  CompiledProgram compiled_;
};

class SimdBackend final : public Backend {
 public:
  SimdBackend(int parallelism, const simd::Routines& routines) : routines_(routines) {
    profile_.name = "simd";
    profile_.description = fmt::format("{}, {} thread{}", routines.name, parallelism, parallelism == 1 ? "" : "s");
    profile_.kind = DeviceKind::kSimd;
    profile_.parallelism = parallelism;
    profile_.identity = fmt::format("{}, {} workers", routines.name, parallelism);
  }

  const DeviceProfile& profile() const override { return profile_; }

  Support supports(const Program& program) const override {
    // Nested columns may go through to a sink that hands on rows, and be nothing else.
    const auto nested = [&](kernel::ValueId id) { return program.at(id).physical() == Physical::kNested; };
    const auto any_nested = [&](const std::vector<kernel::ValueId>& ids) { return std::ranges::any_of(ids, nested); };
    bool computed = any_nested(program.sink.keys);
    for (const kernel::Instruction& i : program.instructions) {
      const bool carries = i.op != kernel::Opcode::kSelect && i.op != kernel::Opcode::kCoalesce;
      computed |= any_nested(i.args) || (i.physical() == Physical::kNested && !carries);
    }
    for (const kernel::Accumulator& a : program.sink.accumulators) computed |= a.argument != kernel::kNoValue && nested(a.argument);
    if (computed) return {DeclineReason::kType, "nested values"};
    for (const kernel::JoinTable& table : program.tables) {
      for (std::size_t k = 0; k < table.keys; ++k) {
        if (table.columns[k].type.physical() == Physical::kNested) return {DeclineReason::kType, "nested keys"};
      }
    }
    return {};
  }

  Task<Result<std::shared_ptr<const Kernel>>> prepare(std::shared_ptr<const Program> program) override {
    co_return std::shared_ptr<const Kernel>(std::make_shared<SimdKernel>(std::move(program), routines_));
  }
  Task<Result<std::shared_ptr<const JoinTable>>> build(const kernel::JoinTable& table, Batch rows, const Parallel& parallel) override {
    co_return simd::SimdJoinTable::make(table, std::move(rows), routines_, parallel);
  }

 private:
  const simd::Routines& routines_;
  DeviceProfile profile_;
};

}  // namespace

std::vector<std::string> simd_instruction_sets() { return simd::instruction_sets(); }

Result<std::unique_ptr<Backend>> make_simd_backend(int parallelism, std::string_view instruction_set) {
  const char* forced = std::getenv("TRUENO_SIMD");
  if (instruction_set.empty() && forced != nullptr) instruction_set = forced;
  const simd::Routines* routines = simd::routines_for(instruction_set);
  if (routines == nullptr) {
    std::string known;
    for (const std::string& name : simd::instruction_sets()) known += (known.empty() ? "" : ", ") + name;
    return error(ErrorCode::kInvalidInput, "this machine or build has no instruction set '{}'", instruction_set)
        .hint(fmt::format("TRUENO_SIMD may be one of {}", known));
  }
  return std::unique_ptr<Backend>(std::make_unique<SimdBackend>(parallelism, *routines));
}

}  // namespace trueno::backend

#pragma once

#include <memory>
#include <vector>

#include "backend/simd/lane.h"
#include "backend/simd/routines.h"
#include "kernel/program.h"

namespace trueno::backend::simd {

/// What a step does. Most are one routine over two operands; the rest is code of the evaluator.
enum class StepKind : std::uint8_t {
  kColumn,        // load and decode
  kSummedColumn,  // a column that only sums and counts read: packed values are added before they have lanes
  kRowNumber,
  kConvert,        // between lanes
  kBinary,         // a routine by shape: arithmetic that cannot fail, float arithmetic
  kChecked,        // a checked routine by shape
  kUnary,          // a routine
  kIntegerDivide,  // `//` and `%`, checked or not
  kCompare,
  kWithin,         // two comparisons of one register with constants that stood behind one another as filters: one pass over it
  kCompareColumn,  // a column that nothing else reads with a constant: packed values are compared before they have lanes
  kCompareStrings,
  kDistinct,  // over the comparison routine or by cells
  kKleene,
  kNot,
  kNullTest,  // is_null, is_not_null, is_true, is_not_false
  kCoalesce,
  kSelect,
  kDecimalToDouble,  // an exact integer divided by an exact power of ten
  kDatePart,
  kLookup,
  kCells,  // row by row through the kernel's own functions: casts of texts, host calls, LIKE, ...
  kFilter,
  // joins (join.cc)
  kProbe,  // (count << 32 | position of the first) of the build rows that match
  kMatched,
  kExpand,  // opens a child domain; the register holds build rows
  kBuildColumn,
  kMarkMatched,
  kAnyMatch,      // closes it, back in the parent's
  kPadUnmatched,  // closes it and opens the one of what is left
};

/// A register: the value of an instruction (same number), or a converted copy (numbers behind them).
using RegisterId = std::uint32_t;
inline constexpr RegisterId kNoRegister = 0xFFFFFFFF;

struct Step {
  StepKind kind = StepKind::kCells;
  RegisterId out = kNoRegister;
  RegisterId in[3] = {kNoRegister, kNoRegister, kNoRegister};
  int inputs = 0;
  RegisterId active = kNoRegister;
  kernel::ValueId instruction = kernel::kNoValue;  // what it is part of
  Lane lane = Lane::kBool;                         // that it computes in
  const BinaryRoutine* binary = nullptr;           // by shape
  const CheckedRoutine* checked = nullptr;         // by shape
  UnaryRoutine unary = nullptr;
  Limits limits;
  i128 factor = 0;  // the second operand where in[1] is kNoRegister: a power of ten, read in the lane's width
  bool may_fail = false;
  WithinRoutine within = nullptr;
  std::vector<Step> apart;             // kWithin: the steps it stands for
  std::shared_ptr<const Step> column;  // kCompareColumn: how in[0] is loaded where it is not packed
  std::vector<RegisterId> live;        // kFilter, kExpand, kPadUnmatched: registers that exist and are read after it
  double cost_after = 0;               // kFilter: rough cycles a row of the steps behind it
  std::vector<RegisterId> keys;        // kProbe
  std::size_t closes_at = 0;           // kExpand: the step that closes its domain; 0: none does
};

/// Steps that run together, chunk by chunk. Each strand runs over a whole morsel before the next, so that few streams of memory are read
/// at a time, which hardware prefetches, and few registers compete for the first-level cache. A program is cut after a filter whose values
/// nothing later reads: what passes on is a byte a row. The rest of a reduction is cut into the sets of accumulators that share no column.
struct Strand {
  std::vector<Step> steps;
  bool filtered = false;                  // an earlier strand has chosen rows of the morsel
  bool filters = false;                   // chooses rows for the strands behind it, and feeds no sink
  double cost = 0;                        // rough cycles a row of this and, where it filters, of all strands behind it
  std::vector<std::size_t> accumulators;  // of the sink that it feeds
  std::int64_t chunk_rows = 0;            // rows a chunk, at most kChunkRows
  bool streams = false;                   // columns and what a reduction keeps of them, nothing between: see Evaluator::reads_in_place
};

/// A program ready for this backend: straight-line steps over registers. Immutable; shared by all workers.
struct CompiledProgram {
  std::shared_ptr<const kernel::Program> program;
  const Routines* routines = nullptr;
  std::vector<Lane> lanes;  // by register
  std::vector<Strand> strands;

  [[nodiscard]] const kernel::Instruction& at(kernel::ValueId id) const { return program->at(id); }
};

/// Chooses lanes and routines. The program has been verified and is supported (no carried types).
[[nodiscard]] CompiledProgram compile_program(std::shared_ptr<const kernel::Program> program, const Routines& routines);

}  // namespace trueno::backend::simd

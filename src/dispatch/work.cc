#include "dispatch/work.h"

#include <algorithm>
#include <cmath>

namespace trueno::dispatch {

namespace {

using kernel::Opcode;
using kernel::SinkKind;

constexpr double kUnknownRows = 100'000;  // assumed where only a scan can tell
constexpr double kPartRows = 131'072;
constexpr double kUnknownGroups = 1000;
constexpr double kNearRows = 1 << 15;  // a table of so many rows lies in a core's cache
constexpr double kFarRows = 1 << 22;   // one of so many lies in memory
constexpr double kGroupBytes = 8;      // of a group's state on a device: its rows, then its accumulators
constexpr double kAccumulatorBytes = 16;

bool is_wide(const kernel::Instruction& i) { return i.physical() == Physical::kI128; }

CostKind kind_of(const kernel::Program& program, const kernel::Instruction& i) {
  const auto of_floats = [&] {
    return is_float(i.physical()) || std::ranges::any_of(i.args, [&](kernel::ValueId id) { return is_float(program.at(id).physical()); });
  };
  const auto of_texts = [&] {
    return std::ranges::any_of(i.args, [&](kernel::ValueId id) { return program.at(id).physical() == Physical::kString; });
  };
  switch (i.op) {
    case Opcode::kAdd:
    case Opcode::kSubtract:
    case Opcode::kNegate:
    case Opcode::kAbs: return of_floats() ? CostKind::kFloat : (is_wide(i) ? CostKind::kWide : CostKind::kSimple);
    case Opcode::kMultiply: return of_floats() ? CostKind::kFloat : (is_wide(i) ? CostKind::kWide : CostKind::kMultiply);
    case Opcode::kDivide:
    case Opcode::kIntegerDivide:
    case Opcode::kModulo:
    case Opcode::kMath:
    case Opcode::kCast:
    case Opcode::kTryCast:
    case Opcode::kDatePart:
    case Opcode::kDateTrunc:
    case Opcode::kTimestampAdd: return of_texts() ? CostKind::kText : CostKind::kDivide;
    case Opcode::kLike:
    case Opcode::kStartsWith:
    case Opcode::kEndsWith:
    case Opcode::kContains:
    case Opcode::kStringLength: return CostKind::kText;
    case Opcode::kLookup: return CostKind::kLookup;
    case Opcode::kHost: return CostKind::kHost;
    case Opcode::kEqual:
    case Opcode::kNotEqual:
    case Opcode::kLess:
    case Opcode::kLessEqual:
    case Opcode::kGreater:
    case Opcode::kGreaterEqual: return of_texts() ? CostKind::kText : CostKind::kSimple;
    default: return CostKind::kSimple;
  }
}

// 0: in a core's cache, 1: in no cache.
double distance(double table_rows) {
  if (table_rows <= kNearRows) return 0;
  return std::min(1.0, std::log2(table_rows / kNearRows) / std::log2(kFarRows / kNearRows));
}

// Of the rows that come in, those that go out: how selective a filter or a join is, only runs can tell.
double kept_share(const kernel::Program& program) {
  constexpr double kFiltered = 0.2;
  const auto filters = [](const kernel::Instruction& i) { return i.op == Opcode::kFilter || i.op == Opcode::kExpand; };
  return std::ranges::any_of(program.instructions, filters) ? kFiltered : 1;
}

double groups_of(const kernel::Program& program) {
  double groups = 1;
  for (const kernel::ValueId key : program.sink.keys) {
    const kernel::Range& range = program.at(key).range;
    if (!range.bounded()) return program.sink.estimated_groups < 0 ? kUnknownGroups : static_cast<double>(program.sink.estimated_groups);
    groups *= static_cast<double>(*range.max) - static_cast<double>(*range.min) + 1;  // the difference may not fit an i128
  }
  return groups;
}

}  // namespace

std::string_view name_of(CostKind kind) {
  static constexpr std::array<std::string_view, kCostKinds> kNames = {
      "simple", "multiply",  "wide",        "float",     "divide", "text",      "lookup", "host",
      "probe",  "far_probe", "sum_integer", "sum_float", "group",  "far_group", "emit",   "sort"};
  return kNames[static_cast<std::size_t>(kind)];
}

Work describe(const Job& job, std::optional<double> kept) {
  const kernel::Program& program = *job.program;
  Work work;
  work.rows = job.rows < 0 ? kUnknownRows : static_cast<double>(job.rows);
  constexpr double kUnknownWidth = 8;
  work.bytes =
      job.bytes < 0 ? work.rows * kUnknownWidth * static_cast<double>(program.source.columns.size()) : static_cast<double>(job.bytes);
  work.in_memory = job.in_memory;
  work.parts = job.parts < 0 ? std::ceil(work.rows / kPartRows) : static_cast<double>(job.parts);
  const auto add = [&](CostKind kind, double times) { work.times[static_cast<std::size_t>(kind)] += times; };
  const auto add_far = [&](CostKind near, CostKind far, double table_rows) {
    add(far, distance(table_rows));
    add(near, 1 - distance(table_rows));
  };
  for (const kernel::Instruction& i : program.instructions) {
    if (i.op == Opcode::kColumn || i.op == Opcode::kParameter || i.op == Opcode::kConstant) continue;
    if (i.op != Opcode::kProbe) {
      add(kind_of(program, i), 1);
      continue;
    }
    const double rows = i.index < job.table_rows.size() ? static_cast<double>(job.table_rows[i.index])
                                                        : std::max(0.0, static_cast<double>(program.tables[i.index].estimated_rows));
    add_far(CostKind::kProbe, CostKind::kFarProbe, rows);
    work.build_rows += rows;
  }
  const kernel::Sink& sink = program.sink;
  const auto outputs = static_cast<double>(sink.values.size() + sink.keys.size());
  switch (sink.kind) {
    case SinkKind::kReduce:
    case SinkKind::kGroup:
      for (const kernel::Accumulator& a : sink.accumulators) {
        const bool exact = a.kind == kernel::AccumulatorKind::kSumFloat || a.kind == kernel::AccumulatorKind::kSumProduct;
        // Of a group, each is found and written back by itself.
        const bool grouped = sink.kind == SinkKind::kGroup && &a != &sink.accumulators.front();
        add(exact ? CostKind::kSumFloat : (grouped ? CostKind::kGroup : CostKind::kSumInteger), 1);
      }
      if (sink.kind == SinkKind::kGroup) {
        const double groups = groups_of(program);
        add_far(CostKind::kGroup, CostKind::kFarGroup, groups);
        work.state_bytes = groups * (kGroupBytes + kAccumulatorBytes * static_cast<double>(sink.accumulators.size()));
      }
      break;
    case SinkKind::kEmit:
    case SinkKind::kBuild: add(CostKind::kEmit, outputs * kept.value_or(kept_share(program))); break;
    case SinkKind::kTopK: add(CostKind::kSimple, static_cast<double>(sink.sort_keys.size())); break;
    case SinkKind::kSort:
    case SinkKind::kCollect:
      add(CostKind::kSort, 1);
      add(CostKind::kEmit, outputs);
      break;
  }
  return work;
}

}  // namespace trueno::dispatch

// Which steps run together, and over how many rows at a time.
#include "backend/simd/strand.h"

#include <algorithm>
#include <iterator>
#include <numeric>

#include "backend/simd/vector.h"

namespace trueno::backend::simd {

namespace {

using kernel::Opcode;
using kernel::ValueId;

// Sets of registers that depend on one another.
class RegisterSets {
 public:
  explicit RegisterSets(std::size_t registers) : parents_(registers) { std::iota(parents_.begin(), parents_.end(), RegisterId{0}); }
  RegisterId set_of(RegisterId id) {
    while (parents_[id] != id) id = parents_[id] = parents_[parents_[id]];
    return id;
  }
  void join(RegisterId a, RegisterId b) { parents_[set_of(a)] = set_of(b); }

 private:
  std::vector<RegisterId> parents_;
};

// What a chunk of the strand keeps in the first-level cache: the registers, and of columns what they are read from.
std::int64_t chunk_rows_of(const CompiledProgram& compiled, const Strand& strand) {
  constexpr std::int64_t kBytes = 16 * 1024;  // half of the cache: the sink and what streams through need the rest
  constexpr std::int64_t kFewestRows = 512;   // below, starting every step again costs more than the cache saves
  std::int64_t row_bytes = 0;
  for (const Step& step : strand.steps) {
    if (step.kind == StepKind::kFilter) continue;
    row_bytes += width_of(compiled.lanes[step.out]);
    if (step.kind == StepKind::kColumn) row_bytes += 2;
  }
  std::int64_t rows = kChunkRows;
  while (rows > kFewestRows && rows * row_bytes > kBytes) rows /= 2;
  return rows;
}

// Registers that hold one value for all rows: constants, parameters, and their copies in other lanes. They bind nothing together.
std::vector<bool> fixed_registers(const CompiledProgram& compiled, const std::vector<Step>& steps) {
  std::vector<bool> fixed(compiled.lanes.size(), false);
  for (ValueId id = 0; id < compiled.program->instructions.size(); ++id) {
    fixed[id] = compiled.at(id).op == Opcode::kConstant || compiled.at(id).op == Opcode::kParameter;
  }
  for (const Step& step : steps) {
    if (step.kind == StepKind::kConvert && fixed[step.in[0]]) fixed[step.out] = true;
  }
  return fixed;
}

// Calls visit(id) for every register that the step reads, but for fixed ones (`fixed` may be empty: none).
template <class Visit>
void for_operands(const CompiledProgram& compiled, const std::vector<bool>& fixed, const Step& step, Visit visit) {
  const auto visit_one = [&](RegisterId id) {
    if (id != kNoRegister && (fixed.empty() || !fixed[id])) visit(id);
  };
  for (int k = 0; k < step.inputs; ++k) visit_one(step.in[k]);
  visit_one(step.active);
  if (step.instruction == kernel::kNoValue) return;
  for (const ValueId argument : compiled.at(step.instruction).args) visit_one(argument);  // a step of cells has any number of them
}

template <class Visit>
void for_sink_operands(const kernel::Sink& sink, Visit visit) {
  for (const ValueId id : sink.values) visit(id);
  for (const ValueId id : sink.keys) visit(id);
  for (const kernel::SortKey& key : sink.sort_keys) visit(key.value);
  for (const kernel::Accumulator& accumulator : sink.accumulators) {
    if (accumulator.argument != kernel::kNoValue) visit(accumulator.argument);
    if (accumulator.second != kernel::kNoValue) visit(accumulator.second);
  }
}

// Cuts after filters that no register outlives, where the strand reads two columns and others follow: two streams at a time are still
// prefetched well, and a cut costs writing and reading the rows that passed.
std::vector<Strand> cut_at_filters(const CompiledProgram& compiled, const std::vector<bool>& fixed, std::vector<Step> steps) {
  std::vector<std::size_t> last_read(compiled.lanes.size(), 0);
  for (std::size_t n = 0; n < steps.size(); ++n) for_operands(compiled, fixed, steps[n], [&](RegisterId id) { last_read[id] = n; });
  for_sink_operands(compiled.program->sink, [&](ValueId id) { last_read[id] = steps.size(); });
  std::vector<Strand> strands(1);
  std::size_t outlived = 0;  // last read of anything written so far
  const auto is_column = [](const Step& step) { return step.kind == StepKind::kColumn; };
  auto columns_left = std::count_if(steps.begin(), steps.end(), is_column);
  for (std::size_t n = 0; n < steps.size(); ++n) {
    const bool filter = steps[n].kind == StepKind::kFilter;
    if (!filter) outlived = std::max(outlived, last_read[steps[n].out]);
    if (is_column(steps[n])) --columns_left;
    strands.back().steps.push_back(std::move(steps[n]));
    if (!filter || outlived > n || columns_left == 0) continue;
    if (std::count_if(strands.back().steps.begin(), strands.back().steps.end(), is_column) < 2) continue;
    strands.back().filters = true;
    strands.back().steps.back().cost_after = 0;  // it passes a byte a row on: compacting registers would be for nothing
    strands.emplace_back().filtered = true;
  }
  return strands;
}

std::optional<Opcode> bound_of(const CompiledProgram& compiled, const Step& step) {
  const Opcode op = compiled.at(step.instruction).op;
  const bool is_bound = op == Opcode::kLess || op == Opcode::kLessEqual || op == Opcode::kGreater || op == Opcode::kGreaterEqual;
  return is_bound ? std::optional(op) : std::nullopt;
}

// `x >= low` and `x <= high`, one behind the other as filters, whose results nothing else reads.
void join_bounds(const CompiledProgram& compiled, const std::vector<bool>& fixed, Strand& strand) {
  std::vector<Step>& steps = strand.steps;
  const auto filters = [&](std::size_t n) {
    const Step& compare = steps[n];
    const Step& filter = steps[n + 1];
    return compare.kind == StepKind::kCompare && compare.active == kNoRegister && !fixed[compare.in[0]] && fixed[compare.in[1]] &&
           filter.kind == StepKind::kFilter && filter.in[0] == compare.out && std::ranges::count(filter.live, compare.out) == 0 &&
           bound_of(compiled, compare).has_value();
  };
  for (std::size_t n = 0; n + 3 < steps.size(); ++n) {
    if (!filters(n) || !filters(n + 2)) continue;
    const Step& first = steps[n];
    const Step& second = steps[n + 2];
    const Opcode op = *bound_of(compiled, first);
    const Opcode other = *bound_of(compiled, second);
    const bool first_is_low = op == Opcode::kGreater || op == Opcode::kGreaterEqual;
    const bool second_is_low = other == Opcode::kGreater || other == Opcode::kGreaterEqual;
    if (first.in[0] != second.in[0] || first_is_low == second_is_low) continue;
    const Opcode low = first_is_low ? op : other;
    const Opcode high = first_is_low ? other : op;
    const WithinRoutine routine =
        compiled.routines
            ->within[static_cast<int>(compiled.lanes[first.in[0]])][low == Opcode::kGreater ? 1 : 0][high == Opcode::kLess ? 1 : 0];
    if (routine == nullptr) continue;
    Step within = second;
    within.kind = StepKind::kWithin;
    within.in[1] = first_is_low ? first.in[1] : second.in[1];
    within.in[2] = first_is_low ? second.in[1] : first.in[1];
    within.inputs = 3;
    within.within = routine;
    within.apart = {steps[n], steps[n + 1], steps[n + 2]};
    steps[n + 2] = std::move(within);
    steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(n), steps.begin() + static_cast<std::ptrdiff_t>(n) + 2);
  }
}

// Columns that only one comparison with a constant reads: the comparison loads them itself.
void join_comparisons(const CompiledProgram& compiled, const std::vector<bool>& fixed, Strand& strand) {
  std::vector<int> readers(compiled.lanes.size(), 0);
  for (const Step& step : strand.steps) {
    for_operands(compiled, {}, step, [&](RegisterId id) { ++readers[id]; });
    for (const RegisterId id : step.live) readers[id] += 2;
  }
  for_sink_operands(compiled.program->sink, [&](ValueId id) { readers[id] += 2; });
  const auto loads = [&](const Step& step, RegisterId id) { return step.kind == StepKind::kColumn && step.out == id; };
  for (std::size_t n = 0; n < strand.steps.size(); ++n) {
    Step& step = strand.steps[n];
    // An operand is counted as a register and, where it is no copy in another lane, as the argument of the instruction.
    if (step.kind != StepKind::kCompare || compiled.lanes[step.in[0]] != Lane::kI32 || !fixed[step.in[1]] || readers[step.in[0]] > 2)
      continue;
    const auto column = std::ranges::find_if(strand.steps, [&](const Step& s) { return loads(s, step.in[0]); });
    if (column == strand.steps.end() || compiled.at(column->instruction).verify_range) continue;
    step.kind = StepKind::kCompareColumn;
    step.column = std::make_shared<const Step>(*column);
    strand.steps.erase(column);
    --n;
  }
}

// Columns that nothing but sums and counts of integers read, where all rows get to the sink.
void join_sums(const CompiledProgram& compiled, Strand& strand) {
  const kernel::Sink& sink = compiled.program->sink;
  if (sink.kind != kernel::SinkKind::kReduce || strand.filters) return;
  std::vector<bool> needed(compiled.lanes.size(), false);  // as lanes
  for (const Step& step : strand.steps) {
    if (step.kind == StepKind::kFilter) return;  // it may move what is loaded
    for_operands(compiled, {}, step, [&](RegisterId id) { needed[id] = true; });
  }
  for (const kernel::Accumulator& a : sink.accumulators) {
    const bool added = a.kind == kernel::AccumulatorKind::kSumInteger || a.kind == kernel::AccumulatorKind::kCount;
    if (a.argument != kernel::kNoValue && !added) needed[a.argument] = true;
    if (a.second != kernel::kNoValue) needed[a.second] = true;
  }
  for (Step& step : strand.steps) {
    if (step.kind != StepKind::kColumn || needed[step.out] || compiled.at(step.instruction).verify_range) continue;
    const Lane lane = compiled.lanes[step.out];
    if (lane == Lane::kI32 || lane == Lane::kI64) step.kind = StepKind::kSummedColumn;
  }
}

// Whether the strand is nothing but columns and accumulators of single values of them.
bool streams(const CompiledProgram& compiled, const Strand& strand) {
  const kernel::Sink& sink = compiled.program->sink;
  if (sink.kind != kernel::SinkKind::kReduce || strand.filters) return false;
  const auto is_column = [&](const Step& step) {
    return (step.kind == StepKind::kColumn || step.kind == StepKind::kSummedColumn) && !compiled.at(step.instruction).verify_range;
  };
  if (!std::ranges::all_of(strand.steps, is_column)) return false;
  return std::ranges::all_of(strand.accumulators, [&](std::size_t index) {
    const kernel::Accumulator& a = sink.accumulators[index];
    if (a.kind == kernel::AccumulatorKind::kCountRows) return true;
    const bool loaded = std::ranges::any_of(strand.steps, [&](const Step& step) { return step.out == a.argument; });
    return loaded && a.kind != kernel::AccumulatorKind::kSumProduct && !kernel::combines_bits(a.kind);
  });
}

// The accumulators that share no column, apart. The first one may be without steps: what counts rows needs none.
std::vector<Strand> cut_at_accumulators(const CompiledProgram& compiled, const std::vector<bool>& fixed, Strand whole) {
  RegisterSets sets(compiled.lanes.size());
  for (const Step& step : whole.steps) for_operands(compiled, fixed, step, [&](RegisterId id) { sets.join(step.out, id); });
  const auto& accumulators = compiled.program->sink.accumulators;
  for (const kernel::Accumulator& a : accumulators) {
    if (a.second != kernel::kNoValue && !fixed[a.argument] && !fixed[a.second]) sets.join(a.argument, a.second);
  }
  std::vector<RegisterId> set_of_strand;
  std::vector<Strand> strands;
  for (Step& step : whole.steps) {
    const RegisterId set = sets.set_of(step.out);
    const auto known = std::find(set_of_strand.begin(), set_of_strand.end(), set);
    const auto at = static_cast<std::size_t>(known - set_of_strand.begin());
    if (known == set_of_strand.end()) {
      set_of_strand.push_back(set);
      strands.emplace_back().filtered = whole.filtered;
    }
    strands[at].steps.push_back(std::move(step));
  }
  if (strands.empty()) strands.push_back(std::move(whole));
  for (std::size_t i = 0; i < accumulators.size(); ++i) {
    // Of two values, the one that changes from row to row.
    const bool first_fixed = accumulators[i].second != kernel::kNoValue && fixed[accumulators[i].argument];
    const ValueId argument = first_fixed ? accumulators[i].second : accumulators[i].argument;
    std::size_t at = 0;
    if (argument != kernel::kNoValue && !fixed[argument]) {
      const auto known = std::find(set_of_strand.begin(), set_of_strand.end(), sets.set_of(argument));
      at = static_cast<std::size_t>(known - set_of_strand.begin());
    }
    strands[at].accumulators.push_back(i);
  }
  return strands;
}

}  // namespace

double cost_of(const CompiledProgram& compiled, const Step& step) {
  switch (step.kind) {
    case StepKind::kCells: return 40;
    case StepKind::kDatePart: return 12;
    case StepKind::kIntegerDivide: return 8;
    case StepKind::kCompareStrings: return 6;
    case StepKind::kLookup: return 1;
    case StepKind::kColumn: return compiled.lanes[step.out] == Lane::kString ? 5 : 0.5;
    case StepKind::kProbe: return 10;
    case StepKind::kExpand:
    case StepKind::kPadUnmatched:
    case StepKind::kAnyMatch: return 4;
    default: return width_of(step.lane) == 16 ? 2 : 0.25;
  }
}

std::vector<Strand> make_strands(const CompiledProgram& compiled, std::vector<Step> steps) {
  if (!compiled.program->tables.empty()) {  // domains nest: all steps together, and long chunks so that many probes are under way
    std::vector<Strand> whole(1);
    for (std::size_t i = 0; i < compiled.program->sink.accumulators.size(); ++i) whole.front().accumulators.push_back(i);
    for (const Step& step : steps) whole.front().cost += cost_of(compiled, step);
    whole.front().steps = std::move(steps);
    whole.front().chunk_rows = kChunkRows;
    return whole;
  }
  const std::vector<bool> fixed = fixed_registers(compiled, steps);
  // Copies of constants are made in every strand that reads them.
  const auto is_copy = [&](const Step& step) { return step.out != kNoRegister && fixed[step.out]; };
  std::vector<Step> copies;
  std::ranges::copy_if(steps, std::back_inserter(copies), is_copy);
  std::erase_if(steps, is_copy);
  std::vector<Strand> strands = cut_at_filters(compiled, fixed, std::move(steps));
  const kernel::Sink& sink = compiled.program->sink;
  Strand last = std::move(strands.back());
  strands.pop_back();
  // Rows that go somewhere together need all their values at once, and so do those that a filter leaves.
  const bool filters = std::any_of(last.steps.begin(), last.steps.end(), [](const Step& s) { return s.kind == StepKind::kFilter; });
  if (sink.kind == kernel::SinkKind::kReduce && !filters) {
    for (Strand& strand : cut_at_accumulators(compiled, fixed, std::move(last))) strands.push_back(std::move(strand));
  } else {
    for (std::size_t i = 0; i < sink.accumulators.size(); ++i) last.accumulators.push_back(i);
    strands.push_back(std::move(last));
  }
  for (Strand& strand : strands) {
    const auto is_read = [&](const Step& copy) {
      return std::ranges::any_of(strand.steps, [&](const Step& s) { return std::ranges::count(s.in, copy.out) != 0; });
    };
    std::vector<Step> needed;
    std::ranges::copy_if(copies, std::back_inserter(needed), is_read);
    strand.steps.insert(strand.steps.begin(), needed.begin(), needed.end());
    strand.chunk_rows = chunk_rows_of(compiled, strand);
    for (const Step& step : strand.steps) strand.cost += cost_of(compiled, step);
    join_bounds(compiled, fixed, strand);
    join_comparisons(compiled, fixed, strand);
    join_sums(compiled, strand);
    strand.streams = streams(compiled, strand);
  }
  for (std::size_t n = strands.size(); n-- > 1;) {
    if (strands[n - 1].filters) strands[n - 1].cost += strands[n].cost;
  }
  return strands;
}

}  // namespace trueno::backend::simd

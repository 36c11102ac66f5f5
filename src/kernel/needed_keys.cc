#include "kernel/needed_keys.h"

#include <algorithm>

namespace trueno::kernel {

namespace {

// Bounds of floats say nothing about NaN, and -0.0 equals 0.0.
bool has_bounds(const Type& type) {
  const Physical physical = type.physical();
  return !type.is_float() && !type.is_nested() && physical != Physical::kCode && physical != Physical::kInterval &&
         physical != Physical::kBool;
}

void add_keys(const Program& program, const Instruction& probe, std::vector<NeededKey>& found) {
  const JoinTable& table = program.tables[probe.index];
  for (std::uint32_t key = 0; key < table.keys; ++key) {
    const Instruction& value = program.at(probe.args[key]);
    if (value.op != Opcode::kColumn || table.null_safe[key] != 0) continue;
    const SourceColumn& column = program.source.columns[value.index];
    if (!column.as_code && has_bounds(column.type) && column.type == table.columns[key].type)
      found.push_back({column.index, probe.index, key});
  }
}

// The probe that a filter keeps the matches of; null: it asks for something else.
const Instruction* tested_probe(const Program& program, const Instruction& filter) {
  const Instruction& mark = program.at(filter.args[0]);
  if (mark.op == Opcode::kMatched && mark.index == static_cast<std::uint32_t>(MatchTest::kExists)) return &program.at(mark.args[0]);
  if (mark.op == Opcode::kAnyMatch && mark.args.size() == 1) return &program.at(program.at(mark.args[0]).args[0]);
  return nullptr;
}

}  // namespace

std::vector<NeededKey> needed_keys(const Program& program) {
  std::vector<NeededKey> found;
  if (program.tables.empty()) return found;
  ValueId closed = 0;  // up to here rows come and go in a domain that ends again
  for (ValueId id = 0; id < program.instructions.size(); ++id) {
    const Instruction& i = program.at(id);
    if (i.checked || i.op == Opcode::kHost || i.op == Opcode::kMarkMatched) break;
    if (id < closed) continue;
    if (i.op == Opcode::kExpand) {
      const ValueId end = end_of_domain(program, id);
      if (end == kNoValue) {
        add_keys(program, program.at(i.args[0]), found);
      } else {
        closed = end;
      }
    } else if (i.op == Opcode::kFilter) {
      if (const Instruction* probe = tested_probe(program, i)) add_keys(program, *probe, found);
    }
  }
  return found;
}

}  // namespace trueno::kernel

#include "backend/simd/lane.h"

namespace trueno::backend::simd {

Lane lane_of(Physical physical) {
  switch (physical) {
    case Physical::kBool: return Lane::kBool;
    case Physical::kI8:
    case Physical::kI16:
    case Physical::kI32:
    case Physical::kU8:
    case Physical::kU16: return Lane::kI32;
    case Physical::kI64:
    case Physical::kU32: return Lane::kI64;
    case Physical::kI128:
    case Physical::kU64: return Lane::kI128;
    case Physical::kF32: return Lane::kF32;
    case Physical::kF64: return Lane::kF64;
    case Physical::kString: return Lane::kString;
    case Physical::kCode:
    case Physical::kNested: return Lane::kCode;  // the number of the build row that holds it
    case Physical::kInterval: return Lane::kInterval;
  }
  return Lane::kBool;
}

Lane lane_of(const kernel::Program& program, const kernel::Instruction& instruction) {
  if (instruction.op == kernel::Opcode::kColumn && program.source.columns[instruction.index].as_code) return Lane::kCode;
  // Numbers of build rows.
  if (instruction.op == kernel::Opcode::kExpand || instruction.op == kernel::Opcode::kPadUnmatched) return Lane::kCode;
  const Lane own = lane_of(instruction.physical());
  if (!is_integer(own)) return own;
  if (instruction.range.proven_within(INT32_MIN, INT32_MAX)) return Lane::kI32;
  if (own == Lane::kI128 && instruction.range.proven_within(INT64_MIN, INT64_MAX)) return Lane::kI64;
  return own;
}

}  // namespace trueno::backend::simd

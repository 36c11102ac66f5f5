// Integer arithmetic. An unchecked result fits its lane, so it is computed there, wrapping. A checked one is computed in a lane that
// holds the exact result, compared with the type's limits and then cut.
#include <algorithm>

#include "backend/webgpu/wgsl_writer.h"

namespace trueno::backend::webgpu {

using kernel::Instruction;
using kernel::Opcode;
using kernel::ValueId;

std::string WgslWriter::compute(Opcode op, const Instruction& i, Lane lane) {
  const bool binary = i.args.size() == 2;
  if (op == Opcode::kMultiply && lane == Lane::kI64 && arg(i, 0).lane == Lane::kI32 && arg(i, 1).lane == Lane::kI32)
    return call("mul_32_64", fmt::format("{}, {}", arg(i, 0).value, arg(i, 1).value));
  const std::string a = in_lane(arg(i, 0), lane);
  const std::string b = binary ? in_lane(arg(i, 1), lane) : std::string();
  if (lane == Lane::kI32) {
    switch (op) {
      case Opcode::kAdd: return fmt::format("{} + {}", a, b);
      case Opcode::kSubtract: return fmt::format("{} - {}", a, b);
      case Opcode::kMultiply: return fmt::format("{} * {}", a, b);
      case Opcode::kNegate: return fmt::format("0 - {}", a);
      default: return fmt::format("abs({})", a);
    }
  }
  const std::string_view width = lane == Lane::kI64 ? "64" : "128";
  switch (op) {
    case Opcode::kAdd: return call(fmt::format("add_{}", width), fmt::format("{}, {}", a, b));
    case Opcode::kSubtract: return call(fmt::format("sub_{}", width), fmt::format("{}, {}", a, b));
    case Opcode::kMultiply: return call(fmt::format("mul_{}", width), fmt::format("{}, {}", a, b));
    case Opcode::kNegate: return call(fmt::format("sub_{}", width), fmt::format("{}, {}", literal(0, lane), a));
    default: return call(fmt::format("abs_{}", width), a);
  }
}

bool WgslWriter::arithmetic(ValueId id) {
  const Instruction& i = program_.at(id);
  const Lane lane = *lane_of(program_, i);
  if (!is_integer(lane)) return decline(i, fmt::format("of {}", i.type.to_string()));
  Lane widest = Lane::kI32;
  for (const ValueId a : i.args) {
    if (!is_integer(registers_[a].lane)) return decline(i, "of operands that are no integers");
    widest = std::max(widest, registers_[a].lane);
  }
  const bool binary = i.args.size() == 2;
  const std::string valid = binary ? both(arg(i, 0).valid, arg(i, 1).valid) : arg(i, 0).valid;
  if (!i.checked) {
    define(id, lane, compute(i.op, i, lane), valid);
    return true;
  }
  const Lane exact = wider(widest);
  const std::string name = fmt::format("x{}", id);
  const bool wide_product = widest == Lane::kI128 && i.op == Opcode::kMultiply;
  if (wide_product) {
    line(fmt::format("let p{} = {};", id,
                     call("checked_product_128", fmt::format("{}, {}", in_lane(arg(i, 0), exact), in_lane(arg(i, 1), exact)))));
    line(fmt::format("let {} = p{}.value;", name, id));
  } else {
    line(fmt::format("let {} = {};", name, compute(i.op, i, exact)));
  }
  const kernel::TypeLimits limits = *kernel::limits_of(i.type);
  std::string bad = outside(name, exact, limits.min, limits.max);
  if (widest == Lane::kI128) {  // there is no wider lane: the sign tells
    const std::string a = in_lane(arg(i, 0), exact);
    const std::string b = binary ? in_lane(arg(i, 1), exact) : std::string();
    std::string over;
    switch (i.op) {
      case Opcode::kAdd: over = fmt::format("(~({0}.w ^ {1}.w) & ({0}.w ^ {2}.w)) >= 0x80000000u", a, b, name); break;
      case Opcode::kSubtract: over = fmt::format("(({0}.w ^ {1}.w) & ({0}.w ^ {2}.w)) >= 0x80000000u", a, b, name); break;
      case Opcode::kMultiply: over = fmt::format("p{}.over", id); break;
      case Opcode::kNegate: over = fmt::format("({}.w & {}.w) >= 0x80000000u", a, name); break;
      default: over = fmt::format("{}.w >= 0x80000000u", name); break;
    }
    bad = bad.empty() ? "(" + over + ")" : fmt::format("({}) | {}", over, bad);
  }
  if (!bad.empty()) fail_where(bad, valid, i);
  define(id, lane, convert(name, exact, lane), valid);
  return true;
}

bool WgslWriter::division(ValueId id) {
  const Instruction& i = program_.at(id);
  const Lane lane = *lane_of(program_, i);
  const Register& a = arg(i, 0);
  const Register& b = arg(i, 1);
  if (!is_integer(lane) || !is_integer(a.lane) || !is_integer(b.lane)) return decline(i, "of floats");
  const Lane working = std::max(a.lane, b.lane);
  if (working == Lane::kI128) return decline(i, "of 128-bit integers has no shader yet");
  const std::string valid = both(a.valid, b.valid);
  const bool quotient = i.op == Opcode::kIntegerDivide;
  const std::string name = fmt::format("x{}", id);
  const std::string divisor = fmt::format("d{}", id);
  line(fmt::format("let {} = {};", divisor, in_lane(b, working)));
  const std::string zero = working == Lane::kI32 ? fmt::format("{} == 0", divisor) : fmt::format("all({} == vec2<u32>(0u, 0u))", divisor);
  if (i.checked) fail_where(zero, valid, i);
  // The quotient in 64 bits, where i32's least value by -1 fits. By zero the row has failed or is NULL; any value will do.
  Lane exact = Lane::kI64;
  if (working == Lane::kI32) {
    const std::string safe = fmt::format("select({0}, 1, ({0} == 0) | ({0} == -1))", divisor);
    if (quotient) {
      const std::string negated = call("sub_64", fmt::format("vec2<u32>(0u, 0u), {}", in_lane(a, Lane::kI64)));
      line(fmt::format("let {} = select({}, {}, {} == -1);", name, convert(fmt::format("({} / {})", a.value, safe), Lane::kI32, Lane::kI64),
                       negated, divisor));
    } else {
      exact = Lane::kI32;
      // Vulkan leaves the remainder of negative numbers undefined, and not every provider makes up for it.
      line(fmt::format("let b{} = {};", id, safe));
      line(fmt::format("let {0} = {1} - b{2} * ({1} / b{2});", name, a.value, id));
    }
  } else {
    const std::string safe = fmt::format("select({0}, vec2<u32>(1u, 0u), {1})", divisor, zero);
    line(fmt::format("let {} = {};", name, call(quotient ? "div_64" : "mod_64", fmt::format("{}, {}", in_lane(a, working), safe))));
  }
  if (quotient && i.checked) {
    const kernel::TypeLimits limits = *kernel::limits_of(i.type);
    std::string bad = outside(name, exact, limits.min, limits.max);
    if (working == Lane::kI64) {  // -2^63 / -1: the only quotient that leaves 64 bits
      if (!bad.empty()) bad += " | ";
      bad += fmt::format("(all({} == vec2<u32>(0u, 0x80000000u)) & all({} == vec2<u32>(0xffffffffu, 0xffffffffu)))", in_lane(a, working),
                         divisor);
    }
    if (!bad.empty()) fail_where(bad, valid, i);
  }
  define(id, lane, convert(name, exact, lane), valid);
  return true;
}

bool WgslWriter::bitwise(ValueId id) {
  const Instruction& i = program_.at(id);
  const Lane lane = *lane_of(program_, i);
  const char* sign = nullptr;
  switch (i.op) {
    case Opcode::kBitAnd: sign = "&"; break;
    case Opcode::kBitOr: sign = "|"; break;
    case Opcode::kBitXor: sign = "^"; break;
    default: return decline(i, "has no shader yet");
  }
  // Sign extension commutes with all three.
  define(id, lane, fmt::format("{} {} {}", in_lane(arg(i, 0), lane), sign, in_lane(arg(i, 1), lane)),
         both(arg(i, 0).valid, arg(i, 1).valid));
  return true;
}

}  // namespace trueno::backend::webgpu

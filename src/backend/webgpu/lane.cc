#include "backend/webgpu/lane.h"

namespace trueno::backend::webgpu {

std::string_view wgsl_type(Lane lane) {
  switch (lane) {
    case Lane::kBool: return "bool";
    case Lane::kI32: return "i32";
    case Lane::kI64: return "vec2<u32>";
    case Lane::kI128: return "vec4<u32>";
    case Lane::kF32: return "u32";
    case Lane::kF64: return "vec2<u32>";
  }
  return "?";
}

int words_of(Lane lane) {
  switch (lane) {
    case Lane::kBool:
    case Lane::kI32:
    case Lane::kF32: return 1;
    case Lane::kI64:
    case Lane::kF64: return 2;
    case Lane::kI128: return 4;
  }
  return 0;
}

std::optional<Lane> lane_of(Physical physical) {
  switch (physical) {
    case Physical::kBool: return Lane::kBool;
    case Physical::kI8:
    case Physical::kI16:
    case Physical::kI32:
    case Physical::kU8:
    case Physical::kU16:
    case Physical::kCode: return Lane::kI32;
    case Physical::kU32:
    case Physical::kI64: return Lane::kI64;
    case Physical::kU64:
    case Physical::kI128: return Lane::kI128;
    case Physical::kF32: return Lane::kF32;
    case Physical::kF64: return Lane::kF64;
    case Physical::kString:
    case Physical::kInterval:
    case Physical::kNested: return std::nullopt;
  }
  return std::nullopt;
}

bool is_code(const kernel::Program& program, const kernel::Instruction& i) {
  if (i.op == kernel::Opcode::kBuildColumn) return i.physical() == Physical::kString;
  return i.op == kernel::Opcode::kColumn && program.source.columns[i.index].as_code;
}

std::optional<Lane> lane_of(const kernel::Program& program, const kernel::Instruction& i) {
  if (is_code(program, i)) return Lane::kI32;
  const std::optional<Lane> own = lane_of(i.physical());
  if (!own || !is_integer(*own)) return own;
  for (const Lane narrow : {Lane::kI32, Lane::kI64}) {
    const kernel::TypeLimits limits = limits_of(narrow);
    if (narrow < *own && i.range.proven_within(limits.min, limits.max)) return narrow;
  }
  return own;
}

kernel::TypeLimits limits_of(Lane lane) {
  switch (lane) {
    case Lane::kBool: return {0, 1};
    case Lane::kI32: return {INT32_MIN, INT32_MAX};
    case Lane::kI64: return {INT64_MIN, INT64_MAX};
    case Lane::kI128:
    case Lane::kF32:
    case Lane::kF64: return {kI128Min, kI128Max};
  }
  return {};
}

std::string literal(i128 value, Lane lane) {
  const auto word = [value](int n) { return static_cast<std::uint32_t>(value >> (32 * n)); };
  if (lane == Lane::kI64) return fmt::format("vec2<u32>(0x{:x}u, 0x{:x}u)", word(0), word(1));
  if (lane == Lane::kI128) return fmt::format("vec4<u32>(0x{:x}u, 0x{:x}u, 0x{:x}u, 0x{:x}u)", word(0), word(1), word(2), word(3));
  // The least i32 has no literal.
  return value == INT32_MIN ? "bitcast<i32>(0x80000000u)" : fmt::format("i32({})", static_cast<std::int32_t>(value));
}

}  // namespace trueno::backend::webgpu

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kernel/program.h"

namespace trueno::backend::webgpu {

/// How a value lies in a shader's registers. WGSL has 32-bit integers only, so wider ones are vectors of words, least significant first.
/// Every integer is signed two's complement of its lane, so UINTEGER needs 64 bits and UBIGINT 128, unless a proven range says less.
/// Floats are their bits: no float instruction of the GPU is ever used.
enum class Lane : std::uint8_t {
  kBool,  // bool
  kI32,   // i32
  kI64,   // vec2<u32>
  kI128,  // vec4<u32>
  kF32,   // u32
  kF64,   // vec2<u32>
};

[[nodiscard]] std::string_view wgsl_type(Lane lane);
/// 32-bit words of a value; a bool counts as one.
[[nodiscard]] int words_of(Lane lane);
[[nodiscard]] constexpr bool is_integer(Lane lane) { return lane == Lane::kI32 || lane == Lane::kI64 || lane == Lane::kI128; }
[[nodiscard]] constexpr bool is_float(Lane lane) { return lane == Lane::kF32 || lane == Lane::kF64; }
/// The integer lane twice as wide; 128 bits stay.
[[nodiscard]] constexpr Lane wider(Lane lane) { return lane == Lane::kI32 ? Lane::kI64 : Lane::kI128; }

/// The lane that holds every value of a type; nothing for strings, intervals and nested types.
[[nodiscard]] std::optional<Lane> lane_of(Physical physical);
/// Whether a register holds codes of a dictionary for texts: of a coded source column, or of a text column of a join's table.
[[nodiscard]] bool is_code(const kernel::Program& program, const kernel::Instruction& instruction);
/// The lane of an instruction's result: its type's, or a narrower one where a proven range allows. Codes are an i32.
[[nodiscard]] std::optional<Lane> lane_of(const kernel::Program& program, const kernel::Instruction& instruction);

/// Least and greatest value of an integer lane.
[[nodiscard]] kernel::TypeLimits limits_of(Lane lane);
/// A WGSL expression for a value of an integer lane.
[[nodiscard]] std::string literal(i128 value, Lane lane);

}  // namespace trueno::backend::webgpu

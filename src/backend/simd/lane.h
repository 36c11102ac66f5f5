#pragma once

#include <cstdint>

#include "column/type.h"
#include "kernel/program.h"

namespace trueno::backend::simd {

/// How a value lies in a register of this backend. Narrow integers are widened when a column is loaded, so that every routine exists for
/// few types; a proven range makes a lane narrower than the type (an i64 column whose values fit 31 bits runs as kI32).
enum class Lane : std::uint8_t {
  kBool,  // one byte, 0 or 1
  kI32,   // also i8, i16, u8, u16
  kI64,   // also u32
  kI128,  // also u64
  kF32,
  kF64,
  kString,    // StringView with resolved pointer
  kCode,      // u32 into the query dictionary, or an ENUM position
  kInterval,  // IntervalValue
};
inline constexpr int kLaneCount = static_cast<int>(Lane::kInterval) + 1;

/// Bytes of one value.
[[nodiscard]] constexpr int width_of(Lane lane) {
  switch (lane) {
    case Lane::kBool: return 1;
    case Lane::kI32:
    case Lane::kF32:
    case Lane::kCode: return 4;
    case Lane::kI64:
    case Lane::kF64: return 8;
    case Lane::kI128:
    case Lane::kString:
    case Lane::kInterval: return 16;
  }
  return 16;
}
[[nodiscard]] constexpr bool is_integer(Lane lane) { return lane >= Lane::kI32 && lane <= Lane::kI128; }

/// The lane that holds every value of a physical type.
[[nodiscard]] Lane lane_of(Physical physical);
/// The lane an instruction's value has: its type's, narrowed by a proven range.
[[nodiscard]] Lane lane_of(const kernel::Program& program, const kernel::Instruction& instruction);

}  // namespace trueno::backend::simd

#pragma once

#include "kernel/host.h"
#include "kernel/program.h"

namespace trueno::kernel {

/// A bit instruction (shift right, and, or, xor, not, popcount) of valid operands, in the width of the result's type (popcount: of its
/// argument's). A shift by less than 0 or by the width and more gives 0.
[[nodiscard]] Cell bit_operation(Opcode op, Physical result, Physical argument, i128 a, i128 b);

}  // namespace trueno::kernel

#include "kernel/bit_operation.h"

#include <bit>

namespace trueno::kernel {

Cell bit_operation(Opcode op, Physical result, Physical argument, i128 a, i128 b) {
  const int width = width_of(op == Opcode::kPopcount ? argument : result) * 8;
  const u128 mask = width == 128 ? ~static_cast<u128>(0) : (static_cast<u128>(1) << width) - 1;
  // A bit pattern of the result's width as a value of its type.
  const auto wrap = [&](u128 pattern) {
    pattern &= mask;
    const bool negative = is_signed_integer(result) && (pattern >> (width - 1)) != 0;
    return static_cast<i128>(negative ? pattern | ~mask : pattern);
  };
  const bool in_width = b >= 0 && b < width;
  switch (op) {
    case Opcode::kShiftRight: return Cell::of_integer(in_width ? a >> static_cast<int>(b) : 0);
    case Opcode::kBitAnd: return Cell::of_integer(a & b);
    case Opcode::kBitOr: return Cell::of_integer(a | b);
    case Opcode::kBitXor: return Cell::of_integer(a ^ b);
    case Opcode::kBitNot: return Cell::of_integer(wrap(~static_cast<u128>(a)));
    default: {
      const u128 pattern = static_cast<u128>(a) & mask;
      return Cell::of_integer(std::popcount(static_cast<std::uint64_t>(pattern)) +
                              std::popcount(static_cast<std::uint64_t>(pattern >> 64)));
    }
  }
}

}  // namespace trueno::kernel

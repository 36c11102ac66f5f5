#pragma once

#include "function/descriptor.h"

namespace trueno::function {

/// The host body of `&`, `|`, xor, `~` and `>>` over BIT, and that of `<<`, for which there is no instruction.
[[nodiscard]] kernel::HostCall bit_string_operation(kernel::Opcode op);
[[nodiscard]] kernel::HostCall shift_bit_string_left();
/// The signature of these operators where an operand is BIT, or a text beside one; nothing where none is.
[[nodiscard]] std::optional<Result<Signature>> bind_bit_string_operation(std::span<const Type> arguments, bool shifts);

}  // namespace trueno::function

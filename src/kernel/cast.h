#pragma once

#include "kernel/host.h"

namespace trueno::kernel {

/// Whether SQL's CAST exists between two types, as an instruction (nested types have none).
[[nodiscard]] bool cast_exists(const Type& from, const Type& to);
/// Whether a cast can fail at run time for some value of `from`.
[[nodiscard]] bool cast_can_fail(const Type& from, const Type& to);

/// One value from type to type, as SQL's CAST: decimals and floats round half away from zero to decimals, floats to the nearest even
/// integer, DOUBLE to FLOAT fails where a finite value would become an infinity, texts are parsed. NULL stays NULL. Errors: kConversion
/// with the value. Text results go to the arena. Every backend gives these bits; fast ones have their own loops for numbers and call this
/// for the rest.
[[nodiscard]] Status cast_cell(const Type& from, const Type& to, const Cell& in, Cell& out, Arena& arena);

}  // namespace trueno::kernel

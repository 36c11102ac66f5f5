#pragma once

#include <cstdint>
#include <vector>

#include "backend/simd/compiled_program.h"

namespace trueno::backend::simd {

/// Rough cycles a row: most steps are a vector operation on values in the first-level cache.
[[nodiscard]] double cost_of(const CompiledProgram& compiled, const Step& step);

/// Cuts the steps of a program into strands; see Strand. `steps` are in order, each after those it reads.
[[nodiscard]] std::vector<Strand> make_strands(const CompiledProgram& compiled, std::vector<Step> steps);

}  // namespace trueno::backend::simd

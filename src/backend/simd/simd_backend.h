#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.h"

namespace trueno::backend {

/// The vectorised CPU backend. `instruction_set`: "avx512", "avx2", "sse4", "neon", "wasm128" or "portable"; empty: what the environment
/// variable TRUENO_SIMD names, else the fastest of this machine. kInvalidInput for one that this machine or build does not have.
[[nodiscard]] Result<std::unique_ptr<Backend>> make_simd_backend(int parallelism, std::string_view instruction_set = {});

/// The instruction sets this machine can run, fastest first.
[[nodiscard]] std::vector<std::string> simd_instruction_sets();

}  // namespace trueno::backend

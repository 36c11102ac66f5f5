#pragma once

#include <cstdint>

namespace trueno {

/// Who runs the parts of a query. Every backend gives the same bytes.
enum class Backend : std::uint8_t {
  // NOLINTBEGIN(readability-identifier-naming): names that users write
  CostBased,  // the device with the least predicted time, for each part of a query
  Gpu,        // the GPU; what happens where it cannot is the setting gpu_fallback
  Simd,       // vectors on the CPU
  Scalar,     // one row at a time on the CPU: the reference
  // NOLINTEND(readability-identifier-naming)
};

}  // namespace trueno

#pragma once

#include <memory>

#include "backend/backend.h"

namespace trueno::backend {

/// The specification in code: one row at a time, one cell at a time, every check on, every range asserted. Slow and obvious on purpose;
/// the other backends are tested against it with `==`. Always available.
[[nodiscard]] std::unique_ptr<Backend> make_scalar_backend(int parallelism);

}  // namespace trueno::backend

#pragma once

#include "kernel/program.h"

namespace trueno::kernel {

/// Whether two programs do the same to every row, so that what a backend prepared for one serves the other. Names for people, places in the
/// SQL text and estimates may differ. Programs that call host functions or fold rows are never the same: a function's name does not say all
/// of it.
[[nodiscard]] bool same_program(const Program& a, const Program& b);

}  // namespace trueno::kernel

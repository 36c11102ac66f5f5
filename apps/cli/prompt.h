#pragma once

#include <string>

#include "shell.h"

namespace trueno::cli {

/// The interactive shell: reads statements, over as many lines as they take, until the end of input or .quit. A failed statement ends
/// nothing.
void run_prompt(Shell& shell, bool keep_history);

}  // namespace trueno::cli

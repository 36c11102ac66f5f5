#pragma once

namespace trueno {

/// Gives pages of small blocks that were freed back to the system, where the C library keeps them. Takes milliseconds: for moments at which
/// memory is scarce. Thread-safe.
void trim_heap();

}  // namespace trueno

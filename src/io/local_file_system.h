#pragma once

#include <memory>

#include "base/file_system.h"

namespace trueno {

/// The machine's own files; on WebAssembly, which has no disk, an empty file system in memory. Files are written beside their name and
/// renamed by `close`, so that a reader never sees half of one and a failed write leaves the old one alone; devices and pipes are written
/// directly.
[[nodiscard]] std::unique_ptr<FileSystem> make_local_file_system();

}  // namespace trueno

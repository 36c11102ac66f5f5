#pragma once

#include <memory>

#include "base/file_system.h"
#include "io/http_client.h"

namespace trueno {

/// Files at URLs, for reading. A file is what it was when it was opened: its ETag, or else the time of its last change and its size, go
/// with every request, and an answer about another content is kIo ("changed while it was read"). Servers that give no ranges are read
/// whole, once. What a server says of ranges is checked against what it sends. Thread-safe.
[[nodiscard]] std::unique_ptr<FileSystem> make_http_file_system(const HttpOptions& options = {});

/// URLs by HTTP, everything else by `local`.
[[nodiscard]] std::unique_ptr<FileSystem> make_file_system_with_urls(std::unique_ptr<FileSystem> local, const HttpOptions& options = {});

}  // namespace trueno

#pragma once

#include <memory>

#include "session/file_request.h"

namespace trueno::session {

/// sniff_csv('x'): one row with the punctuation, columns and types that are found, in DuckDB's columns, and a query that says them all.
[[nodiscard]] Result<std::shared_ptr<const TableSource>> sniffed_csv(const FileSystem& files, const FileRequest& request);

}  // namespace trueno::session

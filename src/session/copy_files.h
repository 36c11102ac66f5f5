#pragma once

#include <string>

#include "base/file_system.h"
#include "column/column.h"
#include "session/copy_options.h"

namespace trueno::session {

/// Writes rows to one file, which appears under its name when it is complete. The pieces are given up as they are written.
[[nodiscard]] Status write_rows(const FileSystem& files, const std::string& path, const Schema& schema, std::vector<Batch> pieces,
                                const CopyOptions& options);

/// Writes rows to a file for each combination of values of the columns of `options.partition_by`: directory/a=1/b=x/data_0.csv. Without
/// WRITE_PARTITION_COLUMNS the files do not have these columns. kInvalidInput when the directory is not empty and nothing says what is to
/// become of its files.
[[nodiscard]] Status write_partitions(const FileSystem& files, const std::string& directory, const Schema& schema, const Batch& rows,
                                      const CopyOptions& options);

}  // namespace trueno::session

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "column/table_source.h"
#include "storage/json/json_sniffer.h"

namespace trueno {

/// Names and types that fit the samples of all files. kInvalidInput where a text is no JSON. At least one file.
[[nodiscard]] Result<JsonLayout> sniff_json(const std::vector<std::shared_ptr<const RandomAccessFile>>& files, const JsonOptions& options);

/// A JSON file as a source of rows. A file of lines is read in parts of about `options.part_bytes`; others, and packed ones, in one. Errors
/// name line and column: kInvalidInput where a text is no JSON, kConversion where a value has not its column's type.
[[nodiscard]] Result<std::shared_ptr<const TableSource>> open_json(std::shared_ptr<const RandomAccessFile> file, const JsonLayout& layout,
                                                                   const JsonOptions& options);
/// The same with the layout that fits this file.
[[nodiscard]] Result<std::shared_ptr<const TableSource>> open_json(std::shared_ptr<const RandomAccessFile> file,
                                                                   const JsonOptions& options = {});

}  // namespace trueno

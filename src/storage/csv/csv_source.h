#pragma once

#include <memory>
#include <string>

#include "base/file_system.h"
#include "column/table_source.h"
#include "storage/csv/csv_sniffer.h"

namespace trueno {

/// A CSV file as a source of rows. Reads a sample to find out the layout; rows are read by scans, in parts of about
/// `options.part_bytes`, which begin and end at rows even when cells hold newlines. Errors name row and column.
[[nodiscard]] Result<std::shared_ptr<const TableSource>> open_csv(const FileSystem& files, const std::string& path,
                                                                  const CsvOptions& options = {});
/// The same over an open file.
[[nodiscard]] Result<std::shared_ptr<const TableSource>> open_csv(std::shared_ptr<const RandomAccessFile> file,
                                                                  const CsvOptions& options = {});

/// What is found out of a file's sample.
[[nodiscard]] Result<CsvLayout> sniff_csv(const std::shared_ptr<const RandomAccessFile>& file, const CsvOptions& options);

}  // namespace trueno

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "column/table_source.h"
#include "storage/csv/csv_options.h"
#include "storage/hive_partitions.h"
#include "storage/json/json_options.h"

namespace trueno::session {

enum class FileFormat : std::uint8_t { kCsv, kJson, kParquet, kArrow };

/// "csv", "parquet", "json", "arrow" and other endings of files.
[[nodiscard]] std::optional<FileFormat> format_named(std::string_view name);
/// By the end of a path, behind which .gz or .zst may stand.
[[nodiscard]] std::optional<FileFormat> format_of_path(std::string path);

/// What to read: files of one format as one table.
struct FileRequest {
  FileFormat format = FileFormat::kCsv;
  std::vector<std::string> paths;                         // or patterns of them
  std::optional<Compression> compression = std::nullopt;  // of CSV and JSON; nothing: each file by its ending
  CsvOptions csv = {};
  JsonOptions json = {};
  bool union_by_name = false;
  std::string filename_column = {};  // a column with the path of each row's file; empty: none
  HiveOptions hive = {};
  std::string reading = {};  // what decides the rows beside the files' content, in words: options as they were given
};

/// The files that paths and patterns mean, those of a pattern sorted. kFileNotFound where a pattern has none.
[[nodiscard]] Result<std::vector<std::string>> expand_paths(const FileSystem& files, const std::vector<std::string>& paths);

/// Opens what a request asks for. With partitions only the first file is opened for its columns, unless columns are united by name: the
/// others wait until it is known which partitions are wanted.
[[nodiscard]] Result<std::shared_ptr<const TableSource>> open_files(const FileSystem& files, const FileRequest& request);

}  // namespace trueno::session

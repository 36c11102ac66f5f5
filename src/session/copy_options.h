#pragma once

#include <functional>
#include <string>
#include <vector>

#include "session/file_request.h"
#include "sql/ast_statement.h"
#include "storage/arrow_module.h"
#include "storage/csv/csv_writer.h"

namespace trueno::session {

/// What happens to files in the directory of COPY ... (PARTITION_BY ...).
enum class ExistingFiles : std::uint8_t {
  kRefuse,  // the directory has to be empty
  kKeep,    // but those of the same names are replaced
  kRemove,
};

/// The parentheses behind COPY ... TO | FROM 'file'.
struct CopyOptions {
  FileFormat format = FileFormat::kCsv;
  FileRequest in;  // FROM
  CsvWriteOptions csv;
  ParquetWriteOptions parquet;
  bool json_array = false;                       // one array instead of an object a line
  Compression compression = Compression::kNone;  // of CSV and JSON
  int compression_level = -1;

  std::vector<sql::Name> partition_by;  // columns; none: one file
  ExistingFiles existing = ExistingFiles::kRefuse;
  std::string filename_pattern = "data_{i}";
  std::string file_extension;
  bool write_partition_columns = false;
};

/// Reads them; `text_of` gives the text of a constant expression. The format is the option's, or that of the path's ending, and so is how
/// text files are packed. kBinder for an option that the format has not, kNotSupported for ones of DuckDB that are not there.
[[nodiscard]] Result<CopyOptions> read_copy_options(const sql::Copy& copy, const std::string& path,
                                                    const std::function<Result<std::string>(const sql::Expression&)>& text_of);

}  // namespace trueno::session

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sql/ast_statement.h"
#include "storage/arrow_module.h"
#include "storage/csv/csv_options.h"
#include "storage/csv/csv_writer.h"

namespace trueno::session {

enum class CopyFormat : std::uint8_t { kCsv, kParquet, kJson, kArrow };

/// The parentheses behind COPY ... TO | FROM 'file'.
struct CopyOptions {
  CopyFormat format = CopyFormat::kCsv;
  CsvWriteOptions csv;
  CsvOptions csv_in;
  ParquetWriteOptions parquet;
  bool json_array = false;  // one array instead of an object a line
};

/// Reads them; `text_of` gives the text of a constant expression. The format is the option's, or that of the file's extension. kBinder for
/// an option that the format has not, kNotSupported for ones of DuckDB that are not there yet.
[[nodiscard]] Result<CopyOptions> read_copy_options(const sql::Copy& copy, const std::string& path,
                                                    const std::function<Result<std::string>(const sql::Expression&)>& text_of);

}  // namespace trueno::session

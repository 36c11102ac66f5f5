#pragma once

#include <string_view>

#include "base/result.h"
#include "storage/csv/csv_options.h"

namespace trueno {

/// What is known of a file before its rows are read.
struct CsvLayout {
  CsvDialect dialect;
  Schema schema;
  bool header = false;
  std::uint64_t data_begin = 0;       // byte offset of the first row of data
  std::int64_t first_row_number = 1;  // the number errors give that row: skipped lines and the header count
  std::string_view newline = "\\n";   // of the first line, for people: "\n", "\r\n", "\r" with their backslashes
};

/// Finds out delimiter, quotes, header, names and types from the beginning of a file, as far as the options do not say them.
///
/// The delimiter is the one of `, ; tab |` that gives the most rows of the same, larger than one, number of cells. Types are the first of
/// BOOLEAN, BIGINT, HUGEINT, DOUBLE, TIME, DATE, TIMESTAMP, TIMESTAMPTZ that every cell of the sample reads as, else VARCHAR. There is a
/// header when the first row does not fit the types of the others, or when there are only texts. `whole`: the sample is all of the file.
[[nodiscard]] Result<CsvLayout> sniff_csv(std::string_view sample, bool whole, const CsvOptions& options);

}  // namespace trueno

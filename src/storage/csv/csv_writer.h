#pragma once

#include <memory>
#include <string>

#include "base/file_system.h"
#include "column/column.h"

namespace trueno {

struct CsvWriteOptions {
  char delim = ',';
  char quote = '"';
  char escape = '"';
  bool header = true;
  std::string nullstr;
  std::string newline = "\n";
};

/// Writes batches as CSV text (RFC 4180). A text is quoted where it would otherwise be read as something else: delimiters, quotes,
/// newlines, spaces at its ends, or the text that means NULL. Not thread-safe. Without `finish` the file is not kept.
class CsvWriter {
 public:
  CsvWriter(Schema schema, std::unique_ptr<WritableFile> file, CsvWriteOptions options = {});
  [[nodiscard]] Status write(const Batch& batch);
  [[nodiscard]] Status finish();

 private:
  void add_cell(std::string_view text, bool is_text);
  [[nodiscard]] Status begin();
  [[nodiscard]] Status flush();

  Schema schema_;
  std::unique_ptr<WritableFile> file_;
  CsvWriteOptions options_;
  std::string pending_;
  bool begun_ = false;
};

}  // namespace trueno

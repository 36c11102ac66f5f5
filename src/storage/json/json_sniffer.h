#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "column/type.h"
#include "storage/json/json_shape.h"

namespace trueno {

/// What is known of files before their rows are read.
struct JsonLayout {
  bool records = false;            // the columns are members of each row; else there is one column, the row
  std::vector<std::string> names;  // the members, as written in the file
  std::vector<JsonType> types;
  Schema schema;
};

/// The beginning of a file.
struct JsonSample {
  std::string_view bytes;
  bool whole = false;  // this is all of it
};

/// How the values of a file follow each other: by its first line, when that is one value; else by its first byte.
[[nodiscard]] JsonFormat sniff_json_format(const JsonSample& sample);

/// Adds the rows of a sample to a shape, `limit` at most (-1: all). A row that is cut off by the end of the sample is left out.
/// kInvalidInput at the first fault of the JSON, without the file's name; `fault_at` is then its place in the sample.
[[nodiscard]] Status observe_rows(const JsonSample& sample, JsonFormat format, const JsonOptions& options, std::int64_t limit,
                                  JsonShape& shape, std::size_t& fault_at);

/// Names and types from the shape of all rows, or those that the options give. kInvalidInput where `records` asks for objects that are not.
[[nodiscard]] Result<JsonLayout> json_layout(const JsonShape& shape, const JsonOptions& options);

}  // namespace trueno

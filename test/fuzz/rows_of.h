#pragma once

#include <memory>
#include <string>
#include <vector>

#include "column/table_source.h"

namespace trueno::fuzz {

/// All rows of a source as text, part by part; or the error's message.
inline std::string rows_of(const Result<std::shared_ptr<const TableSource>>& source) {
  if (!source) return source.error().message();
  std::vector<int> columns;
  for (std::size_t i = 0; i < (*source)->schema().size(); ++i) columns.push_back(static_cast<int>(i));
  std::string text;
  for (std::int64_t part = 0; part < (*source)->part_count(); ++part) {
    auto stream = (*source)->scan(part, columns, {}, CancelToken());
    if (!stream) return stream.error().message();
    while (true) {
      const auto batch = (*stream)();
      if (!batch) return batch.error().message();
      if (!batch->has_value()) break;
      for (std::int64_t row = 0; row < (*batch)->length; ++row) {
        for (const Column& column : (*batch)->columns) text += column.value(row).to_string() + "|";
        text += "\n";
      }
    }
  }
  return text;
}

}  // namespace trueno::fuzz

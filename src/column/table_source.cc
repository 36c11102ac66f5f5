#include "column/table_source.h"

namespace trueno {

std::optional<std::int64_t> TableSource::row_count() const {
  std::int64_t total = 0;
  for (std::int64_t part = 0; part < part_count(); ++part) {
    const auto rows = part_rows(part);
    if (!rows) return std::nullopt;
    total += *rows;
  }
  return total;
}

}  // namespace trueno

#pragma once

#include <memory>
#include <string>

#include "column/table_source.h"

namespace trueno {

/// Rows that exist already as a source of one part; not cacheable. `description`: for people.
[[nodiscard]] std::shared_ptr<const TableSource> batch_source(Schema schema, Batch rows, std::string description);

}  // namespace trueno

#pragma once

#include <memory>

#include "column/table_source.h"

namespace trueno::compile {

/// One row without columns: what SELECT without FROM reads.
[[nodiscard]] std::shared_ptr<const TableSource> one_row_source();

}  // namespace trueno::compile

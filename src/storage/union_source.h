#pragma once

#include <memory>
#include <string>
#include <vector>

#include "column/table_source.h"

namespace trueno {

/// The rows of several sources, one after the other: 'data/*.parquet'. Their parts are its parts. All must have the columns of the first,
/// in the same order; kBinder, which names source and column, when not. At least one source.
[[nodiscard]] Result<std::shared_ptr<const TableSource>> make_union_source(std::vector<std::shared_ptr<const TableSource>> sources,
                                                                           std::string description);

}  // namespace trueno

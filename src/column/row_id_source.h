#pragma once

#include <memory>

#include "column/table_source.h"

namespace trueno {

/// A source with one column more, `rowid`: BIGINT, the number of each row from 0. Made while it is read. Null where some part does not
/// know how many rows it has, or a column has the name already.
[[nodiscard]] std::shared_ptr<const TableSource> with_row_ids(std::shared_ptr<const TableSource> source);

}  // namespace trueno

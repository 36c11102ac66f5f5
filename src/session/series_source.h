#pragma once

#include <memory>
#include <string>

#include "base/int128.h"
#include "column/table_source.h"

namespace trueno::session {

/// begin, begin + step, ... up to `end` as one BIGINT column that is called `name`, made while it is read: a long series costs no memory.
/// kInvalidInput for a step of 0, for numbers beyond BIGINT and for more than 2^48 rows.
[[nodiscard]] Result<std::shared_ptr<const TableSource>> make_series_source(std::string name, i128 begin, i128 end, i128 step,
                                                                            bool with_end);

}  // namespace trueno::session

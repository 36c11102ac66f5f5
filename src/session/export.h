#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "column/column.h"

namespace trueno::session {

/// Takes bytes in order; false: stop, they cannot be written.
using ByteTaker = std::function<bool(std::span<const std::uint8_t>)>;

// Rows as a file's bytes. kNotSupported when the Arrow module is not there; kIo when `take` refuses.
[[nodiscard]] Status write_parquet(const Schema& schema, const Batch& rows, const ByteTaker& take);
[[nodiscard]] Status write_arrow_ipc(const Schema& schema, const Batch& rows, const ByteTaker& take);

}  // namespace trueno::session

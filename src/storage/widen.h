#pragma once

#include "column/column.h"

namespace trueno {

/// Whether every value of `from` is one of `to`, as far as DOUBLE can tell: what `widened` does.
[[nodiscard]] bool can_widen(const Type& from, const Type& to);
/// The values in a wider type; equal types: the column itself.
[[nodiscard]] Result<Column> widened(const Column& column, const Type& to);

}  // namespace trueno

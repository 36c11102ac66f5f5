#pragma once

#include "column/column.h"
#include "kernel/host.h"

namespace trueno::kernel {

/// The one NaN of results (design: NaN is 0x7ff8000000000000 at every sink, hash and bit cast).
inline constexpr std::uint64_t kCanonicalNan = 0x7FF8000000000000ULL;
[[nodiscard]] double canonical(double value);
[[nodiscard]] float canonical(float value);

/// The form grouping, DISTINCT, MIN and MAX return: +0, the one NaN, intervals as whole months, days and a rest. NULL stays NULL.
[[nodiscard]] Cell canonical(const Cell& cell, Physical physical);

/// Order of two valid cells: NaN greatest and equal to itself, -0 = +0, strings by bytes, intervals by normalised length. -1, 0 or 1.
[[nodiscard]] int compare(const Cell& a, const Cell& b, Physical physical);

/// Equality of keys: NULL equals NULL.
[[nodiscard]] bool same_key(const Cell& a, const Cell& b, Physical physical);
/// Hash that agrees with `same_key`.
[[nodiscard]] std::uint64_t hash(const Cell& cell, Physical physical);

/// Appends a cell to a builder of the type.
[[nodiscard]] Status append_cell(ColumnBuilder& builder, const Type& type, const Cell& cell);

}  // namespace trueno::kernel

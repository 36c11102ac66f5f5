#pragma once

#include <cstdint>
#include <span>

#include "base/parallel.h"
#include "column/column.h"

namespace trueno::kernel {

/// One group's rows as a fold sees them.
struct FoldInput {
  std::span<const Column> arguments;     // plain columns, with the rows of all groups
  std::span<const std::uint32_t> rows;   // the group's rows that the filter lets pass, in the fold's order
  std::span<const std::int64_t> places;  // by row: where it is in the order the call asks for; empty: the row's number says it
  std::span<const Value> constants;      // the arguments that are the same for all rows
  const Type& result;
  bool consecutive;          // rows count up by one
  const Parallel& parallel;  // for a group of very many rows

  [[nodiscard]] std::int64_t place(std::uint32_t row) const { return places.empty() ? row : places[row]; }
};

/// An aggregate over rows that are all there: appends the one value of a group, which may have no rows. Pure: the same rows in the same
/// order give the same bits everywhere. Thread-safe.
using FoldFunction = Status (*)(const FoldInput& input, ColumnBuilder& out);

}  // namespace trueno::kernel

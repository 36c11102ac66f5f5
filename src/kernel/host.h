#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/result.h"
#include "column/column.h"

namespace trueno::kernel {

/// One register value, widest form: what host functions and the scalar backend compute with. The member that the physical type names is
/// the live one; integers of every width, dates, decimals and codes live in `integer`. Strings point to memory that outlives the morsel.
struct Cell {
  bool valid = false;
  bool boolean = false;
  float f32 = 0;
  double f64 = 0;
  i128 integer = 0;
  StringView string;
  IntervalValue interval;
  const Column* nested = nullptr;  // a LIST, STRUCT or MAP is carried as the row of a column that holds it
  std::int64_t row = 0;

  [[nodiscard]] static Cell null() { return {}; }
  [[nodiscard]] static Cell of_bool(bool value) {
    Cell c;
    c.valid = true;
    c.boolean = value;
    return c;
  }
  [[nodiscard]] static Cell of_integer(i128 value) {
    Cell c;
    c.valid = true;
    c.integer = value;
    return c;
  }
  [[nodiscard]] static Cell of_f64(double value) {
    Cell c;
    c.valid = true;
    c.f64 = value;
    return c;
  }
  [[nodiscard]] static Cell of_f32(float value) {
    Cell c;
    c.valid = true;
    c.f32 = value;
    return c;
  }
  [[nodiscard]] static Cell of_string(StringView value) {
    Cell c;
    c.valid = true;
    c.string = value;
    return c;
  }
  [[nodiscard]] static Cell of_nested(const Column& column, std::int64_t row) {
    Cell c;
    c.valid = true;
    c.nested = &column;
    c.row = row;
    return c;
  }
  [[nodiscard]] static Cell of_interval(IntervalValue value) {
    Cell c;
    c.valid = true;
    c.interval = value;
    return c;
  }
};

/// Converts between owned values and register values. A string cell points into the Value, or into the arena.
[[nodiscard]] Cell cell_of(const Value& value);
[[nodiscard]] Value value_of(const Type& type, const Cell& cell);
/// Cell of one column row; strings point into the column's buffers.
[[nodiscard]] Cell cell_of(const Column& column, std::int64_t row);

/// A pure function of one row, run on the CPU. Gets its arguments (NULLs included when `on_null_call`), writes one cell; new strings go to
/// the arena. Must not keep state and must give the same bits for the same arguments everywhere.
using HostFunction = Status (*)(std::span<const Cell> args, Cell& result, Arena& arena);

/// A host function as a program names it.
struct HostCall {
  std::string name;
  HostFunction function = nullptr;
  bool on_null_call = false;  // false: NULL if any argument is NULL, the function is not called
  bool can_fail = false;
};

}  // namespace trueno::kernel

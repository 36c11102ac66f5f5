#pragma once

#include <cstdint>
#include <vector>

#include "kernel/program.h"

namespace trueno::kernel {

/// A column of the source whose value has to be among the keys of a table: a row with another one, or with NULL, changes nothing.
struct NeededKey {
  int column = 0;           // in the source's schema
  std::uint32_t table = 0;  // of the program
  std::uint32_t key = 0;    // of the table
};

/// What inner and semi joins ask of the rows of a program's source, as long as no instruction before may fail or has an effect of its own.
[[nodiscard]] std::vector<NeededKey> needed_keys(const Program& program);

}  // namespace trueno::kernel

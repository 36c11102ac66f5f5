#pragma once

#include <memory>

#include "column/table_source.h"
#include "data.h"

namespace trueno::equivalence {

/// What a source tells about its columns.
enum class Knowledge : std::uint8_t {
  kProven,   // exact statistics of our own writer
  kClaimed,  // the same, as a file would claim them
  kNone,
};

/// How the rows of a table lie in a source. A result may not depend on any of it.
struct Layout {
  std::int64_t part_rows = 131'072;   // rows of a part (row group)
  std::int64_t batch_rows = 131'072;  // rows of the batches a scan gives; slices, so offsets are not 0
  bool encoded = true;                // encodings as the table writer chooses; else plain
  bool own_dictionaries = false;      // every part has dictionaries of its own, as in a Parquet file
  Knowledge knowledge = Knowledge::kProven;
};

[[nodiscard]] std::string describe(const Layout& layout);

/// The table as a source in this layout.
[[nodiscard]] Result<std::shared_ptr<const TableSource>> make_source(const Table& table, const Layout& layout);

/// Makes layouts that cut rows anywhere.
[[nodiscard]] Layout random_layout(Random& random);

}  // namespace trueno::equivalence

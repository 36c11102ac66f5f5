#pragma once

#include <memory>
#include <vector>

#include "backend/webgpu/shader.h"

namespace trueno::backend::webgpu {

/// How one key of a dense group becomes an index. Exact values; the block holds their low words.
struct KeyIndex {
  i128 lowest = 0;
  std::uint64_t extent = 0;  // NULL's index included, where the key may be NULL
  std::uint64_t stride = 0;
  bool nullable = false;
  std::shared_ptr<const Dictionary> dictionary;  // of a coded key: index = code
};

/// The words of one dispatch: `slab` and `block`.
struct Upload {
  std::vector<std::uint32_t> slab;
  std::vector<std::uint32_t> block;
};

/// How a source column of the program will lie in the slab.
[[nodiscard]] ColumnForm form_of(const kernel::Program& program, std::size_t source, const Column& column);

/// Bytes of slab that rows of this morsel take, an upper bound a row; and what does not grow with the rows.
struct SlabNeed {
  std::int64_t bits_per_row = 0;
  std::int64_t fixed_bytes = 0;
};
[[nodiscard]] SlabNeed slab_need(const kernel::Program& program, const Morsel& morsel);

/// Packs a morsel's columns and lookup tables, the parameters and the keys' bounds. Values are copied as they lie (decoded first where the
/// encoding is one shaders do not read). kInternal when the data break what the program was compiled for: NULLs in a column that has none,
/// a parameter outside its range.
[[nodiscard]] Result<Upload> pack(const kernel::Program& program, const Launch& launch, const Morsel& morsel,
                                  std::span<const KeyIndex> keys, std::uint32_t slots);

}  // namespace trueno::backend::webgpu

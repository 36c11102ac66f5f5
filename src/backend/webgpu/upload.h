#pragma once

#include <memory>
#include <vector>

#include "backend/webgpu/resident.h"
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

/// A morsel whose columns have their places on the device.
struct Segment {
  const Morsel* morsel = nullptr;
  std::vector<ColumnForm> forms;      // by source column
  std::vector<std::uint32_t> slabs;   // by source column, two each, of its values and of its validity: numbers of ResidentColumns
  std::vector<std::uint32_t> places;  // BlockLayout::kPlaceWords words a source column
};

/// How a source column of the program will lie on the device.
[[nodiscard]] ColumnForm form_of(const kernel::Program& program, std::size_t source, const Column& column);

/// An upper bound of what a morsel's columns take on the device.
[[nodiscard]] std::uint64_t device_bytes(const kernel::Program& program, const Morsel& morsel);

/// Gives a morsel's columns their places. Values are kept as they lie (decoded first where the encoding is one shaders do not read).
/// Nothing: no room beside what the run has placed so far. kInternal when the data break what the program was compiled for: NULLs in a
/// column that has none. The morsel must outlive the segment.
[[nodiscard]] Result<std::optional<Segment>> place(const kernel::Program& program, const Morsel& morsel, ResidentColumns& resident);

/// The words of `block` for segments of the same forms and slabs and lookup tables. kInternal: a parameter outside its range.
[[nodiscard]] Result<std::vector<std::uint32_t>> make_block(const kernel::Program& program, const Launch& launch,
                                                            std::span<const Segment> segments, std::span<const KeyIndex> keys,
                                                            std::uint32_t slots, std::uint32_t tile_rows);

}  // namespace trueno::backend::webgpu

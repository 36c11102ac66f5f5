#pragma once

#include <span>

#include "base/file_system.h"
#include "storage/parquet/pages/stored_value.h"

namespace trueno::pages {

/// Whether a column chunk may hold one of `values` (NULLs are none), as its Bloom filter tells: a split block filter over XXH64 of the
/// stored bytes. True where the chunk has none, or one of another kind, or where the bytes of a value are not known. Reads a header and a
/// block of 32 bytes for each value. kCorruptFile when the filter is none, or lies outside of the file.
[[nodiscard]] Result<bool> may_hold_one_of(const RandomAccessFile& file, const ChunkPages& chunk, const LeafValues& leaf,
                                           std::span<const Value> values);

}  // namespace trueno::pages

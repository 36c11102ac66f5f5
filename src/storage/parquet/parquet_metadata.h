#pragma once

#include <memory>
#include <vector>

#include "column/table_source.h"
#include "storage/arrow_edge.h"
#include "storage/parquet/pages/page_stream.h"
#include "storage/parquet/pages/stored_value.h"

namespace parquet {
class FileMetaData;
}

namespace trueno::arrow_module {

/// What the footer says of one leaf column of one row group.
struct ParquetChunk {
  std::int64_t compressed_bytes = 0;
  bool only_dictionary_pages = false;
  std::int64_t dictionary_bytes = 0;  // of its page, compressed; 0: not known
  pages::ChunkPages pages;
  int compression = 0;          // arrow::Compression
  ColumnStatistics statistics;  // claimed
};

/// How the values of a leaf column lie in the file.
struct ParquetLeaf {
  pages::StoredType stored = pages::StoredType::kInt32;
  std::int32_t stored_width = 0;
  std::int16_t definition_levels = 0;
  std::int16_t repetition_levels = 0;
};

/// A footer in plain values. Leaf columns are numbered as in the file; `leaf_types` gives the type of those that are a column of their
/// own, and NULL for parts of nested ones, which have no statistics.
struct ParquetMetadata {
  std::shared_ptr<parquet::FileMetaData> footer;
  std::vector<std::int64_t> rows;                 // by row group
  std::vector<std::vector<ParquetChunk>> chunks;  // by row group and leaf
  std::vector<ParquetLeaf> leaves;
  std::vector<pages::LeafValues> values;  // by leaf, where there are row groups
};

/// Reads the footer. Everything of libparquet's low-level interface that throws is called from this function and the next, in a file
/// that is compiled with exceptions and lets none out.
[[nodiscard]] Result<ParquetMetadata> read_parquet_metadata(const std::shared_ptr<InputFile>& file);

/// Decompression by one of Arrow's codecs, as the metadata name it.
[[nodiscard]] Result<pages::Decompressor> make_decompressor(int compression);

/// Fills in the statistics of the leaves and how their values lie, once their types are known.
[[nodiscard]] Status read_parquet_statistics(const std::vector<Type>& leaf_types, ParquetMetadata& metadata);

}  // namespace trueno::arrow_module

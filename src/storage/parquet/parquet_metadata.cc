// Compiled with exceptions: libparquet's footer and statistics calls throw on files that lie.
#include "storage/parquet/parquet_metadata.h"

#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/statistics.h>

#include <algorithm>
#include <exception>

namespace trueno::arrow_module {

namespace {

// Whether all data pages hold dictionary codes. Writers that do not count pages by encoding leave only a guess: a chunk that fell back
// to plain pages names PLAIN besides the dictionary's own encoding.
bool only_dictionary_pages(const parquet::ColumnChunkMetaData& chunk) {
  if (!chunk.has_dictionary_page()) return false;
  bool any = false;
  for (const parquet::PageEncodingStats& pages : chunk.encoding_stats()) {
    if (pages.page_type != parquet::PageType::DATA_PAGE && pages.page_type != parquet::PageType::DATA_PAGE_V2) continue;
    if (pages.encoding != parquet::Encoding::PLAIN_DICTIONARY && pages.encoding != parquet::Encoding::RLE_DICTIONARY) return false;
    any = true;
  }
  return any;
}

std::int64_t dictionary_bytes(const parquet::ColumnChunkMetaData& chunk) {
  if (!chunk.has_dictionary_page() || chunk.dictionary_page_offset() <= 0) return 0;
  return std::clamp<std::int64_t>(chunk.data_page_offset() - chunk.dictionary_page_offset(), 0, chunk.total_compressed_size());
}

// Bytes that a value takes in a dictionary page; texts and their lengths as long as the bounds are.
double bytes_of_entry(const ParquetLeaf& leaf, const ColumnStatistics& claimed) {
  switch (leaf.stored) {
    case pages::StoredType::kInt32:
    case pages::StoredType::kFloat: return 4;
    case pages::StoredType::kInt64:
    case pages::StoredType::kDouble: return 8;
    case pages::StoredType::kFixedBytes: return std::max<std::int32_t>(leaf.stored_width, 1);
    default: break;
  }
  constexpr double kLength = 4;
  constexpr double kShortText = 8;
  const auto size_of = [](const std::optional<Value>& bound) {
    const bool text = bound && (bound->type().id == TypeId::kVarchar || bound->type().id == TypeId::kBlob);
    return text ? static_cast<double>(bound->as_string().size()) : kShortText;
  };
  return kLength + (size_of(claimed.min) + size_of(claimed.max)) / 2;
}

// How many values a dictionary page has, by its size: a few fewer where it is compressed. Footers that count them are rare.
std::int64_t entries_of(const ParquetChunk& chunk, const ParquetLeaf& leaf, std::int64_t rows) {
  constexpr double kHeader = 20;
  const double entries = (static_cast<double>(chunk.dictionary_bytes) - kHeader) / bytes_of_entry(leaf, chunk.statistics);
  return static_cast<std::int64_t>(std::clamp(entries, 1.0, std::max(1.0, static_cast<double>(rows))));
}

// Where a chunk's pages lie and what is in them.
pages::ChunkPages pages_of(const parquet::ColumnChunkMetaData& chunk, const parquet::ApplicationVersion& writer) {
  pages::ChunkPages to;
  to.offset = chunk.data_page_offset();
  if (chunk.has_dictionary_page() && chunk.dictionary_page_offset() > 0) {
    to.offset = std::min(to.offset, chunk.dictionary_page_offset());
  }
  to.bytes = chunk.total_compressed_size();
  to.value_count = chunk.num_values();
  switch (chunk.compression()) {
    case parquet::Compression::UNCOMPRESSED: to.codec = pages::PageCodec::kNone; break;
    case parquet::Compression::SNAPPY: to.codec = pages::PageCodec::kSnappy; break;
    default: to.codec = pages::PageCodec::kOther; break;
  }
  to.known_encodings = true;
  for (const parquet::Encoding::type encoding : chunk.encodings()) {
    switch (encoding) {
      case parquet::Encoding::PLAIN:
      case parquet::Encoding::RLE:
      case parquet::Encoding::PLAIN_DICTIONARY:
      case parquet::Encoding::RLE_DICTIONARY: break;
      case parquet::Encoding::BIT_PACKED: to.bit_packed_levels = true; break;
      default: to.known_encodings = false; break;
    }
  }
  to.encrypted = chunk.crypto_metadata() != nullptr;
  to.elsewhere = !chunk.file_path().empty();
  to.size_is_wrong = writer.VersionLt(parquet::ApplicationVersion::PARQUET_816_FIXED_VERSION());
  if (to.encrypted || to.elsewhere) return to;
  if (const auto index = chunk.GetColumnIndexLocation()) to.column_index = {index->offset, index->length};
  if (const auto index = chunk.GetOffsetIndexLocation()) to.offset_index = {index->offset, index->length};
  to.bloom_filter = {chunk.bloom_filter_offset().value_or(0), chunk.bloom_filter_length().value_or(0)};
  return to;
}

ParquetLeaf leaf_of(const parquet::ColumnDescriptor& column) {
  return {static_cast<pages::StoredType>(column.physical_type()), column.type_length(), column.max_definition_level(),
          column.max_repetition_level()};
}

// Units of a file's 64-bit times in ours.
struct Scale {
  std::int64_t multiplier = 1;
  std::int64_t divisor = 1;
};

Scale scale_of(const Type& type, const parquet::ColumnDescriptor& leaf) {
  const auto& logical = leaf.logical_type();
  if (type.id != TypeId::kTime && type.id != TypeId::kTimestampTz) return {};
  parquet::LogicalType::TimeUnit::unit unit = parquet::LogicalType::TimeUnit::MICROS;
  if (logical->is_time()) unit = static_cast<const parquet::TimeLogicalType&>(*logical).time_unit();
  if (logical->is_timestamp()) unit = static_cast<const parquet::TimestampLogicalType&>(*logical).time_unit();
  if (unit == parquet::LogicalType::TimeUnit::MILLIS) return {1000, 1};
  if (unit == parquet::LogicalType::TimeUnit::NANOS) return {1, 1000};
  return {};
}

// What a footer claims of one column chunk, in our type.
ColumnStatistics statistics_of(const pages::LeafValues& leaf, const parquet::Statistics& from) {
  ColumnStatistics to;
  if (from.HasNullCount()) to.null_count = from.null_count();
  if (from.HasDistinctCount()) to.distinct_count = from.distinct_count();
  if (!from.HasMinMax()) return to;
  auto min = pages::bound_of(leaf, from.EncodeMin());
  auto max = pages::bound_of(leaf, from.EncodeMax());
  // Bounds the wrong way round say nothing of the rows.
  if (!min || !max || compare_values(*min, *max) > 0) return to;
  to.min = std::move(min);
  to.max = std::move(max);
  // Texts may have been cut, and floats leave out NaN.
  const bool texts = to.min->type().physical() == Physical::kString;
  to.exact_bounds = texts ? from.is_min_value_exact().value_or(false) && from.is_max_value_exact().value_or(false) : !leaf.type.is_float();
  return to;
}

// How the values of a leaf lie in bounds.
pages::LeafValues values_of(const Type& type, const ParquetLeaf& leaf, const parquet::ColumnDescriptor& descriptor) {
  pages::LeafValues values{type, leaf.stored, leaf.stored_width};
  values.ordered = descriptor.column_order().get_order() == parquet::ColumnOrder::TYPE_DEFINED_ORDER &&
                   descriptor.sort_order() != parquet::SortOrder::UNKNOWN;
  const Scale scale = scale_of(type, descriptor);
  values.multiplier = scale.multiplier;
  values.divisor = scale.divisor;
  return values;
}

// Runs a function of libparquet; what it throws becomes an error.
template <class Function>
Status caught(Function function) {
  try {
    function();
    return {};
  } catch (const std::bad_alloc&) {
    return error(ErrorCode::kOutOfMemory, "there is no memory for the footer of the Parquet file");
  } catch (const std::exception& failure) {
    return Error(ErrorCode::kCorruptFile, failure.what());
  }
}

}  // namespace

Result<ParquetMetadata> read_parquet_metadata(const std::shared_ptr<InputFile>& file) {
  ParquetMetadata metadata;
  TRUENO_TRY(caught([&] {
    metadata.footer = parquet::ParquetFileReader::Open(file)->metadata();
    const int leaves = metadata.footer->num_columns();
    for (int leaf = 0; leaf < leaves; ++leaf) metadata.leaves.push_back(leaf_of(*metadata.footer->schema()->Column(leaf)));
    for (int group = 0; group < metadata.footer->num_row_groups(); ++group) {
      const auto row_group = metadata.footer->RowGroup(group);
      metadata.rows.push_back(row_group->num_rows());
      if (row_group->num_rows() < 0) throw parquet::ParquetException("a row group has ", row_group->num_rows(), " rows");
      auto& chunks = metadata.chunks.emplace_back(static_cast<std::size_t>(leaves));
      for (int leaf = 0; leaf < leaves; ++leaf) {
        const auto chunk = row_group->ColumnChunk(leaf);
        chunks[static_cast<std::size_t>(leaf)].compressed_bytes = chunk->total_compressed_size();
        chunks[static_cast<std::size_t>(leaf)].only_dictionary_pages = only_dictionary_pages(*chunk);
        chunks[static_cast<std::size_t>(leaf)].dictionary_bytes = dictionary_bytes(*chunk);
        chunks[static_cast<std::size_t>(leaf)].pages = pages_of(*chunk, metadata.footer->writer_version());
        chunks[static_cast<std::size_t>(leaf)].compression = static_cast<int>(chunk->compression());
      }
    }
  }));
  return metadata;
}

Status read_parquet_statistics(const std::vector<Type>& leaf_types, ParquetMetadata& metadata) {
  return caught([&] {
    metadata.values.resize(leaf_types.size());
    for (std::size_t leaf = 0; leaf < leaf_types.size(); ++leaf) {
      if (leaf_types[leaf].id == TypeId::kNull) continue;
      const auto* descriptor = metadata.footer->schema()->Column(static_cast<int>(leaf));
      metadata.values[leaf] = values_of(leaf_types[leaf], metadata.leaves[leaf], *descriptor);
    }
    for (std::size_t group = 0; group < metadata.chunks.size(); ++group) {
      const auto row_group = metadata.footer->RowGroup(static_cast<int>(group));
      for (std::size_t leaf = 0; leaf < leaf_types.size(); ++leaf) {
        if (leaf_types[leaf].id == TypeId::kNull) continue;
        const auto statistics = row_group->ColumnChunk(static_cast<int>(leaf))->statistics();
        if (statistics == nullptr) continue;
        ColumnStatistics& claimed = metadata.chunks[group][leaf].statistics;
        claimed = statistics_of(metadata.values[leaf], *statistics);
        if (claimed.null_count && (*claimed.null_count < 0 || *claimed.null_count > metadata.rows[group])) claimed.null_count.reset();
        if (claimed.distinct_count && *claimed.distinct_count < 0) claimed.distinct_count.reset();
        const ParquetChunk& chunk = metadata.chunks[group][leaf];
        if (!claimed.distinct_count && chunk.only_dictionary_pages && chunk.dictionary_bytes > 0)
          claimed.distinct_count = entries_of(chunk, metadata.leaves[leaf], metadata.rows[group]);
      }
    }
  });
}

}  // namespace trueno::arrow_module

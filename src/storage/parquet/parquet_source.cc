// Parquet files as sources of rows.
//
// A scan reads the flat columns of a row group from their pages (column_reader.h). For the other columns it asks Arrow for record batches
// and imports each through the C data interface, so that Arrow's buffers become our columns' buffers; Arrow then says how many rows a
// batch has. Each column is read once; the wanted order and repetitions are made here.
//
// Where page indexes rule rows out, what is scanned is ranges of rows: our readers seek, and Arrow's batches are cut.
#include <arrow/c/bridge.h>
#include <arrow/record_batch.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/properties.h>

#include <algorithm>

#include "column/arrow_c.h"
#include "column/utf8.h"
#include "storage/arrow_module.h"
#include "storage/parquet/pages/column_reader.h"
#include "storage/parquet/pages/wanted_rows.h"
#include "storage/parquet/parquet_metadata.h"

namespace trueno::arrow_module {

namespace {

constexpr std::int64_t kBatchRows = 65'536;

// What scans share. Readers are made per scan, from the one footer: Arrow's are not thread-safe.
struct ParquetFile {
  std::shared_ptr<InputFile> file;
  ParquetMetadata metadata;
  parquet::ArrowReaderProperties properties;
  Schema schema;
  std::vector<std::vector<int>> leaves;  // by column
  std::vector<bool> dictionary_columns;  // by column: read as codes
  std::vector<pages::FlatColumn> flat;   // by column
  ParquetReadOptions options;
  std::shared_ptr<pages::BufferPool> pool = std::make_shared<pages::BufferPool>();

  /// Whether our pages decode a column of a row group; kNotSupported when they have to and cannot.
  [[nodiscard]] Result<bool> has_our_pages(std::size_t group, std::size_t column) const {
    if (options.pages == ParquetReadOptions::Pages::kArrow) return false;
    const std::string_view reason =
        leaves[column].size() != 1
            ? "the column is nested or repeated"
            : pages::why_arrow_decodes(flat[column], metadata.chunks[group][static_cast<std::size_t>(leaves[column][0])].pages);
    if (reason.empty()) return true;
    if (options.pages == ParquetReadOptions::Pages::kChoose) return false;
    return error(ErrorCode::kNotSupported, "column \"{}\" of \"{}\": {}", schema[column].name, file->identity().path, reason);
  }
};

// A nested column has several leaves; all are read with it.
void add_leaves(const parquet::arrow::SchemaField& field, std::vector<int>& leaves) {
  if (field.is_leaf()) leaves.push_back(field.column_index);
  for (const auto& child : field.children) add_leaves(child, leaves);
}

// Reuses the footer, so making a reader costs microseconds and no reading.
Result<std::unique_ptr<parquet::arrow::FileReader>> make_reader(const ParquetFile& from) {
  const auto failure = [&](const arrow::Status& status) { return from.file->failure(status); };
  parquet::arrow::FileReaderBuilder builder;
  const arrow::Status opened = builder.Open(from.file, parquet::default_reader_properties(), from.metadata.footer);
  if (!opened.ok()) return failure(opened);
  builder.properties(from.properties);
  return TRUENO_ARROW_TRY(builder.Build(), failure);
}

// How the arrays Arrow makes of the columns lie, and so which type they get here.
Result<std::vector<ArrowLayout>> import_layouts(const arrow::Schema& schema) {
  ArrowSchema exported{};
  const arrow::Status status = arrow::ExportSchema(schema, &exported);
  if (!status.ok()) return to_error(status);
  Result<ArrowLayout> layout = parse_arrow_schema(exported);
  exported.release(&exported);
  if (!layout) return Error(std::move(layout).error());
  return std::move(layout->children);
}

// Ranges of rows of one row group. Owns its reader; used by one thread.
class RowGroupStream {
 public:
  static Result<std::shared_ptr<RowGroupStream>> open(std::shared_ptr<const ParquetFile> file, int group, std::span<const int> columns,
                                                      std::vector<pages::RowRange> ranges, CancelToken cancel) {
    auto stream = std::make_shared<RowGroupStream>();
    stream->file_ = std::move(file);
    stream->cancel_ = std::move(cancel);
    stream->rows_ = stream->file_->metadata.rows[static_cast<std::size_t>(group)];
    stream->all_rows_ = ranges.empty() || (ranges.front() == pages::RowRange{0, stream->rows_});
    stream->ranges_ = std::move(ranges);
    // Arrow gives columns in the order of the file, each once.
    std::vector<int> sorted(columns.begin(), columns.end());
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    for (const int column : columns) {
      stream->positions_.push_back(static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), column) - sorted.begin()));
    }
    std::vector<int> leaves;
    for (const int column : sorted) {
      if (!TRUENO_TRY(stream->file_->has_our_pages(static_cast<std::size_t>(group), static_cast<std::size_t>(column)))) {
        const auto& own = stream->file_->leaves[static_cast<std::size_t>(column)];
        leaves.insert(leaves.end(), own.begin(), own.end());
        stream->columns_.push_back({column, nullptr});
        continue;
      }
      stream->columns_.push_back(
          {column, TRUENO_TRY(stream->open_column(static_cast<std::size_t>(group), static_cast<std::size_t>(column)))});
    }
    if (!leaves.empty()) TRUENO_TRY(stream->open_arrow(group, leaves));
    return stream;
  }

  Result<std::optional<Batch>> next() {
    TRUENO_TRY(cancel_.check());
    if (range_ == ranges_.size()) return finish();
    const pages::RowRange& range = ranges_[range_];
    if (row_ <= range.begin) TRUENO_TRY(begin_range(range));
    Batch imported{std::min(range.end - row_, kBatchRows), {}};
    if (batches_) imported = TRUENO_TRY(rows_of_arrow(imported.length));
    std::vector<Column> read;
    std::size_t of_arrow = 0;
    for (const ColumnInFile& column : columns_) {
      if (column.reader == nullptr) {
        read.push_back(std::move(imported.columns[of_arrow++]));
        continue;
      }
      Result<Column> values = column.reader->read(imported.length);
      if (!values) return in_column(column.number, std::move(values).error());
      read.push_back(std::move(*values));
      if (row_ + imported.length != rows_) continue;
      const Status finished = column.reader->finish();
      if (!finished) return in_column(column.number, Error(finished.error()));
    }
    Batch batch{imported.length, {}};
    if (!all_rows_) batch.first_row = row_;
    for (const std::size_t position : positions_) batch.columns.push_back(read[position]);
    row_ += imported.length;
    if (row_ == range.end) ++range_;
    return std::optional(std::move(batch));
  }

 private:
  // A column of the file that is read: by our pages, or by Arrow.
  struct ColumnInFile {
    int number = 0;
    std::unique_ptr<pages::ColumnReader> reader;
  };

  Error in_column(int number, Error failure) const {
    const std::string& name = file_->schema[static_cast<std::size_t>(number)].name;
    return std::move(failure).context(fmt::format("reading \"{}\", column \"{}\"", file_->file->identity().path, name));
  }

  Result<std::unique_ptr<pages::ColumnReader>> open_column(std::size_t group, std::size_t column) const {
    const ParquetChunk& chunk = file_->metadata.chunks[group][static_cast<std::size_t>(file_->leaves[column][0])];
    if (chunk.pages.value_count != rows_) return corrupt();
    pages::Decompressor decompressor;
    if (chunk.pages.codec == pages::PageCodec::kOther) decompressor = TRUENO_TRY(make_decompressor(chunk.compression));
    auto reader = pages::ColumnReader::open(file_->flat[column], chunk.pages, file_->file->ours(), file_->pool, std::move(decompressor));
    if (!reader) return in_column(static_cast<int>(column), std::move(reader).error());
    if (!all_rows_ && chunk.pages.offset_index.bytes != 0) {
      Result<pages::OffsetIndex> index = pages::read_offset_index(*file_->file->ours(), chunk.pages);
      if (!index) return in_column(static_cast<int>(column), std::move(index).error());
      (*reader)->set_pages(std::move(*index));
    }
    return std::move(*reader);
  }

  Status begin_range(const pages::RowRange& range) {
    row_ = range.begin;
    if (all_rows_) return {};
    for (const ColumnInFile& column : columns_) {
      if (column.reader == nullptr) continue;
      const Status found = column.reader->seek(range.begin, range.end);
      if (!found) return in_column(column.number, Error(found.error()));
    }
    return {};
  }

  // Behind the last range; Arrow may have more than the footer says.
  Result<std::optional<Batch>> finish() {
    while (batches_ && all_rows_) {
      if (!TRUENO_TRY(next_of_arrow())) break;
    }
    return std::optional<Batch>();
  }

  Status open_arrow(int group, const std::vector<int>& leaves) {
    RowGroupStream* stream = this;
    const auto failure = [&](const arrow::Status& status) { return stream->file_->file->failure(status); };
    stream->reader_ = TRUENO_TRY(make_reader(*stream->file_));
    stream->batches_ = TRUENO_ARROW_TRY(stream->reader_->GetRecordBatchReader({group}, leaves), failure);
    ArrowSchema schema{};
    const arrow::Status exported = arrow::ExportSchema(*stream->batches_->schema(), &schema);
    if (!exported.ok()) return failure(exported);
    Result<ArrowImporter> importer = ArrowImporter::create(schema);
    schema.release(&schema);
    if (!importer) return Error(std::move(importer).error());
    stream->importer_.emplace(std::move(*importer));
    return {};
  }

  // At most `most` rows from `row_` on, of the columns that Arrow decodes.
  Result<Batch> rows_of_arrow(std::int64_t most) {
    while (arrow_end_ <= row_) {
      std::optional<Batch> batch = TRUENO_TRY(next_of_arrow());
      if (!batch) return corrupt();
      arrow_batch_ = std::move(*batch);
      arrow_end_ += arrow_batch_.length;
    }
    const std::int64_t begin = row_ - (arrow_end_ - arrow_batch_.length);
    const std::int64_t count = std::min(most, arrow_end_ - row_);
    if (count == arrow_batch_.length) return std::move(arrow_batch_);
    Batch rows{count, {}};
    for (const Column& column : arrow_batch_.columns) rows.columns.push_back(column.slice(begin, count));
    return rows;
  }

  Result<std::optional<Batch>> next_of_arrow() {
    const auto failure = [&](const arrow::Status& status) { return file_->file->failure(status); };
    const std::shared_ptr<arrow::RecordBatch> rows = TRUENO_ARROW_TRY(batches_->Next(), failure);
    if (rows == nullptr) {
      if (arrow_rows_ != rows_) return corrupt();
      return std::optional<Batch>();
    }
    arrow_rows_ += rows->num_rows();
    if (arrow_rows_ > rows_) return corrupt();
    ArrowArray array{};
    const arrow::Status exported = arrow::ExportRecordBatch(*rows, &array);
    if (!exported.ok()) return failure(exported);
    Batch imported = TRUENO_TRY(importer_->import_batch(&array));
    TRUENO_TRY(check_texts(imported));
    return std::optional(std::move(imported));
  }

  // Arrow does not look into texts. A dictionary is checked once.
  Status check_texts(const Batch& batch) {
    checked_.resize(batch.columns.size());
    for (std::size_t i = 0; i < batch.columns.size(); ++i) {
      const Column& column = batch.columns[i];
      if (column.type.id != TypeId::kVarchar) continue;
      const std::uint64_t id = column.encoding == Encoding::kDictionary ? column.dictionary->id : 0;
      if ((id != 0 && checked_[i] == id) || has_valid_texts(column)) {
        checked_[i] = id;
        continue;
      }
      return error(ErrorCode::kCorruptFile, "reading \"{}\": column \"{}\" holds bytes that are not UTF-8", file_->file->identity().path,
                   importer_->schema()[i].name);
    }
    return {};
  }

  Error corrupt() const {
    return error(ErrorCode::kCorruptFile, "reading \"{}\": a row group holds another number of rows than its footer says",
                 file_->file->identity().path);
  }

  std::shared_ptr<const ParquetFile> file_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;  // outlives its batches
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  std::optional<ArrowImporter> importer_;
  std::vector<ColumnInFile> columns_;   // in the order of the file; COUNT(*) has none and reads no page
  std::vector<std::size_t> positions_;  // of the wanted columns among those read
  std::int64_t rows_ = 0;               // of the row group
  std::vector<pages::RowRange> ranges_;
  bool all_rows_ = true;                // the one range is all rows
  std::size_t range_ = 0;               // that is read
  std::int64_t row_ = 0;                // the next, where a range has begun
  Batch arrow_batch_;                   // the last one Arrow gave
  std::int64_t arrow_rows_ = 0;         // that Arrow has given
  std::int64_t arrow_end_ = 0;          // the row behind arrow_batch_
  std::vector<std::uint64_t> checked_;  // by column read: the dictionary whose texts are known to be good
  CancelToken cancel_;
};

// Answers from the footer; scans make their own readers.
class ParquetSource final : public TableSource {
 public:
  explicit ParquetSource(std::shared_ptr<const ParquetFile> file) : file_(std::move(file)) {}

  const Schema& schema() const override { return file_->schema; }
  std::string identity() const override { return content_name(file_->file->identity()); }
  std::string description() const override { return file_->file->identity().path; }
  std::int64_t part_count() const override { return static_cast<std::int64_t>(file_->metadata.rows.size()); }
  std::optional<std::int64_t> part_rows(std::int64_t part) const override { return file_->metadata.rows[static_cast<std::size_t>(part)]; }
  ColumnStatistics statistics(std::int64_t part, int column) const override {
    const auto& leaves = file_->leaves[static_cast<std::size_t>(column)];
    return leaves.size() == 1 ? chunk(part, leaves.front()).statistics : ColumnStatistics();
  }
  std::int64_t column_bytes(std::int64_t part, int column) const override {
    std::int64_t bytes = 0;
    for (const int leaf : file_->leaves[static_cast<std::size_t>(column)]) bytes += chunk(part, leaf).compressed_bytes;
    return bytes;
  }
  bool is_dictionary(int column) const override { return file_->dictionary_columns[static_cast<std::size_t>(column)]; }
  Result<BatchStream> scan(std::int64_t part, std::span<const int> columns, const ScanPredicate& predicate,
                           const CancelToken& cancel) const override {
    const bool possible = std::all_of(predicate.conditions.begin(), predicate.conditions.end(), [&](const ColumnCondition& condition) {
      return may_match(condition, statistics(part, condition.column), *part_rows(part));
    });
    BatchStream nothing = []() -> Result<std::optional<Batch>> { return std::nullopt; };
    if (!possible) return nothing;
    std::vector<pages::RowRange> ranges = TRUENO_TRY(ranges_of(part, predicate));
    if (ranges.empty() && *part_rows(part) != 0) return nothing;
    auto stream = TRUENO_TRY(RowGroupStream::open(file_, static_cast<int>(part), columns, std::move(ranges), cancel));
    return BatchStream([stream] { return stream->next(); });
  }

 private:
  // The rows that page indexes and Bloom filters leave; conditions on nested columns rule nothing out.
  Result<std::vector<pages::RowRange>> ranges_of(std::int64_t part, const ScanPredicate& predicate) const {
    std::vector<pages::ChunkCondition> conditions;
    for (const ColumnCondition& condition : predicate.conditions) {
      const auto column = static_cast<std::size_t>(condition.column);
      if (!file_->flat[column].is_flat) continue;
      const int leaf = file_->leaves[column].front();
      conditions.push_back({&condition, &file_->metadata.values[static_cast<std::size_t>(leaf)], &chunk(part, leaf).pages});
    }
    Result<std::vector<pages::RowRange>> ranges = pages::wanted_rows(*file_->file->ours(), conditions, *part_rows(part));
    if (!ranges) return Error(std::move(ranges).error()).context(fmt::format("reading \"{}\"", description()));
    return ranges;
  }
  const ParquetChunk& chunk(std::int64_t part, int leaf) const {
    return file_->metadata.chunks[static_cast<std::size_t>(part)][static_cast<std::size_t>(leaf)];
  }
  std::shared_ptr<const ParquetFile> file_;
};

// Text columns whose pages are all dictionary codes, in all row groups, are read as dictionaries: not where nearly every row has a text of
// its own, since bringing the dictionaries of the row groups together, and functions by entry, would cost more than texts do.
bool reads_as_dictionary(const ParquetMetadata& metadata, int leaf) {
  constexpr std::int64_t kManyRows = 10'000;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  std::int64_t dictionary_bytes = 0;
  for (std::size_t group = 0; group < metadata.chunks.size(); ++group) {
    const ParquetChunk& chunk = metadata.chunks[group][static_cast<std::size_t>(leaf)];
    if (!chunk.only_dictionary_pages) return false;
    rows += metadata.rows[group];
    bytes += chunk.compressed_bytes;
    dictionary_bytes += chunk.dictionary_bytes;
  }
  return !metadata.chunks.empty() && (rows < kManyRows || dictionary_bytes <= bytes / 2);
}

// A column that is a leaf, as our pages need it.
void describe_flat(const ParquetLeaf& leaf, bool as_codes, pages::FlatColumn& column) {
  column.stored = leaf.stored;
  column.stored_width = leaf.stored_width;
  column.is_flat = leaf.repetition_levels == 0 && leaf.definition_levels <= 1;
  column.optional = leaf.definition_levels == 1;
  column.as_codes = as_codes;
  column.kind = pages::value_kind(column);
}

}  // namespace

Result<std::shared_ptr<const TableSource>> open_parquet(std::shared_ptr<const RandomAccessFile> opened, const ParquetReadOptions& options) {
  auto file = std::make_shared<ParquetFile>();
  file->file = std::make_shared<InputFile>(std::move(opened));
  const std::string context = fmt::format("reading \"{}\"", file->file->identity().path);
  Result<ParquetMetadata> metadata = read_parquet_metadata(file->file);
  if (!metadata) return Error(std::move(metadata).error()).context(context);
  file->metadata = std::move(*metadata);
  file->properties.set_batch_size(kBatchRows);
  file->properties.set_use_threads(false);
  file->properties.set_pre_buffer(false);
  file->properties.set_smallest_decimal_enabled(true);
  file->properties.set_arrow_extensions_enabled(true);
  const auto failure = [&](const arrow::Status& status) { return file->file->failure(status); };

  const auto reader = TRUENO_TRY(make_reader(*file));
  std::shared_ptr<arrow::Schema> schema;
  const arrow::Status read = reader->GetSchema(&schema);
  if (!read.ok()) return failure(read);
  Result<std::vector<ArrowLayout>> layouts = import_layouts(*schema);
  if (!layouts) return Error(std::move(layouts).error()).context(context);
  file->options = options;
  for (ArrowLayout& layout : *layouts) {
    file->schema.push_back(layout.field);
    file->flat.emplace_back().layout = std::move(layout);
  }

  std::vector<Type> leaf_types(file->metadata.chunks.empty() ? 0 : file->metadata.chunks.front().size(), TypeId::kNull);
  for (const auto& field : reader->manifest().schema_fields) {
    const std::size_t column = file->leaves.size();
    add_leaves(field, file->leaves.emplace_back());
    file->dictionary_columns.push_back(false);
    if (column >= file->schema.size() || !field.is_leaf() || leaf_types.empty()) continue;
    const Type& type = file->schema[column].type;
    leaf_types[static_cast<std::size_t>(field.column_index)] = type;
    const bool text = type.id == TypeId::kVarchar && reads_as_dictionary(file->metadata, field.column_index);
    file->properties.set_read_dictionary(field.column_index, text);
    file->dictionary_columns.back() = text;
    describe_flat(file->metadata.leaves[static_cast<std::size_t>(field.column_index)], text, file->flat[column]);
  }
  if (file->leaves.size() != file->schema.size()) return error(ErrorCode::kCorruptFile, "{}: its schemas differ", context);
  const Status statistics = read_parquet_statistics(leaf_types, file->metadata);
  if (!statistics) return Error(statistics.error()).context(context);
  return std::shared_ptr<const TableSource>(std::make_shared<ParquetSource>(std::move(file)));
}

}  // namespace trueno::arrow_module

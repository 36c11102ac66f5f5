// Batches to a Parquet file. Rows go to Arrow as a C stream, so nothing is copied that Arrow can read where it lies.
#include <arrow/c/bridge.h>
#include <arrow/record_batch.h>
#include <arrow/util/compression.h>
#include <arrow/util/future.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <optional>
#include <utility>

#include "column/arrow_c.h"
#include "storage/arrow_edge.h"
#include "storage/arrow_module.h"
#include "storage/parquet/column_executor.h"

namespace trueno::arrow_module {

namespace {

Result<arrow::Compression::type> codec_of(const std::string& name) {
  if (name == "none" || name == "uncompressed") return arrow::Compression::UNCOMPRESSED;
  if (name == "snappy") return arrow::Compression::SNAPPY;
  if (name == "gzip") return arrow::Compression::GZIP;
  if (name == "brotli") return arrow::Compression::BROTLI;
  if (name == "zstd") return arrow::Compression::ZSTD;
  if (name == "lz4" || name == "lz4_raw") return arrow::Compression::LZ4;
  return error(ErrorCode::kInvalidInput, "no Parquet compression \"{}\"", name).hint("zstd, snappy, gzip, brotli, lz4 or none");
}

}  // namespace

Status write_parquet(const Schema& schema, const BatchStream& rows, WritableFile& file, const ParquetWriteOptions& options) {
  if (options.row_group_size <= 0) return error(ErrorCode::kInvalidInput, "a row group size of {} makes no sense", options.row_group_size);
  parquet::WriterProperties::Builder builder;
  builder.compression(TRUENO_TRY(codec_of(options.compression)));
  if (options.compression_level >= 0) builder.compression_level(options.compression_level);
  builder.max_row_group_length(options.row_group_size);
  builder.enable_store_decimal_as_integer();  // up to 18 digits: what a reader computes with, not bytes
  builder.enable_write_page_index();          // a few bytes a page, so that selective queries read only the pages they need

  // Errors of our stream keep their code on the way through Arrow.
  auto source_failure = std::make_shared<std::optional<Error>>();
  BatchStream watched = [&rows, source_failure]() -> Result<std::optional<Batch>> {
    Result<std::optional<Batch>> batch = rows();
    if (!batch) *source_failure = batch.error();
    return batch;
  };
  auto sink = std::make_shared<OutputFile>(file);
  const auto failure = [&](const arrow::Status& status) { return *source_failure ? Error(**source_failure) : sink->failure(status); };
  ArrowArrayStream exported{};
  TRUENO_TRY(export_stream(schema, std::move(watched), &exported, {.string_views = false}));
  const auto reader = TRUENO_ARROW_TRY(arrow::ImportRecordBatchReader(&exported), failure);
  parquet::ArrowWriterProperties::Builder arrow_builder;
  std::optional<ColumnExecutor> threads;
  if (options.threads > 1) {
    threads.emplace(options.threads, schema.size());
    arrow_builder.set_use_threads(true)->set_executor(&*threads);
  }
  const auto writer = TRUENO_ARROW_TRY(
      parquet::arrow::FileWriter::Open(*reader->schema(), arrow::default_memory_pool(), sink, builder.build(), arrow_builder.build()),
      failure);
  // The next rows are made while these are encoded.
  using Next = arrow::Result<std::shared_ptr<arrow::RecordBatch>>;
  Next next = reader->Next();
  for (;;) {
    const std::shared_ptr<arrow::RecordBatch> batch = TRUENO_ARROW_TRY(std::move(next), failure);
    if (batch == nullptr) break;
    std::optional<arrow::Future<std::shared_ptr<arrow::RecordBatch>>> ahead;
    if (threads) {
      ahead = TRUENO_ARROW_TRY(threads->Submit([&reader] { return reader->Next(); }), failure);
      threads->begin_round();
    }
    const arrow::Status written = writer->WriteRecordBatch(*batch);  // gathers row groups of the given size
    next = ahead ? ahead->MoveResult() : reader->Next();
    if (!written.ok()) return failure(written);
  }
  const arrow::Status closed = writer->Close();
  if (!closed.ok()) return failure(closed);
  return file.close();
}

}  // namespace trueno::arrow_module

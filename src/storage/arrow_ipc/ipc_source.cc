// Arrow IPC: files (random access, a part a record batch) and streams (one part, from begin to end).
#include <arrow/c/bridge.h>
#include <arrow/ipc/options.h>
#include <arrow/ipc/reader.h>
#include <arrow/record_batch.h>

#include <algorithm>

#include "column/arrow_c.h"
#include "storage/arrow_edge.h"
#include "storage/arrow_module.h"

namespace trueno::arrow_module {

namespace {

constexpr char kFileMagic[] = {'A', 'R', 'R', 'O', 'W', '1'};

struct IpcFile {
  std::shared_ptr<const RandomAccessFile> file;
  bool is_stream = false;
  Schema schema;
  int batches = 0;
};

// Gives the next record batch; null at the end.
using NextBatch = std::function<arrow::Result<std::shared_ptr<arrow::RecordBatch>>()>;

// One scan: its own Arrow reader, which is not thread-safe.
class IpcStream {
 public:
  static Result<std::shared_ptr<IpcStream>> open(const IpcFile& file, int part, std::span<const int> columns, CancelToken cancel) {
    auto stream = std::make_shared<IpcStream>();
    stream->cancel_ = std::move(cancel);
    stream->input_ = std::make_shared<InputFile>(file.file);
    arrow::ipc::IpcReadOptions options = arrow::ipc::IpcReadOptions::Defaults();
    options.use_threads = false;
    options.included_fields.assign(columns.begin(), columns.end());
    std::sort(options.included_fields.begin(), options.included_fields.end());
    options.included_fields.erase(std::unique(options.included_fields.begin(), options.included_fields.end()),
                                  options.included_fields.end());
    for (const int column : columns) {
      const auto at = std::lower_bound(options.included_fields.begin(), options.included_fields.end(), column);
      stream->positions_.push_back(static_cast<std::size_t>(at - options.included_fields.begin()));
    }
    // An empty list means all fields to Arrow: then one field is read, and not passed on.
    if (options.included_fields.empty() && !file.schema.empty()) options.included_fields.push_back(0);
    const auto failure = [&](const arrow::Status& status) { return stream->input_->failure(status); };
    std::shared_ptr<arrow::Schema> schema;
    if (file.is_stream) {
      const auto reader = TRUENO_ARROW_TRY(arrow::ipc::RecordBatchStreamReader::Open(stream->input_, options), failure);
      schema = reader->schema();
      stream->next_ = [reader] { return reader->Next(); };
    } else {
      const auto reader = TRUENO_ARROW_TRY(arrow::ipc::RecordBatchFileReader::Open(stream->input_, options), failure);
      schema = reader->schema();
      stream->next_ = [reader, part, done = false]() mutable -> arrow::Result<std::shared_ptr<arrow::RecordBatch>> {
        if (std::exchange(done, true)) return std::shared_ptr<arrow::RecordBatch>();
        return reader->ReadRecordBatch(part);
      };
    }
    return stream;
  }

  Result<std::optional<Batch>> next() {
    TRUENO_TRY(cancel_.check());
    const auto failure = [&](const arrow::Status& status) { return input_->failure(status); };
    const std::shared_ptr<arrow::RecordBatch> rows = TRUENO_ARROW_TRY(next_(), failure);
    if (rows == nullptr) return std::optional<Batch>();
    // Offsets, sizes and codes of a hostile file may point anywhere.
    const arrow::Status valid = rows->ValidateFull();
    if (!valid.ok()) return failure(valid);
    ArrowSchema schema{};
    ArrowArray array{};
    const arrow::Status exported = arrow::ExportRecordBatch(*rows, &array, &schema);
    if (!exported.ok()) return failure(exported);
    if (!importer_) {
      Result<ArrowImporter> importer = ArrowImporter::create(schema);
      if (importer)
        importer_.emplace(std::move(*importer));
      else {
        schema.release(&schema);
        array.release(&array);
        return Error(std::move(importer).error());
      }
    }
    schema.release(&schema);
    Batch imported = TRUENO_TRY(importer_->import_batch(&array));
    Batch batch{imported.length, {}};
    for (const std::size_t position : positions_) batch.columns.push_back(imported.columns[position]);
    return std::optional(std::move(batch));
  }

 private:
  std::shared_ptr<InputFile> input_;
  NextBatch next_;
  std::optional<ArrowImporter> importer_;
  std::vector<std::size_t> positions_;
  CancelToken cancel_;
};

class IpcSource final : public TableSource {
 public:
  explicit IpcSource(IpcFile file) : file_(std::move(file)) {}

  const Schema& schema() const override { return file_.schema; }
  std::string identity() const override { return content_name(file_.file->identity()); }
  std::string description() const override { return file_.file->identity().path; }
  std::int64_t part_count() const override { return file_.batches; }
  std::optional<std::int64_t> part_rows(std::int64_t) const override { return std::nullopt; }
  ColumnStatistics statistics(std::int64_t, int) const override { return {}; }
  std::int64_t column_bytes(std::int64_t, int) const override {
    const auto pieces = static_cast<std::int64_t>(std::max<std::size_t>(file_.schema.size(), 1)) * std::max(file_.batches, 1);
    return static_cast<std::int64_t>(file_.file->identity().size) / pieces;
  }
  Result<BatchStream> scan(std::int64_t part, std::span<const int> columns, const ScanPredicate&,
                           const CancelToken& cancel) const override {
    auto stream = TRUENO_TRY(IpcStream::open(file_, static_cast<int>(part), columns, cancel));
    return BatchStream([stream] { return stream->next(); });
  }

 private:
  IpcFile file_;
};

Result<Schema> import_schema(const arrow::Schema& schema, const InputFile& file) {
  ArrowSchema exported{};
  const arrow::Status status = arrow::ExportSchema(schema, &exported);
  if (!status.ok()) return file.failure(status);
  Result<ArrowImporter> importer = ArrowImporter::create(exported);
  exported.release(&exported);
  if (!importer) return Error(std::move(importer).error()).context(fmt::format("reading \"{}\"", file.identity().path));
  return importer->schema();
}

}  // namespace

Result<std::shared_ptr<const TableSource>> open_arrow_ipc(std::shared_ptr<const RandomAccessFile> opened) {
  IpcFile file;
  file.file = std::move(opened);
  auto input = std::make_shared<InputFile>(file.file);
  const auto failure = [&](const arrow::Status& status) { return input->failure(status); };
  std::uint8_t magic[sizeof kFileMagic] = {};
  if (file.file->identity().size >= sizeof magic) TRUENO_TRY(file.file->read(0, magic));
  file.is_stream = std::memcmp(magic, kFileMagic, sizeof magic) != 0;
  if (file.is_stream) {
    const auto reader = TRUENO_ARROW_TRY(arrow::ipc::RecordBatchStreamReader::Open(input), failure);
    file.schema = TRUENO_TRY(import_schema(*reader->schema(), *input));
    file.batches = 1;
  } else {
    const auto reader = TRUENO_ARROW_TRY(arrow::ipc::RecordBatchFileReader::Open(input), failure);
    file.schema = TRUENO_TRY(import_schema(*reader->schema(), *input));
    file.batches = reader->num_record_batches();
  }
  return std::shared_ptr<const TableSource>(std::make_shared<IpcSource>(std::move(file)));
}

}  // namespace trueno::arrow_module

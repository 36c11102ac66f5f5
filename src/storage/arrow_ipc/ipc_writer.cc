// Batches to an Arrow IPC file.
#include <arrow/c/bridge.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>

#include "column/arrow_c.h"
#include "storage/arrow_edge.h"
#include "storage/arrow_module.h"

namespace trueno::arrow_module {

// Texts are written as plain Utf8, which every reader of the format knows.
Status write_arrow_ipc(const Schema& schema, const BatchStream& rows, WritableFile& file) {
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
  const auto writer = TRUENO_ARROW_TRY(arrow::ipc::MakeFileWriter(sink, reader->schema()), failure);
  while (true) {
    const std::shared_ptr<arrow::RecordBatch> batch = TRUENO_ARROW_TRY(reader->Next(), failure);
    if (batch == nullptr) break;
    const arrow::Status written = writer->WriteRecordBatch(*batch);
    if (!written.ok()) return failure(written);
  }
  const arrow::Status closed = writer->Close();
  if (!closed.ok()) return failure(closed);
  return file.close();
}

}  // namespace trueno::arrow_module

// Arrow C streams, both ways.
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "column/arrow_layout.h"

namespace trueno {

namespace {

// A stream being exported. The first batch is fetched early when it decides which columns are dictionaries.
struct StreamHolder {
  Schema schema;
  BatchStream next;
  ArrowExportOptions options;
  std::vector<bool> dictionaries;
  std::optional<Batch> first;
  bool peeked = false;
  std::string last_error;

  Status peek() {
    if (peeked || !options.keep_dictionaries) return {};
    peeked = true;
    first = TRUENO_TRY(next());
    for (std::size_t i = 0; first && i < first->columns.size(); ++i) {
      dictionaries.push_back(first->columns[i].encoding == Encoding::kDictionary && first->columns[i].physical() == Physical::kString);
    }
    return {};
  }
  Result<std::optional<Batch>> take() {
    TRUENO_TRY(peek());
    if (first) return std::exchange(first, std::nullopt);
    return next();
  }
  int fail(const Error& failure) {
    last_error = failure.to_string();
    switch (failure.code()) {
      case ErrorCode::kOutOfMemory: return ENOMEM;
      case ErrorCode::kCancelled: return ECANCELED;
      case ErrorCode::kInvalidInput: return EINVAL;
      case ErrorCode::kNotSupported: return ENOSYS;
      default: return EIO;
    }
  }
};

StreamHolder& holder_of(ArrowArrayStream* stream) { return *static_cast<StreamHolder*>(stream->private_data); }

// The callbacks return 0 or an errno value; the text of an error is kept for `get_last_error`.
int stream_schema(ArrowArrayStream* stream, ArrowSchema* out) {
  StreamHolder& holder = holder_of(stream);
  const Status peeked = holder.peek();
  if (!peeked) return holder.fail(peeked.error());
  export_batch_schema(holder.schema, holder.dictionaries, holder.options, out);
  return 0;
}

int stream_next(ArrowArrayStream* stream, ArrowArray* out) {
  StreamHolder& holder = holder_of(stream);
  Result<std::optional<Batch>> batch = holder.take();
  if (!batch) return holder.fail(batch.error());
  *out = {};
  if (!batch->has_value()) return 0;  // a released array ends the stream
  const Status filled = export_batch_array(**batch, holder.dictionaries, holder.options, out);
  return filled ? 0 : holder.fail(filled.error());
}

const char* stream_error(ArrowArrayStream* stream) {
  const StreamHolder& holder = holder_of(stream);
  return holder.last_error.empty() ? nullptr : holder.last_error.c_str();
}

void release_stream(ArrowArrayStream* stream) {
  delete static_cast<StreamHolder*>(stream->private_data);
  stream->release = nullptr;
}

}  // namespace

Status export_stream(Schema schema, BatchStream next, ArrowArrayStream* out, const ArrowExportOptions& options) {
  auto* holder = new StreamHolder;
  holder->schema = std::move(schema);
  holder->next = std::move(next);
  holder->options = options;
  *out = {stream_schema, stream_next, stream_error, release_stream, holder};
  return {};
}

// The stream's structure is moved to the heap, because the returned function may be copied and outlives the caller's.
Result<ImportedStream> import_stream(ArrowArrayStream* stream) {
  if (stream->release == nullptr) return error(ErrorCode::kInvalidInput, "the Arrow stream has been released");
  std::shared_ptr<ArrowArrayStream> held(new ArrowArrayStream(*stream), [](ArrowArrayStream* owned) {
    if (owned->release != nullptr) owned->release(owned);
    delete owned;
  });
  stream->release = nullptr;
  const auto failure = [](ArrowArrayStream& from, int code) {
    const char* text = from.get_last_error != nullptr ? from.get_last_error(&from) : nullptr;
    return error(ErrorCode::kIo, "the Arrow stream failed: {}", text != nullptr ? text : std::strerror(code));
  };
  ArrowSchema schema{};
  const int code = held->get_schema(held.get(), &schema);
  if (code != 0) return failure(*held, code);
  Result<ArrowImporter> importer = ArrowImporter::create(schema);
  if (schema.release != nullptr) schema.release(&schema);
  if (!importer) return Error(std::move(importer).error());
  auto shared = std::make_shared<ArrowImporter>(std::move(*importer));
  Schema imported = shared->schema();
  BatchStream next = [held, shared, failure]() -> Result<std::optional<Batch>> {
    ArrowArray array{};
    const int status = held->get_next(held.get(), &array);
    if (status != 0) return failure(*held, status);
    if (array.release == nullptr) return std::optional<Batch>();
    return std::optional(TRUENO_TRY(shared->import_batch(&array)));
  };
  return ImportedStream{std::move(imported), std::move(next)};
}

}  // namespace trueno

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "column/column.h"
#include "column/table_source.h"
#include "trueno/arrow_abi.h"  // IWYU pragma: export

namespace trueno {

struct ArrowLayout;

/// Imports the record batches of one Arrow schema. `column/README.md` lists how each Arrow type arrives; what needs no conversion is not
/// copied: the columns' buffers then point into the Arrow memory and the last of them releases it. Not thread-safe.
/// Every malformed schema or array is a kInvalidInput error, every type we do not have a kNotSupported one.
class ArrowImporter {
 public:
  /// Reads, but does not release, the schema of a record batch (a struct).
  [[nodiscard]] static Result<ArrowImporter> create(const ArrowSchema& schema);
  [[nodiscard]] const Schema& schema() const { return schema_; }
  /// Takes the array over, also on an error: afterwards `array->release` is null.
  [[nodiscard]] Result<Batch> import_batch(ArrowArray* array);

 private:
  // The last dictionary of a column: while it is alive, an array with the same buffers has the same values.
  struct KnownDictionary {
    const void* values = nullptr;
    const void* texts = nullptr;
    std::int64_t length = 0;
    std::int64_t offset = 0;
    std::shared_ptr<const void> owner;
    std::shared_ptr<const Dictionary> dictionary;
    std::vector<std::uint32_t> remap;  // Arrow code -> code; empty where they are the same
    Buffer null_entries;               // 1 = a value; empty where no entry is NULL
  };
  friend class ArrowArrayReader;

  Schema schema_;
  std::vector<std::shared_ptr<const ArrowLayout>> layouts_;
  std::vector<KnownDictionary> known_;
};

/// One column with its field; takes the array over and does not release the schema.
[[nodiscard]] Result<Column> import_column(const ArrowSchema& schema, ArrowArray* array);
/// The field an Arrow schema node describes.
[[nodiscard]] Result<Field> import_field(const ArrowSchema& schema);

struct ImportedStream {
  Schema schema;
  BatchStream next;
};
/// Takes the stream over; the returned `next` owns it.
[[nodiscard]] Result<ImportedStream> import_stream(ArrowArrayStream* stream);

/// What the consumer can read. Utf8View needs no copy; older libraries only know Utf8.
struct ArrowExportOptions {
  bool string_views = true;
  /// String columns that are dictionary-encoded in the first batch of a stream stay so.
  bool keep_dictionaries = false;
};

/// `out` is written only on success and then owned by the caller, who calls `out->release`. The exported memory keeps the columns'
/// buffers alive. All rows' types must be those of `schema`.
[[nodiscard]] Status export_schema(const Schema& schema, ArrowSchema* out, const ArrowExportOptions& options = {});
[[nodiscard]] Status export_batch(const Schema& schema, const Batch& batch, ArrowArray* out, const ArrowExportOptions& options = {});
/// The stream's callbacks run on the consumer's thread; errors of `next` become its error texts.
[[nodiscard]] Status export_stream(Schema schema, BatchStream next, ArrowArrayStream* out, const ArrowExportOptions& options = {});
/// One column with its schema; a dictionary column stays one.
[[nodiscard]] Status export_column(const Field& field, const Column& column, ArrowSchema* schema, ArrowArray* array,
                                   const ArrowExportOptions& options = {});

}  // namespace trueno

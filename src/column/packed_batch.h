#pragma once

#include <memory>
#include <vector>

#include "column/column.h"

namespace trueno {

/// Rows as one stretch of bytes, for memory and files of this process: not a format, since machines and versions differ. What bytes cannot
/// carry stays beside them.
struct PackedBatch {
  struct Shape {
    Type type;
    std::shared_ptr<const Dictionary> dictionary;  // null: values
  };
  std::int64_t rows = 0;
  std::vector<Shape> shapes;  // by column
  Buffer bytes;
};

/// Plain values, or codes where a column has some; statistics are not kept. kNotSupported for nested columns.
[[nodiscard]] Result<PackedBatch> pack_batch(const Batch& batch);
/// The rows again. Columns look into the bytes.
[[nodiscard]] Result<Batch> unpack_batch(const PackedBatch& packed);

}  // namespace trueno

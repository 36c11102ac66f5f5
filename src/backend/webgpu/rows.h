#pragma once

#include <memory>
#include <span>
#include <vector>

#include "backend/webgpu/shader.h"
#include "backend/webgpu/upload.h"
#include "column/column.h"

namespace trueno::backend::webgpu {

/// Rows that a device handed out, on the host. They lie tile by tile, and the tiles in the order in which they were done: taken as columns,
/// they come in the order of the source. Not thread-safe.
class HostRows {
 public:
  explicit HostRows(const kernel::Program& program) : program_(program) {}

  /// What a dispatch over `set` left in its state: EmitLayout says where.
  void add(MutableBuffer state, const EmitLayout& layout, const SegmentSet& set);
  /// The dictionaries of coded values, by value; of the last rows so far, as they may have grown.
  void set_dictionaries(std::vector<std::shared_ptr<const Dictionary>> dictionaries) { dictionaries_ = std::move(dictionaries); }
  /// All rows, as columns of `kernel::partial_schema`; none are left.
  [[nodiscard]] Result<Batch> take();
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }

 private:
  // Rows of one tile.
  struct Stretch {
    std::int64_t row_id;  // of the tile's first row
    const std::uint32_t* words;
    std::uint32_t rows;
    std::size_t first = 0;  // of its rows in the output
  };
  // A column that is being filled.
  struct Filled {
    EmittedValue value;
    bool code = false;
    std::size_t width = 0;
    MutableBuffer values;
    MutableBuffer validity;  // empty: no NULLs
  };
  [[nodiscard]] Result<Filled> begin_column(std::size_t number, const Type& type, std::size_t rows) const;
  [[nodiscard]] std::int64_t fill(Filled& column, std::size_t first, std::size_t last) const;
  [[nodiscard]] Result<std::vector<Column>> columns(const Schema& schema, std::size_t rows) const;

  const kernel::Program& program_;
  EmitLayout layout_;
  std::vector<MutableBuffer> states_;
  std::vector<Stretch> stretches_;
  std::vector<std::shared_ptr<const Dictionary>> dictionaries_;
  std::int64_t bytes_ = 0;
};

}  // namespace trueno::backend::webgpu

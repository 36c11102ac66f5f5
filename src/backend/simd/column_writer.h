#pragma once

#include <memory>
#include <vector>

#include "backend/simd/evaluator.h"
#include "column/column.h"

namespace trueno::backend::simd {

/// Collects rows of one register into a plain column (coded registers: codes with the query dictionary). Not thread-safe.
class ColumnWriter {
 public:
  ColumnWriter(Type type, bool coded) : type_(std::move(type)), coded_(coded) {}

  /// Appends the rows whose numbers are given (null: rows 0, 1, ...).
  [[nodiscard]] Status append(const Vector& vector, const std::uint32_t* rows, std::size_t count, const Routines& routines);
  void set_dictionary(std::shared_ptr<const Dictionary> dictionary) { dictionary_ = std::move(dictionary); }
  [[nodiscard]] std::int64_t rows() const { return rows_; }
  [[nodiscard]] std::int64_t bytes() const { return static_cast<std::int64_t>(values_.size() + validity_.size() + text_bytes_); }
  /// The column; the writer is empty afterwards.
  [[nodiscard]] Result<Column> finish();

 private:
  [[nodiscard]] Status append_texts(const Vector& vector, const std::uint32_t* rows, std::size_t count);
  [[nodiscard]] Status append_validity(const Vector& vector, const std::uint32_t* rows, std::size_t count);
  [[nodiscard]] Status make_room(MutableBuffer& buffer, std::size_t size);

  Type type_;
  bool coded_;
  std::int64_t rows_ = 0;
  std::int64_t null_count_ = 0;
  MutableBuffer values_;    // grown in advance; `rows_` says what is used
  MutableBuffer validity_;  // empty until the first NULL
  std::shared_ptr<const Dictionary> dictionary_;
  MutableBuffer texts_;  // the block being filled: its bytes never move
  std::size_t texts_used_ = 0;
  static constexpr std::size_t kLargestBlock = std::size_t{1} << 20;
  std::size_t next_block_ = 4096;
  std::vector<Buffer> full_blocks_;
  std::size_t text_bytes_ = 0;
  Storage gathered_;
  Storage narrowed_;
};

}  // namespace trueno::backend::simd

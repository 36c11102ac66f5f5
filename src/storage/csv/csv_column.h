#pragma once

#include <memory>
#include <string>

#include "column/column.h"
#include "storage/csv/csv_scanner.h"

namespace trueno {

/// Turns the cells of one column into a plain column, some rows at a time. Texts are not copied: their records point into the bytes that
/// were scanned. Not thread-safe.
class CsvColumn {
 public:
  CsvColumn(Field field, const CsvDialect& dialect, std::string null_text);
  /// The bytes the cells of all following rows lie in. `ascii`: no byte is above 0x7F, so nothing has to be checked.
  void set_bytes(const Buffer& bytes, bool ascii);

  /// Appends cell `first + k * stride` for k = 0 .. rows - 1. Gives the first k that cannot be read, or `rows`.
  [[nodiscard]] Result<std::int64_t> append(const CsvCell* first, std::size_t stride, std::int64_t rows);
  [[nodiscard]] std::int64_t length() const { return length_; }
  /// Forgets the rows from `length` on.
  void truncate(std::int64_t length);
  [[nodiscard]] Result<Column> finish();
  [[nodiscard]] const Field& field() const { return field_; }
  /// The text of a cell, for messages.
  [[nodiscard]] std::string text_of(const CsvCell& cell) const;

 private:
  template <class T, class Parse>
  std::int64_t convert(const CsvCell* first, std::size_t stride, std::int64_t rows, Parse parse);
  [[nodiscard]] Result<std::int64_t> append_texts(const CsvCell* first, std::size_t stride, std::int64_t rows);
  [[nodiscard]] std::int64_t append_numbers(const CsvCell* first, std::size_t stride, std::int64_t rows);
  [[nodiscard]] std::int64_t append_others(const CsvCell* first, std::size_t stride, std::int64_t rows);
  [[nodiscard]] bool is_null(const CsvCell& cell) const;
  [[nodiscard]] std::string_view view(const CsvCell& cell);
  void set_null(std::int64_t row) { clear_bit(validity_.data(), static_cast<std::size_t>(row)); }

  Field field_;
  CsvDialect dialect_;
  std::string null_text_;
  Physical physical_;
  std::size_t width_;
  std::int64_t length_ = 0;
  Buffer bytes_;
  bool ascii_ = true;
  MutableBuffer values_;
  MutableBuffer validity_;
  MutableBuffer unescaped_;  // texts whose quotes were escaped: buffer 1 of the column, the scanned bytes are buffer 0
  std::string scratch_;
};

}  // namespace trueno

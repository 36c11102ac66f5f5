#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/csv/csv_options.h"

namespace trueno {

/// Where a cell's text lies in the scanned bytes, without its quotes.
struct CsvCell {
  std::uint32_t begin = 0;
  std::uint32_t size : 30 = 0;
  std::uint32_t quoted : 1 = 0;
  std::uint32_t escaped : 1 = 0;  // holds doubled or escaped quotes: see `unescape`
};

/// Splits bytes into rows and cells (RFC 4180, with any delimiter, quote and escape; rows end in \n, \r\n or \r).
///
/// A cell that begins with a quote ends at the closing one; quotes elsewhere are ordinary bytes. 64 bytes at a time are turned into a bit
/// mask of the bytes that matter, so that plain text is skipped quickly. Holds a view: the bytes (below 1 GiB) must outlive it.
class CsvScanner {
 public:
  enum class Outcome : std::uint8_t {
    kRow,
    kEnd,          // no bytes left
    kOpenQuote,    // the bytes end inside quotes
    kBehindQuote,  // text between a closing quote and the next delimiter; the scanner stands behind that line
  };

  CsvScanner(const CsvDialect& dialect, std::string_view bytes, std::size_t position = 0);
  /// The cells of the next row. An empty line is a row of one empty cell.
  Outcome next_row(std::vector<CsvCell>& cells) {
    cells.clear();
    return scan_row(&cells);
  }
  /// Appends the cells of the next row; none on another outcome than kRow.
  Outcome append_row(std::vector<CsvCell>& cells) { return scan_row(&cells); }
  /// The same without noting cells.
  Outcome skip_row() { return scan_row(nullptr); }
  /// Begin of the next row.
  [[nodiscard]] std::size_t position() const { return position_; }

 private:
  Outcome scan_row(std::vector<CsvCell>* cells);
  Outcome skip_broken_row(std::size_t at);
  [[nodiscard]] std::size_t next_special(std::size_t from);
  void load_mask(std::size_t block);
  void end_row(std::size_t at);

  std::string_view bytes_;
  CsvDialect dialect_;
  std::size_t position_;
  std::size_t block_ = ~std::size_t{0};  // number of the 64 bytes `mask_` describes
  std::uint64_t mask_ = 0;
};

/// Where the last row ends that ends before `limit`: the place of its newline. `bytes` begin with a row. npos where there is none, and
/// where it takes a scanner to know: where quotes are not doubled to escape them, or stand where no cell begins or ends. Several bytes at a
/// time.
[[nodiscard]] std::size_t last_row_end(const CsvDialect& dialect, std::string_view bytes, std::size_t limit);

/// The text of a cell whose quotes are escaped.
[[nodiscard]] std::string unescape(std::string_view cell, const CsvDialect& dialect);

}  // namespace trueno

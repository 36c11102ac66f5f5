// Splits bytes into rows and cells.
//
// The scanner jumps from one special byte (delimiter, newline, quote, escape) to the next, by a mask of 64 bytes at a time; what lies
// between is never looked at one by one. Which special bytes count depends on the state: inside quotes or outside.
#include "storage/csv/csv_scanner.h"

#include <bit>
#include <cstring>

#include "base/bits.h"

namespace trueno {

CsvScanner::CsvScanner(const CsvDialect& dialect, std::string_view bytes, std::size_t position)
    : bytes_(bytes), dialect_(dialect), position_(position) {
  if (dialect_.quote == '\0') dialect_.quote = dialect_.escape = '\n';  // then nothing can open quotes
}

// The loop over 64 bytes compiles to vector compares on every target, without intrinsics; what is behind the end of the bytes is not
// special.
void CsvScanner::load_mask(std::size_t block) {
  std::uint8_t special[64];
  char tail[64] = {};
  const char* text = bytes_.data() + block * 64;
  const std::size_t left = bytes_.size() - block * 64;
  if (left < 64) {
    std::memcpy(tail, text, left);
    text = tail;
  }
  const char delim = dialect_.delim;
  const char quote = dialect_.quote;
  const char escape = dialect_.escape;
  for (int i = 0; i < 64; ++i) {
    const char c = text[i];
    special[i] = static_cast<std::uint8_t>(static_cast<int>(c == delim) | static_cast<int>(c == '\n') | static_cast<int>(c == '\r') |
                                           static_cast<int>(c == quote) | static_cast<int>(c == escape));
  }
  // Gathers eight bytes of 0 or 1 into eight bits: the product puts byte k's bit at place 56 + k.
  std::uint64_t mask = 0;
  for (int i = 0; i < 8; ++i) {
    mask |= ((load<std::uint64_t>(special + i * 8) * 0x0102040810204080ULL) >> 56) << (i * 8);
  }
  mask_ = left < 64 ? mask & ((std::uint64_t{1} << left) - 1) : mask;
  block_ = block;
}

// The first special byte at or behind a place; the end of the bytes where there is none.
std::size_t CsvScanner::next_special(std::size_t from) {
  while (from < bytes_.size()) {
    if (from / 64 != block_) load_mask(from / 64);
    const std::uint64_t rest = mask_ >> (from % 64);
    if (rest != 0) return from + static_cast<std::size_t>(std::countr_zero(rest));
    from = (from / 64 + 1) * 64;
  }
  return bytes_.size();
}

// `at` is the row's \n or \r, or the end of the bytes.
void CsvScanner::end_row(std::size_t at) {
  position_ = at + 1;
  if (at < bytes_.size() && bytes_[at] == '\r' && position_ < bytes_.size() && bytes_[position_] == '\n') ++position_;
  if (position_ > bytes_.size()) position_ = bytes_.size();
}

// The cells of one row. Inside quotes only the quote and its escape matter; outside only delimiters and newlines do.
CsvScanner::Outcome CsvScanner::scan_row(std::vector<CsvCell>* cells) {
  const std::size_t cells_before = cells != nullptr ? cells->size() : 0;
  std::size_t begin = position_;
  if (begin >= bytes_.size()) return Outcome::kEnd;
  while (true) {
    CsvCell cell;
    std::size_t at = 0;
    if (begin < bytes_.size() && bytes_[begin] == dialect_.quote && dialect_.quote != '\n') {
      cell.quoted = 1;
      cell.begin = static_cast<std::uint32_t>(begin + 1);
      at = begin + 1;
      while (true) {
        at = next_special(at);
        if (at >= bytes_.size()) {
          if (cells != nullptr) cells->resize(cells_before);
          return Outcome::kOpenQuote;
        }
        const bool escapes = bytes_[at] == dialect_.escape && at + 1 < bytes_.size() &&
                             (bytes_[at + 1] == dialect_.quote || (bytes_[at + 1] == dialect_.escape && dialect_.escape != dialect_.quote));
        if (escapes) {
          cell.escaped = 1;
          at += 2;
        } else if (bytes_[at] == dialect_.quote) {
          break;
        } else {
          ++at;
        }
      }
      cell.size = static_cast<std::uint32_t>(at - begin - 1) & 0x3FFFFFFFu;
      ++at;
      const bool ended = at >= bytes_.size() || bytes_[at] == dialect_.delim || bytes_[at] == '\n' || bytes_[at] == '\r';
      if (!ended) {
        if (cells != nullptr) cells->resize(cells_before);
        return skip_broken_row(at);
      }
    } else {
      cell.begin = static_cast<std::uint32_t>(begin);
      at = next_special(begin);
      while (at < bytes_.size() && bytes_[at] != dialect_.delim && bytes_[at] != '\n' && bytes_[at] != '\r') at = next_special(at + 1);
      cell.size = static_cast<std::uint32_t>(at - begin) & 0x3FFFFFFFu;
    }
    if (cells != nullptr) cells->push_back(cell);
    if (at >= bytes_.size() || bytes_[at] != dialect_.delim) {
      end_row(at);
      return Outcome::kRow;
    }
    begin = at + 1;
  }
}

// Gives up on a row where its quotes stopped making sense, and goes on with the next line.
CsvScanner::Outcome CsvScanner::skip_broken_row(std::size_t at) {
  const std::size_t end = bytes_.find_first_of("\r\n", at);
  end_row(end == std::string_view::npos ? bytes_.size() : end);
  return Outcome::kBehindQuote;
}

std::string unescape(std::string_view cell, const CsvDialect& dialect) {
  std::string text;
  text.reserve(cell.size());
  for (std::size_t i = 0; i < cell.size(); ++i) {
    const bool escapes =
        cell[i] == dialect.escape && i + 1 < cell.size() && (cell[i + 1] == dialect.quote || cell[i + 1] == dialect.escape);
    if (escapes) ++i;
    text.push_back(cell[i]);
  }
  return text;
}

}  // namespace trueno

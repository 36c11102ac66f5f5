// Splits bytes into rows and cells.
//
// The scanner jumps from one special byte (delimiter, newline, quote, escape) to the next, by a mask of 64 bytes at a time; what lies
// between is never looked at one by one. Which special bytes count depends on the state: inside quotes or outside.
#include "storage/csv/csv_scanner.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/bits.h"

namespace trueno {

CsvScanner::CsvScanner(const CsvDialect& dialect, std::string_view bytes, std::size_t position)
    : bytes_(bytes), dialect_(dialect), position_(position) {
  if (dialect_.quote == '\0') dialect_.quote = dialect_.escape = '\n';  // then nothing can open quotes
}

namespace {

// Which of 64 bytes are special. The loop compiles to vector compares on every target, without intrinsics.
template <class Special>
std::uint64_t mask_of(const char* text, Special special) {
  std::uint8_t found[64];
  for (int i = 0; i < 64; ++i) found[i] = static_cast<std::uint8_t>(special(text[i]));
  // Gathers eight bytes of 0 or 1 into eight bits: the product puts byte k's bit at place 56 + k.
  std::uint64_t mask = 0;
  for (int i = 0; i < 8; ++i) mask |= ((load<std::uint64_t>(found + i * 8) * 0x0102040810204080ULL) >> 56) << (i * 8);
  return mask;
}

// Bit i: whether an odd number of the bits up to i is set.
std::uint64_t parity_up_to(std::uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

}  // namespace

// What is behind the end of the bytes is not special.
void CsvScanner::load_mask(std::size_t block) {
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
  const std::uint64_t mask = mask_of(text, [&](char c) {
    return static_cast<int>(c == delim) | static_cast<int>(c == '\n') | static_cast<int>(c == '\r') | static_cast<int>(c == quote) |
           static_cast<int>(c == escape);
  });
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

// Where every quote begins a cell, ends one or is doubled, what is inside of quotes is what has an odd number of them before it. A quote
// that opens must follow a delimiter, a newline or a quote (that has just closed: the two are one in the cell), and one of these must
// follow a quote that closes.
std::size_t last_row_end(const CsvDialect& dialect, std::string_view bytes, std::size_t limit) {
  const char quote = dialect.quote;
  const char delim = dialect.delim;
  if (quote == '\0' || quote == '\n' || dialect.escape != quote) return std::string_view::npos;
  std::size_t last = std::string_view::npos;
  std::uint64_t inside = 0;         // all bits: the block begins inside of quotes
  std::uint64_t edge_before = 1;    // 1: the byte before the block is a delimiter, a newline or a quote
  std::uint64_t closed_before = 0;  // 1: it is a quote that closes
  limit = std::min(limit, bytes.size());
  for (std::size_t begin = 0; begin < limit; begin += 64) {
    char tail[64] = {};
    const char* text = bytes.data() + begin;
    const std::size_t left = bytes.size() - begin;
    if (left < 64) {
      std::memcpy(tail, text, left);
      text = tail;
    }
    const std::uint64_t quotes = mask_of(text, [&](char c) { return c == quote; });
    std::uint64_t lines = mask_of(text, [](char c) { return static_cast<int>(c == '\n') | static_cast<int>(c == '\r'); });
    if (quotes == 0 && closed_before == 0) {
      edge_before = text[63] == delim || text[63] == '\n' || text[63] == '\r' ? 1 : 0;
      lines &= ~inside;
    } else {
      const std::uint64_t edges = quotes | lines | mask_of(text, [&](char c) { return c == delim; });
      const std::uint64_t there = left < 64 ? (std::uint64_t{1} << left) - 1 : ~std::uint64_t{0};
      const std::uint64_t inside_behind = parity_up_to(quotes) ^ inside;
      const std::uint64_t inside_at = inside_behind << 1 | (inside & 1);
      const std::uint64_t closing = quotes & inside_at;
      const bool opens_within = (quotes & ~inside_at & ~(edges << 1 | edge_before)) != 0;
      const bool closes_within = ((closing << 1 | closed_before) & ~edges & there) != 0;
      if (opens_within || closes_within) return std::string_view::npos;
      lines &= ~inside_at;
      edge_before = edges >> 63;
      closed_before = closing >> 63;
      inside = std::uint64_t{0} - (inside_behind >> 63);
    }
    if (limit - begin < 64) lines &= (std::uint64_t{1} << (limit - begin)) - 1;
    if (lines != 0) last = begin + 63 - static_cast<std::size_t>(std::countl_zero(lines));
  }
  return last;
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
